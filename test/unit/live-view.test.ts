/** The live view's own part: the line that is rewritten, and when nothing may be written. */
import { expect, onTestFinished, test, vi } from "vitest";
import { liveView, showLive } from "../../sdk/src/cli/live-view.ts";
import { RunView } from "../../sdk/src/cli/render.ts";
import type { TaskEvent } from "../../sdk/src/index.ts";

const RUN: readonly TaskEvent[] = [
  { type: "run.created", data: { task_id: "task_1", input_data: { goal: "Add." } } },
  { type: "model.requested", data: { step: 1, attempt: 1, model: "local/rules" } },
  { type: "model.delta", data: { text: "I will " } },
  { type: "model.delta", data: { text: "add." } },
  { type: "model.completed", data: { text: "I will add.", tool_calls: [] } },
  { type: "tool.requested", data: { call_id: "c1", name: "calculator", arguments: {} } },
  { type: "tool.completed", data: { call_id: "c1", output: 4, duration_ms: 3 } },
  { type: "run.completed", data: { result: { answer: "4" } } },
].map(({ type, data }, index) => ({ type, data, seq: index + 1, at: "2026-11-22T12:00:00.000Z" }));

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
