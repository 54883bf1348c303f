/** Runs the cases of a plan on the service, several at a time. */
import { OpspawnError } from "../../errors.ts";
import type { Opspawn } from "../../opspawn.ts";
import {
  OpspawnProvider,
  type CallMetadata,
  type CallResult,
  type ProviderConfig,
} from "../../promptfoo/index.ts";
import { outputText } from "./assertions/assertion.ts";
import type { Case, PlannedProvider } from "./plan.ts";
import { gradeOf, needsTrace, type Graded } from "./assertions/grade.ts";
import { spansOf, type Span } from "./assertions/trace.ts";

/** One case with one provider, once. */
export interface Result {
  readonly provider: string;
  readonly name: string;
  readonly test_index: number;
  readonly prompt_index: number;
  /** Counts from 0. */
  readonly repeat: number;
  readonly pass: boolean;
  readonly score: number;
  readonly output: unknown;
  /** `code: message` of a task without an answer. */
  readonly error: string | null;
  readonly cost_usd: number;
  readonly latency_ms: number;
  readonly tokens: number;
  readonly task_id: string | null;
  readonly agent_version: number | null;
  readonly assertions: readonly Graded[];
  readonly vars: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What is run, and how. */
export interface RunOptions {
  readonly providers: readonly PlannedProvider[];
  readonly cases: readonly Case[];
  readonly repeat: number;
  readonly concurrency: number;
  /** Identifies the eval: the same one gets the tasks that it already submitted. */
  readonly runId: string;
  /** Maximum dollars; null for no limit. */
  readonly maxCost: number | null;
  readonly onResult: (result: Result) => void;
}

/** The results, in the order of the plan, and how many cases the cost limit left out. */
export interface Outcome {
  readonly results: readonly Result[];
  readonly left: number;
}

interface Job {
  readonly one: Case;
  readonly provider: PlannedProvider;
  readonly repeat: number;
}

/** Share of a cost limit that a task may spend, unless the config limits it. */
const SHARE = 20;

export async function runCases(client: Opspawn, options: RunOptions): Promise<Outcome> {
  const { providers, cases, repeat, concurrency, maxCost } = options;
  const jobs: Job[] = [];
  for (let round = 0; round < repeat; round += 1) {
    for (const one of cases) {
      jobs.push(...providers.map((provider) => ({ one, provider, repeat: round })));
    }
  }
  const results = new Map<Job, Result>();
  const purse = new Purse(maxCost);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let job = jobs[next]; job !== undefined; job = jobs[next]) {
      const config = limited(job.provider.config, maxCost);
      const most = config.limits?.max_cost_usd ?? 0;
      if (!purse.takes(most)) {
        // A task that ends may leave room, and is waited for by the worker that runs it.
        return;
      }
      next += 1;
      const result = await resultOf(client, job, config, options);
      purse.settle(most, result.cost_usd);
      results.set(job, result);
      options.onResult(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, jobs.length) }, work));
  return {
    results: jobs.flatMap((job) => results.get(job) ?? []),
    left: jobs.length - results.size,
  };
}

/** Money of an eval: what is spent, and what the running tasks may still spend. */
class Purse {
  readonly #most: number;
  #spent = 0;
  #held = 0;

  constructor(most: number | null) {
    this.#most = most ?? Infinity;
  }

  takes(amount: number): boolean {
    if (this.#spent + this.#held + amount > this.#most) {
      return false;
    }
    this.#held += amount;
    return true;
  }

  settle(amount: number, cost: number): void {
    this.#held -= amount;
    this.#spent += cost;
  }
}

/** Gives each task a limit of cost, so that those that run at once cannot exceed the eval's. */
function limited(config: ProviderConfig, maxCost: number | null): ProviderConfig {
  const own = config.limits?.max_cost_usd;
  return maxCost === null || (own !== undefined && own !== null)
    ? config
    : { ...config, limits: { ...config.limits, max_cost_usd: maxCost / SHARE } };
}

async function resultOf(
  client: Opspawn,
  { one, provider, repeat }: Job,
  config: ProviderConfig,
  { runId }: RunOptions,
): Promise<Result> {
  const { testIndex, promptIndex, assertions, threshold, options } = one;
  const called = await new OpspawnProvider({ config }, client).callApi(one.prompt, {
    evaluationId: runId,
    testIdx: testIndex,
    promptIdx: promptIndex,
    repeatIndex: repeat,
    prompt: { config: options },
  });
  const task = taskOf(called);
  const spans =
    task !== null && called.error === undefined && needsTrace(assertions)
      ? await tracedSpans(client, task.task_id)
      : [];
  const error = called.error ?? (typeof spans === "string" ? spans : null);
  const graded =
    error === null && typeof spans !== "string"
      ? gradeOf(assertions, threshold, {
          text: outputText(called),
          cost: called.cost ?? 0,
          latencyMs: called.latencyMs ?? 0,
          spans,
        })
      : { pass: false, score: 0, assertions: [] };
  return {
    provider: provider.label,
    name: one.name,
    test_index: testIndex,
    prompt_index: promptIndex,
    repeat,
    ...graded,
    output: called.output ?? null,
    error,
    cost_usd: called.cost ?? 0,
    latency_ms: called.latencyMs ?? 0,
    tokens: called.tokenUsage?.total ?? 0,
    task_id: task?.task_id ?? null,
    agent_version: task?.agent_version ?? null,
    vars: one.vars,
    metadata: one.metadata,
  };
}

/** Returns the spans of a task, or `code: message` if they cannot be read. */
async function tracedSpans(client: Opspawn, taskId: string): Promise<readonly Span[] | string> {
  try {
    return spansOf(await client.tasks.trace(taskId, { content: "all" }));
  } catch (error) {
    if (!(error instanceof OpspawnError)) {
      throw error;
    }
    return `${error.code}: ${error.message}`;
  }
}

function taskOf({ metadata }: CallResult): CallMetadata | null {
  return metadata !== undefined && "task_id" in metadata ? metadata : null;
}
