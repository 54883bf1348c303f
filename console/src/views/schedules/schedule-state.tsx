/** What a schedule and a firing are at, as a mark with words. */
import type { Firing, Schedule } from "../../../../sdk/src/model.ts";
import { Mark } from "../../parts/chip.tsx";

const STATES = { active: "ok", paused: "wait", ended: "calm" } as const;

/** Tones and words of firings by status. */
export const FIRINGS = {
  due: ["run", "being submitted"],
  queued: ["wait", "waits for its turn"],
  started: ["ok", "made"],
  skipped_overlap: ["wait", "skipped: a task had not ended"],
  missed: ["bad", "missed"],
  refused: ["bad", "refused"],
  excluded: ["calm", "excluded day"],
} as const satisfies Record<Firing["status"], readonly [string, string]>;

const REASONS: Readonly<Record<string, string>> = {
  late: "too late",
  superseded: "a later one was made",
  out_of_window: "later than its window",
  limit: "more than 100 were late",
  paused: "the schedule was paused",
};

/** The state of a schedule. */
export function ScheduleState({ state }: Pick<Schedule, "state">) {
  return (
    <span class={`status tone-${STATES[state]}`}>
      <Mark tone={STATES[state]} />
      {state}
    </span>
  );
}

/** Returns the outcome of a firing, in words. */
export function firingText({ status, reason, detail, count }: Firing): string {
  const [, words] = FIRINGS[status];
  const why = detail ?? (reason === null ? null : (REASONS[reason] ?? reason));
  const times = count > 1 ? ` × ${count}` : "";
  return `${words}${times}${why === null || status === "queued" ? "" : `: ${why}`}`;
}
