/**
 * Crash points, enumerated: for a scripted run with every kind of call, the process is stopped
 * before and after every write, a new one takes over, and the result is compared with the
 * undisturbed run.
 */
import { expect, test } from "vitest";
import { z } from "zod";
import type { RunTool } from "../../src/agent/tools/tool.ts";
import { defineTool } from "../../src/agent/tools/tool.ts";
import type { Effect } from "../../src/run/value/effect.ts";
import type { Span } from "../../src/run/trace/span.ts";
import { Harness, Killed, specFor } from "../harness.ts";
import { fold } from "../trace-log.ts";

const SCRIPT = [
  { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] },
  { tool_calls: [{ name: "pay_once" }, { name: "book_again" }] },
  { error: { class: "overloaded", times: 1 } },
  { text: "thinking", tool_calls: [{ name: "wait", arguments: { seconds: 60 } }] },
  { text: "all done" },
];

/** Counts its runs by idempotency key, as the world outside would see them. */
function effectTool(name: string, effect: Effect, runs: Map<string, number>): RunTool {
  return defineTool({
    name,
    description: name,
    input: z.strictObject({}),
    output: z.string(),
    effect,
    run: (_input, context) => {
      runs.set(context.idempotencyKey, (runs.get(context.idempotencyKey) ?? 0) + 1);
      return "done";
    },
  });
}

/** The calls and waits of a trace, without attempts. */
function callsIn(spans: readonly Span[]): string[] {
  return [
    ...new Set(
      spans.map(({ name, attributes }) => `${name} ${String(attributes["opspawn.call.id"])}`),
    ),
  ].toSorted();
}

function newRun(onWrite?: (n: number, when: "before" | "after") => void) {
  const once = new Map<string, number>();
  const again = new Map<string, number>();
  const run = new Harness(specFor({ script: SCRIPT }), {
    extraTools: [
      effectTool("pay_once", "once", once),
      effectTool("book_again", "idempotent", again),
    ],
    ...(onWrite === undefined ? {} : { onWrite }),
  });
  return { run, once, again };
}

test("a run that is stopped before or after any write ends as the undisturbed one", async () => {
  const undisturbed = newRun();
  await undisturbed.run.drive();
  const writes = undisturbed.run.writes;
  expect(writes).toBeGreaterThan(8);
  let points = 0;
  let unknown = 0;
  for (let n = 1; n <= writes; n += 1) {
    for (const when of ["before", "after"] as const) {
      let armed = true;
      const { run, once, again } = newRun((write, at) => {
        if (armed && write === n && at === when) {
          armed = false;
          throw new Killed();
        }
      });
      expect(await run.driveThroughKills()).toBe(2);
      points += 1;
      const events = run.events();
      const point = `killed ${when} write ${n}`;
      expect(
        events.map((event) => event.seq),
        point,
      ).toEqual(events.map((_, i) => i + 1));
      expect(run.log.state.end, point).toEqual(undisturbed.run.log.state.end);
      const ends = events.filter((event) => /^run\.(completed|failed|cancelled)$/.test(event.type));
      expect(ends, point).toHaveLength(1);
      // At most once, and never silently: it ran, or the log says that nobody knows.
      const told = events.filter((event) => event.type === "tool.outcome_unknown");
      unknown += told.length;
      expect(
        [...once.values()].every((count) => count === 1),
        point,
      ).toBe(true);
      expect(once.size === 1 || told.length === 1, point).toBe(true);
      // Again only under the same key.
      expect(again.size, point).toBe(1);
      // The trace of the log: a span of every attempt, and the calls of the undisturbed run.
      const spans = fold(events).all;
      const intents = events.filter(({ type }) => /^(?:model|tool)[.]requested$/.test(type));
      const waits = events.filter(({ type }) => type === "run.waiting");
      expect(spans, point).toHaveLength(intents.length + waits.length + 1);
      expect(new Set(spans.map(({ spanId }) => spanId)).size, point).toBe(spans.length);
      expect(callsIn(spans), point).toEqual(callsIn(fold(undisturbed.run.events()).all));
    }
  }
  expect(points).toBe(2 * writes);
  expect(unknown).toBeGreaterThan(0);
});

test("a run that is stopped again and again still ends, in bounded time", async () => {
  const killed = new Set<number>();
  const { run, once } = newRun((write, when) => {
    if (when === "after" && write % 3 === 0 && !killed.has(write)) {
      killed.add(write);
      throw new Killed();
    }
  });
  expect(await run.driveThroughKills()).toBeGreaterThan(3);
  expect(run.log.state).toMatchObject({ status: "completed" });
  expect([...once.values()].every((count) => count === 1)).toBe(true);
});

test("a run that dies at every attempt is given up with a code", async () => {
  const { run } = newRun((_write, when) => {
    if (when === "after" && run.log.state.model?.phase === "in_flight") {
      throw new Killed();
    }
  });
  await run.driveThroughKills();
  expect(run.log.state.end).toMatchObject({ error: { code: "recovery_exhausted" } });
});
