/** Only the newest slice may write to a log, and only until the run ends. */
import { expect, test } from "vitest";
import { buildDeps } from "../../src/compose/run.ts";
import { EventLog } from "../../src/durable/run/storage/event-log.ts";
import { Slice, type SliceHost } from "../../src/durable/run/slice.ts";
import type { NewEvent } from "../../src/run/log/event.ts";
import { recover } from "../../src/run/decide/recover.ts";
import { createdEvent, memoryStorage, specFor, NO_FAMILY } from "../harness.ts";
import { NO_GATE } from "../no-gate.ts";

const STARTED: NewEvent = { type: "run.started", data: { epoch: 1 } };
const ASKED: NewEvent = {
  type: "model.requested",
  data: { call_id: "call_1", attempt: 1, step: 1, model: "m", up_to_seq: 2, body_sha256: "" },
};
const LATE: NewEvent = {
  type: "model.completed",
  data: {
    call_id: "call_1",
    attempt: 1,
    finish_reason: "stop",
    text: "late",
    tool_calls: [],
    answer: "late",
  },
};

const HOST: SliceHost = {
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
};

function sliceOf(log: EventLog): Slice {
  const context = { log, storage: { sync: async () => {} }, background: () => {} };
  return new Slice(context, buildDeps({} as Env), HOST);
}

function setUp() {
  const { sql, transaction } = memoryStorage();
  const log = new EventLog(sql, transaction);
  const slice = () => sliceOf(log);
  const first = slice();
  first.log.append([createdEvent(specFor({})), STARTED, ASKED]);
  return { log, slice, first };
}

test("a call that comes back after a newer slice has begun cannot write", () => {
  const { log, slice, first } = setUp();
  const second = slice();
  second.log.append(recover(log.state, Date.now()));
  const { seq } = log.state;
  expect(first.log.state()).toBeNull();
  first.log.append([LATE]);
  expect(log.state.seq).toBe(seq);
  second.log.append([{ ...ASKED, data: { ...ASKED.data, attempt: 2 } }]);
  expect(log.state.seq).toBe(seq + 1);
});

test("a call that comes back after the run was cancelled cannot write", () => {
  const { log, first } = setUp();
  log.append([{ type: "run.cancelled", data: { by: "key" } }], Date.now());
  const { seq } = log.state;
  first.log.append([LATE]);
  expect(log.state).toMatchObject({ seq, status: "cancelled" });
});

test("a slice that was closed aborts what it has in flight and writes nothing more", () => {
  const { log, first } = setUp();
  const { seq } = log.state;
  first.close();
  expect(first.signal.aborted).toBe(true);
  first.log.append([LATE]);
  expect(log.state.seq).toBe(seq);
});

test("a limit on time that is raised while a call is out does not stop the call at the old one", async () => {
  const { sql, transaction } = memoryStorage();
  const log = new EventLog(sql, transaction);
  const slice = sliceOf(log);
  slice.log.append([createdEvent(specFor({}, { limits: { max_duration_s: 1 } })), STARTED, ASKED]);
  log.append(
    [{ type: "limit.changed", data: { limit: "max_duration_s", from: 1, to: 60, by: "key" } }],
    Date.now(),
  );
  await new Promise((wake) => setTimeout(wake, 1100));
  expect(slice.signal.aborted).toBe(false);
  log.append(
    [{ type: "limit.changed", data: { limit: "max_duration_s", from: 60, to: 1, by: "key" } }],
    Date.now(),
  );
  slice.onLimitsChanged();
  await expect.poll(() => slice.signal.aborted).toBe(true);
  slice.close();
});
