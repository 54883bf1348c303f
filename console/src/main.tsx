/** The console: applies the theme, signs in, and shows the view of the address. */
import { render } from "preact";
import { applyTheme } from "./parts/preferences.ts";
import { followLinks } from "./route/location.ts";
import { startSession } from "./session/session.ts";
import { listenToKeys } from "./shell/keys.ts";
import { Shell } from "./shell/shell.tsx";
import { preloadView } from "./shell/view.tsx";

const page = document.getElementById("app");
if (page === null) {
  throw new Error("The page has no element for the console.");
}
applyTheme();
followLinks();
listenToKeys();
void startSession();
preloadView();
render(<Shell />, page);
