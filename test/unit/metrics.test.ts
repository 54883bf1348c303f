/** The text of metrics. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { metricsText } from "../../src/api/load/metrics-text.ts";

const STATE = {
  byStatus: [{ value: "failed", count: 3 }],
  byWait: [{ value: "approval", count: 2 }],
  oldestPending: { task_id: "task_1", age_s: 12.5 },
  deliveries: { pending: 4, overdue_s: 0 },
  lateSchedules: "2026-11-30T00:00:00Z",
  traces: { failed_exports: 1, rejected_spans: 7, last_error: "http_400" },
  deployment: { failed_exports: 2, rejected_spans: 0 },
  stuck: { orphans: 5, turns: 0 },
  providers: ["local"],
  incidents: { recoveries: 2, failures: [{ provider: "openai", code: "rate_limited", n: 7 }] },
  today: [
    {
      day: null,
      agent: null,
      model: 'a "b"\\c\nd',
      tasks: 1,
      model_calls: 5,
      input_tokens: 10,
      cached_input_tokens: 0,
      output_tokens: 3,
      cost_micro_usd: 1500,
    },
  ],
};

test("metrics have a help, a type, and escaped labels", () => {
  const lines = metricsText(STATE).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      "# TYPE opspawn_tasks gauge",
      'opspawn_tasks{status="failed"} 3',
      'opspawn_tasks{status="running"} 0',
      'opspawn_tasks_waiting{reason="approval"} 2',
      "opspawn_oldest_pending_seconds 12.5",
      "opspawn_webhook_deliveries_pending 4",
      "opspawn_schedules_late 1",
      "opspawn_trace_exports_failed 1",
      "opspawn_deployment_exports_failed 2",
      "opspawn_tasks_orphaned 5",
      "opspawn_turns_stuck 0",
      "opspawn_trace_spans_rejected 7",
      "# TYPE opspawn_recoveries_total counter",
      "opspawn_recoveries_total 2",
      'opspawn_provider_failures_total{provider="openai",code="rate_limited"} 7',
      'opspawn_cost_usd_today{model="a \\"b\\"\\\\c\\nd"} 0.0015',
    ]),
  );
  const sample = /^[a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+\})? [0-9.e+-]+$/;
  expect(
    lines.filter((line) => !line.startsWith("# ") && line !== "" && !sample.test(line)),
  ).toEqual([]);
  const types = lines.filter((line) => line.startsWith("# TYPE"));
  expect(types.length).toBe(lines.filter((line) => line.startsWith("# HELP")).length);
});

test("the alert rules of the documentation are YAML, and ask for metrics that there are", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/how-to/traces.md"), "utf8");
  const [, rules = ""] = /```text\n(groups:\n[^`]*)```/.exec(page) ?? [];
  const document = parseDocument(rules, { strict: true });
  expect(document.errors).toEqual([]);
  const { groups } = document.toJS() as {
    groups: { rules: { alert: string; expr: string; for?: string }[] }[];
  };
  const alerts = groups.flatMap((group) => group.rules);
  expect(alerts.length).toBeGreaterThan(10);
  const text = metricsText(STATE);
  const names = Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name);
  // The first is Prometheus' own; the second comes from the check that the page describes.
  const known = new Set([...names, "up", "opspawn_invariant_violations"]);
  for (const { alert, expr, for: pause = "1m" } of alerts) {
    expect(alert).toMatch(/^[A-Z]\w+$/);
    expect(pause).toMatch(/^\d+[mh]$/);
    const asked = expr.match(/\bopspawn_\w+|\bup\b/g) ?? [];
    expect(asked.length, alert).toBeGreaterThan(0);
    expect(
      asked.filter((name) => !known.has(name)),
      alert,
    ).toEqual([]);
  }
  // Every metric is described.
  expect(names.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
});

test("a tenant without work has no overdue work", () => {
  const text = metricsText({
    ...STATE,
    byStatus: [],
    byWait: [],
    oldestPending: null,
    lateSchedules: null,
    traces: null,
    today: [],
  });
  expect(text).toContain("opspawn_oldest_pending_seconds 0\n");
  expect(text).toContain("opspawn_schedules_late 0\n");
  expect(text).toContain("opspawn_trace_exports_failed 0\n");
});
