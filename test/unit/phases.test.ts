/** The table `PHASES` says what the code does: each row against the fold, the recovery and the log. */
import { expect, test } from "vitest";
import { PHASES } from "../../src/run/decide/decide.ts";
import { recover } from "../../src/run/decide/recover.ts";
import type { NewEvent } from "../../src/run/log/event.ts";
import { EVENT_TYPES, type EventType } from "../../src/run/log/event-data.ts";
import { foldNew } from "../../src/run/log/reduce.ts";
import { INITIAL_STATE, type RunState } from "../../src/run/log/state.ts";
import { EFFECTS, type Effect } from "../../src/run/value/effect.ts";
import { specFor } from "../harness.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const MODEL = { call_id: "call_1", attempt: 1 };
const TOOL = { call_id: "call_2" };

const STARTED: readonly NewEvent[] = [
  { type: "run.created", data: specFor({}) },
  { type: "run.started", data: { epoch: 1 } },
];
const REQUEST = { ...MODEL, step: 1, model: "m", up_to_seq: 2, body_sha256: "" };
const ASKED: NewEvent = { type: "model.requested", data: REQUEST };
const REPLY = { ...MODEL, finish_reason: "tool_calls", text: "" } as const;

const TURN: NewEvent = {
  type: "model.completed",
  data: { ...REPLY, tool_calls: [{ ...TOOL, name: "act", arguments: {} }] },
};
const CHILD = { task_id: "task_child", agent: "helper", agent_version: 1 };

function requested(
  effect: Effect,
  attempt = 1,
): Extract<NewEvent, { readonly type: "tool.requested" }> {
  const call = { ...TOOL, model_call_id: "call_1", name: "act", arguments: {} };
  return { type: "tool.requested", data: { ...call, effect, idempotency_key: "k", attempt } };
}

/** A log whose last event is the intent of a row. */
function withOpenIntent(row: keyof typeof PHASES): RunState {
  if (row === "children") {
    const { data } = requested("idempotent");
    const order: NewEvent = {
      type: "tool.requested",
      data: { ...data, wait: "children", action: "run", tasks: [CHILD] },
    };
    return foldNew(INITIAL_STATE, [...STARTED, ASKED, TURN, order], NOW);
  }
  const effect = EFFECTS.find((one) => row === `tool: ${one}`);
  const rest = effect === undefined ? [ASKED] : [ASKED, TURN, requested(effect)];
  return foldNew(INITIAL_STATE, [...STARTED, ...rest], NOW);
}

/** An outcome of each type. */
const OUTCOMES: Readonly<Partial<Record<EventType, NewEvent>>> = {
  "model.completed": { type: "model.completed", data: { ...REPLY, tool_calls: [], answer: "a" } },
  "model.failed": {
    type: "model.failed",
    data: { ...MODEL, code: "overloaded", message: "", retry_in_ms: 1 },
  },
  "model.superseded": { type: "model.superseded", data: MODEL },
  "memory.compacted": {
    type: "memory.compacted",
    data: { ...MODEL, up_to_seq: 2, kind: "turns", summary: "s" },
  },
  "tool.completed": { type: "tool.completed", data: { ...TOOL, output: 1, duration_ms: 1 } },
  "tool.failed": {
    type: "tool.failed",
    data: { ...TOOL, code: "tool_threw", message: "", duration_ms: 1 },
  },
  "tool.outcome_unknown": { type: "tool.outcome_unknown", data: TOOL },
  "child.started": { type: "child.started", data: { ...TOOL, task_id: CHILD.task_id } },
};

/** Whether the intent is open: a call is out and has no outcome. */
function isOpen(state: RunState): boolean {
  // A call whose tasks are submitted waits: it has nothing open.
  const open = state.turn?.calls.some(
    ({ request, result }) =>
      request !== null && result === null && request.children?.unstarted.length !== 0,
  );
  return state.model?.phase === "in_flight" || open === true;
}

const ROWS = (Object.keys(PHASES) as (keyof typeof PHASES)[]).filter(
  (row) => PHASES[row].intent !== null,
);

test.each(ROWS)("%s: the intent opens a call, and recovery writes what the table says", (row) => {
  const state = withOpenIntent(row);
  expect(isOpen(state)).toBe(true);
  const events = recover(state, NOW);
  const [first, ...rest] = events.map(({ type }) => type);
  expect(first).toBe("recovery.started");
  expect(rest).toEqual(PHASES[row].recovery);
  // What recovery writes is a legal log, and leaves a call open only where it is made again.
  // Tasks are submitted again under the same ids, without an event.
  expect(isOpen(foldNew(state, events, NOW))).toBe(
    rest.includes("tool.requested") || row === "children",
  );
});

test.each(ROWS.flatMap((row) => PHASES[row].outcomes.map((outcome) => [row, outcome] as const)))(
  "%s: %s settles the call",
  (row, outcome) => {
    const event = OUTCOMES[outcome];
    expect(event, `an example of ${outcome}`).toBeDefined();
    const state = withOpenIntent(row);
    const compacting = outcome === "memory.compacted" ? compactingState() : state;
    expect(isOpen(foldNew(compacting, event === undefined ? [] : [event], NOW))).toBe(false);
  },
);

test("every intent of the log is in the table", () => {
  const intents = new Set<string | null>(Object.values(PHASES).map(({ intent }) => intent));
  // Questions to people are no work of the loop: `approval` and `input` are waits.
  const asked = EVENT_TYPES.filter((type) => /^(?:model|tool)\.requested$/.test(type));
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.filter((type) => !intents.has(type))).toEqual([]);
});

test("every effect has its row", () => {
  expect(EFFECTS.filter((effect) => !(`tool: ${effect}` in PHASES))).toEqual([]);
});

/** A log whose last event is the request for a summary. */
function compactingState(): RunState {
  // A summary is no step of its own.
  const data = { ...REQUEST, step: 0, purpose: "compact" as const };
  return foldNew(INITIAL_STATE, [...STARTED, { type: "model.requested", data }], NOW);
}
