/** Expectations on simulated runs, for any test runner: each throws an error that says what differs. */
import type { Cost, Enumeration, Fault, Json, Simulation } from "./contract.ts";
import { firstDifference, jsonCopy, shown } from "./difference.ts";

/** Thrown by an expectation that is not met. */
export class ExpectationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ExpectationError";
  }
}

/** Any simulated run. */
type AnyRun = Simulation<unknown>;

/**
 * Expects how often each tool with an effect really ran. A tool that is not named must not have run.
 * @throws ExpectationError
 */
export function expectEffects(run: AnyRun, expected: Readonly<Record<string, number>>): void {
  const ran: Record<string, number> = {};
  for (const { tool, effect, runs } of run.effects) {
    if (runs > 0 && (effect !== "pure" || Object.hasOwn(expected, tool))) {
      ran[tool] = (ran[tool] ?? 0) + runs;
    }
  }
  const names = [...new Set([...Object.keys(expected), ...Object.keys(ran)])].toSorted();
  const wrong = names.filter((name) => (expected[name] ?? 0) !== (ran[name] ?? 0));
  if (wrong.length > 0) {
    const lines = wrong.map(
      (name) => `- ${name} ran ${times(ran[name] ?? 0)}, expected ${times(expected[name] ?? 0)}`,
    );
    fail(run, "The tools did not run as expected.", lines);
  }
}

/** An event to expect: its type, or a type with a part of its data. */
export type ExpectedEvent = string | { readonly type: string; readonly data?: object };

/**
 * Expects these events in this order, with any others between them.
 * @throws ExpectationError that names the first one that is missing
 */
export function expectEvents(run: AnyRun, expected: readonly ExpectedEvent[]): void {
  let next = 0;
  for (const [i, event] of expected.entries()) {
    const { type, data = {} } = typeof event === "string" ? { type: event } : event;
    const found = run.events.findIndex(
      (one, at) => at >= next && one.type === type && isPart(jsonCopy(data), one.data),
    );
    if (found === -1) {
      const seq = run.events[next - 1]?.seq ?? 0;
      const wanted = shown(jsonCopy(event));
      fail(run, `Event ${i + 1} of the expected ones is missing after seq ${seq}: ${wanted}.`, [
        "The log:",
        ...run.events.map((one) => `- ${one.seq} ${one.type} ${shown(one.data)}`),
      ]);
    }
    next = found + 1;
  }
}

/** The most that a run may consume. */
export type CostLimits = { readonly [K in keyof Cost as `max_${K}`]?: number };

/**
 * Expects that a run consumed no more than this.
 * @throws ExpectationError
 */
export function expectCost(run: AnyRun, limits: CostLimits): void {
  const used = new Map(Object.entries(run.cost));
  const lines = Object.entries(limits).flatMap(([name, most]) => {
    const value = used.get(name.replace(/^max_/, "")) ?? 0;
    return most !== undefined && value > most
      ? [`- ${name.replace(/^max_/, "")} is ${value}, at most ${most} was expected`]
      : [];
  });
  if (lines.length > 0) {
    fail(run, "The run consumed too much.", lines);
  }
}

/**
 * Expects that every run of an enumeration ends and acts like the one without a crash. A call whose
 * outcome is unknown is no difference.
 * @throws ExpectationError
 */
export function expectSame({
  different,
  text,
}: Pick<Enumeration<unknown>, "different" | "text">): void {
  if (different.length > 0) {
    throw new ExpectationError(text);
  }
}

/** Returns whether a value has everything that a part of it has. */
function isPart(part: Json | undefined, whole: Json | undefined): boolean {
  if (Array.isArray(part) || part === null || typeof part !== "object") {
    return firstDifference(part, whole) === null;
  }
  const members = new Map(Object.entries(typeof whole === "object" && whole !== null ? whole : {}));
  return Object.entries(part).every(([name, value]) => isPart(value, members.get(name)));
}

function times(n: number): string {
  return n === 1 ? "once" : n === 0 ? "never" : `${n} times`;
}

/** @throws ExpectationError always, with what is needed to repeat the run */
function fail({ seed, faults, status, error }: AnyRun, what: string, lines: string[]): never {
  const ended = error === null ? status : `${status} (${error.code})`;
  const injected = faults.length === 0 ? "no faults" : faults.map(faultText).join(", ");
  throw new ExpectationError(
    [what, ...lines, `The run: ${ended}, seed ${seed}, ${injected}.`].join("\n"),
  );
}

function faultText(fault: Fault): string {
  return JSON.stringify(fault);
}
