/** Keys that work everywhere: `g` and a letter go to a view, `/` searches, `?` and ⌘K open help. */
import { signal } from "@preact/signals";
import { isTyping } from "../parts/use-keys.ts";
import { go } from "../route/location.ts";
import { BASE } from "../route/match.ts";
import { ROUTES } from "./routes.ts";

/** What is open above the page. */
export const overlay = signal<"palette" | "sheet" | null>(null);

/** The second key of a pair comes within this time. */
const PAIR_MS = 1200;

/** Begins to listen. */
export function listenToKeys(): void {
  // The clock of events starts with the page: its first second is no pair either.
  let wentAt = Number.NEGATIVE_INFINITY;
  addEventListener("keydown", (event) => {
    const { key } = event;
    if (key === "k" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      overlay.value = overlay.value === "palette" ? null : "palette";
      return;
    }
    if (isTyping(event)) {
      return;
    }
    if (event.timeStamp - wentAt < PAIR_MS) {
      wentAt = Number.NEGATIVE_INFINITY;
      const route = ROUTES.find(({ shortcut }) => shortcut === key);
      if (route !== undefined) {
        event.preventDefault();
        go(BASE + route.pattern);
      }
    } else if (key === "g") {
      wentAt = event.timeStamp;
    } else if (key === "?") {
      overlay.value = "sheet";
    } else if (key === "/") {
      event.preventDefault();
      document.querySelector<HTMLInputElement>('main input[type="search"]')?.focus();
    }
  });
}
