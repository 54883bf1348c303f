/**
 * The outbox step that has the trace of the run exported: by one message at its end, and one every
 * ten minutes of a run that continues. Nothing is written for it, except the cursor of a long run. A
 * new process does not send the end again when it is only asked about the run: the alarm of the
 * process before is due as long as its outbox was not flushed.
 */
import { digestOf } from "../../../agent/loop/digest.ts";
import { activeTime, type RunState } from "../../../run/log/state.ts";
import type { RunSpec } from "../../../run/spec/spec.ts";
import type { TraceExport, TraceMessage } from "../../../run/trace/export-message.ts";
import { traceOf } from "../../../run/trace/identity.ts";
import { randomOf } from "../../../run/trace/sampling.ts";
import type { EventLog } from "../storage/event-log.ts";
import { hasTable, type Sql } from "../storage/schema.ts";
import type { OutboxStep } from "./outbox.ts";
import type { Projection } from "./projection.ts";

/** Time between two parts of the trace of a long run. */
const PART_MS = 600_000;
/** An alarm this long after the end is not the one that the end left behind. */
const STALE_MS = 86_400_000;

/** The part of the trace that was exported. */
interface Part {
  readonly seq: number;
  /** Time of the last event of it, milliseconds since the epoch. */
  readonly at: number;
}

/** Has the trace of one run exported. */
export class TraceOutbox implements OutboxStep {
  readonly #sql: Sql;
  readonly #log: Pick<EventLog, "state">;
  readonly #projection: Pick<Projection, "stored">;
  readonly #traces: () => TraceExport | null;
  readonly #now: () => number;
  /** Whether this process may be the first to know the end. */
  #isExpected = false;
  #isSent = false;
  #part: Part | null = null;

  /** @param traces null in a deployment without the queue */
  constructor(
    sql: Sql,
    log: Pick<EventLog, "state">,
    projection: Pick<Projection, "stored">,
    traces: () => TraceExport | null,
    now: () => number,
  ) {
    this.#sql = sql;
    this.#log = log;
    this.#projection = projection;
    this.#traces = traces;
    this.#now = now;
  }

  /** Notes that the run may end in this process, or that an alarm may find it ended. */
  expectEnd(): void {
    this.#isExpected = true;
  }

  get behind(): boolean {
    const { state } = this.#log;
    if (state.end !== null) {
      const isRecent = this.#now() - (state.endedAt ?? 0) < STALE_MS;
      return this.#isExpected && !this.#isSent && isRecent && this.#isOn();
    }
    const begun = state.startedAt ?? state.at;
    return (
      state.at - begun >= PART_MS && state.at - this.#lastPart(begun).at >= PART_MS && this.#isOn()
    );
  }

  async flush(): Promise<void> {
    const { state } = this.#log;
    const { spec, end, seq, at } = state;
    if (spec === null) {
      return;
    }
    const { tenant_id, task_id } = spec;
    const after = this.#lastPart(0).seq;
    await this.#traces()?.send({
      kind: "trace",
      tenant_id,
      task_id,
      after,
      until: seq,
      ended: end !== null,
      facts: factsOf(state, spec),
    });
    if (end === null) {
      this.#move({ seq, at });
    } else {
      this.#isSent = true;
    }
  }

  forget(): void {
    this.#isExpected = true;
    this.#isSent = false;
  }

  #isOn(): boolean {
    const traces = this.#traces();
    return traces !== null && (traces.always || this.#projection.stored?.telemetry === true);
  }

  #lastPart(begun: number): Part {
    const [row] =
      this.#part === null && hasTable(this.#sql, "traced")
        ? this.#sql.exec("SELECT seq, at FROM traced")
        : [];
    this.#part ??= row === undefined ? null : { seq: Number(row["seq"]), at: Number(row["at"]) };
    return this.#part ?? { seq: 0, at: begun };
  }

  /** Creates the table on first use: a table in every object would cost rows in every run. */
  #move(part: Part): void {
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS traced (
         id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
       INSERT OR REPLACE INTO traced VALUES (1, ${Math.trunc(part.seq)}, ${Math.trunc(part.at)})`,
    );
    this.#part = part;
  }
}

function factsOf(state: RunState, spec: RunSpec): NonNullable<TraceMessage["facts"]> {
  const { end, usage, createdAt, at, interruptions } = state;
  const { traceId, sampled } = traceOf(spec, digestOf);
  return {
    status: end?.status ?? state.status,
    error_code: end?.status === "failed" ? end.error.code : "",
    agent: spec.agent,
    duration_s: (at - createdAt) / 1000,
    active_s: activeTime(state, at) / 1000,
    cost_usd: usage.cost_micro_usd / 1_000_000,
    steps: usage.steps,
    model_calls: usage.model_calls,
    tool_calls: usage.tool_calls,
    recoveries: interruptions.incidents,
    parent_sampled: sampled,
    random: randomOf(traceId),
  };
}
