/**
 * The console. This file is small and runs first: its requests, the program and the view of the
 * address are then loaded at the same time.
 */
import { askEarly } from "./early.ts";
import { innerPath } from "./route/match.ts";

const page = document.getElementById("app");
if (page === null) {
  throw new Error("The page has no element for the console.");
}
askEarly();
void loadView(innerPath(location.pathname) ?? "/");
const { start } = await import("./app.tsx");
start(page);

/** Loads the view of the address early, if it is not part of the program. */
async function loadView(path: string): Promise<void> {
  try {
    if (/^\/(?:runs\/[^/]+\/?$|file)/.test(path)) {
      preload("run");
      await import("./shell/run-views.ts");
    } else if (!/^\/(?:runs\/?)?$/.test(path)) {
      preload("other");
      await import("./shell/other-views.ts");
    }
  } catch {
    // The view itself says that it is not there.
  }
}

/** Asks for the files of a view, which are named in the page, before the first of them names the others. */
function preload(view: string): void {
  const names = document.querySelector(`meta[name="${view}-files"]`)?.getAttribute("content");
  for (const name of names?.split(" ") ?? []) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = `/console/assets/${name}`;
    document.head.append(link);
  }
}
