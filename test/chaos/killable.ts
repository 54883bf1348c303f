/**
 * A run's object that can be stopped around any of its writes: the real class on the real storage,
 * with a port in between that counts. Three places for each write: before it, after it and before
 * it is safe (the platform drops it then), and after it is safe.
 */

import { withServers } from "../../src/agent/mcp/host.ts";
import { feedParts, memoryParts } from "../../src/compose/objects.ts";
import { consumeBatch } from "../../src/compose/queue.ts";
import { buildDeps } from "../../src/compose/run.ts";
import { FeedObject } from "../../src/durable/feed/feed.ts";
import type { Deps } from "../../src/durable/run/deps.ts";
import { RunObject } from "../../src/durable/run/run-object.ts";
import type { Announce } from "../../src/durable/run/outbox/webhook-outbox.ts";
import { EventLog } from "../../src/durable/run/storage/event-log.ts";
import type { RunStorage } from "../../src/durable/run/storage/storage.ts";
import { isolateOf } from "../../src/durable/isolate/isolate.ts";
import { builtInTools, toolboxFor } from "../../src/agent/tools/registry.ts";
import { registeredTools } from "../../src/agent/tools/registered/registered-tools.ts";
import { agentTools } from "../../src/agent/tools/tasks/agent-tools.ts";
import { memoryTools } from "../../src/agent/tools/memory/memory-tools.ts";
import { MemoryObject } from "../../src/durable/memory/memory.ts";
import { memoryStub } from "../../src/durable/memory/rpc.ts";
import { storesOf } from "../../src/run/memory/store-name.ts";
import { scriptTools } from "../../src/agent/tools/registered/script-tools.ts";
import type { Observer } from "../../src/observe.ts";
import { upcast } from "../../src/run/log/event.ts";
import { reduce } from "../../src/run/log/reduce.ts";
import type { RunState } from "../../src/run/log/state.ts";
import { messageId } from "../../src/run/log/webhook-body.ts";
import type { TaskStore } from "../../src/store/tasks/tasks.ts";
import { submitFrom } from "../submit-from.ts";
import { worldHost, worldServer, worldTools } from "./acting.ts";
import {
  killableFamily,
  killableFeed,
  killableLedger,
  killableMemory,
  killableSubmit,
} from "./killable-objects.ts";
import { situationOf } from "./situation.ts";

export type When = "before" | "unsafe" | "safe";
export const WHENS: readonly When[] = ["before", "unsafe", "safe"];

/** Besides the places to stop at: the write throws, as on a full disk, and the process lives on. */
export type Mishap = When | "throws";

/** Where to stop: around the nth write of a name since the stop before. */
export interface Kill {
  readonly name: string;
  readonly nth: number;
  readonly when: Mishap;
}

/** A write that an object was about to make. */
export interface Write {
  readonly name: string;
  /** Which of its name it is since the last stop, from 1. */
  readonly nth: number;
  /** Whether it goes to the object's own storage, which drops what is not safe when the object dies. */
  readonly isOwn: boolean;
  /** What the run was in the middle of, by its log; see `situationOf`. */
  readonly situation: string;
  /** Whether the run has calls of a turn. */
  readonly hasCalls: boolean;
}

/** What happens to one object over all its lives, as the test knows it. */
export class Fate {
  /** Its writes, in their order. */
  readonly writes: Write[] = [];
  /** How many of them came before the last stop or were stopped at. */
  stoppedAt = 0;
  /** The stops that came about. */
  readonly killed: Kill[] = [];
  lives = 0;
  /** Lives that have ended at a stop. */
  deaths = 0;
  /** How often something happened that somebody outside may see: a write, the end of one, a stop. */
  changes = 0;
  /** Rows that went into the log, as far as this port saw them. */
  logged = 0;
  /** How often each tool acted on the world, by its idempotency key. */
  readonly world = new Map<string, number>();
  /** What the queue of webhooks took: the bodies, by their ids. */
  readonly told = new Map<string, Set<string>>();
  /** With which arguments each tool acted last. */
  readonly given = new Map<string, unknown>();
  readonly #kills: Kill[];
  /** How often each name was written since the last stop. */
  #counts = new Map<string, number>();

  constructor(...kills: readonly Kill[]) {
    this.#kills = [...kills];
  }

  /** Whether the life ends around this write, and how. */
  judge(name: string, isOwn: boolean, state: RunState): Mishap | null {
    const nth = (this.#counts.get(name) ?? 0) + 1;
    const situation = situationOf(state);
    this.writes.push({ name, nth, isOwn, situation, hasCalls: state.turn !== null });
    this.changes += 1;
    this.#counts.set(name, nth);
    const [next] = this.#kills;
    if (next?.name !== name || next.nth !== nth) {
      return null;
    }
    this.#counts = new Map();
    this.#kills.shift();
    this.killed.push(next);
    this.stoppedAt = this.writes.length;
    return next.when;
  }
}

/** Faults are what these tests are about; thousands of them are no news. */
const SILENT: Observer = { count() {}, fault() {} };

/** By the name of the object; filled by the tests, which share this module with the objects. */
export const fates = new Map<string, Fate>();

/** The runner keeps what the runtime tells of such a reason to itself; else it is a page a death. */
const REASON = "Instance dispose: killed by a test";

/** One life of an object. */
class Life {
  /** The process has written its last word and is about to be gone: nothing more may happen. */
  ending = false;
  readonly fate: Fate;
  readonly #ctx: DurableObjectState;
  /** The fold of its log, once it has written. */
  #state: RunState | null = null;

  constructor(ctx: DurableObjectState) {
    this.fate = fates.get(ctx.id.name ?? "") ?? new Fate();
    this.fate.lives += 1;
    this.#ctx = ctx;
  }

  /** Sends a write to another object, a queue or D1, unless this is where the life ends. */
  write<T>(name: string, write: () => T): T {
    return this.#write(name, false, write);
  }

  /** Writes to the object's own storage, unless this is where the life ends. */
  store<T>(name: string, write: () => T): T {
    return this.#write(name, true, write);
  }

  /** Takes note of a row that the log has got; of a part of one by reading the log again. */
  logged(row: string): void {
    this.fate.logged += 1;
    this.#state =
      row.startsWith("[{") && row.endsWith("}]")
        ? (JSON.parse(row) as unknown[]).map((event) => upcast(event)).reduce(reduce, this.#folded)
        : null;
  }

  get #folded(): RunState {
    const { storage } = this.#ctx;
    this.#state ??= new EventLog(storage.sql, (write) => storage.transactionSync(write)).state;
    return this.#state;
  }

  #write<T>(name: string, isOwn: boolean, write: () => T): T {
    if (this.ending) {
      throw new Error(REASON);
    }
    const when = this.fate.judge(name, isOwn, this.#folded);
    if (when === "throws") {
      throw new Error("database or disk is full: SQLITE_FULL");
    }
    if (when === "before") {
      this.#die();
    }
    const result = write();
    if (when === "unsafe") {
      this.#die();
    }
    if (when === "safe") {
      this.ending = true;
      void this.#ctx.storage.sync().then(() => this.#die());
    }
    return result;
  }

  /** Acts on the world, if the process still can. */
  async act(key: string, given: unknown): Promise<void> {
    if (this.ending) {
      await new Promise(() => {});
    }
    this.fate.world.set(key, (this.fate.world.get(key) ?? 0) + 1);
    this.fate.given.set(key, given);
  }

  #die(): never {
    this.ending = true;
    this.fate.deaths += 1;
    this.fate.changes += 1;
    this.#ctx.abort(REASON);
    throw new Error(REASON);
  }
}

function killableStorage(ctx: DurableObjectState, life: Life): RunStorage {
  const { storage } = ctx;
  return {
    sql: {
      exec: (query, ...bindings) => {
        if (/^\s*SELECT/i.test(query)) {
          return storage.sql.exec(query, ...bindings);
        }
        const name = nameOf(query, bindings);
        return life.store(name, () => {
          const cursor = storage.sql.exec(query, ...bindings);
          if (name.startsWith("log ")) {
            life.logged(String(bindings.at(-1)));
          }
          return cursor;
        });
      },
    },
    transactionSync: (write) => storage.transactionSync(write),
    getAlarm: () => storage.getAlarm(),
    setAlarm: (time) =>
      life.ending ? new Promise(() => {}) : life.store("alarm", () => storage.setAlarm(time)),
    deleteAll: () => storage.deleteAll(),
    sync: () => storage.sync(),
  };
}

/**
 * A write of the log is called by what its first events are, any other by its table. What else is in
 * the same row may depend on the machine's speed.
 */
function nameOf(query: string, bindings: readonly unknown[]): string {
  const table =
    /(?:INTO|UPDATE|FROM|VIEW|TABLE(?: IF NOT EXISTS)?)\s+(\w+)/i.exec(query)?.[1] ??
    query.slice(0, 20);
  if (table !== "log" || bindings.length === 0) {
    return table;
  }
  const events = String(bindings.at(-1)).matchAll(/"type":"([\w.]+)","v":\d/g);
  const [first = "part", second = ""] = Array.from(events, (match) => match[1]);
  return `log ${first === "recovery.started" ? `${first} ${second}` : first}`.trim();
}

/** The real dependencies, with tools that act on the world and a D1 whose writes are counted. */
function killableDeps(env: Env, life: Life, sync: () => Promise<void>): Deps {
  const isolate = isolateOf(env.ISOLATES);
  const settings = {
    ...env,
    OPSPAWN_RETRY_BASE_MS: "20",
    OPSPAWN_DELTA_CHARS: "1",
    // Whether a run shows as running while it works depends on the machine's speed.
    OPSPAWN_STATUS_DELAY_MS: "60000",
    // Nobody is there to answer at once.
    OPSPAWN_MCP_HOLD_MS: "0",
  };
  const deps = buildDeps(settings, isolate);
  const builtIn = builtInTools(isolate);
  const { tasks } = deps;
  const announce: Announce = async ({ task_id, notices }) => {
    // As the platform does: nothing leaves before what was written is safe.
    await sync();
    life.write("webhook queue", () => {
      for (const { seq, body } of notices) {
        const id = messageId(task_id, seq);
        life.fate.told.set(id, (life.fate.told.get(id) ?? new Set()).add(body));
      }
    });
  };
  const project: TaskStore["project"] = async (projection) => {
    const name = `d1 ${projection.view.status}`;
    if (life.ending) {
      await new Promise(() => {});
    }
    const stored = await life.write(name, () => tasks.project(projection));
    life.fate.changes += 1;
    return stored;
  };
  return {
    ...deps,
    observer: SILENT,
    announce,
    submitOrder: killableSubmit(submitFrom(env), life),
    run: (tenantId, taskId) => killableFamily(deps.run(tenantId, taskId), life),
    ledger: (tenantId) => killableLedger(deps.ledger(tenantId), life),
    feed: (tenantId) => killableFeed(deps.feed(tenantId), life),
    tasks: Object.assign(Object.create(tasks) as TaskStore, {
      project,
      failUnreadable: tasks.failUnreadable.bind(tasks),
    }),
    toolsFor: (spec, scripted) => {
      const box = toolboxFor(
        spec.config.tools,
        [
          ...registeredTools(spec.tools ?? [], isolate),
          ...agentTools(spec.agents ?? []),
          ...scriptTools(spec.input_data["script_tools"], scripted),
          ...memoryTools(storesOf(spec), (store) =>
            killableMemory(memoryStub(env.MEMORIES, spec.tenant_id, store), life),
          ),
          ...worldTools(life),
        ],
        builtIn,
      );
      return {
        ...deps.toolsFor(spec, scripted),
        fetch: worldServer(life),
        ...withServers(box, worldHost(spec, life)),
      };
    },
  };
}

/** The class under the name that the bindings know. */
class KillableRun extends RunObject {
  constructor(ctx: DurableObjectState, env: Env) {
    const life = new Life(ctx);
    super(ctx, env, {
      storage: killableStorage(ctx, life),
      deps: () => killableDeps(env, life, () => ctx.storage.sync()),
      observer: SILENT,
    });
  }
}
export { KillableRun as AgentRun };
export { Timetable } from "./killable-timetable.ts";
export { FileObject as TenantFile } from "../../src/durable/file/file.ts";
export { TenantLedger } from "../../src/durable/ledger/ledger.ts";

/** The feed as the Worker has it. */
export class TenantFeed extends FeedObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, feedParts(env));
  }
}

/** The memory store as the Worker has it. */
export class TenantMemory extends MemoryObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, memoryParts(env));
  }
}

/** Tasks that runs start are delivered by the queue too. */
export default {
  fetch: () => new Response(null, { status: 404 }),
  queue: (batch: MessageBatch, env: Env, ctx: ExecutionContext) => consumeBatch(batch, env, ctx),
};
