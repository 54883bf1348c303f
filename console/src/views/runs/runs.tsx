/** The list of runs: filtered, live, and worked on in bulk. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { now } from "../../parts/clock.ts";
import { OpenLog } from "../../data/open-log.tsx";
import { TaskListing } from "../../data/task-list.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { go, place } from "../../route/location.ts";
import { hrefTo } from "../../route/match.ts";
import { readQuery } from "../../route/query-state.ts";
import { BulkBar } from "./bulk-bar.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { FILTERS, queryOf } from "./filters.ts";
import { SavedViews } from "./saved-views.tsx";
import { RunsTable } from "./runs-table.tsx";
import { StatusTabs } from "./status-tabs.tsx";

/** The view of the runs. */
export function Runs() {
  const { search } = place.value;
  const filters = readQuery(FILTERS, search);
  const key = JSON.stringify(filters);
  // A period ends now, and now is when the filter was chosen.
  const listing = useMemo(() => new TaskListing(queryOf(filters, now.peek())), [key]);
  useEffect(() => listing.start(), [listing]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => setSelected(new Set()), [listing]);
  const fresh = listing.fresh.value.length;
  return (
    <>
      <PageHead title="Runs">
        <SavedViews />
        <OpenLog onOpen={() => go(hrefTo(["file"]))} />
        <ButtonLink kind="primary" icon="plus" href={hrefTo(["new"])}>
          New task
        </ButtonLink>
      </PageHead>
      <StatusTabs filters={filters} />
      <FilterBar filters={filters} />
      {fresh > 0 && (
        <div class="runs-fresh">
          <Button
            kind="primary"
            onClick={() => {
              listing.showFresh();
              scrollTo(0, 0);
            }}
          >
            {fresh} new
          </Button>
        </div>
      )}
      {selected.size > 0 && (
        <BulkBar listing={listing} selected={selected} onDone={() => setSelected(new Set())} />
      )}
      <section class="card runs-card">
        <RunsTable
          listing={listing}
          isFiltered={search !== ""}
          isGrouped={filters.group === ""}
          selected={selected}
          onSelect={setSelected}
        />
      </section>
    </>
  );
}
