/** The live view's own part: the line that is rewritten, and when nothing may be written. */
import { expect, onTestFinished, test, vi } from "vitest";
import { liveView, showLive } from "../../sdk/src/cli/live-view.ts";
import { RunView } from "../../sdk/src/cli/render.ts";
import type { TaskEvent } from "../../sdk/src/index.ts";
import { eventsOf, type Said } from "../task-events.ts";

const RUN: readonly TaskEvent[] = eventsOf(
  ["run.created", { task_id: "task_1", input_data: { goal: "Add." }, config: {} }],
  ["model.requested", { step: 1, attempt: 1, model: "local/rules" }],
  ["model.delta", { text: "I will " }],
  ["model.delta", { text: "add." }],
  ["model.completed", { text: "I will add.", tool_calls: [] }],
  ["tool.requested", { call_id: "c1", name: "calculator", arguments: {} }],
  ["tool.completed", { call_id: "c1", output: 4, duration_ms: 3 }],
  ["run.completed", { result: { answer: "4" } }],
);

function rendered(columns?: number): string {
  const view = new RunView({ colour: false, ...(columns === undefined ? {} : { columns }) });
  return RUN.map((event) => view.render(event)).join("");
}

async function* streamOf(events: readonly TaskEvent[]): AsyncGenerator<TaskEvent> {
  yield* events;
}

test("on a terminal the status line is gone before each text and at the end", async () => {
  const parts: string[] = [];
  const terminal = { isTTY: true, columns: 80, write: (text: string) => parts.push(text) };
  vi.stubEnv("TERM", "xterm");
  vi.stubEnv("NO_COLOR", "1");
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await showLive(streamOf(RUN), terminal)).toBe("run.completed");
  const written = parts.join("");
  expect(written).toContain("step 1 · calling calculator · 0.0 s\r\u001b[K");
  // oxlint-disable-next-line no-control-regex -- what a terminal does with a line that is erased
  expect(written.replaceAll(/[^\n]*\r\u001b\[K/g, "")).toBe(rendered(80));
});

test("on a terminal the status line says that the connection is lost, until it is back", () => {
  const parts: string[] = [];
  const terminal = { isTTY: true, columns: 80, write: (text: string) => parts.push(text) };
  vi.stubEnv("TERM", "xterm");
  vi.stubEnv("NO_COLOR", "1");
  onTestFinished(() => void vi.unstubAllEnvs());
  const view = liveView(terminal);
  // The line of the first piece of text is under way, so there is no status line.
  const [upTo, rest] = [RUN.slice(0, 3), RUN.slice(3)];
  upTo.forEach((event) => view.show(event));
  parts.length = 0;
  view.connection({ state: "lost", error: new Error("cut") });
  expect(parts.join("")).toBe("\nconnection lost, reconnecting · 0.0 s");
  parts.length = 0;
  view.connection({ state: "back" });
  expect(parts.join("")).toBe("\r\u001b[Kstep 1 · reading the reply · 0.0 s");
  rest.forEach((event) => view.show(event));
  view.end();
  expect(parts.join("")).toContain("  add.");
  expect(parts.join("")).not.toContain("connection");
});

test("in a pipe there is neither a status line nor colour, and nothing once the signal is given", async () => {
  const parts: string[] = [];
  const pipe = { write: (text: string) => parts.push(text) };
  await showLive(streamOf(RUN), pipe);
  expect(parts.join("")).toBe(rendered());
  await showLive(streamOf(RUN), pipe, AbortSignal.abort());
  expect(parts.join("")).toBe(rendered());
});

const ID = "task_01a20da7-a860-756c-8001-462f1f826fe6";

function eventOf(...said: Said): TaskEvent {
  return { seq: 1, at: "2026-11-22T12:00:00.000Z", type: said[0], data: said[1] } as TaskEvent;
}

/** A view on a terminal, and what it has written since the last look. */
function onTerminal(columns: number) {
  vi.stubEnv("TERM", "xterm");
  vi.stubEnv("NO_COLOR", "1");
  vi.useFakeTimers({ now: Date.parse("2026-11-22T12:00:00Z") });
  onTestFinished(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });
  const parts: string[] = [];
  const view = liveView({ isTTY: true, columns, write: (text: string) => parts.push(text) });
  return { view, written: () => parts.splice(0).join("") };
}

test.each([30, 40, 80])(
  "with %d columns the task's id is whole and on no line with a cut",
  (columns) => {
    const { view, written } = onTerminal(columns);
    const config = { model: "local/rules", planner: "native" };
    view.show(eventOf("run.created", { task_id: ID, input_data: { goal: "Add." }, config }));
    view.end();
    const [line = "", next] = written().replace("\r\u001b[K", "").split("\n");
    expect([line, next]).toEqual(
      columns < 80 ? [ID, "local/rules · native"] : [`${ID} · local/rules · native`, "> Add."],
    );
  },
);

test.each([
  [{ for: "timer", until: "2026-11-22T13:00:30Z" }, "waiting for timer · 1 h 0 min left"],
  [{ for: "timer", until: "2026-11-22T12:01:05Z" }, "waiting for timer · 1 min 5 s left"],
  [{ for: "schedule", until: "2026-11-25T14:00:00Z" }, "waiting for schedule · 3 d 2 h left"],
  [{ for: "approval", until: "2026-11-22T12:00:09Z" }, "waiting for approval · 9 s left"],
  [{ for: "approval", until: "2026-11-22T11:00:00Z" }, "waiting for approval · 0 s left"],
  // The next check of a slot is not the end of the wait.
  [{ for: "concurrency", until: "2026-11-22T12:01:05Z" }, "waiting for concurrency · 0.0 s"],
  [{ for: "input" }, "waiting for input · 0.0 s"],
])("the status line of a wait says when it ends: %j", (data, status) => {
  const { view, written } = onTerminal(40);
  view.show(eventOf("run.waiting", data));
  const shown = written().split("\n");
  expect(shown.at(-1)).toBe(status);
  const end = "until" in data && data.for !== "concurrency" ? ` until ${data.until}` : "";
  const line = shown
    .slice(0, -1)
    .join(" ")
    .replace("\r\u001b[K", "")
    .replaceAll(/\s+/g, " ")
    .trim();
  expect(line).toBe(`waiting for ${data.for}${end}`);
  view.show(eventOf("run.resumed", { from: data.for }));
  expect(written()).toContain("starting · 0.0 s");
  view.end();
});

test.each(["run.completed", "run.failed", "run.cancelled"])(
  "after %s no status line is drawn",
  (type) => {
    const { view, written } = onTerminal(80);
    view.show(eventOf("model.requested", { step: 1, attempt: 1, model: "m" }));
    written();
    view.show(eventOf(type, { result: { answer: "3" }, by: "a", message: "m", code: "c" }));
    vi.advanceTimersByTime(1000);
    view.end();
    const text = written();
    expect(text.split(" · ").filter((part) => part.endsWith(" s"))).toEqual([]);
    expect(text).not.toContain("asking m");
    expect(text.endsWith("\n\r\u001b[K")).toBe(true);
  },
);
