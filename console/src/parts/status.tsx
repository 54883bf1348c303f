/** The status of a task, in shape, colour and words. */
import { Chip, Mark, type Tone } from "./chip.tsx";
import { Countdown } from "./time.tsx";

interface StatusProps {
  /** Such as `running`. */
  readonly status: string;
  /** What a waiting task waits for. */
  readonly waitingFor?: string | null;
  /** When the wait ends by itself. */
  readonly until?: string | null;
}

const TONES: Readonly<Record<string, Tone>> = {
  pending: "calm",
  running: "run",
  waiting: "wait",
  completed: "ok",
  failed: "bad",
  cancelled: "calm",
};

/** Words for what a task waits for, as they follow "waiting". */
const WAITS: Readonly<Record<string, string>> = {
  approval: "for approval",
  input: "for an answer",
  timer: "for a timer",
  budget: "for budget",
  children: "for children",
  schedule: "to be due",
  concurrency: "for a slot",
};

/** The tone of a status; calm for one of a newer service. */
export function toneOf(status: string): Tone {
  return Object.hasOwn(TONES, status) ? (TONES[status] ?? "calm") : "calm";
}

/** What a status is called, with what a waiting task waits for. */
function statusText(status: string, waitingFor: string | null = null): string {
  if (status !== "waiting" || waitingFor === null) {
    return status;
  }
  const wait = Object.hasOwn(WAITS, waitingFor) ? WAITS[waitingFor] : undefined;
  return `waiting ${wait ?? `for ${waitingFor}`}`;
}

/** A status as a label. */
export function StatusChip({ status, waitingFor = null, until = null }: StatusProps) {
  return (
    <Chip tone={toneOf(status)} hasMark isLive={status === "running"}>
      {statusText(status, waitingFor)}
      {until !== null && status === "waiting" && (
        <>
          {" · "}
          <Countdown at={until} />
        </>
      )}
    </Chip>
  );
}

/** A status in a row of a table: without a background. */
export function StatusCell({ status, waitingFor = null, until = null }: StatusProps) {
  return (
    <span class={`status tone-${toneOf(status)}`}>
      <Mark tone={toneOf(status)} isLive={status === "running"} />
      <span class="clip">
        {statusText(status, waitingFor)}
        {until !== null && status === "waiting" && (
          <span class="muted">
            {" · "}
            <Countdown at={until} />
          </span>
        )}
      </span>
    </span>
  );
}
