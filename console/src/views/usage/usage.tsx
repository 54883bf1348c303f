/** Cost and tokens by day, model and agent, and the budgets. */
import type { UsageReport } from "../../../../sdk/src/model.ts";
import type { Read } from "../../data/query.ts";
import { useQuery } from "../../data/use-query.ts";
import { Button } from "../../parts/button.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { saveFile } from "../../parts/save.ts";
import { Empty, Loaded } from "../../parts/states.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { changeQuery, place } from "../../route/location.ts";
import { oneOf, readQuery, writeQuery } from "../../route/query-state.ts";
import { Budgets } from "./budgets.tsx";
import { Report } from "./report.tsx";
import { daysAgo, reportCsv } from "./sums.ts";

const EVERY_MS = 60_000;
const PAGE = 1000;
const MOST_PAGES = 10;
const FIELDS = {
  days: oneOf("30", "7", "90"),
  by: oneOf("model", "agent"),
  of: oneOf("cost", "tokens"),
};
const SPANS = [
  { id: "7", text: "7 days" },
  { id: "30", text: "30 days" },
  { id: "90", text: "90 days" },
] as const;

/** The view of the usage. */
export function Usage() {
  const { days, by, of } = readQuery(FIELDS, place.value.search);
  const state = useQuery(`usage ${days}`, readOf(Number(days)), {
    everyMs: EVERY_MS,
  });
  return (
    <>
      <PageHead title="Usage" about="Cost and tokens by day (UTC)">
        <Tabs
          label="Span"
          tabs={SPANS}
          current={days}
          onChange={(id) => changeQuery(writeQuery(FIELDS, { days: id }))}
        />
        <Button
          icon="save"
          disabled={state.value === undefined}
          onClick={() => saveFile("usage.csv", reportCsv(state.value?.data ?? []), "text/csv")}
        >
          CSV
        </Button>
      </PageHead>
      <div class="setup">
        <Loaded state={state} skeleton="card">
          {(report) =>
            report.data.length === 0 ? (
              <section class="card">
                <Empty icon="chart" title="Nothing was used in these days" />
              </section>
            ) : (
              <Report
                report={report}
                group={by}
                measure={of}
                onGroup={(id) => changeQuery(writeQuery(FIELDS, { by: id }))}
                onMeasure={(id) => changeQuery(writeQuery(FIELDS, { of: id }))}
              />
            )
          }
        </Loaded>
        <Budgets />
      </div>
    </>
  );
}

function readOf(days: number): Read<UsageReport> {
  return async ({ usage }, signal) => {
    const query = { from: daysAgo(days, Date.now()), group_by: "day,agent,model", limit: PAGE };
    let page = await usage.get(query, { signal });
    const data = [...page.data];
    for (let i = 1; i < MOST_PAGES && page.next_cursor !== null; i += 1) {
      page = await usage.get({ ...query, cursor: page.next_cursor }, { signal });
      data.push(...page.data);
    }
    return { ...page, data };
  };
}
