/** The position in the logs of a tree: what it adds, and that its cursor says all of it. */
import { expect, test } from "vitest";
import { MAX_TASKS, TreeWalk } from "../../src/api/tasks/tree/walk.ts";

interface Logged {
  readonly seq: number;
  readonly type: string;
  readonly text: string;
}

type Logs = ReadonlyMap<string, readonly Logged[]>;

let made = 0;
const newId = () => {
  made += 1;
  return `task_01900000-0000-7000-8000-${made.toString(16).padStart(12, "0")}`;
};

function logOf(events: readonly (readonly [type: string, data: object])[]): Logged[] {
  return events.map(([type, data], i) => ({
    seq: i + 1,
    type,
    text: JSON.stringify({ seq: i + 1, at: "", type, v: 1, data }),
  }));
}

/** The events of a call that starts a task. */
const order = (call: string, task: string) =>
  [
    [
      "tool.requested",
      { call_id: call, wait: "children", action: "run", tasks: [{ task_id: task }] },
    ],
    ["child.started", { call_id: call, task_id: task }],
  ] as const;

/** Logs of a tree in which each run starts as many tasks as its level says. */
function treeOf(widths: readonly number[]): { readonly root: string; readonly logs: Logs } {
  const logs = new Map<string, readonly Logged[]>();
  const grow = (level: number): string => {
    const id = newId();
    const below = Array.from({ length: widths[level] ?? 0 }, () => grow(level + 1));
    logs.set(
      id,
      logOf([
        ["run.created", {}],
        ...below.flatMap((child, n) => order(`call_${n}`, child)),
        ...below.map((task_id) => ["child.ended", { task_id }] as const),
        ["run.completed", {}],
      ]),
    );
    return id;
  };
  return { root: grow(0), logs };
}

/** Reads one event of one of the tasks, and returns it. */
function readOne(walk: TreeWalk, logs: Logs, pick: (n: number) => number): [string, Logged] | null {
  for (;;) {
    const ids = walk.reading;
    const id = ids[pick(ids.length)];
    if (id === undefined) {
      return null;
    }
    const log = logs.get(id) ?? [];
    const event = log[walk.seqOf(id)];
    if (event === undefined) {
      walk.finish(id);
      walk.add();
    } else {
      walk.take(id, event);
      return [id, event];
    }
  }
}

/** Restores a position as the service does. */
function restored(cursor: string, logs: Logs): TreeWalk {
  const walk = TreeWalk.at(cursor);
  if (walk === null) {
    throw new Error(`not a cursor: ${cursor}`);
  }
  for (const id of walk.reading) {
    const unread = walk.unreadTasks(id);
    if (unread !== null) {
      const part = (logs.get(id) ?? []).slice(unread.after, unread.through);
      walk.restore(id, part);
    }
  }
  walk.add();
  return walk;
}

/** A sequence of numbers that looks random, the same for the same seed. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

test.each([
  [1, [3, 2]],
  [2, [60, 3]],
  [3, [2, 2, 2, 2, 2]],
  [4, [200]],
  [5, [7, 7, 7]],
])("cut 1,000 times at random (seed %i), the events of each task are its log", (seed, widths) => {
  const { root, logs } = treeOf(widths);
  const pick = chance(seed);
  const read = new Map<string, Logged[]>();
  let cursor = TreeWalk.from(root).cursor;
  let longest = 0;
  for (let cut = 0; cut < 1000; cut += 1) {
    const walk = restored(cursor, logs);
    const events = cut === 999 ? Number.POSITIVE_INFINITY : pick(8);
    for (let n = 0; n < events; n += 1) {
      const found = readOne(walk, logs, pick);
      if (found === null) {
        break;
      }
      const [id, event] = found;
      read.set(id, [...(read.get(id) ?? []), event]);
      // The cursor of an event is taken before its tasks are added.
      ({ cursor } = walk);
      longest = Math.max(longest, cursor.length);
      walk.add();
      expect(walk.reading.length).toBeLessThanOrEqual(MAX_TASKS + 1);
    }
  }
  expect(read).toEqual(logs);
  expect(longest).toBeLessThan(2000);
  const over = restored(cursor, logs);
  expect(readOne(over, logs, pick)).toBeNull();
  expect(over.isOver).toBe(true);
});

test("ten thousand tasks are read with a cursor of bounded length", () => {
  const { root, logs } = treeOf([10, 999]);
  const walk = TreeWalk.from(root);
  let events = 0;
  let longest = 0;
  for (;;) {
    if (readOne(walk, logs, () => 0) === null) {
      break;
    }
    events += 1;
    longest = Math.max(longest, events % 50 === 0 ? walk.cursor.length : 0);
    walk.add();
  }
  expect(walk.isOver).toBe(true);
  expect(events).toBe([...logs.values()].reduce((sum, log) => sum + log.length, 0));
  expect(longest).toBeLessThan(2000);
});

test("a refused task is not added, nor one of a run that ended before it was submitted", () => {
  const [root, refused, late] = [newId(), newId(), newId()];
  const walk = TreeWalk.from(root);
  const log = logOf([
    order("call_1", refused)[0],
    ["tool.failed", { call_id: "call_1", task_refused: true }],
    order("call_2", late)[0],
    ["run.cancelled", {}],
  ]);
  for (const event of log) {
    walk.take(root, event);
    expect(walk.add()).toEqual([]);
  }
  // The service looks for its row, and drops it without one.
  walk.finish(root);
  expect(walk.add()).toEqual([late]);
  walk.drop(late);
  expect(walk.isOver).toBe(true);
});

test("a task whose end came before its start was noted is added", () => {
  const [root, child] = [newId(), newId()];
  const walk = TreeWalk.from(root);
  const log = logOf([order("call_1", child)[0], ["child.ended", { task_id: child }]]);
  for (const event of log) {
    walk.take(root, event);
  }
  expect(walk.add()).toEqual([child]);
});

test.each(["", "AQ==", "AgA", "AQAB", "AQGYt2owAHAAgAAAAAAAAAED", "!", "A".repeat(5000)])(
  "%j is no cursor",
  (text) => {
    expect(TreeWalk.at(text)).toBeNull();
  },
);
