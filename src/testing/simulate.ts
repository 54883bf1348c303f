/** Simulates one run of an agent in Node: the real engine on a virtual clock, without a network. */
import type { Deps } from "../durable/run/deps.ts";
import type { EventLog } from "../durable/run/storage/event-log.ts";
import { shippedPrice } from "../agent/llm/prices.ts";
import { PLANNERS } from "../agent/planners/planner-for.ts";
import { jsonSchemaCheck } from "../agent/tools/schema/json-schema.ts";
import type { RunTools } from "../agent/loop/effects.ts";
import type { Toolbox } from "../agent/tools/registry.ts";
import type { Tool } from "../agent/tools/tool.ts";
import { configOf } from "../env/config.ts";
import type { OpenQuestion } from "../run/decide/questions.ts";
import type { RunState } from "../run/log/state.ts";
import type { RunSpec } from "../run/spec/spec.ts";
import { logHash } from "../../sdk/src/cli/cassette-format.ts";
import { writeCassette } from "./cassette.ts";
import type { Agent, Cassette, Counts, Question, SimulateOptions, Simulation } from "./contract.ts";
import { Disk } from "./disk.ts";
import { chosenFaults, Faults } from "./faults.ts";
import { surrounded, withVirtualGlobals } from "./globals.ts";
import { SimulatedMemory } from "./memory.ts";
import { Models } from "./model.ts";
import { commandOf, questionOf } from "./people.ts";
import { Platform, type Planned } from "./platform.ts";
import type { Process } from "./process.ts";
import { seeded } from "./random.ts";
import { Replay, REPLAY_RETRY, replayedTools } from "./replay.ts";
import { costOf, effectsOf, eventOf, waitsOf, worldOf } from "./results.ts";
import { ownValue } from "../run/value/json.ts";
import { Delayed } from "./replayed-children.ts";
import { SimulationError } from "./simulation-error.ts";
import { changedSpec, otherTasks, playerOf, specOf } from "./task.ts";
import {
  counted,
  portOf,
  simulatedFetch,
  simulatedToolbox,
  ToolCounts,
  withoutServers,
  type Requested,
  type ToolsHost,
} from "./tools.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** The start of the virtual clock. */
const START = "2026-01-01T00:00:00.000Z";
const REAL_WAIT_MS = 1_000;
/** Characters of a page of the log. */
const WHOLE_LOG = Number.MAX_SAFE_INTEGER;

/** How long a replayed call waits for an answer that was recorded while it was held. */
const REPLAY_HOLD_MS = 3_600_000;

/**
 * Simulates one run: to its end, to a wait without an answer, or to `until`.
 * @throws SimulationError if the run cannot be simulated, such as for an invalid config or script
 */
export async function simulate<W = undefined>(
  agent: Agent,
  options: SimulateOptions<W>,
): Promise<Simulation<W>> {
  const seed = options.seed === "random" ? Math.floor(Math.random() * 2 ** 31) : options.seed;
  const chosen =
    seed === undefined || options.faults !== undefined
      ? (options.faults ?? [])
      : chosenFaults(seed, (await simulateOnce(agent, options, [], seed)).counts);
  return simulateOnce(agent, options, chosen, seed ?? 1);
}

async function simulateOnce<W>(
  agent: Agent,
  options: SimulateOptions<W>,
  faults: Simulation["faults"],
  seed: number,
): Promise<Simulation<W>> {
  const run = new SimulatedRun(agent, options, faults, seed);
  try {
    return await withVirtualGlobals(() => run.play());
  } finally {
    run.close();
  }
}

/** One simulated run. */
class SimulatedRun<W> {
  readonly #options: SimulateOptions<W>;
  readonly #seed: number;
  readonly #clock: VirtualClock;
  readonly #start: number;
  readonly #disk = new Disk();
  readonly #memory = new SimulatedMemory(() => this.#clock.now);
  readonly #faults: Faults;
  readonly #spec: RunSpec;
  readonly #models: Models;
  readonly #counts = new ToolCounts();
  readonly #requests: Requested[] = [];
  readonly #questions: Question[] = [];
  readonly #random: () => number;
  readonly #world: W;
  readonly #env: object;
  readonly #platform: Platform;
  readonly #surroundings;
  readonly #replay: Replay | null;
  #tools: readonly Tool[] = [];
  #failure: string | null = null;

  constructor(
    agent: Agent,
    options: SimulateOptions<W>,
    faults: Simulation["faults"],
    seed: number,
  ) {
    this.#options = options;
    this.#seed = seed;
    this.#replay = options.cassette === undefined ? null : new Replay(options.cassette);
    this.#start = this.#replay?.start ?? Date.parse(options.start ?? START);
    this.#clock = new VirtualClock(this.#start);
    this.#faults = new Faults(faults);
    this.#random = seeded(seed);
    this.#spec =
      this.#replay === null
        ? specOf(agent, options, this.#start, seed)
        : changedSpec(this.#replay.spec, agent);
    this.#models = new Models(this.#replay ?? playerOf(options), this.#faults);
    const clock = this.#clock;
    this.#surroundings = {
      clock,
      fetch: simulatedFetch(
        this.#requests,
        this.#faults,
        (request) => this.#offer(request),
        (message) => {
          this.#failure = message;
        },
      ),
    };
    this.#world = this.#outside(() => worldOf(options));
    const { env = {} } = options;
    this.#env = typeof env === "function" ? this.#outside(() => env(this.#world)) : env;
    this.#platform = new Platform({
      spec: this.#spec,
      disk: this.#disk,
      clock,
      faults: this.#faults,
      prepare: () => this.#prepare(),
      process: {
        disk: this.#disk,
        surroundings: this.#surroundings,
        deps: (process) => this.#deps(process),
        stopsAt: (write, when) => this.#stopsAt(write, when),
        fault: (name, error) => this.#fault(name, error),
        published: (events) => this.#replay?.written(events) ?? null,
      },
      command: () => this.#replay?.command ?? null,
      ask: (question) => this.#ask(question),
      until: (state) => this.#until(state),
      failure: () => this.#failure,
      pauses: this.#replay === null,
      realWaitMs: options.real_wait_ms ?? REAL_WAIT_MS,
    });
  }

  /** Plays the run, and returns what it was. */
  async play(): Promise<Simulation<W>> {
    this.#replay?.begin({
      state: () => this.#platform.state,
      advance: (to) => this.#clock.advance(to),
      lastBody: () => this.#models.lastBody,
      fail: (message) => {
        this.#failure ??= message;
      },
    });
    await this.#platform.run();
    if (this.#failure !== null || this.#replay?.finished === false) {
      throw new SimulationError(this.#failure ?? this.#replay?.unfinished() ?? "");
    }
    const log = this.#log();
    const events = log.history(0, WHOLE_LOG).events;
    const { state } = log;
    const { end } = state;
    const shown = events.map(eventOf);
    const cassette = writeCassette(shown, this.#models.sent, this.#outputs());
    return {
      status: state.status,
      waiting_for: state.wait?.for ?? null,
      answer: end?.status === "completed" ? end.result.answer : null,
      data: end?.status === "completed" ? end.result.data : undefined,
      error: end?.status === "failed" ? { code: end.error.code, message: end.error.message } : null,
      events: shown,
      effects: effectsOf(events, this.#counts.byCall),
      waits: waitsOf(events),
      cost: costOf(state),
      questions: this.#questions,
      requests: this.#requests,
      unfinished: end === null ? [] : this.#unfinished(),
      seed: this.#seed,
      faults: this.#faults.injected,
      counts: this.#countsSoFar(),
      elapsed_s: (this.#clock.now - this.#start) / 1000,
      log_sha256: logHash(shown),
      world: this.#world,
      cassette: (): Cassette => cassette,
    };
  }

  close(): void {
    this.#platform.process?.stop();
    this.#disk.close();
    this.#memory.close();
  }

  #log(): EventLog {
    const { process } = this.#platform;
    if (process === null) {
      throw new SimulationError("The run never started.");
    }
    return process.context.log;
  }

  #outputs(): Readonly<Record<string, string>> {
    const outputs: Record<string, string> = {};
    for (const { data } of this.#log().history(0, WHOLE_LOG).events) {
      const sha256 = "output_sha256" in data ? data.output_sha256 : undefined;
      if (typeof sha256 === "string") {
        const page = this.#platform.process?.core.values.read(sha256, 0, WHOLE_LOG);
        outputs[sha256] = page?.text ?? "";
      }
    }
    return outputs;
  }

  #unfinished(): readonly string[] {
    return [
      ...new Set([...(this.#platform.process?.working ?? []), ...this.#clock.waitingTools]),
    ].toSorted();
  }

  #countsSoFar(): Counts {
    const { processes, alarms, deliveries } = this.#platform;
    return {
      processes,
      writes: this.#disk.writes,
      alarms,
      deliveries,
      model_attempts: this.#models.sent.length,
      tool_runs: this.#counts.runs,
      requests: this.#requests.length,
    };
  }

  #stopsAt(write: number, when: "before" | "after"): boolean {
    const again = this.#faults.take(
      "duplicate_delivery",
      (fault) => when === "after" && fault.after_write === write,
    );
    if (again !== null) {
      this.#platform.deliverAgain();
    }
    const crash = this.#faults.take(
      "crash",
      (fault) => fault.write === write && fault.when === when,
    );
    return crash !== null;
  }

  /** A fault of the service is a defect of the simulation or of the engine: the test must see it. */
  #fault(name: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#failure ??= error instanceof Delayed ? null : `The engine failed (${name}): ${message}`;
  }

  /** Runs code of the test in the surroundings of the simulation. */
  #outside<T>(work: () => T): T {
    return surrounded({ ...this.#surroundings, owner: { process: null, tool: null } }, work);
  }

  /** Makes the tools of the next process. */
  async #prepare(): Promise<void> {
    const { tools = [] } = this.#options;
    const made =
      typeof tools === "function" ? await this.#outside(async () => tools(this.#world)) : tools;
    this.#tools = made.map((tool) => portOf(tool, this.#env));
    const names = this.#tools.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) {
      throw new SimulationError(`Two tools have the name ${twice}.`);
    }
  }

  #deps(process: Process): Deps {
    const config = configOf(this.#env);
    const { secrets = {} } = this.#options;
    const host: ToolsHost = {
      faults: this.#faults,
      work: (tool, run) => process.call(tool, run),
    };
    return {
      config,
      tasks: {
        project: async () => ({ feedSince: null, telemetry: false }),
        failUnreadable: async () => null,
        get: async () => null,
      },
      ...otherTasks(this.#replay?.submit),
      run: () => null,
      keys: { stillValid: async () => new Set<number>() },
      audit: { note: async () => {} },
      observer: process.context.observer,
      announce: null,
      traces: null,
      ledger: () => null,
      gates: null,
      feed: () => null,
      timetable: () => null,
      mayAsk: async () => true,
      now: () => this.#clock.now,
      random: this.#random,
      plannerFor: (name) => PLANNERS.get(name) ?? null,
      toolsFor: (spec, scripted) => ({
        llmFor: (model) => this.#models.clientFor(model),
        ...this.#toolsOf(
          simulatedToolbox(
            spec,
            { own: this.#tools, registered: this.#replay?.recordedTools() ?? [] },
            scripted,
            (tool) => this.#replay?.tool(tool) ?? counted(tool, this.#counts, host),
            this.#memory.open,
          ),
        ),
        recall: async () => [this.#replay?.recalled() ?? (await this.#memory.recall(spec))],
        fetch: this.#surroundings.fetch,
        secrets: { find: async (name) => ownValue(secrets, name) ?? null },
        settings: {
          retry: this.#replay === null ? config.retry : REPLAY_RETRY,
          providerWaitMs: config.gates.waitMs,
          modelTimeoutMs: config.modelTimeoutMs,
          modelFirstByteMs: config.modelFirstByteMs,
          modelIdleMs: config.modelIdleMs,
          deltaChars: config.deltaChars,
          deltaMs: config.deltaMs,
          holdMs: this.#replay === null ? 0 : REPLAY_HOLD_MS,
        },
        priceOf: (model) => config.prices.get(model) ?? shippedPrice(model),
        files: null,
        checkAnswer:
          spec.config.output_schema === undefined
            ? null
            : jsonSchemaCheck(spec.config.output_schema),
      }),
      priceOf: (model) => config.prices.get(model) ?? shippedPrice(model),
    };
  }

  #toolsOf(own: Toolbox): Pick<RunTools, "toolboxAt" | "listServers" | "close"> {
    return this.#replay === null ? withoutServers(own) : replayedTools(this.#replay, own);
  }

  async #offer(request: Request): Promise<Response | null> {
    const { fetch } = this.#options;
    return (await fetch?.(request, this.#world)) ?? null;
  }

  async #ask(open: OpenQuestion): Promise<Planned | null> {
    const question = questionOf(open);
    this.#questions.push(question);
    const { people } = this.#options;
    const answer =
      people === undefined ? null : await this.#outside(async () => people(question, this.#world));
    if (answer === null || answer === undefined) {
      return null;
    }
    const after = typeof answer === "string" ? 0 : (answer.after_s ?? 0);
    return { at: this.#clock.now + after * 1000, command: commandOf(answer, open) };
  }

  #until(state: RunState): boolean {
    if (this.#replay !== null) {
      return this.#replay.finished;
    }
    const { until = "end" } = this.#options;
    if (typeof until === "function") {
      return until({
        status: state.status,
        waiting_for: state.wait?.for ?? null,
        elapsed_s: (this.#clock.now - this.#start) / 1000,
        last_seq: state.seq,
      });
    }
    return state.wait?.for === until;
  }
}
