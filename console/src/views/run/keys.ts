/** Keys of a run's view: the event before and after, and none. */
import { useEffect } from "preact/hooks";
import { shortcuts } from "../../parts/preferences.ts";
import type { RunContext } from "./context.ts";

/** Moves the selection by `[` and `]`, and removes it by Escape. */
export function useRunKeys({ follower, selected, select }: RunContext): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      const isField =
        target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;
      if (isField || event.metaKey || event.ctrlKey || event.altKey || shortcuts.value === "off") {
        return;
      }
      const { last } = follower.store;
      if (event.key === "[") {
        select(Math.max((selected ?? last + 1) - 1, 1));
      } else if (event.key === "]") {
        select(Math.min((selected ?? 0) + 1, last));
      } else if (event.key === "Escape" && selected !== null) {
        select(null);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [follower, selected]);
}
