/** The fold: every prefix of a legal log is a state; what could not have happened is rejected. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  LogCorruption,
  parseEvent,
  upcast,
  type NewEvent,
  type RunEvent,
} from "../../src/run/log/event.ts";
import { dueAt } from "../../src/run/decide/due.ts";
import { recover } from "../../src/run/decide/recover.ts";
import { foldNew, reduce } from "../../src/run/log/reduce.ts";
import { INITIAL_STATE, type RunState } from "../../src/run/log/state.ts";
import { createdEvent, Harness, specFor } from "../harness.ts";

const add = { name: "add_numbers", arguments: { a: 1, b: 2 } };
const SCRIPT = [
  { tool_calls: [add, { name: "unknown" }] },
  { error: { class: "overloaded" } },
  { tool_calls: [{ name: "wait", arguments: { seconds: 5 } }, add] },
  { text: "done" },
];

async function legalLog(): Promise<RunEvent[]> {
  const run = new Harness(specFor({ script: SCRIPT }), { watched: true });
  await run.drive();
  return run.events();
}

function fold(events: readonly RunEvent[]): RunState {
  return events.reduce(reduce, INITIAL_STATE);
}

test("every prefix of a legal log folds, and its interruption can be settled", async () => {
  const events = await legalLog();
  expect(events.length).toBeGreaterThan(20);
  for (let length = 1; length <= events.length; length += 1) {
    const state = fold(events.slice(0, length));
    expect(() => foldNew(state, recover(state, state.at), state.at)).not.toThrow();
  }
});

test("every event of a run is what its schema says, and survives being stored", async () => {
  for (const event of await legalLog()) {
    expect(parseEvent(event)).toEqual(event);
    expect(upcast(JSON.parse(JSON.stringify(event)))).toEqual(event);
  }
});

test("a log without one of its events is rejected, not repaired", async () => {
  const events = await legalLog();
  // Money and streamed text have no successor that would miss them, but for the gap in `seq`.
  const missed = events.slice(0, -1).filter((e) => !/^(usage|model\.delta)/.test(e.type));
  for (const gone of missed) {
    const rest = events.filter((event) => event !== gone);
    const renumbered = rest.map((event, i): RunEvent => Object.assign({}, event, { seq: i + 1 }));
    expect(() => fold(rest), `without ${gone.type} at ${gone.seq}`).toThrow(/corrupt/);
    expect(() => fold(renumbered), `without ${gone.type} at ${gone.seq}`).toThrow(/corrupt/);
  }
});

test("a doubled event and a swapped pair are rejected", async () => {
  const events = await legalLog();
  for (let i = 0; i < events.length - 1; i += 1) {
    const doubled = events.toSpliced(i, 0, events[i] as RunEvent);
    expect(() => fold(doubled)).toThrow(/corrupt/);
    const swapped = events.with(i, events[i + 1] as RunEvent).with(i + 1, events[i] as RunEvent);
    expect(() => fold(swapped)).toThrow(/corrupt/);
  }
});

const AT = "2026-11-22T12:00:00.000Z";
const started: NewEvent[] = [
  createdEvent(specFor({})),
  { type: "run.started", data: { epoch: 1 } },
];
const asked = {
  type: "model.requested",
  data: { call_id: "call_1", attempt: 1, step: 1, model: "m", up_to_seq: 2, body_sha256: "" },
} as const satisfies NewEvent;

test.each<[string, NewEvent[]]>([
  ["a run that starts twice", [...started, { type: "run.started", data: { epoch: 2 } }]],
  ["a second creation", [...started, createdEvent(specFor({}))]],
  ["a start before the creation", [{ type: "run.started", data: { epoch: 1 } }]],
  ["an event after the end", [...started, { type: "run.cancelled", data: { by: "x" } }, asked]],
  ["a step that is skipped", [...started, { ...asked, data: { ...asked.data, step: 2 } }]],
  [
    "an outcome without an intent",
    [
      ...started,
      { type: "tool.completed", data: { call_id: "call_9", output: 1, duration_ms: 0 } },
    ],
  ],
  [
    "usage of a call nobody made",
    [
      ...started,
      {
        type: "usage.recorded",
        data: {
          call_id: "call_1",
          attempt: 1,
          input_tokens: 1,
          cached_input_tokens: 0,
          output_tokens: 1,
          reasoning_tokens: 0,
          cost_micro_usd: 0,
        },
      },
    ],
  ],
  ["a second call while one is out", [...started, asked, asked]],
  [
    "a resumption of a run that does not wait",
    [...started, { type: "run.resumed", data: { from: "timer" } }],
  ],
  [
    "an epoch that goes back",
    [
      ...started,
      { type: "recovery.started", data: { epoch: 1, reason: "failed", open_calls: [] } },
    ],
  ],
])("an impossible log is rejected: %s", (_name, events) => {
  expect(() => foldNew(INITIAL_STATE, events, Date.parse(AT))).toThrow(/corrupt/);
});

/** What the fold throws for a list of events, or null. */
function rejectionOf(events: readonly RunEvent[]): unknown {
  try {
    fold(events.map((event, i): RunEvent => Object.assign({}, event, { seq: i + 1 })));
    return null;
  } catch (error) {
    return error;
  }
}

test("any order of any events either folds or is rejected with a reason", async () => {
  const events = await legalLog();
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { maxLength: 30 }), (picked) => {
      const rejection = rejectionOf(picked);
      expect(rejection === null || rejection instanceof LogCorruption).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("a clock that is set back never moves the run's time back", () => {
  const first = foldNew(INITIAL_STATE, started, Date.parse(AT));
  const later = foldNew(first, [asked], Date.parse(AT) - 60_000);
  expect(later.at).toBe(first.at);
});

async function stateSize(steps: number): Promise<number> {
  const calls = Array.from({ length: steps }, () => ({ tool_calls: [add] }));
  const script = [...calls, { text: "done" }];
  const run = new Harness(specFor({ script }, { limits: { max_steps: 5000 } }));
  await run.drive();
  return JSON.stringify({ ...run.log.state, spec: null }).length;
}

test("the state of a long run is no larger than that of a short one", async () => {
  expect(await stateSize(500)).toBeLessThan((await stateSize(150)) * 1.2);
});

test("a log that an older version wrote folds as it did then, and its run can go on", () => {
  const text = readFileSync("test/golden/log-before-waits.json", "utf8");
  const events = (JSON.parse(text) as unknown[]).map(upcast);
  expect(events.length).toBeGreaterThan(30);
  for (const event of events) {
    expect(parseEvent(event)).toEqual(event);
  }
  expect(fold(events)).toMatchObject({
    status: "completed",
    end: { result: { answer: "All done." } },
    usage: { steps: 3, model_calls: 6, tool_calls: 4 },
    interruptions: { incidents: 1 },
  });
  for (let length = 1; length < events.length; length += 1) {
    const state = fold(events.slice(0, length));
    const settled = foldNew(state, recover(state, state.at), state.at);
    expect(dueAt(settled)).not.toBeNull();
  }
});
