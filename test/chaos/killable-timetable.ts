/**
 * A timetable that can be stopped around any of its writes: the real class on the real storage, and
 * the real submission to D1, with ports in between that count. Its clock is the test's.
 */
import { submitOrder } from "../../src/api/tasks/submit-order.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { timetableParts } from "../../src/compose/objects.ts";
import type { RunStorage } from "../../src/durable/run/storage/storage.ts";
import { TimetableObject } from "../../src/durable/timetable/timetable.ts";

/** Before the write; after it, before it is safe (the platform drops it then); after it is safe. */
export const MOMENTS = ["before", "unsafe", "safe"] as const;

/** Where to stop: at the nth write. */
export interface TimetableStop {
  readonly nth: number;
  readonly when: (typeof MOMENTS)[number];
}

/** What happens to one timetable over all its lives, as the test knows it. */
export class TimetableFate {
  /** Milliseconds since the epoch. */
  now: number;
  /** Its writes by name, in their order. */
  readonly writes: string[] = [];
  /** Notices that the queue took: the bodies, by their ids. */
  readonly told = new Map<string, Set<string>>();
  deaths = 0;
  readonly #stop: TimetableStop | null;

  constructor(now: number, stop: TimetableStop | null) {
    this.now = now;
    this.#stop = stop;
  }

  /** Returns how the life ends at this write, or null. */
  judge(name: string): TimetableStop["when"] | null {
    this.writes.push(name);
    return this.#stop?.nth === this.writes.length ? this.#stop.when : null;
  }
}

/** By the name of the object; filled by the tests, which share this module with the objects. */
export const timetableFates = new Map<string, TimetableFate>();

/** The end of a life, as the errors of its callers contain it. */
export const KILLED = "killed by a test";
const REASON = `Instance dispose: ${KILLED}`;

/** The class under the name that the bindings know. */
export class Timetable extends TimetableObject {
  constructor(ctx: DurableObjectState, env: Env) {
    const fate = timetableFates.get(ctx.id.name ?? "") ?? new TimetableFate(Date.now(), null);
    const { storage } = ctx;
    let isEnding = false;
    const die = (): never => {
      isEnding = true;
      fate.deaths += 1;
      ctx.abort(REASON);
      throw new Error(REASON);
    };
    const write = <T>(name: string, effect: () => T): T => {
      if (isEnding) {
        throw new Error(REASON);
      }
      const when = fate.judge(name);
      if (when === "before") {
        die();
      }
      const result = effect();
      if (when === "unsafe") {
        die();
      }
      if (when === "safe") {
        // With what else its transaction writes.
        void storage
          .sync()
          .then(die)
          .catch(() => {});
      }
      return result;
    };
    /** A call to another part of the service: it waits for the writes before it to be safe. */
    const call = async <T>(name: string, effect: () => Promise<T>): Promise<T> => {
      await storage.sync();
      if (isEnding) {
        throw new Error(REASON);
      }
      const when = fate.judge(name);
      if (when === "before") {
        die();
      }
      const result = await effect();
      if (when !== null) {
        die();
      }
      return result;
    };
    const killable: RunStorage = {
      sql: {
        exec: (query, ...bindings) =>
          /^\s*SELECT/i.test(query)
            ? storage.sql.exec(query, ...bindings)
            : write(nameOf(query), () => storage.sql.exec(query, ...bindings)),
      },
      transactionSync: (change) => storage.transactionSync(change),
      getAlarm: () => storage.getAlarm(),
      setAlarm: (time) => write("alarm", () => storage.setAlarm(time)),
      deleteAll: () => write("all", () => storage.deleteAll()),
      sync: () => storage.sync(),
    };
    const deps = { ...apiDeps(env), now: () => fate.now, dispatch: () => Promise.resolve() };
    const parts = timetableParts(env, (order) => submitOrder(deps, order));
    super(ctx, env, {
      ...parts,
      storage: killable,
      now: () => fate.now,
      submit: (order) => call("submit", () => parts.submit(order)),
      cancel: (...task) => call("cancel", () => parts.cancel(...task)),
      net: {
        note: (...note) => call("net", () => parts.net.note(...note)),
        remove: (tenantId) => call("net", () => parts.net.remove(tenantId)),
      },
      announce: ({ task_id, notices }) =>
        call("announce", () => {
          for (const { seq, body } of notices) {
            const id = `${task_id}:${seq}`;
            fate.told.set(id, (fate.told.get(id) ?? new Set()).add(body));
          }
          return Promise.resolve();
        }),
      observer: { count: () => {}, fault: () => {} },
    });
  }
}

function nameOf(query: string): string {
  return /(?:INTO|UPDATE|FROM|EXISTS)\s+(\w+)/i.exec(query)?.[1] ?? query.slice(0, 20);
}
