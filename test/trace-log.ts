/** Logs for tests of traces. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../src/crypto/sha256.ts";
import { upcast, type RunEvent } from "../src/run/log/event.ts";
import type { TraceContent } from "../src/run/trace/content.ts";
import { SCOPE } from "../src/run/trace/span.ts";
import { SpanFold } from "../src/run/trace/spans.ts";

/** Stands in all content of `EVENTFUL`. */
export const CANARY = "canary-4711";
/** The `traceparent` of `EVENTFUL`. */
export const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** Returns a stored log of an older version of the service. */
export function golden(name: string): RunEvent[] {
  const text = readFileSync(join(import.meta.dirname, "golden", name), "utf8");
  return (JSON.parse(text) as unknown[]).map(upcast);
}

/** Returns the spans of a log, and what they have in common. */
export function fold(events: readonly RunEvent[], content: TraceContent = "none") {
  const spans = new SpanFold({ digest: sha256Hex, content });
  const all = events.flatMap((event) => spans.take(event));
  return { all, source: { resource: spans.resource, scope: SCOPE } };
}

/** Returns a log of events a second apart. */
export function logOf(events: readonly (readonly [string, object])[]): RunEvent[] {
  return events.map(([type, data], i) =>
    upcast({
      seq: i + 1,
      at: new Date(Date.UTC(2026, 10, 30) + i * 1000).toISOString(),
      type,
      v: type === "run.created" ? 2 : 1,
      data,
    }),
  );
}

/** The event that creates a run. */
export const created = (more: object = {}): readonly [string, object] => [
  "run.created",
  {
    task_id: "task_a",
    tenant_id: "acme",
    input_data: { goal: CANARY },
    agent: "support",
    agent_version: 3,
    config: { model: "google/gemini-x", planner: "native", temperature: 0.5, instructions: CANARY },
    limits: {},
    ...more,
  },
];
/** The intent of a model call. */
export const requested = (
  call: string,
  attempt = 1,
  model = "google/gemini-x",
): readonly [string, object] => [
  "model.requested",
  { call_id: call, attempt, step: 1, model, up_to_seq: 2, body_sha256: "0" },
];
const usage = (call: string, attempt = 1): readonly [string, object] => [
  "usage.recorded",
  {
    call_id: call,
    attempt,
    input_tokens: 10,
    cached_input_tokens: 4,
    output_tokens: 3,
    reasoning_tokens: 1,
    cost_micro_usd: 1500,
  },
];
const replied = (
  call: string,
  attempt: number,
  calls: readonly object[],
): readonly [string, object] => [
  "model.completed",
  { call_id: call, attempt, finish_reason: "tool_calls", text: CANARY, tool_calls: calls },
];
/** The intent of a tool call. */
export const tool = (call: string, name: string, more: object = {}): readonly [string, object] => [
  "tool.requested",
  {
    call_id: call,
    model_call_id: "call_1",
    name,
    arguments: { q: CANARY, password: "hunter2" },
    effect: "pure",
    idempotency_key: `task_a:${call}`,
    attempt: 1,
    ...more,
  },
];
const done = (call: string): readonly [string, object] => [
  "tool.completed",
  { call_id: call, output: { text: CANARY }, duration_ms: 3 },
];

/** A run with a retry, a recovery, a nested call, an MCP call, a child, waits and a refused call. */
export const EVENTFUL = logOf([
  created({
    trace: { traceparent: PARENT, tracestate: "vendor=1" },
    mcp_servers: [
      {
        name: "docs",
        source: "tenant",
        url: "https://mcp.example.com/mcp",
        headers: {},
        timeout_ms: 1,
        effects: {},
        trust_annotations: false,
        approval: "never",
      },
    ],
  }),
  ["run.started", { epoch: 1 }],
  requested("call_1"),
  [
    "model.failed",
    { call_id: "call_1", attempt: 1, code: "rate_limited", message: CANARY, retry_in_ms: 500 },
  ],
  requested("call_1", 2),
  usage("call_1", 2),
  replied("call_1", 2, [
    { call_id: "call_2", name: "run_code", arguments: {} },
    { call_id: "call_3", name: "docs.search", arguments: {} },
    { call_id: "call_4", name: "agent_helper", arguments: {} },
    { call_id: "call_5", name: "pay", arguments: {} },
    { call_id: "call_6", name: "nothing", arguments: {} },
  ]),
  tool("call_2", "run_code"),
  tool("call_7", "add_numbers", { parent_call_id: "call_2" }),
  ["recovery.started", { epoch: 2, reason: "interrupted", open_calls: ["call_2", "call_7"] }],
  tool("call_2", "run_code", { attempt: 2 }),
  done("call_7"),
  done("call_2"),
  tool("call_3", "docs.search"),
  done("call_3"),
  tool("call_4", "agent_helper", { wait: "children" }),
  ["child.started", { call_id: "call_4", task_id: "task_b" }],
  ["run.waiting", { for: "children", call_id: "call_4" }],
  ["run.resumed", { from: "children" }],
  ["child.ended", { task_id: "task_b", status: "completed", answer: CANARY }],
  done("call_4"),
  tool("call_5", "pay", { effect: "once" }),
  ["tool.outcome_unknown", { call_id: "call_5" }],
  ["tool.failed", { call_id: "call_6", code: "unknown_tool", message: CANARY, duration_ms: 0 }],
  ["limit.reached", { limit: "max_steps", value: 25 }],
  ["run.failed", { code: "limit_reached", message: CANARY }],
]);
