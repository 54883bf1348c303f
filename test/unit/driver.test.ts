/** The driver under faults: whatever is slow or broken, a run that has not ended has an alarm. */
import { expect, test, vi } from "vitest";
import { buildDeps } from "../../src/compose/run.ts";
import type { Deps } from "../../src/durable/run/deps.ts";
import { EventLog } from "../../src/durable/run/storage/event-log.ts";
import type { RunContext } from "../../src/durable/run/context.ts";
import { RunDriver, type DriverHost } from "../../src/durable/run/driver.ts";
import { Outbox } from "../../src/durable/run/outbox/outbox.ts";
import { Projection } from "../../src/durable/run/outbox/projection.ts";
import type { NewEvent } from "../../src/run/log/event.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import type { TaskProjection } from "../../src/store/tasks/projection.ts";
import { createdEvent, memoryStorage, specFor, NO_FAMILY } from "../harness.ts";
import { NO_GATE } from "../no-gate.ts";

/** One object's alarm, as the platform has it: taken when it fires, retried when it fails. */
class Alarm {
  due: number | null = null;
  /** Set by the test: what happens when it fires. */
  onFire: (info: AlarmInvocationInfo) => Promise<void> = async () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #firing = false;

  set(time: number): void {
    this.due = time;
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.due !== null && !this.#firing) {
      this.#timer = setTimeout(() => void this.#fire(0), Math.max(0, this.due - Date.now()));
    }
  }

  async #fire(retryCount: number): Promise<void> {
    this.due = null;
    this.#firing = true;
    const info = { isRetry: retryCount > 0, retryCount, scheduledTime: Date.now() };
    const failed = await this.onFire(info).then(
      () => false,
      () => true,
    );
    this.#firing = false;
    if (failed && this.due === null) {
      // The platform pauses for seconds and gives up after six; a test need not wait.
      this.#timer =
        retryCount < 6 ? setTimeout(() => void this.#fire(retryCount + 1), 1) : undefined;
    } else {
      this.#arm();
    }
  }
}

interface Rig {
  readonly context: RunContext;
  readonly host: DriverHost;
  readonly alarm: Alarm;
  readonly log: EventLog;
  readonly driver: RunDriver;
  readonly projected: TaskProjection[];
  readonly unreadable: object[];
  readonly storage: ReturnType<typeof memoryStorage>;
  readonly created: NewEvent;
  /** How far the run's clock is ahead of the real one, milliseconds. */
  readonly clock: { ahead: number };
}

function rig(
  input: JsonObject,
  faults: { project?: () => Promise<void>; deps?: () => void; tools?: () => void } = {},
): Rig {
  const alarm = new Alarm();
  const clock = { ahead: 0 };
  const now = () => Date.now() + clock.ahead;
  const storage = memoryStorage();
  const log = new EventLog(storage.sql, storage.transaction);
  const projected: TaskProjection[] = [];
  const unreadable: object[] = [];
  const built = buildDeps({ OPSPAWN_RETRY_BASE_MS: "40" } as unknown as Env);
  const project = async (
    projection: TaskProjection,
  ): Promise<{ feedSince: null; telemetry: false }> => {
    await faults.project?.();
    projected.push(projection);
    return { feedSince: null, telemetry: false };
  };
  const failUnreadable = async (identity: object, error: object): Promise<null> => {
    unreadable.push({ ...identity, error });
    return null;
  };
  const deps = (): Deps => {
    faults.deps?.();
    const toolsFor: Deps["toolsFor"] = (...args) => {
      faults.tools?.();
      return built.toolsFor(...args);
    };
    return {
      ...built,
      now,
      toolsFor,
      tasks: { project, failUnreadable, get: async () => null },
    };
  };
  const context: RunContext = {
    storage: {
      sql: storage.sql,
      transactionSync: storage.transaction,
      setAlarm: async (time) => alarm.set(time),
      getAlarm: async () => alarm.due,
      deleteAll: async () => {},
      sync: async () => {},
    },
    log,
    deps,
    observer: { count: () => {}, fault: () => {} },
    now,
    background: (work) => void work.catch(() => {}),
  };
  const host = hostOf(log, project);
  const driver = new RunDriver(context, host);
  alarm.onFire = (info) => driver.onAlarm(info);
  return {
    context,
    host,
    alarm,
    log,
    driver,
    projected,
    unreadable,
    storage,
    created: createdEvent(specFor(input)),
    clock,
  };
}

function hostOf(log: EventLog, project: Deps["tasks"]["project"]): DriverHost {
  return {
    name: "test/task_test",
    outbox: new Outbox([
      [
        new Projection(
          () => log.state,
          () => ({ project }),
        ),
      ],
    ]),
    publish: () => {},
    watched: () => false,
    values: { put: () => {}, read: () => null },
    slot: { held: false, take: async () => null },
    gate: NO_GATE,
    ...NO_FAMILY,
    budgets: {
      active: false,
      settlesEachCall: false,
      reserve: async () => ({ ok: true, sum: 0, capped: false }),
      settle: async () => {},
    },
    disconnect: () => {},
    onEmptyAlarm: async () => {},
  };
}

/** The same object in a new process. */
function revived({ context }: Rig, log: EventLog): RunDriver {
  return new RunDriver(
    { ...context, log },
    hostOf(log, async () => ({ feedSince: null, telemetry: false })),
  );
}

const after = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const wait = (seconds: number) => ({ tool_calls: [{ name: "wait", arguments: { seconds } }] });

async function expectCompleted({ log }: Rig): Promise<void> {
  await expect.poll(() => log.state.status, { timeout: 5000, interval: 5 }).toBe("completed");
}

test.each([0, 20, 60, 150])(
  "a timer that is due while D1 is being told still wakes the run (D1 takes %i ms)",
  async (ms) => {
    const run = rig({ script: [wait(0.05), { text: "rested" }] }, { project: () => after(ms) });
    await run.driver.begin([run.created]);
    await expectCompleted(run);
  },
);

test("an attempt that is due while D1 is being told is still made", async () => {
  const script = [{ error: { class: "overloaded" } }, { text: "at last" }];
  const run = rig({ script }, { project: () => after(120) });
  await run.driver.begin([run.created]);
  await expectCompleted(run);
});

test("a database that is down delays what D1 knows, not the run", async () => {
  let down = 3;
  const run = rig(
    { script: [wait(0.05), wait(0.05), { text: "rested" }] },
    {
      project: async () => {
        if (down > 0) {
          down -= 1;
          throw new Error("D1 is down");
        }
      },
    },
  );
  await run.driver.begin([run.created]);
  await expectCompleted(run);
  expect(run.log.state.interruptions.incidents).toBe(0);
  await expect
    .poll(() => run.projected.at(-1)?.view.status, { timeout: 15_000, interval: 20 })
    .toBe("completed");
});

test("a setting that is wrong for a while costs no run its alarm", async () => {
  let wrong = false;
  const run = rig(
    { script: [wait(0.05), { text: "rested" }] },
    {
      deps: () => {
        if (wrong) {
          throw new Error("The setting is wrong.");
        }
      },
    },
  );
  await run.driver.begin([run.created]);
  wrong = true;
  await expect.poll(() => run.alarm.due ?? 0, { interval: 5 }).toBeGreaterThan(Date.now() + 80);
  wrong = false;
  await expectCompleted(run);
});

test("an alarm that the platform is about to give up is set again", async () => {
  const run = rig({ script: [wait(3600), { text: "rested" }] });
  await run.driver.begin([run.created]);
  run.alarm.due = null;
  await run.driver.onAlarm({ isRetry: true, retryCount: 4, scheduledTime: Date.now() });
  expect(run.alarm.due).toBeGreaterThan(Date.now());
});

test("a run that lost its alarm gets one when it is asked to start again", async () => {
  const run = rig({ script: [wait(0.1), { text: "rested" }] });
  await run.driver.begin([run.created]);
  run.alarm.set(Date.now() + 1e6);
  run.alarm.due = null;
  await run.driver.repair();
  await expectCompleted(run);
});

test("a log that cannot be read fails its task visibly, and is left as it is", async () => {
  const run = rig({ script: [wait(3600), { text: "never" }] });
  await run.driver.begin([run.created]);
  run.storage.sql.exec("UPDATE log SET events = '[]' WHERE first_seq > 1");
  run.log.reload();
  run.alarm.due = null;
  await run.driver.onAlarm({ isRetry: false, retryCount: 0, scheduledTime: Date.now() });
  expect(run.unreadable).toMatchObject([
    { tenant_id: "test", task_id: "task_test", error: { code: "log_corrupt" } },
  ]);
  expect(run.alarm.due).toBeNull();
});

test("a log of which nothing can be read fails its task all the same", async () => {
  const run = rig({ script: [wait(3600), { text: "never" }] });
  await run.driver.begin([run.created]);
  run.storage.sql.exec("UPDATE log SET events = 'x'");
  run.log.reload();
  await run.driver.onAlarm({ isRetry: false, retryCount: 0, scheduledTime: Date.now() });
  expect(run.unreadable).toMatchObject([{ tenant_id: "test", task_id: "task_test" }]);
});

test("a run whose slices throw every time is given up with a code", async () => {
  let broken = false;
  const run = rig(
    { script: [wait(3600), { text: "never" }] },
    { tools: () => expect(broken).toBe(false) },
  );
  await run.driver.begin([run.created]);
  broken = true;
  for (let alarms = 0; alarms < 250 && run.log.state.end === null; alarms += 1) {
    run.clock.ahead += 60_000;
    await run.driver.onAlarm({ isRetry: false, retryCount: 0, scheduledTime: Date.now() });
  }
  expect(run.log.state.end).toMatchObject({ error: { code: "recovery_exhausted" } });
});

test("storage that fails in the first write of a slice is tried again, not forgotten", async () => {
  const other = rig({ script: [wait(0.05), { text: "rested" }] });
  await other.driver.begin([other.created]);
  const append = other.log.append.bind(other.log);
  let failures = 2;
  vi.spyOn(other.log, "append").mockImplementation((...args) => {
    failures -= 1;
    if (failures >= 0) {
      throw new Error("disk full");
    }
    return append(...args);
  });
  await expectCompleted(other);
  expect(failures).toBeLessThan(0);
});

test("a slow database does not hold the next timer", async () => {
  const run = rig(
    { script: [wait(0.05), wait(0.05), { text: "ok" }] },
    { project: () => after(1500) },
  );
  await run.driver.begin([run.created]);
  await expectCompleted(run);
  // Both timers were over before D1 had heard of the first.
  expect(run.projected).toEqual([]);
});

test("a log that newer code has written to waits for that code", async () => {
  const run = rig({ script: [wait(3600), { text: "later" }] });
  await run.driver.begin([run.created]);
  run.storage.sql.exec(
    "UPDATE log SET events = replace(events, '\"run.waiting\"', '\"run.dreaming\"')",
  );
  run.log.reload();
  run.alarm.due = null;
  await run.driver.onAlarm({ isRetry: false, retryCount: 0, scheduledTime: Date.now() });
  expect(run.alarm.due).not.toBeNull();
  expect(run.projected.at(-1)?.view.status).toBe("waiting");
});

const ALARM = { isRetry: false, retryCount: 0, scheduledTime: 0 };
const dies = (message: string) => () => Promise.reject(new Error(message));

test("alarms that fire early, twice and at the same time begin one slice, and lose nothing", async () => {
  const run = rig({ script: [wait(0.2), { text: "rested" }] });
  await run.driver.begin([run.created]);
  const { seq } = run.log.state;
  await Promise.all([run.driver.onAlarm(ALARM), run.driver.onAlarm(ALARM)]);
  expect(run.log.state.seq).toBe(seq);
  await expectCompleted(run);
  const before = run.log.state.seq;
  await run.driver.onAlarm(ALARM);
  expect(run.log.state.seq).toBe(before);
  expect(run.log.state.interruptions.incidents).toBe(0);
});

test("an alarm that comes late finds the timer over and goes on", async () => {
  const run = rig({ script: [wait(3600), { text: "rested" }] });
  await run.driver.begin([run.created]);
  run.clock.ahead = 86_400_000;
  await run.driver.onAlarm(ALARM);
  await expectCompleted(run);
});

test.each([1, 2, 3, 4])(
  "storage that fails at write %i of a run delays it and changes nothing else",
  async (nth) => {
    const add = { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] };
    const run = rig({ script: [add, wait(0.02), add, { text: "done" }] });
    await run.driver.begin([run.created]);
    const append = run.log.append.bind(run.log);
    let writes = 0;
    vi.spyOn(run.log, "append").mockImplementation((...args) => {
      writes += 1;
      if (writes === nth) {
        throw new Error("disk I/O error");
      }
      return append(...args);
    });
    await expectCompleted(run);
    expect(writes).toBeGreaterThanOrEqual(nth);
    expect(run.log.state.end).toEqual({ status: "completed", result: { answer: "done" } });
  },
);

test("a process that was replaced does not write, and leaves the run to its successor", async () => {
  const run = rig({ script: [wait(3600), { text: "never" }] });
  await run.driver.begin([run.created]);
  const { seq } = run.log.state;
  vi.spyOn(run.log, "append").mockImplementation(() => {
    throw new Error("Durable Object reset because its code was updated.");
  });
  run.clock.ahead = 86_400_000;
  run.alarm.due = null;
  await expect(run.driver.onAlarm(ALARM)).rejects.toThrow("code was updated");
  expect(run.log.state.seq).toBe(seq);
  // The platform tries the alarm again, in the process that took over.
  expect(run.alarm.due).toBeNull();
});

test("a run that runs out of memory three times in a row fails with that code", async () => {
  const run = rig({ script: [wait(3600), { text: "never" }] });
  await run.driver.begin([run.created]);
  const begun = run.log.state.seq;
  run.clock.ahead = 3_600_000;
  const append = run.log.append.bind(run.log);
  vi.spyOn(run.log, "append").mockImplementation((events, now) => {
    if (events[0]?.type === "run.resumed") {
      throw new Error("Durable Object's isolate exceeded its memory limit and was reset.");
    }
    return append(events, now);
  });
  for (let deaths = 0; deaths < 10 && run.log.state.end === null; deaths += 1) {
    run.clock.ahead += 60_000;
    await run.driver.onAlarm(ALARM);
  }
  expect(run.log.state.seq).toBeGreaterThan(begun);
  expect(run.log.state.end).toMatchObject({ error: { code: "out_of_memory" } });
  expect(run.log.state.interruptions.ofMemory).toBe(3);
});

test("an object that dies three times before it has read its log fails its task, without reading it", async () => {
  const run = rig({ script: [wait(3600), { text: "never" }] });
  await run.driver.begin([run.created]);
  for (let deaths = 1; deaths <= 3; deaths += 1) {
    // Each time a fresh process, whose alarm the platform tries again since the last one died.
    const log = new EventLog(run.storage.sql, run.storage.transaction);
    const reading = vi.spyOn(log, "state", "get").mockImplementation(() => {
      throw new Error("the process dies here");
    });
    const fresh = revived(run, log);
    await fresh.onAlarm({ ...ALARM, isRetry: true, retryCount: 1 });
    expect(reading.mock.calls.length === 0, `death ${deaths}`).toBe(deaths === 3);
  }
  expect(run.unreadable).toMatchObject([
    { task_id: "task_test", error: { code: "out_of_memory" } },
  ]);
});

test("an object that wakes forgets how often it died before", async () => {
  const run = rig({ script: [wait(3600), { text: "never" }] });
  await run.driver.begin([run.created]);
  for (let retries = 0; retries < 5; retries += 1) {
    const fresh = revived(run, new EventLog(run.storage.sql, run.storage.transaction));
    await fresh.onAlarm({ ...ALARM, isRetry: true, retryCount: 1 });
  }
  expect(run.unreadable).toEqual([]);
  expect([...run.storage.sql.exec("SELECT * FROM wake")]).toEqual([]);
});

test("a database that is overloaded for minutes is told in the end", async () => {
  let busy = true;
  const run = rig(
    { script: [{ text: "done" }] },
    { project: async () => (busy ? dies("D1 DB is overloaded.")() : undefined) },
  );
  await run.driver.begin([run.created]);
  expect(run.alarm.due).not.toBeNull();
  expect(run.log.state.status).toBe("completed");
  busy = false;
  await expect.poll(() => run.projected.at(-1)?.view.status, { timeout: 5000 }).toBe("completed");
});
