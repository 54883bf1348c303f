/** Reads a promptfoo config into a plan: everything that is run, checked before anything is. */
import { dirname, resolve } from "node:path";
import { recordOf } from "../../input.ts";
import { CODE, ConfigError, Faults, UNSUPPORTED, type Known } from "./faults.ts";
import { Files } from "./files.ts";
import type { Plan } from "../plan.ts";
import { promptsIn } from "./prompts.ts";
import { providersIn } from "./providers.ts";
import { testsIn } from "./test-cases.ts";

const FIELDS: Known = {
  // Those that are not read do not change the result.
  fields: [
    "$schema",
    "commandLineOptions",
    "defaultTest",
    "derivedMetrics",
    "description",
    "env",
    "evaluateOptions",
    "metadata",
    "outputPath",
    "prompts",
    "providers",
    "sharing",
    "tags",
    "targets",
    "tests",
    "tracing",
    "writeLatestResults",
  ],
  refused: {
    assertionTemplates: UNSUPPORTED,
    extensions: CODE,
    nunjucksFilters: CODE,
    redteam: UNSUPPORTED,
    scenarios: UNSUPPORTED,
  },
};

const CONCURRENCY = 4;

/** What the command line sets. */
export interface Overrides {
  /** Agents in place of those of the config. */
  readonly agents: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads a config. @throws ConfigError */
export function readConfig(file: string, { agents, env }: Overrides): Plan {
  const faults = new Faults();
  const files = new Files(dirname(resolve(file)));
  const data = faults.try(file, () => files.yaml(resolve(file)));
  faults.check();
  const config = recordOf(data);
  if (config !== data) {
    throw new ConfigError([`${file}: must be an object with prompts, providers and tests`]);
  }
  faults.fields(file, config, FIELDS);
  const { description, evaluateOptions, prompts, providers, targets, tests } = config;
  const { maxConcurrency, repeat } = recordOf(evaluateOptions);
  const vars = { env: { ...env, ...recordOf(config["env"]) } };
  const planned = providersIn(providers ?? targets, agents, faults);
  const texts = promptsIn(prompts, files, faults);
  const cases = testsIn(tests, config["defaultTest"], { files, faults, prompts: texts, vars });
  if (cases.length === 0) {
    faults.add(file, "has no tests");
  }
  faults.check();
  return {
    description: typeof description === "string" ? description : "",
    providers: planned,
    cases,
    repeat: wholeOr(repeat, 1),
    concurrency: wholeOr(maxConcurrency, CONCURRENCY),
  };
}

function wholeOr(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 ? value : otherwise;
}
