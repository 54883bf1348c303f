/** The program of the page: applies the theme, signs in, and shows the view of the address. */
import { render } from "preact";
import { applyTheme } from "./parts/preferences.ts";
import { followLinks } from "./route/location.ts";
import { startSession } from "./session/session.ts";
import { listenToKeys } from "./shell/keys.ts";
import { Shell } from "./shell/shell.tsx";

/** Starts it in an element of the page. */
export function start(page: HTMLElement): void {
  applyTheme();
  followLinks();
  listenToKeys();
  void startSession();
  render(<Shell />, page);
}
