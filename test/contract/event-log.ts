/** What the log promises, on any storage: run on `node:sqlite` and on a real object alike. */
import { expect, test } from "vitest";
import { MAX_OUTPUT_BYTES } from "../../src/agent/tools/output.ts";
import { EventLog } from "../../src/durable/run/storage/event-log.ts";
import { FailedWakeups } from "../../src/durable/run/storage/failed-wakeups.ts";
import { KeptValues } from "../../src/durable/run/storage/kept-values.ts";
import { migrate, type Sql } from "../../src/durable/run/storage/schema.ts";
import type { NewEvent, RunEvent } from "../../src/run/log/event.ts";
import { MAX_PICTURES_CHARS } from "../../src/run/value/picture.ts";

export interface Storage {
  readonly sql: Sql;
  readonly transaction: (write: () => void) => void;
}

/** Runs a check with the storage of an object that has never been used. */
export type WithStorage = (check: (storage: Storage) => void) => Promise<void>;

const NOW = Date.parse("2026-11-22T12:00:00.000Z");
const ALL = Number.MAX_SAFE_INTEGER;

function created(goal = "go"): NewEvent {
  const config = { model: "local/script", planner: "native" } as const;
  return {
    type: "run.created",
    data: {
      task_id: "task_test",
      tenant_id: "test",
      input_data: { goal },
      agent: "default",
      agent_version: 1,
      ...config,
      config,
      limits: { max_steps: 5, max_duration_s: 60 },
    },
  };
}

const started: NewEvent = { type: "run.started", data: { epoch: 1 } };
/** A run that has asked for a tool. */
const called: NewEvent[] = [
  started,
  {
    type: "model.requested",
    data: { call_id: "call_1", attempt: 1, step: 1, model: "m", up_to_seq: 2, body_sha256: "" },
  },
  {
    type: "model.completed",
    data: {
      call_id: "call_1",
      attempt: 1,
      finish_reason: "tool_calls",
      text: "",
      tool_calls: [{ call_id: "call_2", name: "shot", arguments: {} }],
    },
  },
  {
    type: "tool.requested",
    data: {
      call_id: "call_2",
      model_call_id: "call_1",
      name: "shot",
      arguments: {},
      effect: "pure",
      idempotency_key: "task_test:call_2",
      attempt: 1,
    },
  },
];
const cancelled: NewEvent = { type: "run.cancelled", data: { by: "me" } };

function logOn({ sql, transaction }: Storage): EventLog {
  return new EventLog(sql, transaction);
}

/** Adds the contract's tests for one kind of storage. */
export function eventLogContract(withStorage: WithStorage): void {
  test("a log that was never written to is empty, and asking creates nothing", () =>
    withStorage((storage) => {
      expect(logOn(storage).state.seq).toBe(0);
      expect(logOn(storage).read(0, 10, ALL)).toEqual({ events: [], end: 0, more: false });
      expect([...storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'log'")]).toEqual(
        [],
      );
    }));

  test("events get their places without gaps, and a new process folds the same state", () =>
    withStorage((storage) => {
      const log = logOn(storage);
      log.append([created(), started], NOW);
      log.append([cancelled], NOW + 1);
      const again = logOn(storage);
      expect(again.state).toEqual(log.state);
      expect(again.read(0, 10, ALL)).toEqual(log.read(0, 10, ALL));
      const { events } = again.read(0, 10, ALL);
      expect(events.map((event) => [event.seq, event.type])).toEqual([
        [1, "run.created"],
        [2, "run.started"],
        [3, "run.cancelled"],
      ]);
    }));

  test("events of one append are one row", () =>
    withStorage((storage) => {
      logOn(storage).append([created(), started], NOW);
      const rows = [...storage.sql.exec("SELECT first_seq, last_seq FROM log")];
      expect(rows).toEqual([{ first_seq: 1, last_seq: 2 }]);
    }));

  test("a page begins after its cursor, also inside a row, and says whether there is more", () =>
    withStorage((storage) => {
      const log = logOn(storage);
      log.append([created(), started], NOW);
      log.append([cancelled], NOW);
      const seqs = (after: number, limit: number) => {
        const page = log.read(after, limit, ALL);
        return [page.events.map((event) => event.seq), page.more];
      };
      expect(seqs(0, 1)).toEqual([[1], true]);
      expect(seqs(1, 1)).toEqual([[2], true]);
      expect(seqs(1, 2)).toEqual([[2, 3], false]);
      expect(seqs(3, 2)).toEqual([[], false]);
      expect(seqs(99, 2)).toEqual([[], false]);
    }));

  test("a page is bounded in size, but never empty while there is an event", () =>
    withStorage((storage) => {
      const log = logOn(storage);
      log.append([created("x".repeat(5000)), started], NOW);
      const page = log.read(0, 10, 100);
      expect(page.events.map((event) => event.seq)).toEqual([1]);
      expect(page.more).toBe(true);
    }));

  test("a page of chosen types reads a bounded part of the log and says where it stopped", () =>
    withStorage((storage) => {
      const log = logOn(storage);
      log.append([created(), started], NOW);
      for (let i = 0; i < 30; i += 1) {
        const data = { content: "x".repeat(1000), by: "me" };
        log.append([{ type: "message.received", data }], NOW);
      }
      log.append([cancelled], NOW);
      const view = { types: new Set(["run.started", "run.cancelled"]), outline: false };
      const found: number[] = [];
      let pages = 0;
      for (let after = 0, more = true; more; pages += 1) {
        const page = log.read(after, 10, 5000, view);
        expect(page.end).toBeGreaterThan(after);
        // About 5,000 characters, that is at most six of the messages.
        expect(page.end - after).toBeLessThan(9);
        found.push(...page.events.map(({ seq }) => seq));
        ({ end: after, more } = page);
      }
      expect(found).toEqual([2, 33]);
      expect(pages).toBeGreaterThan(3);
    }));

  test("an outline takes no more room than its texts, however long the events are", () =>
    withStorage((storage) => {
      const log = logOn(storage);
      log.append([created("x".repeat(50_000)), started], NOW);
      const view = { types: null, outline: true };
      const [first, second] = log.read(0, 2, 2000, view).events;
      const outline = JSON.parse(first?.text ?? "") as { bytes: number };
      expect(outline).toMatchObject({ seq: 1, type: "run.created", truncated: true });
      expect(outline.bytes).toBeGreaterThan(50_000);
      expect(first?.text.length).toBeLessThan(1000);
      expect(second?.seq).toBe(2);
    }));

  test("an event larger than a row is stored whole, whatever characters it holds", () =>
    withStorage((storage) => {
      const goal = `${"é🙂\u0000\ud800".repeat(300_000)}end`;
      const log = logOn(storage);
      log.append([created(goal), started], NOW);
      const [first] = logOn(storage).read(0, 1, ALL).events;
      const event = JSON.parse(first?.text ?? "") as RunEvent;
      expect(event.type === "run.created" && event.data.input_data["goal"]).toBe(goal);
      const rows = [...storage.sql.exec("SELECT MAX(LENGTH(CAST(events AS BLOB))) AS n FROM log")];
      expect(Number(rows[0]?.["n"])).toBeLessThan(2_000_000);
      expect(logOn(storage).state).toEqual(log.state);
    }));

  test("an event as large as pictures make it is stored and read whole", () =>
    withStorage((storage) => {
      const log = logOn(storage);
      log.append([created(), ...called], NOW);
      const data = "A".repeat(MAX_PICTURES_CHARS);
      const images = [{ media_type: "image/png", data }];
      const output = "é".repeat(MAX_OUTPUT_BYTES / 2);
      const outcome = { call_id: "call_2", output, images, duration_ms: 1 };
      const [stored] = log.append([{ type: "tool.completed", data: outcome }], NOW);
      expect(stored?.text.length).toBeGreaterThan(1_000_000);
      expect(logOn(storage).read(log.state.seq - 1, 1, ALL).events).toEqual([stored]);
      expect(logOn(storage).state).toEqual(log.state);
    }));

  test("an append that cannot follow stores nothing of itself", () =>
    withStorage((storage) => {
      const log = logOn(storage);
      log.append([created(), started], NOW);
      expect(() => log.append([cancelled, started], NOW)).toThrow(/corrupt/);
      expect(log.state.seq).toBe(2);
      expect(logOn(storage).state.seq).toBe(2);
    }));

  test("an object that newer code has written to is refused", () =>
    withStorage((storage) => {
      storage.transaction(() => migrate(storage.sql));
      storage.sql.exec("DROP VIEW migration");
      storage.sql.exec("CREATE VIEW migration AS SELECT '999_from_the_future' AS id");
      expect(() => storage.transaction(() => migrate(storage.sql))).toThrow(/newer version/);
    }));

  test("an object of an older version, which had all tables from the start, is read and written", () =>
    withStorage((storage) => {
      storage.sql.exec("CREATE TABLE migration (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID");
      storage.sql.exec("INSERT INTO migration VALUES ('001_log'), ('002_values_and_wakes')");
      storage.sql.exec(
        `CREATE TABLE log (
           first_seq INTEGER NOT NULL, part INTEGER NOT NULL, last_seq INTEGER NOT NULL,
           events TEXT NOT NULL, PRIMARY KEY (first_seq, part)) STRICT, WITHOUT ROWID`,
      );
      storage.sql.exec(
        `CREATE TABLE value (
           sha256 TEXT NOT NULL, start INTEGER NOT NULL, total INTEGER NOT NULL,
           text TEXT NOT NULL, PRIMARY KEY (sha256, start)) STRICT, WITHOUT ROWID`,
      );
      storage.sql.exec("CREATE TABLE wake (deaths INTEGER NOT NULL) STRICT");
      logOn(storage).append([created(), started], NOW);
      const values = new KeptValues(storage.sql);
      values.put("hash", "a long text");
      expect(values.read("hash", 2, 4)).toEqual({ text: "long", total: 11 });
      expect(new FailedWakeups(storage.sql).note()).toBe(false);
      expect(logOn(storage).state.seq).toBe(2);
    }));

  test("a new object has a table only for what it stores", () =>
    withStorage((storage) => {
      logOn(storage).append([created(), started], NOW);
      const values = new KeptValues(storage.sql);
      expect(values.read("hash", 0, 10)).toBeNull();
      new FailedWakeups(storage.sql).forget();
      const names = () =>
        Array.from(
          storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"),
          ({ name }) => String(name),
        ).filter((name) => !name.startsWith("_") && !name.startsWith("sqlite"));
      expect(names()).toEqual(["log"]);
      values.put("hash", "text");
      const wakeups = new FailedWakeups(storage.sql);
      expect([wakeups.note(), wakeups.note(), wakeups.note()]).toEqual([false, false, true]);
      expect(names()).toEqual(["log", "value", "wake"]);
      wakeups.forget();
      expect(wakeups.note()).toBe(false);
    }));

  test("a row that holds no events is corruption, not an empty log", () =>
    withStorage((storage) => {
      logOn(storage).append([created(), started], NOW);
      storage.sql.exec("UPDATE log SET events = '{}'");
      expect(() => logOn(storage).state).toThrow(/corrupt/);
    }));
}
