/** The reconciler: a phase that fails is reported by its name and holds up no other. */
import { expect, test } from "vitest";
import type { RunRpc } from "../../src/durable/run/rpc.ts";
import { reconcile, type ReconcilerDeps } from "../../src/queue/reconciler.ts";

const NOW = Date.parse("2026-11-30T12:00:00Z");

/** Every read and deletion of a run of the reconciler, by its phase. */
const STEPS = {
  forgotten: "takeForgotten",
  unheard: "takeUnheard",
  turns: "takeQueued",
  timetables: "takeLate",
  subjects: "takeDeletions",
  ended: "endedBefore",
  idempotency: "expireIdempotency",
  overdue: "takeOverdue",
  deliveries: "expireDeliveries",
  attachments: "takeUnchecked",
  audit: "expireAudit",
} as const;
type Step = (typeof STEPS)[keyof typeof STEPS];

/** Stores without rows, of which one step may fail. */
function world(failing: Step | null) {
  const reached: Step[] = [];
  const faults: string[] = [];
  const step =
    <T>(name: Step, value: T) =>
    async (): Promise<T> => {
      reached.push(name);
      if (name === failing) {
        throw new Error(`${name} failed`);
      }
      return value;
    };
  const deps: ReconcilerDeps = {
    tasks: { get: async () => null },
    bookkeeping: {
      takeForgotten: step("takeForgotten", []),
      takeUnheard: step("takeUnheard", []),
      endedBefore: step("endedBefore", []),
      expireIdempotency: step("expireIdempotency", undefined),
      delete: async () => {},
    },
    queues: { high: queue(), normal: queue(), low: queue() },
    webhooks: {
      store: {
        takeOverdue: step("takeOverdue", []),
        expire: step("expireDeliveries", undefined),
      },
      queue: queue(),
    },
    inbox: { dropStale: async () => null },
    timetables: { takeLate: step("takeLate", []) },
    conversations: { takeQueued: step("takeQueued", []) },
    releaseTurn: async () => {},
    timetable: () => expect.fail("there is no timetable"),
    subjectDeletions: { takeDue: step("takeDeletions", []), expire: async () => {} },
    forgetSubject: async () => {},
    trees: { allOrphans: async () => [] },
    usage: { rollUp: async () => {} },
    audit: { expire: step("expireAudit", undefined) },
    attachments: {
      store: {
        takeUnchecked: step("takeUnchecked", []),
        condemnUnused: async () => false,
        drop: async () => {},
      },
      bytes: { remove: async () => {} },
    },
    observer: { count: () => {}, fault: (name) => void faults.push(name) },
    run: (): RunRpc => expect.fail("there is no task"),
    reconcileAfterMs: 60_000,
    checkAgainMs: 300_000,
    retentionMs: 86_400_000,
    auditRetentionMs: 86_400_000,
  };
  return { deps, reached, faults };
}

function refuse(): never {
  expect.fail("there is nothing to send");
}

function queue() {
  return { send: refuse, sendBatch: refuse };
}

test("every phase is reached in one run", async () => {
  const { deps, reached, faults } = world(null);
  await reconcile(deps, NOW);
  expect(reached.toSorted()).toEqual(Object.values(STEPS).toSorted());
  expect(faults).toEqual([]);
});

test.each(Object.entries(STEPS))(
  "a failure of the phase %s is reported under its name, and every other phase is reached",
  async (phase, failing) => {
    const { deps, reached, faults } = world(failing);
    await reconcile(deps, NOW);
    expect(faults).toEqual([`reconcile.${phase}`]);
    expect(reached.toSorted()).toEqual(Object.values(STEPS).toSorted());
  },
);

test("one run deletes 3,000 ended tasks, six at a time, and goes on after one that fails", async () => {
  const { deps, faults } = world(null);
  const tasks = Array.from({ length: 3100 }, (_, n) => ({
    tenant_id: "t",
    task_id: `task_${String(n).padStart(5, "0")}`,
    completed_at: "2026-01-01T00:00:00.000Z",
    conversation_id: null,
    givenUp: false,
  }));
  const deleted: string[] = [];
  let now = 0;
  let most = 0;
  const expire = async (name: string): Promise<boolean> => {
    now += 1;
    most = Math.max(most, now);
    await Promise.resolve();
    now -= 1;
    if (name.endsWith("7")) {
      throw new Error("unreachable");
    }
    return true;
  };
  await reconcile(
    {
      ...deps,
      bookkeeping: {
        ...deps.bookkeeping,
        endedBefore: async (_before, last, limit) => {
          const from = last === null ? 0 : tasks.findIndex((t) => t.task_id === last.task_id) + 1;
          return tasks.slice(from, from + limit);
        },
        delete: async ({ task_id }) => void deleted.push(task_id),
      },
      run: (_tenant, name) => ({ expire: () => expire(name) }) as unknown as RunRpc,
    },
    NOW,
  );
  expect(most).toBe(6);
  expect(faults).toHaveLength(300);
  expect(deleted).toHaveLength(2700);
  expect(new Set(deleted).size).toBe(2700);
});
