/**
 * A run driven by hand in plain Node: the real log on `node:sqlite`, the real loop, scripted
 * models, and a process that can be made to stop before or after any write.
 */
import { hash } from "node:crypto";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Effects, LoopSettings, ReserveAnswer, RunTools } from "../src/agent/loop/effects.ts";
import { runSlice, type SliceEnd } from "../src/agent/loop/loop.ts";
import type { GuardedFetch } from "../src/agent/fetch/guarded-fetch.ts";
import { localScript } from "../src/agent/llm/local/client.ts";
import type { LlmClient } from "../src/agent/llm/client.ts";
import { nativePlanner } from "../src/agent/planners/native.ts";
import { PLANNERS } from "../src/agent/planners/planner-for.ts";
import { RunFiles, type ReadFile } from "../src/agent/loop/files.ts";
import { attachmentsIn } from "../src/run/value/attachment.ts";
import type { Need } from "../src/agent/loop/reserve.ts";
import { jsonSchemaCheck, schemaFits } from "../src/agent/tools/schema/json-schema.ts";
import { withServers, type McpHost } from "../src/agent/mcp/host.ts";
import { agentTools } from "../src/agent/tools/tasks/agent-tools.ts";
import type { Planner } from "../src/run/decide/planner.ts";
import { argumentsDefect } from "../src/agent/tools/prepare.ts";
import { toolboxFor } from "../src/agent/tools/registry.ts";
import { scriptTools } from "../src/agent/tools/registered/script-tools.ts";
import type { RunTool } from "../src/agent/tools/tool.ts";
import { EventLog } from "../src/durable/run/storage/event-log.ts";
import { KeptValues } from "../src/durable/run/storage/kept-values.ts";
import type { Sql } from "../src/durable/run/storage/schema.ts";
import { acceptCommand, type RunCommand } from "../src/run/decide/command.ts";
import type { NewEvent, RunEvent } from "../src/run/log/event.ts";
import { ToolStop } from "../src/run/value/failure.ts";
import type { JsonObject } from "../src/run/value/json.ts";
import { recover } from "../src/run/decide/recover.ts";
import { scriptSchema } from "../src/run/spec/script.ts";
import { memoryTools, type OpenStore } from "../src/agent/tools/memory/memory-tools.ts";
import { recallFrom } from "../src/agent/tools/memory/recall.ts";
import { storesOf } from "../src/run/memory/store-name.ts";
import { goalOf, type AgentConfig, type RunLimits, type RunSpec } from "../src/run/spec/spec.ts";
import type { Folded } from "../src/run/log/reduce.ts";
import { INITIAL_STATE, type RunState } from "../src/run/log/state.ts";
import { NO_GATE } from "./no-gate.ts";

/** A run that was just given a goal, for what reads a config of its state. */
export function stateWith(config: Partial<AgentConfig>): RunState {
  return {
    ...INITIAL_STATE,
    spec: {
      task_id: "task_1",
      tenant_id: "tenant",
      input_data: { goal: "goal" },
      agent: "default",
      agent_version: 1,
      config: { model: "local/rules", planner: "native", ...config },
      limits: { max_steps: 5, max_duration_s: 60 },
    },
    conversation: {
      earlier: [],
      earlierChars: 0,
      pinned: [{ role: "user", text: "goal" }],
      recent: [],
      sizes: [],
      chars: 0,
      dropped: 0,
      pictures: 0,
    },
  };
}

/** `node:sqlite` as the storage that the log needs. */
export function memoryStorage(): { sql: Sql; transaction: (write: () => void) => void } {
  const db = new DatabaseSync(":memory:");
  return {
    sql: {
      exec: (query, ...bindings) => {
        if (bindings.length === 0 && !/^\s*SELECT/i.test(query)) {
          db.exec(query);
          return [];
        }
        const rows = db.prepare(query).all(...(bindings as SQLInputValue[]));
        return rows as Record<string, unknown>[];
      },
    },
    transaction: (write) => {
      db.exec("BEGIN");
      try {
        write();
        db.exec("COMMIT");
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
  };
}

/** A spec for a scripted run; give what matters to the test. */
export function specFor(
  input: JsonObject,
  more: {
    config?: Partial<AgentConfig>;
    limits?: Partial<RunLimits>;
    scheduledAt?: string;
    spec?: Partial<RunSpec>;
  } = {},
): RunSpec {
  const { scheduledAt } = more;
  return {
    task_id: "task_test",
    tenant_id: "test",
    input_data: { goal: "go", ...input },
    agent: "default",
    agent_version: 1,
    config: { model: "local/script", planner: "native", ...more.config },
    limits: { max_steps: 25, max_duration_s: 3600, ...more.limits },
    ...(scheduledAt === undefined ? {} : { scheduled_at: scheduledAt }),
    ...more.spec,
  };
}

/** A run without parent and children. */
export const NO_FAMILY: Pick<Effects, "children" | "parent"> = {
  children: {
    submit: async (orders) =>
      orders.map(() => ({ ok: false, code: "unknown_agent", message: "There is no such agent." })),
    ended: async () => [],
    tell: async () => {},
  },
  parent: { asked: true, wants: async () => true },
};

export function createdEvent(spec: RunSpec): NewEvent {
  return { type: "run.created", data: spec };
}

const SETTINGS: LoopSettings = {
  retry: { maxAttempts: 5, baseMs: 1000, maxMs: 60_000 },
  providerWaitMs: 60_000,
  modelTimeoutMs: 10_000,
  modelFirstByteMs: 10_000,
  modelIdleMs: 10_000,
  deltaChars: 1024,
  deltaMs: 1,
  holdMs: 0,
};

/** What the process dies of where a test kills it. */
export class Killed extends Error {}

export interface HarnessOptions {
  readonly llm?: LlmClient;
  /** By model id with the provider. */
  readonly llms?: Readonly<Record<string, LlmClient>>;
  readonly budget?: (need: Need) => ReserveAnswer;
  readonly gate?: Effects["gate"];
  /** What becomes of the tasks that the run starts; by default they are refused. */
  readonly children?: Effects["children"];
  readonly parent?: Effects["parent"];
  readonly planner?: Planner;
  readonly extraTools?: readonly RunTool[];
  readonly settings?: Partial<LoopSettings>;
  readonly priceOf?: RunTools["priceOf"];
  readonly watched?: boolean;
  /** The clock of the machine instead of one that stands still while the run works. */
  readonly realTime?: boolean;
  /** The run's MCP servers. */
  readonly mcp?: McpHost;
  /** The network; by default there is none. */
  readonly fetch?: GuardedFetch;
  /** The memory stores; by default there are none. */
  readonly memory?: OpenStore;
  /** Reads the files of the input; by default there are none. */
  readonly files?: ReadFile;
  /** Secrets of the run's tenant. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Called around each write, with its number from 1; may throw `Killed`. */
  readonly onWrite?: (n: number, when: "before" | "after") => void;
}

function unreachable(): Promise<Response> {
  return Promise.reject(new ToolStop("server_unreachable"));
}

/** One run over any number of processes, with a clock that only moves where the run rests. */
export class Harness {
  now = Date.parse("2026-11-22T12:00:00.000Z");
  writes = 0;
  readonly log: EventLog;
  readonly values: KeptValues;
  readonly abort = new AbortController();
  readonly #looking = new Set<() => void>();
  readonly #storage = memoryStorage();
  readonly #spec: RunSpec;
  readonly #options: HarnessOptions;
  #fresh = true;

  constructor(spec: RunSpec, options: HarnessOptions = {}) {
    this.#spec = spec;
    this.#options = options;
    this.log = new EventLog(this.#storage.sql, this.#storage.transaction);
    this.values = new KeptValues(this.#storage.sql);
  }

  /** Runs slices until the run is over or waits for something that is not time. */
  async drive(): Promise<SliceEnd> {
    for (;;) {
      const end = await this.slice();
      if (end.kind !== "rest" || end.until === null) {
        return end;
      }
      this.now = Math.max(this.now, end.until);
    }
  }

  /** As `drive`, but every `Killed` begins a new process. Gives how many there were. */
  async driveThroughKills(): Promise<number> {
    for (let processes = 1; ; processes += 1) {
      try {
        await this.drive();
        return processes;
      } catch (error) {
        if (!(error instanceof Killed)) {
          throw error;
        }
        this.die();
      }
    }
  }

  /** One slice. */
  async slice(): Promise<SliceEnd> {
    const { state } = this.log;
    const effects = this.#effects();
    const settled = this.#fresh ? recover(state, this.now) : [];
    if (settled.length > 0) {
      effects.log.append(settled);
    }
    this.#fresh = false;
    const opening = state.seq === 0 ? [createdEvent(this.#spec)] : [];
    const { tools } = this;
    const planner =
      this.#options.planner ?? PLANNERS.get(this.#spec.config.planner) ?? nativePlanner;
    try {
      return await runSlice(opening, planner, tools, effects);
    } finally {
      void tools.close();
    }
  }

  /** Says something to the run, as its object does; gives the refusal's code, or null. */
  tell(command: RunCommand): string | null {
    const toolbox = this.tools.toolboxAt(this.log.state);
    const accepted = acceptCommand(this.log.state, command, {
      argumentsDefect: (name, args) =>
        argumentsDefect(name, args, toolbox, this.#spec.config.policy),
      schemaFits,
      keep: (text) => {
        const sha256 = hash("sha256", text, "hex");
        this.values.put(sha256, text);
        return sha256;
      },
    });
    if (!accepted.ok) {
      return accepted.code;
    }
    if (accepted.events.length > 0) {
      this.log.append(accepted.events, this.now);
    }
    for (const look of this.#looking) {
      look();
    }
    return null;
  }

  /** The process dies: the next slice is a fresh one's. */
  die(): void {
    this.log.reload();
    this.#fresh = true;
  }

  get rows(): number {
    const [row] = this.#storage.sql.exec("SELECT COUNT(*) AS n FROM log");
    return Number(row?.["n"]);
  }

  events(): RunEvent[] {
    return this.log
      .read(0, 100_000, Number.MAX_SAFE_INTEGER)
      .events.map((event) => JSON.parse(event.text) as RunEvent);
  }

  types(): string[] {
    return this.events().map((event) => event.type);
  }

  #clock(): number {
    return this.#options.realTime === true ? Date.now() : this.now;
  }

  #effects(): Effects {
    const dead: { by: Error | null } = { by: null };
    const append = (events: readonly NewEvent[], folded?: Folded): void => {
      if (dead.by !== null) {
        throw dead.by;
      }
      // As the port has it: a run that has ended takes nothing more.
      if (this.log.state.end !== null) {
        return;
      }
      this.writes += 1;
      try {
        this.#options.onWrite?.(this.writes, "before");
        this.log.append(events, folded?.now ?? this.#clock(), folded);
        this.#options.onWrite?.(this.writes, "after");
        for (const look of this.#looking) {
          look();
        }
      } catch (error) {
        // Nothing more is written by a process that is gone.
        dead.by = error instanceof Error ? error : new Error("died", { cause: error });
        throw error;
      }
    };
    return {
      clock: { now: () => this.#clock(), random: () => 1 },
      log: {
        state: () => (this.log.state.end === null ? this.log.state : null),
        append,
        durable: async () => {},
        until: (look, ms) => this.#until(look, ms),
      },
      values: this.values,
      budgets: {
        active: this.#options.budget !== undefined,
        reserve: async (need) =>
          this.#options.budget?.(need) ?? { ok: true, sum: need.most, capped: false },
      },
      slot: { held: false, take: async () => null },
      gate: this.#options.gate ?? NO_GATE,
      ...NO_FAMILY,
      ...(this.#options.children === undefined ? {} : { children: this.#options.children }),
      ...(this.#options.parent === undefined ? {} : { parent: this.#options.parent }),
      watched: () => this.#options.watched ?? false,
      fault: () => {},
      signal: this.abort.signal,
    };
  }

  async #until<T>(look: (state: RunState) => T | null, ms: number): Promise<T | null> {
    const found = Promise.withResolvers<T | null>();
    const again = (): void => {
      const value = look(this.log.state);
      if (value !== null) {
        found.resolve(value);
      }
    };
    const clock = setTimeout(() => found.resolve(null), ms);
    this.#looking.add(again);
    again();
    const value = await found.promise;
    clearTimeout(clock);
    this.#looking.delete(again);
    return value;
  }

  get #open(): OpenStore {
    return this.#options.memory ?? (() => null);
  }

  get tools(): RunTools {
    const { input_data, config } = this.#spec;
    const scripted = scriptTools(input_data["script_tools"], () => this.log.state.scripted);
    return {
      llmFor: (model) =>
        this.#options.llms?.[model] ??
        this.#options.llm ??
        localScript(scriptSchema.parse(input_data["script"] ?? [])),
      files:
        this.#options.files === undefined
          ? null
          : new RunFiles(attachmentsIn(input_data), this.#options.files),
      checkAnswer:
        config.output_schema === undefined ? null : jsonSchemaCheck(config.output_schema),
      ...withServers(
        toolboxFor(config.tools, [
          ...agentTools(this.#spec.agents ?? []),
          ...scripted,
          ...(this.#options.extraTools ?? []),
          ...memoryTools(storesOf(this.#spec), this.#open),
        ]),
        this.#options.mcp ?? null,
      ),
      recall: async () => [
        await recallFrom(storesOf(this.#spec), goalOf(input_data), this.#open, () => {}),
      ],
      fetch: this.#options.fetch ?? unreachable,
      secrets: { find: async (name) => this.#options.secrets?.[name] ?? null },
      settings: { ...SETTINGS, ...this.#options.settings },
      priceOf: this.#options.priceOf ?? (() => null),
    };
  }
}
