/** The trace of a run: its spans, their ids and their content. */
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { upcast } from "../../src/run/log/event.ts";
import { outlineOfText } from "../../src/run/log/outline.ts";
import {
  inputMessages,
  outputMessages,
  valueText,
  type TraceContent,
} from "../../src/run/trace/content.ts";
import {
  attemptSpanId,
  runSpanId,
  scheduleSpan,
  traceparentOf,
} from "../../src/run/trace/identity.ts";
import { requestJson } from "../../src/run/trace/otlp-json.ts";
import type { Span } from "../../src/run/trace/span.ts";
import { UNTRACED_TYPES } from "../../src/run/trace/spans.ts";
import {
  formatTraceparent,
  parseTraceparent,
  traceContextOf,
} from "../../src/run/value/trace-context.ts";
import {
  CANARY,
  created,
  EVENTFUL,
  fold,
  golden,
  logOf,
  PARENT,
  requested,
  tool,
} from "../trace-log.ts";

const at = (span: Span): number => (span.start - Date.UTC(2026, 10, 30)) / 1000;
const short = ({ name, status, attributes, ...span }: Span) =>
  `${name} ${at({ name, status, attributes, ...span })}s+${(span.end - span.start) / 1000} ${String(attributes["error.type"] ?? "-")}`;

const rootOf = (more: object) =>
  fold(logOf([created(more), ["run.cancelled", { by: "k" }]])).all[0];
const conversationOf = (more: object) => {
  const { attributes } = rootOf(more) ?? {};
  expect(attributes?.["session.id"]).toBe(attributes?.["gen_ai.conversation.id"]);
  return attributes?.["gen_ai.conversation.id"];
};

describe("the spans of a run", () => {
  it("are its attempts, calls, waits and the run, each when it has ended", () => {
    const { all } = fold(EVENTFUL);
    expect(all.map(short)).toEqual([
      "chat gemini-x 2s+1 rate_limited",
      "chat gemini-x 4s+2 -",
      "execute_tool run_code 7s+3 interrupted",
      "execute_tool add_numbers 8s+3 -",
      "execute_tool run_code 10s+2 -",
      "tools/call search 13s+1 -",
      "opspawn.wait children 17s+1 -",
      "execute_tool agent_helper 15s+5 -",
      "execute_tool pay 21s+1 outcome_unknown",
      "execute_tool nothing 23s+0 unknown_tool",
      "invoke_agent support 0s+25 limit_reached",
    ]);
    const ids = new Set(all.map(({ spanId }) => spanId));
    expect(ids.size).toBe(all.length);
    expect(all.every(({ spanId }) => /^[0-9a-f]{16}$/.test(spanId))).toBe(true);
  });

  it("continue the trace of the caller, and nest below the run", () => {
    const { all } = fold(EVENTFUL);
    const root = all.at(-1);
    expect(root).toMatchObject({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      parentSpanId: "b7ad6b7169203331",
      traceState: "vendor=1",
      spanId: runSpanId("task_a", sha256Hex),
      attributes: {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.conversation.id": "task_a",
        "session.id": "task_a",
        "opspawn.cost_usd": 0.0015,
        "opspawn.recoveries": 1,
        "opspawn.tool_calls": 5,
        "opspawn.waited_s": 1,
        "opspawn.status": "failed",
      },
    });
    expect(root?.events.map(({ name }) => name)).toEqual([
      "recovery.started",
      "child.ended",
      "limit.reached",
    ]);
    const inner = all.find(({ name }) => name === "execute_tool add_numbers");
    expect(inner?.parentSpanId).toBe(attemptSpanId("task_a", "call_2", 1, sha256Hex));
    const chats = all.filter(({ name }) => name.startsWith("chat "));
    expect(chats.map(({ parentSpanId }) => parentSpanId)).toEqual([root?.spanId, root?.spanId]);
    expect(chats[1]?.attributes).toMatchObject({
      "gen_ai.operation.name": "generate_content",
      "gen_ai.provider.name": "gcp.gemini",
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.cache_read.input_tokens": 4,
      "gen_ai.response.finish_reasons": ["tool_call"],
    });
    const mcp = all.find(({ name }) => name === "tools/call search");
    expect(mcp).toMatchObject({
      kind: 3,
      attributes: { "mcp.method.name": "tools/call", "server.address": "mcp.example.com" },
    });
  });

  it("link a child to its own span, which names the call as its parent", () => {
    const { all } = fold(EVENTFUL);
    const call = all.find(({ name }) => name === "execute_tool agent_helper");
    const wait = all.find(({ name }) => name === "opspawn.wait children");
    expect(wait?.parentSpanId).toBe(call?.spanId);
    const spec = { task_id: "task_a", tenant_id: "acme", trace: { traceparent: PARENT } };
    const child = fold(
      logOf([
        created({
          task_id: "task_b",
          trace: { traceparent: traceparentOf(spec, "call_4", 1, sha256Hex) },
          parent: { task_id: "task_a", call_id: "call_4", path: ["task_a"], on_end: "cancel" },
        }),
        ["run.cancelled", { by: "parent" }],
      ]),
    ).all[0];
    expect(child?.parentSpanId).toBe(call?.spanId);
    expect(child?.status).toEqual({ code: 0 });
    expect(call?.links).toEqual([
      {
        traceId: child?.traceId,
        spanId: child?.spanId,
        attributes: { "opspawn.task.id": "task_b" },
      },
    ]);
  });

  it("have the conversation of a turn as theirs, also in the tasks that the turn starts", () => {
    const link = { task_id: "task_z", call_id: "call_4", path: ["task_z"], on_end: "cancel" };
    expect(conversationOf({})).toBe("task_a");
    expect(conversationOf({ parent: link })).toBe("task_z");
    expect(conversationOf({ conversation_id: "c" })).toBe("c");
    expect(conversationOf({ parent: { ...link, conversation_id: "c" } })).toBe("c");
  });

  it("link the tasks of a schedule to the schedule, with and without a caller's trace", () => {
    const own = rootOf({ schedule_id: "sched_a" });
    const triggered = rootOf({
      schedule_id: "sched_a",
      task_id: "task_b",
      trace: { traceparent: PARENT },
    });
    expect(own?.links).toEqual(triggered?.links);
    expect(own?.links).toEqual([
      {
        ...scheduleSpan("acme", "sched_a", sha256Hex),
        attributes: { "opspawn.schedule.id": "sched_a" },
      },
    ]);
    expect([own?.parentSpanId, triggered?.parentSpanId]).toEqual([null, "b7ad6b7169203331"]);
    expect(scheduleSpan("other", "sched_a", sha256Hex).traceId).not.toBe(own?.links[0]?.traceId);
  });

  it("end open calls with the run", () => {
    const { all } = fold(
      logOf([
        created(),
        requested("call_1"),
        tool("call_2", "run_code"),
        tool("call_3", "add_numbers", { parent_call_id: "call_2" }),
        ["run.waiting", { for: "approval", call_id: "call_2" }],
        ["run.cancelled", { by: "key" }],
      ]),
    );
    expect(all.map(short)).toEqual([
      "opspawn.wait approval 4s+1 -",
      "execute_tool add_numbers 3s+2 cancelled",
      "execute_tool run_code 2s+3 cancelled",
      "chat gemini-x 1s+4 cancelled",
      "invoke_agent support 0s+5 -",
    ]);
  });

  it("differ between two reads of one log in nothing, and between two tasks in every id", () => {
    expect(fold(EVENTFUL)).toEqual(fold(EVENTFUL));
    const first = fold(EVENTFUL.slice(0, 9)).all;
    expect(fold(EVENTFUL).all.slice(0, first.length)).toEqual(first);
    const other = fold(logOf([created({ task_id: "task_c" }), ["run.cancelled", { by: "k" }]])).all;
    const own = fold(logOf([created(), ["run.cancelled", { by: "k" }]])).all;
    expect(other[0]?.traceId).not.toBe(own[0]?.traceId);
    expect(other[0]?.spanId).not.toBe(own[0]?.spanId);
  });

  it("are the same from outlines and without the events that no span is made of", () => {
    const outlined = EVENTFUL.filter(({ type }) => !UNTRACED_TYPES.has(type)).map((event) =>
      upcast(JSON.parse(outlineOfText(JSON.stringify(event)))),
    );
    expect(fold(outlined)).toEqual(fold(EVENTFUL));
  });

  it("keep the number of their events and links bounded", () => {
    const { all } = fold(
      logOf([
        created(),
        ...Array.from(
          { length: 200 },
          () => ["memory.compacted", { up_to_seq: 1, summary: "", kind: "turns" }] as const,
        ),
        tool("call_2", "agent_helper"),
        ...Array.from(
          { length: 200 },
          (_, i) => ["child.started", { call_id: "call_2", task_id: `task_${i}` }] as const,
        ),
        ["run.cancelled", { by: "key" }],
      ]),
    );
    const [call, root] = all;
    expect([root?.events.length, root?.droppedEvents]).toEqual([128, 72]);
    expect([call?.links.length, call?.droppedLinks]).toEqual([128, 72]);
  });
});

function traced(content: TraceContent): string {
  const { all, source } = fold(golden("log-with-code.json"), content);
  return requestJson(source, all);
}

describe("the content of a trace", () => {
  it("is absent by default, also from messages of failures", () => {
    const { all, source } = fold(EVENTFUL);
    expect(requestJson(source, all)).not.toContain(CANARY);
  });

  it("is the conversation, or arguments and results too, if it is asked for", () => {
    expect(traced("none")).not.toContain("call pay");
    expect(traced("messages")).toContain("gen_ai.input.messages");
    expect(traced("messages")).not.toContain("gen_ai.tool.call.result");
    expect(traced("all")).toContain("gen_ai.tool.call.result");
    expect(traced("all")).toContain("call pay");
  });

  it("has the messages that the model saw, in the conventions' form", () => {
    const { all } = fold(golden("log-with-code.json"), "messages");
    const chat = all.find(({ name }) => name.startsWith("chat "));
    const messages = JSON.parse(String(chat?.attributes["gen_ai.input.messages"]));
    expect(messages).toEqual([{ role: "user", parts: [{ type: "text", content: "go" }] }]);
    const output = JSON.parse(String(chat?.attributes["gen_ai.output.messages"]));
    expect(output).toMatchObject([
      {
        role: "assistant",
        finish_reason: "tool_call",
        parts: [{ type: "tool_call", name: "code" }],
      },
    ]);
  });

  it("hides values under names of secrets, and is cut at 64 Ki characters", () => {
    const secrets = { q: "x", api_key: "hunter2", nested: [{ Authorization: "b" }], tokens: 3 };
    expect(valueText(secrets)).toBe(
      '{"q":"x","api_key":"[redacted]","nested":[{"Authorization":"[redacted]"}],"tokens":3}',
    );
    expect(valueText({ q: "x".repeat(100_000) }).length).toBe(65_536);
    const turns = Array.from({ length: 100 }, (_, i) => ({
      role: "user" as const,
      text: `${i} ${"x".repeat(i === 50 ? 1_000_000 : 2000)}`,
    }));
    const text = inputMessages(turns);
    expect(text.length).toBeLessThanOrEqual(65_536);
    const kept: unknown = JSON.parse(text);
    expect(kept).toHaveLength(31);
    expect(text).toContain("99 xxx");
    const call = { call_id: "call_1", name: "pay", arguments: { password: "hunter2" } };
    expect(outputMessages("", [call], "stop")).not.toContain("hunter2");
    const many = Array.from({ length: 10 }, () => ({ ...call, arguments: "x".repeat(16_000) }));
    expect(outputMessages("text", many, "stop").length).toBeLessThanOrEqual(65_536);
  });
});

describe("a traceparent", () => {
  it("is read in its own form, and written in it", () => {
    const parsed = parseTraceparent(PARENT);
    expect(parsed).toEqual({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      sampled: true,
    });
    expect(parsed === null ? null : formatTraceparent(parsed)).toBe(PARENT);
    expect(parseTraceparent(`${PARENT.slice(0, -2)}00`)?.sampled).toBe(false);
    expect(parseTraceparent(`01${PARENT.slice(2)}-more`)?.sampled).toBe(true);
  });

  it.each([
    "",
    "nonsense",
    `ff${PARENT.slice(2)}`,
    `${PARENT}-more`,
    PARENT.toUpperCase(),
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    `${PARENT},${PARENT}`,
  ])("%j counts as absent", (header) => {
    expect(traceContextOf(header, "vendor=1")).toBeNull();
  });

  it("takes a tracestate of up to 512 printable characters with it", () => {
    expect(traceContextOf(PARENT, "vendor=1")).toEqual({
      traceparent: PARENT,
      tracestate: "vendor=1",
    });
    expect(traceContextOf(PARENT, "x".repeat(513))).toEqual({ traceparent: PARENT });
    expect(traceContextOf(PARENT, "a\u0007")).toEqual({ traceparent: PARENT });
    expect(traceContextOf(PARENT, null)).toEqual({ traceparent: PARENT });
  });
});
