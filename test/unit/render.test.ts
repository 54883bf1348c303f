/** What a person sees of a run: every event type, whatever is in it, on every kind of screen. */
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { RunView } from "../../sdk/src/cli/render.ts";
import { columnsOf } from "../../sdk/src/cli/terminal-text.ts";
import type { TaskEvent } from "../../sdk/src/index.ts";
import { EVENT_TYPES } from "../../src/run/log/event-data.ts";
import { eventsOf, type Said } from "../task-events.ts";

function rendered(events: readonly TaskEvent[], columns?: number, colour = false): string {
  const view = new RunView({ colour, ...(columns === undefined ? {} : { columns }) });
  return events.map((event) => view.render(event)).join("");
}

const RUN = eventsOf(
  [
    "run.created",
    {
      task_id: "task_1",
      input_data: { goal: "What is 17% of 2,340?" },
      config: { model: "local/rules", planner: "native" },
    },
  ],
  ["run.started", { epoch: 1 }],
  ["model.requested", { call_id: "m1", attempt: 1, step: 1, model: "local/rules" }],
  ["model.delta", { call_id: "m1", attempt: 1, text: "Let me wo" }],
  ["model.delta", { call_id: "m1", attempt: 1, text: "rk it out." }],
  [
    "model.completed",
    {
      call_id: "m1",
      attempt: 1,
      finish_reason: "tool_calls",
      text: "Let me work it out.",
      tool_calls: [{ call_id: "c1", name: "calculator", arguments: { expression: "0.17*2340" } }],
    },
  ],
  ["usage.recorded", { input_tokens: 1200, output_tokens: 30, cost_micro_usd: 96 }],
  ["tool.requested", { call_id: "c1", name: "calculator", arguments: { expression: "0.17*2340" } }],
  ["tool.completed", { call_id: "c1", output: { result: 397.8 }, duration_ms: 3 }],
  ["model.requested", { call_id: "m2", attempt: 1, step: 2, model: "local/rules" }],
  [
    "model.completed",
    { call_id: "m2", attempt: 1, finish_reason: "stop", text: "It is 397.8.", tool_calls: [] },
  ],
  ["usage.recorded", { input_tokens: 100, output_tokens: 4, cost_micro_usd: 4 }],
  ["run.completed", { result: { answer: "It is 397.8." } }],
);

test("a run reads as its goal, its steps with their calls, the answer and what it used", () => {
  expect(rendered(RUN, 80)).toBe(`task_1 · local/rules · native
> What is 17% of 2,340?

step 1
  Let me work it out.
  ✓ calculator {"expression":"0.17*2340"} → {"result":397.8} · 3 ms
step 2
  It is 397.8.

Answer
  It is 397.8.
────────────────────────────────────────────────────────────
completed after 1.2 s
2 steps · 2 model calls · 1 tool call · 1,300 tokens in, 34 out · $0.0001
`);
});

test("without a terminal a tool call is announced, since no status line shows it", () => {
  expect(rendered(RUN)).toContain("  … calling calculator\n  ✓ calculator");
});

test("colour changes nothing but the colour, and a pipe gets none", () => {
  const coloured = rendered(RUN, 80, true);
  expect(coloured).toContain("\u001b[");
  expect(stripVTControlCharacters(coloured)).toBe(rendered(RUN, 80));
  expect(rendered(RUN)).not.toContain("\u001b");
});

/** One event of each type, with words that must be seen; null: the type is silent on purpose. */
const EXAMPLES: Readonly<Record<string, readonly [Said[1], string | null]>> = {
  "run.created": [{ task_id: "t", input_data: { prompt: "seen" }, config: {} }, "seen"],
  "run.started": [{ epoch: 1 }, null],
  "run.waiting": [{ for: "timer", until: "2026-11-23" }, "waiting for timer until 2026-11-23"],
  "run.resumed": [{ from: "timer" }, "resumed after timer"],
  "run.completed": [{ result: { answer: "seen" } }, "Answer\n  seen"],
  "run.failed": [{ code: "limit_reached", message: "No steps left." }, "No steps left."],
  "run.cancelled": [{ by: "key_1", reason: "enough" }, "cancelled by key_1: enough"],
  "model.requested": [{ step: 3, attempt: 2, model: "m" }, "step 3\n  attempt 2"],
  "model.delta": [{ text: "seen at once " }, "seen at once"],
  "model.completed": [{ text: "seen", tool_calls: [], finish_reason: "length" }, "length limit"],
  "usage.recorded": [{ input_tokens: 1, output_tokens: 1, cost_micro_usd: 1 }, null],
  "model.failed": [{ code: "overloaded", message: "busy", retry_in_ms: 1500 }, "retrying in 1.5 s"],
  "model.switched": [{ from: "a/b", to: "c/d", code: "overloaded" }, "switching to c/d"],
  "model.superseded": [{ call_id: "m1", attempt: 1 }, "discarded the reply above"],
  "tool.requested": [{ call_id: "c1", name: "seen" }, "calling seen"],
  "tool.completed": [
    { call_id: "c1", output: "seen", duration_ms: 1, truncated: true, images: [{}, {}] },
    "(truncated) (images: 2)",
  ],
  "tool.failed": [{ call_id: "c1", code: "timeout", message: "too slow" }, "too slow (timeout)"],
  "tool.outcome_unknown": [{ call_id: "c1" }, "outcome unknown"],
  "limit.reached": [{ limit: "max_steps", value: 25 }, "max_steps (25)"],
  "loop.detected": [{ repeats: 5, tools: ["look"], action: "nudge" }, '5 times in a row: ["look"]'],
  "recovery.started": [{ epoch: 2, reason: "restart", open_calls: [] }, "interruption (restart)"],
  "approval.requested": [{ name: "send_mail", arguments: { to: "all" } }, 'send_mail {"to":"all"}'],
  "approval.decided": [
    { decision: "deny", by: "key_1", comment: "Not now." },
    "denied by key_1: Not now.",
  ],
  "approval.expired": [{ policy: "deny" }, "no decision in time: deny"],
  "tool.progressed": [{ call_id: "c", progress: 2, total: 5, message: "pages" }, "… 2 of 5: pages"],
  "tool.logged": [{ call_id: "c", level: "info", data: "begun" }, "info: begun"],
  "input.requested": [{ server: "docs", message: "Which one?" }, "? docs asks: Which one?"],
  "input.withdrawn": [{ call_id: "c", key: "k" }, "withdrawn"],
  "tool.suspended": [{ call_id: "c" }, "repeated after the answer"],
  "mcp.listed": [
    { server: "docs", error: { code: "server_unreachable", message: "no" } },
    "! the MCP server docs",
  ],
  "message.received": [{ content: "seen", by: "key_1" }, "> seen"],
  "limit.changed": [{ limit: "max_steps", from: 5, to: 9 }, "max_steps: 5 → 9"],
  "child.started": [{ call_id: "call_2", task_id: "task_9" }, "started the task task_9"],
  "child.delayed": [
    { call_id: "call_2", code: "submission_failed", message: "Later.", retry_in_ms: 1000 },
    "Later.",
  ],
  "child.waiting": [{ task_id: "task_9", for: "approval" }, "task_9 waits for approval"],
  "child.ended": [
    { task_id: "task_9", status: "failed", code: "limit_reached", message: "Too many." },
    "task_9 failed: limit_reached",
  ],
  "step.planned": [
    { call_id: "call_1", calls: [{ call_id: "call_2", name: "add", arguments: {} }] },
    "planned add",
  ],
  "memory.recalled": [
    { query: "q", blocks: [], items: [{ content: "x" }], degraded: "unavailable" },
    "! recalled 0 blocks and 1 item; a memory store could not be read",
  ],
  "memory.compacted": [{ up_to_seq: 4, summary: "…" }, "summarised"],
};

test("every event type of the contract is shown, or silent on purpose", () => {
  expect(EVENT_TYPES.filter((type) => !(type in EXAMPLES))).toEqual([]);
  for (const [type, [data, seen]] of Object.entries(EXAMPLES)) {
    const text = rendered(eventsOf([type, data]));
    expect(text, type).toContain(seen ?? "");
    expect(text === "", type).toBe(seen === null);
  }
});

test("types that this program does not know are silent, even those named as what objects have", () => {
  expect(rendered(eventsOf(["goal.changed", { anything: 1 }], ["toString", {}]))).toBe("");
});

test("nothing that a model or a tool writes controls the terminal", () => {
  const evil = "\u001b[2J\u001b]0;owned\u0007\u009b31m\rover\u202e\b\u007f";
  const text = rendered(
    eventsOf(
      [
        "run.created",
        { task_id: evil, input_data: { goal: evil }, config: { model: evil, planner: evil } },
      ],
      ["model.requested", { step: 1, attempt: 1, model: evil }],
      ["model.delta", { text: "\u001b" }],
      ["model.delta", { text: `[31m ${evil}` }],
      [
        "model.completed",
        { text: `\u001b[31m ${evil}`, tool_calls: [{ call_id: "c", name: evil }] },
      ],
      ["tool.requested", { call_id: "c", name: evil, arguments: { [evil]: evil } }],
      ["tool.completed", { call_id: "c", output: evil }],
      ["tool.failed", { call_id: "c", code: evil, message: evil }],
      ["approval.requested", { name: evil, arguments: evil }],
      ["message.received", { content: evil }],
      ["run.completed", { result: { answer: evil } }],
      ["run.failed", { code: evil, message: evil }],
    ),
    80,
  );
  expect(text).toContain("␛[2J");
  // oxlint-disable-next-line no-control-regex -- the absence of control characters is the point
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});

test("the status says the step and what is open, on one line whatever the names are", () => {
  const view = new RunView({ colour: false, columns: 80 });
  expect(view.doing).toBe("queued");
  for (const event of RUN.slice(0, 8)) {
    view.render(event);
  }
  expect(view.doing).toBe("step 1 · calling calculator");
  for (const event of eventsOf(["tool.requested", { call_id: "c2", name: "a\u001bb" }])) {
    view.render(event);
  }
  expect(view.doing).toBe("step 1 · calling calculator, a␛b");
});

test("a reply whose deltas had gaps is shown whole", () => {
  const text = rendered(
    eventsOf(
      ["model.requested", { step: 1, attempt: 1 }],
      ["model.delta", { text: "one three" }],
      ["model.completed", { text: "one two three", tool_calls: [] }],
    ),
    80,
  );
  expect(text).toBe("step 1\n  one three\n  one two three\n");
});

test("no line is wider than the screen, whatever the width and the script", () => {
  const texts = [
    "word ".repeat(60),
    "漢字かな交じり文".repeat(20),
    "x".repeat(300),
    "👩‍👩‍👧‍👦é🇩🇪".repeat(40),
  ];
  for (const columns of [30, 80, 200]) {
    for (const text of texts) {
      const out = rendered(
        eventsOf(
          ["run.created", { task_id: text, input_data: { goal: text }, config: { model: text } }],
          ["model.requested", { step: 1, attempt: 1 }],
          ["model.delta", { text }],
          [
            "model.completed",
            { text, tool_calls: [{ call_id: "c", name: text, arguments: text }] },
          ],
          ["tool.requested", { call_id: "c", name: text, arguments: { text } }],
          ["tool.completed", { call_id: "c", output: { text }, duration_ms: 12_345 }],
          ["run.completed", { result: { answer: text } }],
        ),
        columns,
      );
      for (const line of out.split("\n")) {
        expect(columnsOf(line), line).toBeLessThanOrEqual(columns);
      }
    }
  }
});
