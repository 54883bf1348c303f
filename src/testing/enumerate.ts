/** Runs an agent once for each place where its process may stop, and compares the runs. */
import type {
  Agent,
  Difference,
  EnumeratedRun,
  Enumeration,
  Fault,
  SimulateOptions,
  Simulation,
} from "./contract.ts";
import { firstDifference, jsonCopy, shown } from "./difference.ts";
import { simulate } from "./simulate.ts";
import { SimulationError } from "./simulation-error.ts";

/**
 * Simulates a run without a crash, then with a crash before and after each of its writes. The
 * options' `world` and `tools` must be functions if they hold state: each run needs its own.
 * @throws SimulationError if the run is not the same twice without a crash: its tools, its answers or
 * its world then depend on chance or on state that outlives a run
 */
export async function enumerate<W = undefined>(
  agent: Agent,
  options: Omit<SimulateOptions<W>, "faults">,
): Promise<Enumeration<W>> {
  const seed = options.seed === "random" ? Math.floor(Math.random() * 2 ** 31) : options.seed;
  const once = (faults: readonly Fault[]): Promise<Simulation<W>> =>
    simulate(agent, { ...options, seed: seed ?? 1, faults });
  const reference = await once([]);
  checkRepeatable(reference, await once([]));
  const runs: EnumeratedRun[] = [];
  for (let write = 1; write <= reference.counts.writes; write += 1) {
    for (const when of ["before", "after"] as const) {
      const fault: Fault = { kind: "crash", write, when };
      runs.push(compared(fault, reference, await once([fault])));
    }
  }
  const different = runs.filter(({ verdict }) => verdict === "different");
  const unknown = runs.filter(({ verdict }) => verdict === "unknown");
  const text = summary(reference, runs, different, unknown.length);
  return { reference, runs, different, unknown, text };
}

function checkRepeatable(reference: Simulation<unknown>, again: Simulation<unknown>): void {
  const [difference] = differences(reference, again);
  if (difference !== undefined) {
    throw new SimulationError(
      `The run is not the same twice without a crash: ${sentence(difference)}. Its tools or its world depend on chance, or hold state that outlives a run: make it in \`world\`.`,
    );
  }
}

function compared<W>(fault: Fault, reference: Simulation<W>, run: Simulation<W>): EnumeratedRun {
  const found = differences(reference, run);
  const { status } = run;
  if (found.length === 0) {
    return { fault, status, verdict: "same", differences: [] };
  }
  // The contract of a tool that must not run twice: it may not have run, and the log says so.
  const explained =
    run.effects.some(({ outcome }) => outcome === "unknown") &&
    !isRepeated(reference, run) &&
    found.every((difference) => difference.in === "effects" || difference.in === "world");
  return { fault, status, verdict: explained ? "unknown" : "different", differences: found };
}

/** Returns whether a call with an effect ran more often than without a crash. */
function isRepeated(reference: Simulation<unknown>, run: Simulation<unknown>): boolean {
  const before = totals(reference);
  return Object.entries(totals(run)).some(([tool, runs]) => runs > (before[tool] ?? 0));
}

/** Returns what people would see: how a run ended, which effects it had, and what the world is. */
function differences(reference: Simulation<unknown>, run: Simulation<unknown>): Difference[] {
  const views: readonly [string, (one: Simulation<unknown>) => unknown][] = [
    ["status", (one) => ({ status: one.status, waiting_for: one.waiting_for })],
    ["answer", (one) => ({ answer: one.answer, data: one.data })],
    ["error", (one) => one.error?.code ?? null],
    ["effects", totals],
    ["world", ({ world }) => world],
  ];
  return views.flatMap(([name, view]) => {
    const found = firstDifference(jsonCopy(view(reference)), jsonCopy(view(run)));
    return found === null ? [] : [{ in: name, ...found }];
  });
}

/**
 * Returns how many effects each tool had. A second run of an idempotent call has none, if the tool
 * keeps its promise: the world shows whether it does. Nor has a call that the run did not finish
 * with `pure` tools.
 */
function totals({ effects }: Simulation<unknown>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { tool, effect, runs } of effects) {
    if (effect !== "pure") {
      sums[tool] = (sums[tool] ?? 0) + (effect === "idempotent" ? Math.min(runs, 1) : runs);
    }
  }
  return sums;
}

function summary(
  reference: Simulation<unknown>,
  runs: readonly EnumeratedRun[],
  different: readonly EnumeratedRun[],
  unknown: number,
): string {
  const head = `${runs.length} runs with a crash: ${different.length} differ, ${unknown} have calls of unknown outcome. Without a crash the run ends ${reference.status} (seed ${reference.seed}).`;
  const lines = different.map(({ fault, differences: [first] }) => {
    const place = fault.kind === "crash" ? `crash ${fault.when} write ${fault.write}` : fault.kind;
    return `- ${place}: ${first === undefined ? "" : sentence(first)}`;
  });
  return [head, ...lines].join("\n");
}

function sentence(difference: Difference): string {
  const { pointer, expected, got } = difference;
  return `${difference.in}${pointer} is ${shown(got)}, expected ${shown(expected)}`;
}
