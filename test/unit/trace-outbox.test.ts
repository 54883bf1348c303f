/** When a run asks for the export of its trace. */
import { describe, expect, it } from "vitest";
import { TraceOutbox } from "../../src/durable/run/outbox/trace-outbox.ts";
import { EventLog } from "../../src/durable/run/storage/event-log.ts";
import type { TraceMessage } from "../../src/run/trace/export-message.ts";
import { memoryStorage, specFor } from "../harness.ts";

const NOW = Date.UTC(2026, 10, 30, 12);
const end = { type: "run.cancelled", data: { by: "key" } } as const;

function rig({ telemetry = true, always = false } = {}) {
  const { sql, transaction } = memoryStorage();
  const statements: string[] = [];
  const counted: typeof sql = {
    exec: (query, ...bindings) => {
      statements.push(query);
      return sql.exec(query, ...bindings);
    },
  };
  const log = new EventLog(sql, transaction);
  const sent: TraceMessage[] = [];
  const fault: { error: Error | null } = { error: null };
  const clock = { now: NOW };
  const traces = {
    always,
    send: async (message: TraceMessage) => {
      if (fault.error !== null) {
        throw fault.error;
      }
      sent.push(message);
    },
  };
  const view = { statusSeq: 1, view: {} as never, feedSince: null, nextTurn: null, telemetry };
  const outbox = (own: EventLog = log) =>
    new TraceOutbox(
      counted,
      own,
      { stored: view },
      () => traces,
      () => clock.now,
    );
  log.append([{ type: "run.created", data: specFor({}) }], NOW);
  log.append([{ type: "run.started", data: { epoch: 1 } }], NOW);
  return {
    log,
    outbox,
    sent,
    fault,
    statements,
    clock,
    again: () => outbox(new EventLog(sql, transaction)),
  };
}

describe("a run", () => {
  it("asks once for its export, when it has ended, and writes nothing for it", async () => {
    const { log, outbox, sent, statements } = rig();
    const step = outbox();
    step.expectEnd();
    expect(step.behind).toBe(false);
    log.append([end], NOW + 5000);
    expect(step.behind).toBe(true);
    await step.flush();
    expect(step.behind).toBe(false);
    expect(sent).toMatchObject([
      {
        task_id: "task_test",
        after: 0,
        ended: true,
        facts: { status: "cancelled", duration_s: 5 },
      },
    ]);
    expect(statements.filter((one) => !one.startsWith("SELECT"))).toEqual([]);
  });

  it("asks again if the queue failed, and in the process after a crash, but not when it is only read", async () => {
    const { log, outbox, sent, fault, again, clock } = rig();
    const step = outbox();
    step.expectEnd();
    log.append([end], NOW);
    fault.error = new Error("down");
    await expect(step.flush()).rejects.toThrow("down");
    expect(step.behind).toBe(true);
    fault.error = null;
    const reader = again();
    expect(reader.behind).toBe(false);
    reader.expectEnd();
    expect(reader.behind).toBe(true);
    await reader.flush();
    expect(sent).toHaveLength(1);
    clock.now = NOW + 2 * 86_400_000;
    const late = again();
    late.expectEnd();
    expect(late.behind).toBe(false);
    const repaired = again();
    clock.now = NOW;
    repaired.forget();
    expect(repaired.behind).toBe(true);
  });

  it("asks for nothing if neither the tenant nor the deployment exports traces", () => {
    const off = rig({ telemetry: false });
    const step = off.outbox();
    step.expectEnd();
    off.log.append([end], NOW);
    expect(step.behind).toBe(false);
    const on = rig({ telemetry: false, always: true });
    const other = on.outbox();
    other.expectEnd();
    on.log.append([end], NOW);
    expect(other.behind).toBe(true);
  });

  it("that goes on asks every ten minutes, from where it was", async () => {
    const { log, outbox, sent, again } = rig();
    const step = outbox();
    const wait = (at: number) => {
      log.append([{ type: "run.waiting", data: { for: "timer" } }], at);
      log.append([{ type: "run.resumed", data: { from: "timer" } }], at);
    };
    wait(NOW + 599_000);
    expect(step.behind).toBe(false);
    wait(NOW + 600_000);
    expect(step.behind).toBe(true);
    await step.flush();
    expect(step.behind).toBe(false);
    wait(NOW + 700_000);
    expect(step.behind).toBe(false);
    wait(NOW + 1_300_000);
    const next = again();
    expect(next.behind).toBe(true);
    await next.flush();
    next.expectEnd();
    expect(sent).toMatchObject([
      { after: 0, ended: false },
      { after: 6, ended: false },
    ]);
  });
});
