/**
 * The service as it is, with a witness: how often each run's object was made, each of its methods
 * was called, and its storage was used. What was seen is kept by the module, which outlives the
 * objects, so asking for it wakes none of them.
 */
import { runParts } from "../../src/compose/objects.ts";
import service, { AgentRun as Run } from "../../src/index.ts";
import { RunObject } from "../../src/durable/run/run-object.ts";
import type { RunStorage } from "../../src/durable/run/storage/storage.ts";
import { submitFrom } from "../submit-from.ts";

/** What happened to one run's object since the process began. */
export {
  ProviderGate,
  TenantFeed,
  TenantFile,
  TenantLedger,
  TenantMemory,
  Timetable,
} from "../../src/index.ts";

export interface Seen {
  /** An object that slept, or was lost, is made again for the next thing that happens to it. */
  made: number;
  /** Calls of its methods by name: requests, messages of watchers, closed sockets, alarms. */
  readonly calls: Record<string, number>;
  statements: number;
  rowsWritten: number;
  alarmsRead: number;
  alarmsSet: number;
  syncs: number;
}

/** By the object's id. */
const witnessed = new Map<string, Seen>();

function seenOf(id: string): Seen {
  const seen = witnessed.get(id) ?? {
    made: 0,
    calls: {},
    statements: 0,
    rowsWritten: 0,
    alarmsRead: 0,
    alarmsSet: 0,
    syncs: 0,
  };
  witnessed.set(id, seen);
  return seen;
}

/** The service's object, watched. */
export class AgentRun extends Run {
  constructor(ctx: DurableObjectState, env: Env) {
    const seen = seenOf(ctx.id.toString());
    seen.made += 1;
    super(ctx, env, { ...runParts(env, submitFrom(env)), storage: counted(ctx.storage, seen) });
  }

  /** For the methods below, which are put over those of the service. */
  called(name: string): void {
    const { calls } = seenOf(this.ctx.id.toString());
    calls[name] = (calls[name] ?? 0) + 1;
  }
}

// Whatever the runtime or a stub may call, those that are added later included.
for (const [name, { value }] of Object.entries(
  Object.getOwnPropertyDescriptors(RunObject.prototype),
)) {
  if (typeof value === "function" && name !== "constructor") {
    Object.defineProperty(AgentRun.prototype, name, {
      configurable: true,
      writable: true,
      value(this: AgentRun, ...args: unknown[]): unknown {
        this.called(name);
        return Reflect.apply(value, this, args);
      },
    });
  }
}

function counted(storage: DurableObjectStorage, seen: Seen): RunStorage {
  return {
    sql: {
      exec(query, ...bindings) {
        const cursor = storage.sql.exec(query, ...bindings);
        seen.statements += 1;
        seen.rowsWritten += cursor.rowsWritten;
        return cursor;
      },
    },
    transactionSync: (write) => storage.transactionSync(write),
    getAlarm() {
      seen.alarmsRead += 1;
      return storage.getAlarm();
    },
    setAlarm(time) {
      seen.alarmsSet += 1;
      return storage.setAlarm(time);
    },
    deleteAll: () => storage.deleteAll(),
    sync() {
      seen.syncs += 1;
      return storage.sync();
    },
  };
}

export default {
  ...service,
  fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/witness") {
      return service.fetch(request, env, ctx);
    }
    return Response.json(seenOf(env.RUNS.idFromName(searchParams.get("run") ?? "").toString()));
  },
} satisfies ExportedHandler<Env>;
