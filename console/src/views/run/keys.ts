/** Keys of a run's view: the event before and after, none, and the end of a live run. */
import { useKeys } from "../../parts/use-keys.ts";
import type { RunContext } from "./context.ts";

/** Moves the selection by `[` and `]`, removes it by Escape, and returns to live by `l`. */
export function useRunKeys({ follower, selected, select, goTo }: RunContext): void {
  const { last } = follower.store;
  useKeys({
    "[": () => select(Math.max((selected ?? last + 1) - 1, 1)),
    "]": () => select(Math.min((selected ?? 0) + 1, last)),
    Escape: () => {
      if (selected !== null) {
        select(null);
      }
    },
    l: () => {
      select(null);
      goTo(null);
      // After the page has drawn the end of the log.
      requestAnimationFrame(() => scrollTo(0, document.documentElement.scrollHeight));
    },
  });
}
