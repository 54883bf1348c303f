/**
 * Long runs for the bench of the console. A short run is played, and its log in the object's SQLite is
 * replaced by one whose middle is repeated: 100,000 events are there in a second, and the object folds
 * and serves them like any other log.
 */
import { createHash } from "node:crypto";
import type { Service } from "../../test/service.ts";
import { ended, logOf, scripted, submit, type LogEvent } from "../../test/tasks.ts";

/** Runs that were made long. */
export interface LongRun {
  readonly id: string;
  readonly events: number;
}

/** Time between the steps of a long run. */
const STEP_MS = 2500;
/** Longest text of a row. */
const ROW_CHARS = 500_000;
/** Characters of a long output that its event has. */
const SHOWN_CHARS = 2000;

const STEP = {
  text: "I look up the **next order**, since the one before was in order.",
  tool_calls: [{ name: "get_order", arguments: { order: "A-1001", fields: ["sum", "state"] } }],
};
const OUTPUT = { output: { id: "A-1001", sum: 49.9, state: "sent" } };
const TOOLS = [{ name: "get_order", outputs: [OUTPUT, OUTPUT, OUTPUT] }];
const LIMITS = { max_steps: 100_000, max_repeats: null };

/** Plays the run whose middle step is repeated later. Returns its id. */
export async function playShort(service: Service): Promise<string> {
  const script = [STEP, STEP, STEP, { text: "All orders are **checked**." }];
  const body = scripted(script, { limits: LIMITS }, { goal: "Check.", script_tools: TOOLS });
  const { task_id } = await submit(service, body);
  await ended(service, task_id);
  return task_id;
}

/** Makes logs of this many events of short runs. The service is killed and started for it. */
export async function lengthen(service: Service, runs: readonly LongRun[]): Promise<void> {
  const logs = await Promise.all(runs.map(({ id }) => logOf(service, id)));
  await service.kill();
  for (const [i, { id, events }] of runs.entries()) {
    const rows = repeated(logs[i] ?? [], events);
    await service.changeRun(id, (database) => {
      database.exec("DELETE FROM log");
      const insert = database.prepare("INSERT INTO log VALUES (?, 0, ?, ?)");
      for (const row of rows) {
        insert.run(row[0]?.seq ?? 0, row.at(-1)?.seq ?? 0, JSON.stringify(row));
      }
    });
  }
  await service.up();
}

/** Makes the outputs of a run's tools this long. The service is killed and started for it. */
export async function enlarge(service: Service, id: string, characters: number): Promise<void> {
  await service.kill();
  const line = "0123456789 abcdefghijklmnopqrstuvwxyz, a line of some output of a tool.\n";
  const text = line.repeat(Math.ceil(characters / line.length)).slice(0, characters);
  const sha256 = createHash("sha256").update(text).digest("hex");
  await service.changeRun(id, (database) => {
    database.exec(`CREATE TABLE IF NOT EXISTS value (
      sha256 TEXT NOT NULL, start INTEGER NOT NULL, total INTEGER NOT NULL, text TEXT NOT NULL,
      PRIMARY KEY (sha256, start)) STRICT, WITHOUT ROWID`);
    const part = database.prepare("INSERT INTO value VALUES (?, ?, ?, ?)");
    for (let from = 0; from < text.length; from += ROW_CHARS) {
      part.run(sha256, from, text.length, text.slice(from, from + ROW_CHARS));
    }
    const rows = database.prepare("SELECT first_seq, events FROM log").all();
    const update = database.prepare("UPDATE log SET events = ? WHERE first_seq = ?");
    for (const { first_seq, events } of rows) {
      const changed = JSON.parse(String(events)) as { type: string; data: object }[];
      for (const event of changed) {
        if (event.type === "tool.completed") {
          const output = text.slice(0, SHOWN_CHARS);
          event.data = { ...event.data, output, truncated: true, output_sha256: sha256 };
        }
      }
      update.run(JSON.stringify(changed), Number(first_seq));
    }
  });
  await service.up();
}

/** Repeats the second step of a log until it has this many events; a row for each step. */
function repeated(log: readonly LogEvent[], events: number): LogEvent[][] {
  const starts = log.flatMap(({ type }, i) => (type === "model.requested" ? [i] : []));
  const [, from = 0, to = 0] = starts;
  const last = starts.at(-1) ?? 0;
  const [head, step, tail] = [log.slice(0, from), log.slice(from, to), log.slice(last)];
  const rows: LogEvent[][] = [head];
  let seq = head.length;
  const begin = Date.parse(head[0]?.at ?? "");
  let at = Date.parse(head.at(-1)?.at ?? "") - begin;
  const place = (block: readonly LogEvent[], n: number): void => {
    const first = Date.parse(block[0]?.at ?? "");
    rows.push(
      block.map((event) => {
        seq += 1;
        const moved =
          begin + at + Date.parse(event.at) - first + (event === block[0] ? 0 : n % 400);
        return { ...event, at: new Date(moved).toISOString(), seq, data: renamed(event.data, n) };
      }),
    );
    at += STEP_MS;
  };
  for (let n = 2; seq + step.length + tail.length <= events; n += 1) {
    place(step, n);
  }
  place(tail, rows.length + 1);
  return rows;
}

/** The data of the nth repetition: other calls, another step. */
function renamed(data: LogEvent["data"], n: number): LogEvent["data"] {
  const text = JSON.stringify(data).replaceAll(
    /call_(\d+)/g,
    (_, id) => `call_${n * 10 + Number(id)}`,
  );
  const made = JSON.parse(text) as Record<string, unknown>;
  return "step" in made ? { ...made, step: n } : made;
}
