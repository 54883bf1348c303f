/** Which rows of the timeline are folded. */
import { useState } from "preact/hooks";
import type { Folds, TimelineRow } from "./rows.ts";

/** The folds, and how to change them. */
export interface FoldState {
  readonly now: Folds;
  readonly toggle: (row: TimelineRow) => void;
  readonly setFolded: (ids: ReadonlySet<string>) => void;
}

/** Keeps the folds. Steps are unfolded at first, groups of equal calls are folded. */
export function useFolds(): FoldState {
  const [now, setNow] = useState<Folds>({ folded: new Set(), opened: new Set() });
  return {
    now,
    toggle: ({ id, group }) =>
      setNow(
        group === null
          ? { ...now, folded: toggled(now.folded, id) }
          : { ...now, opened: toggled(now.opened, id) },
      ),
    setFolded: (folded) => setNow({ ...now, folded }),
  };
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) {
    next.add(id);
  }
  return next;
}
