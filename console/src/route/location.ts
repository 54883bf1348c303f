/** The address of the page as a signal. Links of the page change it without a load. */
import { signal, type ReadonlySignal } from "@preact/signals";
import { innerPath } from "./match.ts";

/** Where the page is. */
export interface Place {
  /** Within the console, beginning with `/`. */
  readonly path: string;
  /** The query, with its `?`, or "". */
  readonly search: string;
  /** How the page came here: a link scrolls to the top, the way back to where it was. */
  readonly by: "load" | "link" | "change" | "back";
}

const current = signal<Place>(placeNow("load"));

/** Where the page is. */
export const place: ReadonlySignal<Place> = current;

/** Goes to an address of the console, such as `hrefTo(["runs"])` makes it. */
export function go(href: string): void {
  keepScroll();
  history.pushState(null, "", href);
  current.value = placeNow("link");
  scrollTo(0, 0);
}

/**
 * Changes the query of this view, such as a filter or a selection.
 * @param isStep whether the way back returns to the query before
 */
export function changeQuery(
  changes: Readonly<Record<string, string | number | null | undefined>>,
  isStep = false,
): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") {
      query.delete(name);
    } else {
      query.set(name, String(value));
    }
  }
  const text = query.toString();
  const href = `${location.pathname}${text === "" ? "" : `?${text}`}`;
  if (isStep) {
    keepScroll();
    history.pushState(null, "", href);
  } else {
    history.replaceState(history.state, "", href);
  }
  current.value = placeNow("change");
}

/** Makes links and the way back change `place`. */
export function followLinks(): void {
  history.scrollRestoration = "manual";
  addEventListener("popstate", () => {
    current.value = placeNow("back");
    restoreScroll();
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey);
    if (link === null || !isPlain || event.defaultPrevented || link.target !== "") {
      return;
    }
    const { origin, pathname, search, hash } = new URL(link.href);
    if (origin === location.origin && innerPath(pathname) !== null && hash === "") {
      event.preventDefault();
      go(pathname + search);
    }
  });
}

function placeNow(by: Place["by"]): Place {
  return { path: innerPath(location.pathname) ?? "/", search: location.search, by };
}

function keepScroll(): void {
  history.replaceState({ scrolled: scrollY }, "");
}

/** Most frames until a list that is loading is as long as it was. */
const MOST_FRAMES = 60;

function restoreScroll(frame = 0): void {
  const state: unknown = history.state;
  const to =
    typeof state === "object" && state !== null && "scrolled" in state ? Number(state.scrolled) : 0;
  scrollTo(0, to);
  if (Math.abs(scrollY - to) > 1 && frame < MOST_FRAMES) {
    requestAnimationFrame(() => restoreScroll(frame + 1));
  }
}
