/** What the service writes to the log, and what an observer sees. */
import { expect, test } from "vitest";
import { withAnalytics } from "../../src/compose/analytics.ts";
import { countEvents } from "../../src/durable/run/event-counts.ts";
import { logLevelOf } from "../../src/env/log-level.ts";
import { logObserver, observerFor, type LogLevel, type Observer } from "../../src/observe.ts";

const CANARY = "canary-4711";

/** Returns an observer of a level and the lines that it writes. */
function logged(least?: LogLevel | null) {
  const lines: Record<string, unknown>[] = [];
  const observer = logObserver((line) => {
    expect(line).not.toContain("\n");
    lines.push(JSON.parse(line) as Record<string, unknown>);
  }, least);
  return { observer, lines };
}

const span = (level: LogLevel) => ({
  name: "http.request",
  start: Date.UTC(2026, 10, 30),
  end: Date.UTC(2026, 10, 30) + 12,
  level,
  request_id: "req_1",
  attributes: { method: "GET", route: "/api/v1/tasks", status: 200 },
});

test("a fault is one line with its ids, its frames and its message", () => {
  const { observer, lines } = logged();
  observerFor(observer, () => ({ tenant_id: "acme", task_id: "task_a" })).fault(
    "run.outbox",
    new TypeError("no such table\nmore"),
    { request_id: "req_1" },
  );
  expect(lines).toEqual([
    {
      level: "error",
      event: "run.outbox",
      tenant_id: "acme",
      task_id: "task_a",
      request_id: "req_1",
      error: "TypeError",
      message: "no such table\nmore",
      stack: expect.stringMatching(/^\s+at /) as string,
    },
  ]);
});

test("no line quotes what a parser read or what was thrown in place of an error", () => {
  const { observer, lines } = logged();
  for (const work of [
    () => JSON.parse(`${CANARY} {`) as unknown,
    () => {
      throw CANARY as unknown as Error;
    },
  ]) {
    try {
      work();
    } catch (error) {
      observer.fault("x", error);
    }
  }
  expect(lines.map(({ error }) => error)).toEqual(["SyntaxError", "string"]);
  expect(JSON.stringify(lines)).not.toContain(CANARY);
});

test.each([
  [undefined, ["error"]],
  ["warn", ["error", "warn"]],
  ["info", ["error", "warn", "info"]],
  [null, []],
] as const)("at level %s, the lines are those of it and above", (least, levels) => {
  const { observer, lines } = logged(least);
  for (const level of ["error", "warn", "info"] as const) {
    observer.span?.(span(level));
  }
  expect(lines.map(({ level }) => level)).toEqual(levels);
  for (const line of lines) {
    expect(line).toMatchObject({
      event: "http.request",
      at: "2026-11-30T00:00:00.000Z",
      duration_ms: 12,
      request_id: "req_1",
      route: "/api/v1/tasks",
    });
  }
});

test("the setting is a level or off, and a wrong one writes faults", () => {
  expect(logLevelOf({})).toBe("error");
  expect(logLevelOf({ OPSPAWN_LOG_LEVEL: "info" })).toBe("info");
  expect(logLevelOf({ OPSPAWN_LOG_LEVEL: "off" })).toBeNull();
  expect(logLevelOf({ OPSPAWN_LOG_LEVEL: "loud" })).toBe("error");
});

test("events of runs are counted by their code or reason, and counters reach a bound dataset", () => {
  const counts: unknown[] = [];
  const own: Observer = { count: (...all) => counts.push(all), fault() {} };
  const points: unknown[] = [];
  const METRICS = { writeDataPoint: (point: unknown) => points.push(point) };
  const events = [
    { type: "run.created", data: {} },
    { type: "model.failed", data: { code: "rate_limited", message: CANARY } },
    { type: "run.waiting", data: { for: "approval" } },
    { type: "recovery.started", data: { reason: "interrupted" } },
    { type: "run.completed", data: { result: CANARY } },
  ].map(({ type, data }, seq) => ({ seq, type, text: JSON.stringify({ type, data }) }));
  countEvents(withAnalytics(own, { METRICS }), events);
  expect(counts).toEqual([
    ["models.failed", 1, { code: "rate_limited" }],
    ["runs.waited", 1, { reason: "approval" }],
    ["runs.recovered", 1, { reason: "interrupted" }],
    ["runs.completed", 1, {}],
  ]);
  expect(points.slice(0, 2)).toEqual([
    { indexes: ["models.failed"], blobs: ["models.failed", "code=rate_limited"], doubles: [1] },
    { indexes: ["runs.waited"], blobs: ["runs.waited", "reason=approval"], doubles: [1] },
  ]);
  expect(withAnalytics(own, {})).toBe(own);
});
