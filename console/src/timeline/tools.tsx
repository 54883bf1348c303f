/** The buttons above the timeline: folds, zoom, short waits. */
import { Button } from "../parts/button.tsx";
import { Switch } from "../parts/field.tsx";
import type { TimelineRow } from "./rows.ts";
import type { FoldState } from "./use-folds.tsx";

interface ToolsProps {
  readonly rows: readonly TimelineRow[];
  readonly folds: FoldState;
  readonly isShort: boolean;
  readonly onShort: (isShort: boolean) => void;
  /** Shows the whole run; null while it is shown. */
  readonly onWhole: (() => void) | null;
}

const FOLD_ALL_FROM = 2;

/** The buttons. */
export function TimelineTools({ rows, folds, isShort, onShort, onWhole }: ToolsProps) {
  const parents = rows.filter(({ members, group }) => members > 0 && group === null);
  const areAllFolded = parents.length > 0 && parents.every(({ isFolded }) => isFolded);
  const steps = new Set(areAllFolded ? [] : parents.map(({ id }) => id));
  return (
    <div class="timeline-tools">
      {onWhole !== null && (
        <Button kind="quiet" onClick={onWhole}>
          Whole run
        </Button>
      )}
      {parents.length >= FOLD_ALL_FROM && (
        <Button kind="quiet" onClick={() => folds.setFolded(steps)}>
          {areAllFolded ? "Unfold steps" : "Fold steps"}
        </Button>
      )}
      <Switch label="Shorten waits" isOn={isShort} onChange={onShort} />
    </div>
  );
}
