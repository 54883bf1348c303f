/** `opspawn eval`: runs a promptfoo config on agents of the service. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { extname } from "node:path";
import type { Opspawn } from "../../opspawn.ts";
import { NotFoundError, PermissionDeniedError } from "../../errors.ts";
import { EXIT, INTERRUPTED, StateError, UsageError } from "../cli-env.ts";
import type { Call, Command } from "../command.ts";
import { ERASE_LINE, isTerminal } from "../live-view.ts";
import { lineOf } from "../output.ts";
import type { ParsedArgs } from "../parsed-args.ts";
import { shellWord } from "../shell.ts";
import { comparisonOf, summaryOf, type Comparison, type Summary } from "./compare.ts";
import { ConfigError } from "./config/faults.ts";
import { junitOf } from "./junit.ts";
import type { Case, PlannedProvider, Plan } from "./plan.ts";
import { progressOf, reportOf } from "./report.ts";
import type { Outcome, Result, RunOptions } from "./run.ts";

const RUN_ID = /^[\w.-]{1,64}$/;
/** Faults of a config that are listed. */
const MAX_FAULTS = 20;
const VERSION = /^[1-9]\d*$/;

const evaluate: Command = {
  name: "eval",
  arguments: [{ name: "config" }],
  about: "Run a promptfoo config on agents, and compare two versions",
  more: "Runs the deterministic assertions and `trajectory:*` of a promptfoo config, without promptfoo. What it cannot run is refused before any task is submitted. Interrupted, the eval continues with the same --run: tasks that were submitted are not submitted again. Exit code 1 if less passes than --threshold says, or if the second version of --compare is worse.",
  options: [
    {
      name: "compare",
      value: "agents",
      about: "two agents to compare, such as support@1,support@2",
    },
    {
      name: "repeat",
      value: "n",
      about: "runs of each case (default: evaluateOptions.repeat, or 1)",
    },
    {
      name: "concurrency",
      value: "n",
      about: "tasks at once (default: evaluateOptions.maxConcurrency, or 4)",
    },
    { name: "filter", value: "text", about: "only tests whose name contains the text" },
    {
      name: "filter-metadata",
      value: "key=value",
      multiple: true,
      about: "only tests with this metadata; can be repeated",
    },
    {
      name: "output",
      short: "o",
      value: "file",
      multiple: true,
      about: "write results to a file: JUnit for .xml, all data for .json; can be repeated",
    },
    {
      name: "threshold",
      value: "share",
      about: "share of results that must pass, from 0 to 1 (default: 1; with --compare: none)",
    },
    { name: "max-cost", value: "usd", about: "maximum cost of the eval in dollars" },
    { name: "run", value: "id", about: "continue an eval, by the id that it printed" },
  ],
  run: evaluated,
};

export const EVAL_COMMANDS: readonly Command[] = [evaluate];

/** What the options of the command line say. */
interface Wanted {
  readonly agents: readonly string[];
  readonly threshold: number | null;
  readonly runId: string;
  readonly outputs: readonly string[];
  readonly maxCost: number | null;
}

async function evaluated(call: Call): Promise<number> {
  const { cli, args } = call;
  const wanted = wantedOf(args);
  const file = args.word("config");
  const plan = await planOf(file, wanted, cli.env);
  const cases = chosen(plan.cases, args);
  const repeat = args.whole("repeat") ?? plan.repeat;
  const concurrency = args.whole("concurrency") ?? plan.concurrency;
  const client = call.client();
  await checkAgents(client, plan.providers);
  const own = args.text("run") === undefined ? ["--run", wanted.runId] : [];
  const again = [cli.program, "eval", ...[...call.given, ...own].map(shellWord)].join(" ");
  cli.onInterrupt(() => {
    cli.stderr.write(`\nInterrupted. Continue with: ${again}\n`);
    cli.exit(INTERRUPTED);
  });
  const total = cases.length * plan.providers.length * repeat;
  const outcome = await shownRun(call, client, total, {
    ...plan,
    cases,
    repeat,
    concurrency,
    runId: wanted.runId,
    maxCost: wanted.maxCost,
  });
  const { results, left } = outcome;
  const summaries = plan.providers.map(({ label }) => summaryOf(label, results));
  const comparison = comparedIn(plan.providers, results);
  for (const output of wanted.outputs) {
    write(output, file, plan, outcome, { runId: wanted.runId, summaries, comparison });
  }
  if (args.isJson) {
    for (const result of results) {
      await cli.stdout.print(lineOf(call, result));
    }
  } else {
    await cli.stdout.print(reportOf(cli.stdout, { summaries, comparison, results, repeat, left }));
  }
  return isGood(wanted, summaries, comparison, left) ? EXIT.completed : EXIT.failed;
}

/** Runs the cases. A terminal shows the progress; the id is written first, for a later `--run`. */
async function shownRun(
  { cli }: Call,
  client: Opspawn,
  total: number,
  options: Omit<RunOptions, "onResult">,
): Promise<Outcome> {
  const { stderr } = cli;
  const { runCases } = await import("./run.ts");
  stderr.write(`Eval ${options.runId}: ${total} ${total === 1 ? "task" : "tasks"}\n`);
  const results: Result[] = [];
  const isLive = isTerminal(stderr);
  const outcome = await runCases(client, {
    ...options,
    onResult: (result) => {
      results.push(result);
      if (isLive) {
        stderr.write(`${ERASE_LINE}${progressOf(stderr, results, total)}`);
      }
    },
  });
  if (isLive) {
    stderr.write(ERASE_LINE);
  }
  return outcome;
}

/** @throws UsageError */
function wantedOf(args: ParsedArgs): Wanted {
  const compared = args.text("compare");
  const agents = compared?.split(",").map((agent) => agent.trim()) ?? [];
  if (compared !== undefined && (agents.length !== 2 || agents[0] === agents[1])) {
    throw new UsageError(
      `--compare needs two agents, such as support@1,support@2, but is ${compared}.`,
    );
  }
  const threshold = args.number("threshold");
  if (threshold !== undefined && threshold > 1) {
    throw new UsageError(`--threshold must be from 0 to 1, but is ${threshold}.`);
  }
  const runId = args.text("run") ?? `ev-${randomBytes(6).toString("hex")}`;
  if (!RUN_ID.test(runId)) {
    throw new UsageError("--run must be the id of an eval: letters, digits, - and _.");
  }
  const outputs = args.texts("output");
  const other = outputs.find((path) => ![".xml", ".json"].includes(extname(path).toLowerCase()));
  if (other !== undefined) {
    throw new UsageError(`--output must be a file .xml or .json, but is ${other}.`);
  }
  return {
    agents,
    threshold: threshold ?? (compared === undefined ? 1 : null),
    runId,
    outputs,
    maxCost: args.number("max-cost") ?? null,
  };
}

/** Reads the config. @throws StateError with all that is wrong with it */
async function planOf(
  file: string,
  { agents }: Wanted,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Plan> {
  // Loaded when it is needed: other commands need no parser.
  const { readConfig } = await import("./config/config.ts");
  try {
    return readConfig(file, { agents: withNames(agents), env });
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    const { faults } = error;
    const more = faults.length - MAX_FAULTS;
    const lines = faults.slice(0, MAX_FAULTS).map((fault) => `  ${fault}`);
    throw new StateError(
      `The config cannot be run; nothing was submitted.\n${lines.join("\n")}${more > 0 ? `\n  … and ${more} more` : ""}`,
    );
  }
}

/** A version alone is one of the agent before it: `support@1,2`. */
function withNames(agents: readonly string[]): readonly string[] {
  const name = agents[0]?.split("@")[0] ?? "";
  return agents.map((agent) => (VERSION.test(agent) ? `${name}@${agent}` : agent));
}

/** @throws StateError if no test is left */
function chosen(cases: readonly Case[], args: ParsedArgs): readonly Case[] {
  const text = args.text("filter")?.toLowerCase() ?? "";
  const pairs = args.texts("filter-metadata").map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) {
      throw new UsageError(`--filter-metadata must be key=value, but is ${pair}.`);
    }
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  const found = cases.filter(
    ({ name, metadata }) =>
      name.toLowerCase().includes(text) &&
      pairs.every(([key, value]) => [metadata[key]].flat().map(String).includes(value)),
  );
  if (found.length === 0) {
    throw new StateError("No test matches the filter.");
  }
  return found;
}

/** Finds the agents before anything is submitted. @throws StateError */
async function checkAgents(client: Opspawn, providers: readonly PlannedProvider[]): Promise<void> {
  for (const { config } of providers) {
    const { agent = "default", version } = config;
    try {
      const { version: newest } = await client.agents.get(agent);
      if (
        version !== undefined &&
        version !== newest &&
        !(await hasVersion(client, agent, version))
      ) {
        throw new StateError(`The agent ${agent} has no version ${version}.`);
      }
    } catch (error) {
      if (error instanceof NotFoundError) {
        throw new StateError(`There is no agent ${agent}. \`opspawn agents\` lists what exists.`);
      }
      // A key for tasks alone: the submission finds out.
      if (!(error instanceof PermissionDeniedError)) {
        throw error;
      }
    }
  }
}

async function hasVersion(client: Opspawn, agent: string, version: number): Promise<boolean> {
  for await (const one of client.agents.versions(agent)) {
    if (one.version <= version) {
      return one.version === version;
    }
  }
  return false;
}

/** Compares the two providers, if there are two. */
function comparedIn(
  providers: readonly PlannedProvider[],
  results: readonly Result[],
): Comparison | null {
  const [first, second, ...others] = providers;
  return first === undefined || second === undefined || others.length > 0
    ? null
    : comparisonOf(first.label, second.label, results);
}

/** Whether enough passes. Of two that are compared, the second counts. */
function isGood(
  { agents, threshold }: Wanted,
  summaries: readonly Summary[],
  comparison: Comparison | null,
  left: number,
): boolean {
  const counted = agents.length > 0 ? summaries.slice(1) : summaries;
  const isEnough = threshold === null || counted.every((one) => one.pass_rate >= threshold);
  return isEnough && left === 0 && (agents.length === 0 || comparison?.verdict !== "worse");
}

function write(
  path: string,
  name: string,
  { description, providers }: Plan,
  { results, left }: Outcome,
  more: Readonly<{ runId: string; summaries: readonly Summary[]; comparison: Comparison | null }>,
): void {
  const { runId: run, summaries, comparison } = more;
  const labels = providers.map(({ label }) => label);
  const text =
    extname(path).toLowerCase() === ".xml"
      ? junitOf(description === "" ? name : description, labels, results)
      : `${JSON.stringify({ run, description, summaries, comparison, not_run: left, results }, null, 2)}\n`;
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new StateError(`Cannot write ${path}: ${(error as Error).message}.`);
  }
}
