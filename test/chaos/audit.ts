/**
 * What must hold of a task after a chaos run: what the client was told, D1, the log, and the world
 * tell the same story. Each breach is a sentence; none is thrown, so that all are seen.
 */
import { isDeepStrictEqual } from "node:util";
import type { LogEvent, Task } from "../tasks.ts";
import type { Kill, Outages } from "./outage.ts";
import type { End, PlannedTask } from "./plan.ts";
import { receiptFor, type Act } from "./world.ts";

/** A task as D1 has it, and its whole log. */
export interface Evidence {
  readonly row: Task;
  readonly texts: readonly string[];
  readonly log: readonly LogEvent[];
}

const TERMINAL = new Set(["run.completed", "run.failed", "run.cancelled"]);

/** The task reached the end that it has without a disturbance. */
export function endBreaches(
  { row, log }: Evidence,
  { end, usage, client }: PlannedTask,
  cancelledAs: string | null,
): string[] {
  const reached = endOf(log);
  const mayBeCancelled = client.cancelAfterMs !== null && cancelledAs === "cancelled";
  const expected: End = mayBeCancelled ? { status: "cancelled" } : end;
  const { steps, tool_calls } = row.usage;
  return [
    ...breach(
      isDeepStrictEqual(reached, expected),
      () => `ended ${text(reached)}, not ${text(expected)}`,
    ),
    ...breach(
      expected.status === "cancelled" || isDeepStrictEqual({ steps, tool_calls }, usage),
      () => `used ${text({ steps, tool_calls })}, not ${text(usage)}`,
    ),
  ];
}

/** The log has no gap, one end, and D1 has what it says. */
export function logBreaches({ row, log }: Evidence): string[] {
  const ends = log.filter(({ type }) => TERMINAL.has(type)).map(({ seq }) => seq);
  const last = log.at(-1);
  const listed = {
    status: row.status,
    last_seq: row.last_seq,
    completed_at: row.completed_at,
    result: row.result,
    error: row.error,
  };
  const told = {
    status: last?.type.slice("run.".length),
    last_seq: log.length,
    completed_at: last?.at,
    result: last?.type === "run.completed" ? last.data["result"] : null,
    error: last?.type === "run.failed" ? last.data : null,
  };
  return [
    ...breach(
      log.every(({ seq }, i) => seq === i + 1),
      () => "its seq has a gap",
    ),
    ...breach(
      isDeepStrictEqual(ends, [log.length]),
      () => `its ends are at ${text(ends)} of ${log.length}`,
    ),
    ...breach(
      isDeepStrictEqual(listed, told),
      () => `D1 has ${text(listed)}, the log ${text(told)}`,
    ),
  ];
}

/** The world has seen what the log says: nothing without an intent, nothing twice in silence. */
export function effectBreaches(
  { row, log }: Evidence,
  acts: ReadonlyMap<string, readonly Act[]>,
): string[] {
  const intents = Map.groupBy(
    log.filter(({ type }) => type === "tool.requested"),
    ({ data }) => String(data["idempotency_key"]),
  );
  const own = [...acts].filter(([key]) => key.startsWith(`${row.task_id}:`));
  return own.flatMap(([key, done]) => {
    const asked = intents.get(key) ?? [];
    const wanted = asked[0]?.data["arguments"];
    const times = `was done ${done.length} times`;
    const once = breach(
      done[0]?.effect !== "once" || done.length === 1,
      () => `the once call ${key} ${times}`,
    );
    const intended = breach(
      done.length <= asked.length,
      () => `${key} ${times} for ${asked.length} intents`,
    );
    const same = breach(
      done.every(({ item, hold_ms, answer }) =>
        isDeepStrictEqual({ item, hold_ms, answer }, wanted),
      ),
      () => `${key} was done with other arguments than ${text(wanted)}: ${text(done)}`,
    );
    return once.concat(intended, same);
  });
}

/** Each outcome of a call that acts on the world is what the world answered. */
export function outcomeBreaches(
  { log }: Evidence,
  acts: ReadonlyMap<string, readonly Act[]>,
): string[] {
  const first = log.filter(
    ({ type, data }) =>
      type === "tool.requested" &&
      data["attempt"] === 1 &&
      String(data["name"]).startsWith("world_"),
  );
  return first.flatMap(({ data }) => {
    const id = String(data["call_id"]);
    const { item, answer } = data["arguments"] as Act;
    const done = acts.get(String(data["idempotency_key"])) ?? [];
    const outcomes = log.filter(
      (event) => event.data["call_id"] === id && /^tool\.(?!requested)/.test(event.type),
    );
    const [outcome] = outcomes;
    const one = breach(
      outcomes.length === 1 || (outcome === undefined && log.at(-1)?.type === "run.cancelled"),
      () => `${id} has ${outcomes.length} outcomes`,
    );
    const known = outcome !== undefined && outcome.type !== "tool.outcome_unknown";
    const expected = answer === "receipt" ? "tool.completed" : "tool.failed";
    const real = breach(
      !known || (outcome.type === expected && done.length > 0),
      () => `${id} is ${text(outcome)}, done ${done.length} times`,
    );
    const receipt = breach(
      outcome?.type !== "tool.completed" ||
        isDeepStrictEqual(outcome.data["output"], { receipt: receiptFor(item) }),
      () => `${id} came to ${text(outcome?.data)}`,
    );
    return one.concat(real, receipt);
  });
}

/** The counters of `/metrics` are what all logs say. */
export function counterBreaches(metrics: string, evidence: readonly Evidence[]): string[] {
  const counters = {
    opspawn_recoveries_total: "recovery.started",
    opspawn_provider_failures_total: "model.failed",
  };
  const types = evidence.flatMap(({ log }) => log.map(({ type }) => type));
  return Object.entries(counters).flatMap(([name, type]) => {
    const samples = metrics.matchAll(new RegExp(`^${name}(?:{.*})? (\\d+)$`, "gm"));
    const counted = Array.from(samples).reduce((sum, [, n]) => sum + Number(n), 0);
    const logged = types.filter((one) => one === type).length;
    return breach(counted === logged, () => `${name} is ${counted}, and the logs have ${logged}`);
  });
}

/** Every recovery has its kill, and every unknown outcome has its recovery or its cancellation. */
export function interruptionBreaches({ log }: Evidence, outages: Outages): string[] {
  const open = new Set<unknown>();
  return log.flatMap((event, i) => {
    if (event.type === "recovery.started") {
      open.clear();
      for (const id of event.data["open_calls"] as string[]) {
        open.add(id);
      }
      return breach(
        event.data["reason"] === "interrupted" && killBefore(log, i, outages) !== undefined,
        () => `${text(event)} follows no kill`,
      );
    }
    if (event.type === "tool.outcome_unknown") {
      const rest = log.slice(i).find(({ type }) => type !== "tool.outcome_unknown");
      return breach(
        open.has(event.data["call_id"]) || rest?.type === "run.cancelled",
        () => `${text(event)} follows no interruption`,
      );
    }
    return [];
  });
}

/**
 * Whether an event depends on the ledger, which a replay does not have: a reservation, or a kill while
 * the run had nothing open because it asked for one.
 */
export function isOfLedger({ type, data }: Pick<LogEvent, "type" | "data">): boolean {
  return (
    data["reserved_micro_usd"] !== undefined ||
    (type === "recovery.started" && (data["open_calls"] as unknown[]).length === 0)
  );
}

/** How long after the start of a process each recovery of a log came. Milliseconds. */
export function recoveryTimes({ log }: Evidence, outages: Outages): number[] {
  return log.flatMap((event, i) => {
    const kill = event.type === "recovery.started" ? killBefore(log, i, outages) : undefined;
    return kill === undefined ? [] : [Date.parse(event.at) - kill.gone];
  });
}

function killBefore(log: readonly LogEvent[], i: number, outages: Outages): Kill | undefined {
  return outages.between(Date.parse(log[i - 1]?.at ?? ""), Date.parse(log[i]?.at ?? ""));
}

function endOf(log: readonly LogEvent[]): End | { readonly status: string } {
  const last = log.at(-1);
  switch (last?.type) {
    case "run.completed":
      return { status: "completed", answer: (last.data["result"] as { answer: string }).answer };
    case "run.failed":
      return { status: "failed", code: String(last.data["code"]) };
    case "run.cancelled":
      return { status: "cancelled" };
    default:
      return { status: `nowhere, but at ${last?.type}` };
  }
}

function breach(holds: boolean, says: () => string): string[] {
  return holds ? [] : [says()];
}

function text(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 400) ?? "nothing";
}
