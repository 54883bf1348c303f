/** The faults of one simulation: which apply when, and which a seed chooses. */
import type { Counts, Fault } from "./contract.ts";
import { seeded } from "./random.ts";

type Of<K extends Fault["kind"]> = Extract<Fault, { readonly kind: K }>;

/** Most faults that a seed chooses for one run. */
const MAX_CHOSEN = 3;

/** The plan of one simulation. Each fault is injected once. */
export class Faults {
  readonly injected: Fault[] = [];
  readonly #left: Fault[];

  constructor(plan: readonly Fault[]) {
    this.#left = [...plan];
  }

  /** Returns the fault of a kind that applies now, and takes it from the plan. */
  take<K extends Fault["kind"]>(kind: K, applies: (fault: Of<K>) => boolean): Of<K> | null {
    const isOf = (fault: Fault): fault is Of<K> => fault.kind === kind;
    const fault = this.#left.filter(isOf).find(applies);
    if (fault === undefined) {
      return null;
    }
    this.#left.splice(this.#left.indexOf(fault), 1);
    this.injected.push(fault);
    return fault;
  }
}

/** Chooses faults for a run, of which the counts without faults are known. */
export function chosenFaults(seed: number, counts: Counts): readonly Fault[] {
  const random = seeded(seed);
  const upTo = (n: number): number => 1 + Math.floor(random() * n);
  const oneOf = <T>(first: T, ...others: readonly T[]): T =>
    [first, ...others][Math.floor(random() * (others.length + 1))] ?? first;
  const makers: (() => Fault)[] = [
    () => ({ kind: "crash", write: upTo(counts.writes), when: oneOf("before", "after") }),
    () => ({ kind: "crash", write: upTo(counts.writes), when: oneOf("before", "after") }),
    () => ({ kind: "duplicate_delivery", after_write: upTo(counts.writes) }),
  ];
  if (counts.alarms > 0) {
    makers.push(() => ({ kind: "duplicate_alarm", alarm: upTo(counts.alarms) }));
  }
  if (counts.model_attempts > 0) {
    makers.push(() => {
      const failure = oneOf("rate_limited", "server_error", "cut_stream", "timeout");
      const limited = failure === "rate_limited" ? { retry_after_s: upTo(30) } : {};
      return { kind: "model", attempt: upTo(counts.model_attempts), failure, ...limited };
    });
  }
  if (counts.tool_runs > 0) {
    makers.push(() => ({
      kind: "tool",
      call: upTo(counts.tool_runs),
      failure: oneOf("error", "lost", "timeout"),
    }));
  }
  if (counts.requests > 0) {
    makers.push(() => ({
      kind: "fetch",
      request: upTo(counts.requests),
      failure: oneOf<"unreachable" | "timeout" | number>("unreachable", "timeout", 500, 429),
    }));
  }
  return Array.from({ length: upTo(MAX_CHOSEN) }, () => {
    const make = makers[Math.floor(random() * makers.length)] ?? makers[0];
    return make?.();
  }).filter((fault) => fault !== undefined);
}
