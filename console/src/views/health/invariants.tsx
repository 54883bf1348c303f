/** The invariants: what must hold of every unfinished run, and the runs of which it does not. */
import type { Invariants as Page } from "../../../../sdk/src/model.ts";
import type { Read } from "../../data/query.ts";
import { useQuery } from "../../data/use-query.ts";
import { Mark } from "../../parts/chip.tsx";
import { countText } from "../../parts/number.ts";
import { Section } from "../../parts/section.tsx";
import { Loaded } from "../../parts/states.tsx";
import { Line, Text } from "../../parts/text.tsx";
import { hrefTo } from "../../route/match.ts";

type Violation = Page["data"][number];

const EVERY_MS = 30_000;
const PAGE = 100;
const MOST_PAGES = 10;

interface Checked {
  readonly data: readonly Violation[];
  /** Runs that were asked. */
  readonly checked: number;
  /** Whether those are all. */
  readonly isWhole: boolean;
}

/** What each invariant promises. */
const PROMISES = {
  not_dispatched: "Every submitted run has begun",
  no_alarm: "Every live run has an alarm",
  overdue: "No wait is longer than its end",
  behind: "The list shows what the log says",
  no_log: "Every task has its log",
  unreachable: "Every run answers",
  orphaned: "No task outlives the one that started it",
  late_schedules: "No schedule is overdue",
  stuck_turn: "No turn waits for one that has ended",
} as const satisfies Record<Violation["kind"], string>;

const read: Read<Checked> = async ({ invariants }, signal) => {
  let page = await invariants.list({ limit: PAGE }, { signal });
  const data = [...page.data];
  let { checked } = page;
  for (let i = 1; i < MOST_PAGES && page.next_cursor !== null; i += 1) {
    page = await invariants.list({ limit: PAGE, cursor: page.next_cursor }, { signal });
    data.push(...page.data);
    checked += page.checked;
  }
  return { data, checked, isWhole: page.next_cursor === null };
};

/** The section: green, or each offender with its reason. */
export function Invariants() {
  const state = useQuery("invariants", read, { everyMs: EVERY_MS });
  return (
    <Section title="Invariants">
      <Loaded state={state}>
        {({ data, checked, isWhole }) => {
          const kinds = Object.entries(PROMISES) as [Violation["kind"], string][];
          const broken = new Set(data.map(({ kind }) => kind));
          return (
            <>
              <p class={`status tone-${data.length === 0 ? "ok" : "bad"}`}>
                <Mark tone={data.length === 0 ? "ok" : "bad"} />
                <strong>
                  {broken.size} of {kinds.length} broken
                </strong>
                <span class="muted">
                  {countText(checked)} live runs asked{isWhole ? "" : ", the first ones"}
                </span>
              </p>
              <ul class="health-list">
                {kinds.map(([kind, promise]) => (
                  <li key={kind} class={`status tone-${broken.has(kind) ? "bad" : "ok"}`}>
                    <Mark tone={broken.has(kind) ? "bad" : "ok"} />
                    <span class="health-text">{promise}</span>
                  </li>
                ))}
              </ul>
              {data.length > 0 && <Offenders violations={data} />}
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Offenders({ violations }: { readonly violations: readonly Violation[] }) {
  return (
    <ul class="health-offenders" aria-label="Violations">
      {violations.map(({ kind, task_id, status, detail }) => (
        <li key={`${kind} ${task_id}`} class="note tone-bad">
          {task_id === null ? (
            <a href={hrefTo(["schedules"])}>Schedules</a>
          ) : (
            <a href={hrefTo(["runs", task_id])}>
              <Line text={task_id} />
            </a>
          )}
          <p>
            {PROMISES[kind]}
            {status !== null && `: it is ${status}`}. <Text text={detail} />
          </p>
        </li>
      ))}
    </ul>
  );
}
