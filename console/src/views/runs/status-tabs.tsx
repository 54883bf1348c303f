/** How many runs there are by status; a tab shows those of one. */
import { useEffect } from "preact/hooks";
import { onChanges } from "../../data/feed.ts";
import { useQuery } from "../../data/use-query.ts";
import { countText } from "../../parts/number.ts";
import { Tabs } from "../../parts/tabs.tsx";
import { changeQuery } from "../../route/location.ts";
import { writeQuery } from "../../route/query-state.ts";
import { FILTERS, STATUSES, type Filters } from "./filters.ts";

/** Longest that the counts stay as they are while tasks change. */
const COUNT_MS = 2000;

/** The tabs. */
export function StatusTabs({ filters }: { readonly filters: Filters }) {
  const { agent, status } = filters;
  const { value, reload } = useQuery(`task counts ${agent}`, ({ tasks }, signal) =>
    tasks.counts({ group_by: "status", ...(agent !== "" && { agent }) }, { signal }),
  );
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = onChanges((changes) => {
      if (changes.length > 0) {
        timer ??= setTimeout(() => {
          timer = undefined;
          reload();
        }, COUNT_MS);
      }
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [agent]);
  const counts = new Map(value?.data.map((one) => [one.value, one.count]));
  const tabs = [
    { id: "all", text: "All", count: value === undefined ? null : countText(value.total) },
    ...STATUSES.map((id) => ({
      id,
      text: titled(id),
      count: counts.has(id) ? countText(counts.get(id) ?? 0) : null,
    })),
  ] as const;
  const [only, ...more] = status;
  const current = only === undefined ? "all" : more.length === 0 ? only : "all";
  return (
    <div class="runs-tabs">
      <Tabs
        label="Status"
        tabs={tabs}
        current={current}
        onChange={(id) =>
          changeQuery(writeQuery(FILTERS, { status: id === "all" ? [] : [id] }), true)
        }
      />
    </div>
  );
}

function titled(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
