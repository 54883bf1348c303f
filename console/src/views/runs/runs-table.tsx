/** The table of runs: pages are read as it is scrolled, and keys move through its rows. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { TaskListing } from "../../data/task-list.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { isNarrow } from "../../parts/narrow.ts";
import { useKeys } from "../../parts/use-keys.ts";
import { Empty, Loaded } from "../../parts/states.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { go } from "../../route/location.ts";
import { hrefTo } from "../../route/match.ts";
import { rowsOf, type RunRow } from "./batches.ts";
import { COLUMNS, hrefOf, titleOf } from "./columns.tsx";
import { Peek } from "./peek.tsx";

const ROW_PX = 44;
const NARROW_ROW_PX = 62;
/** The next page is read when its place is this near. */
const AHEAD_PX = 600;

interface RunsTableProps {
  readonly listing: TaskListing;
  readonly isFiltered: boolean;
  /** Whether the runs of a batch are one row. */
  readonly isGrouped: boolean;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
}

/** The table. */
export function RunsTable(props: RunsTableProps) {
  const { listing, isFiltered, isGrouped, selected, onSelect } = props;
  const tasks = listing.rows.value;
  const rows = useMemo(
    () =>
      tasks === null
        ? null
        : isGrouped
          ? rowsOf(tasks)
          : tasks.map((task) => ({ key: task.id, task, members: [task] })),
    [tasks, isGrouped],
  );
  const [at, setAt] = useState<number | null>(null);
  const [isPeeking, setPeeking] = useState(false);
  useRowKeys(rows ?? [], at, setAt, setPeeking);
  const state = {
    value: rows ?? undefined,
    failure: listing.failure.value,
    toldAt: listing.toldAt.value,
    isLoading: listing.isLoading.value,
    reload: () => listing.reload(),
  };
  const current = at === null ? undefined : rows?.[at];
  const columns = [checkColumn(selected, onSelect), ...COLUMNS];
  return (
    <Loaded state={state}>
      {(shown) =>
        shown.length === 0 ? (
          <NoRuns isFiltered={isFiltered} />
        ) : (
          <>
            <Table
              label="Runs"
              columns={columns}
              items={shown}
              total={shown.length === tasks?.length ? listing.total.value : null}
              row={isNarrow.value ? NARROW_ROW_PX : ROW_PX}
              keyOf={({ key }) => key}
              hrefOf={hrefOf}
              isSelected={(one) =>
                one.key === current?.key || one.members.every(({ id }) => selected.has(id))
              }
            />
            <More listing={listing} />
            {isPeeking && current !== undefined && (
              <Peek task={current.task} onClose={() => setPeeking(false)} />
            )}
          </>
        )
      }
    </Loaded>
  );
}

function checkColumn(
  selected: ReadonlySet<string>,
  onSelect: (ids: ReadonlySet<string>) => void,
): Column<RunRow> {
  return {
    id: "check",
    header: <span class="hidden">Select</span>,
    width: "36px",
    hide: "s",
    cell: ({ task, members }) => {
      const ids = members.map(({ id }) => id);
      const isChecked = ids.every((id) => selected.has(id));
      const others = [...selected].filter((id) => !ids.includes(id));
      return (
        <input
          type="checkbox"
          class="runs-check"
          aria-label={`Select ${titleOf(task)}`}
          checked={isChecked}
          onChange={() => onSelect(new Set(isChecked ? others : [...others, ...ids]))}
        />
      );
    },
  };
}

function NoRuns({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <Empty
      icon="filter"
      title="No run fits the filters"
      action={<ButtonLink href={hrefTo(["runs"])}>Show all runs</ButtonLink>}
    />
  ) : (
    <Empty icon="runs" title="No runs yet">
      <p>Submit the first task:</p>
      <code>npm run task -- "What is 17% of 2,340?"</code>
    </Empty>
  );
}

/** Reads the next page when its place is near, or by a button. */
function More({ listing }: { readonly listing: TaskListing }) {
  const ref = useRef<HTMLDivElement>(null);
  const hasMore = listing.hasMore.value;
  useEffect(() => {
    const element = ref.current;
    if (element === null) {
      return undefined;
    }
    const seen = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting === true && void listing.more(),
      { rootMargin: `${AHEAD_PX}px` },
    );
    seen.observe(element);
    return () => seen.disconnect();
  }, [listing, hasMore, listing.rows.value?.length]);
  return hasMore ? (
    <div class="runs-more" ref={ref}>
      <Button kind="quiet" isBusy={listing.isLoading.value} onClick={() => void listing.more()}>
        Load more
      </Button>
    </div>
  ) : null;
}

/** `j` and `k` move, `Enter` opens, the space bar looks at a run without leaving the list. */
function useRowKeys(
  rows: readonly RunRow[],
  at: number | null,
  setAt: (at: number | null) => void,
  setPeeking: (change: (isPeeking: boolean) => boolean) => void,
): void {
  const row = at === null ? undefined : rows[at];
  useKeys({
    j: () => setAt(Math.min((at ?? -1) + 1, rows.length - 1)),
    k: () => setAt(Math.max((at ?? 1) - 1, 0)),
    Enter: () => {
      if (row !== undefined) {
        go(hrefOf(row));
      }
    },
    " ": (event) => {
      if (row !== undefined) {
        event.preventDefault();
        setPeeking((isPeeking) => !isPeeking);
      }
    },
    Escape: () => setPeeking(() => false),
  });
}
