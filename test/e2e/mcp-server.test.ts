/**
 * The service as an MCP server: judged by the protocol's official suite, called by clients that
 * are not ours (the official SDK, the inspector), and refusing the same as REST.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import type { Progress } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { counted, EXPECTED_FAILURES, REVISION, run } from "../conformance/suite.ts";
import { KeyProxy, McpClient, messagesOf, post, pingWith } from "../mcp.ts";
import { Service } from "../service.ts";
import { ended, logOf, ofType, play, scripted, submit } from "../tasks.ts";
import { BAD_SUBMISSIONS } from "./bad-cases.ts";

/** Scenarios of the suite that need nothing but a server. */
const WITHOUT_FIXTURES = [
  "server-initialize",
  "ping",
  "tools-list",
  "resources-list",
  "server-sse-multiple-streams",
  "server-session-lifecycle",
  "dns-rebinding-protection",
];

const DONE = { text: "Done." };
const PAY = { tool_calls: [{ name: "pay", arguments: { amount: 5 } }] };
const ASK = { tool_calls: [{ name: "ask_human", arguments: { question: "Which one?" } }] };
const PAYING = { script_tools: [{ name: "pay", effect: "once", outputs: [{ output: "paid" }] }] };
const HELD = { agent_config: { policy: { approve: ["pay"] } } };
/** It waits for as long as a test may. */
const LATER = scripted([DONE], { scheduled_at: "2030-01-01T00:00:00Z" });

const READER = { key: "opsk_reader", tenant: "test", scopes: "tasks:read" };
const WRITER = { key: "opsk_writer", tenant: "test", scopes: "tasks:write" };
const STRANGER = { key: "opsk_stranger", tenant: "other", scopes: "tasks:read tasks:write" };

let service: Service;
let client: McpClient;
const output = mkdtempSync(join(tmpdir(), "opspawn-mcp-"));

beforeAll(async () => {
  service = await Service.start({
    config: resolve(import.meta.dirname, "../entries/conformance.toml"),
    vars: {
      OPSPAWN_HOSTS: "127.0.0.1,localhost",
      OPSPAWN_CORS_ORIGINS: "https://app.example",
      OPSPAWN_SSE_PING_MS: "50",
    },
    keys: [READER, WRITER, STRANGER],
  });
  client = await McpClient.connect(service);
});
afterAll(async () => {
  await client.sdk.close();
  await service.stop();
  rmSync(output, { recursive: true, force: true });
});

/** Judges an address by the suite. */
function judge(address: string, folder: string, ...args: string[]) {
  return run("conformance", ["server", "--url", address, "-o", join(output, folder), ...args]);
}

function only(scenario: string): string[] {
  return ["--scenario", scenario, "--spec-version", REVISION];
}

function inspect(...args: string[]) {
  const header = `Authorization: Bearer ${service.key}`;
  const target = [`${service.url}/mcp`, "--transport", "http", "--header", header];
  const catalog = { MCP_CATALOG_PATH: join(output, "catalog.json") };
  return run("mcp-inspector", ["--cli", ...target, ...args], catalog);
}

function inspectCall(tool: string, arg: string) {
  return inspect("--method", "tools/call", "--tool-name", tool, "--tool-arg", arg);
}

describe("the official suite", () => {
  test("passes whole on the mount that has its fixtures", async () => {
    const whole = ["--requirements", REVISION, "--expected-failures", EXPECTED_FAILURES];
    const { code, text } = await judge(`${service.url}/test/mcp`, "whole", ...whole);
    expect(code, text).toBe(0);
    const { scenarios, passed, failed } = counted(join(output, "whole"));
    process.stdout.write(`${REVISION}: ${scenarios} scenarios, ${passed} checks passed\n`);
    expect(scenarios).toBeGreaterThanOrEqual(33);
    expect(passed).toBeGreaterThanOrEqual(80);
    expect(failed).toBe(0);
  });

  test("passes on /mcp itself where it needs no fixtures", async () => {
    await using proxy = await KeyProxy.start(service);
    const judgements = await Promise.all(
      WITHOUT_FIXTURES.map((scenario) => judge(`${proxy.url}/mcp`, "mcp", ...only(scenario))),
    );
    expect(judgements.filter(({ code }) => code !== 0)).toEqual([]);
    const { scenarios, passed, failed } = counted(join(output, "mcp"));
    expect(scenarios).toBe(WITHOUT_FIXTURES.length);
    expect(passed).toBeGreaterThanOrEqual(WITHOUT_FIXTURES.length);
    expect(failed).toBe(0);
  });

  test("fails where a failure is expected that does not happen, and where there is no server", async () => {
    const stale = resolve(import.meta.dirname, "../conformance/stale-failures.yaml");
    const mount = `${service.url}/test/mcp`;
    const [first, second] = await Promise.all([
      judge(mount, "fails", ...only("ping"), "--expected-failures", stale),
      judge(`${service.url}/health`, "fails", ...only("ping")),
    ]);
    expect(first.code, first.text).toBe(1);
    expect(first.text).toContain("Stale baseline entries");
    expect(second.code, second.text).toBe(1);
  });

  test("is excused from nothing without a reason", () => {
    const lines = readFileSync(EXPECTED_FAILURES, "utf8").split("\n");
    const entries = lines.flatMap((line, i) => (/^\s*- /.test(line) ? [i] : []));
    const bare = entries.filter((i) => !/^\s*# \S/.test(lines[i - 1] ?? ""));
    expect(bare.map((i) => lines[i])).toEqual([]);
    expect(lines.some((line) => line.startsWith("server:"))).toBe(true);
  });
});

describe("the inspector", () => {
  test("lists the tools", async () => {
    const { code, text } = await inspect("--method", "tools/list");
    expect(code, text).toBe(0);
    const { tools } = JSON.parse(text) as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual([
      "submit_task",
      "get_task",
      "wait_for_task",
      "list_tasks",
      "cancel_task",
      "send_message",
      "decide_approval",
      "retry_task",
      "change_limits",
      "delete_task",
      "list_schedules",
      "create_schedule",
      "pause_schedule",
      "resume_schedule",
      "trigger_schedule",
      "delete_schedule",
      "list_conversations",
      "read_conversation",
      "list_memory_stores",
      "search_memory",
      "save_memory",
      "delete_memory",
      "agent_default",
    ]);
  });

  test("submits a task and waits for its answer", async () => {
    const submitted = await inspectCall(
      "submit_task",
      'input_data={"goal":"What is 17% of 2,340?"}',
    );
    expect(submitted.code, submitted.text).toBe(0);
    const id = /task_[\w-]+/.exec(submitted.text)?.[0] ?? "";
    const waited = await inspectCall("wait_for_task", `task_id=${id}`);
    expect(waited.code, waited.text).toBe(0);
    expect(waited.text).toContain("397.8");
  });
});

test("a task's limits are changed while it waits, and once over it is retried and deleted", async () => {
  const hour = { tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] };
  const { task_id } = await client.task("submit_task", { ...scripted([hour]), wait_s: 0 });
  const patience = { timeout: 60_000, interval: 50 };
  await expect
    .poll(async () => (await client.task("get_task", { task_id })).status, patience)
    .toBe("waiting");
  const limits = { max_tokens: 77_000, max_steps: null };
  const changed = await client.task("change_limits", { task_id, limits });
  expect(changed.limits).toMatchObject({ max_tokens: 77_000 });
  expect(changed.limits).not.toHaveProperty("max_steps");
  expect((await client.call("change_limits", { task_id, limits: {} })).data).toMatchObject({
    code: "validation_failed",
  });
  for (const tool of ["retry_task", "delete_task"]) {
    const { isError, data } = await client.call(tool, { task_id });
    expect([isError, data["code"]]).toEqual([true, "not_finished"]);
  }
  await client.task("cancel_task", { task_id });
  const retry = { task_id, idempotency_key: "once", config: "current" };
  const again = await client.task("retry_task", retry);
  expect(again).toMatchObject({ retry_of: task_id });
  expect((await client.task("retry_task", retry)).task_id).toBe(again.task_id);
  const { isError, text } = await client.call("delete_task", { task_id });
  expect([isError, text]).toEqual([false, `The task ${task_id} is deleted.`]);
  expect((await client.call("get_task", { task_id })).data).toMatchObject({ code: "not_found" });
});

test("a schedule is created, paused, fired and deleted, and a wrong one is refused", async () => {
  const body = {
    name: "by-mcp",
    spec: { every_s: 3600 },
    action: { task: scripted([{ text: "Done." }]) },
  };
  const { data } = await client.call("create_schedule", body);
  expect(data).toMatchObject({ name: "by-mcp", state: "active" });
  const id = String(data["id"]);
  const paused = await client.call("pause_schedule", { id, note: "Later." });
  expect(paused.data).toMatchObject({ state: "paused", note: "Later." });
  const fired = await client.call("trigger_schedule", { id });
  const task_id = String(fired.data["task_id"]);
  expect(await client.task("wait_for_task", { task_id })).toMatchObject({ schedule_id: id });
  const resumed = await client.call("resume_schedule", { id });
  expect(resumed.data).toMatchObject({ state: "active", note: null });
  expect((await client.call("list_schedules", {})).text).toContain(`${id} by-mcp: active`);
  const wrong = await client.call("create_schedule", { ...body, spec: { every_s: 1 } });
  expect([wrong.isError, wrong.data["code"]]).toEqual([true, "validation_failed"]);
  expect((await client.call("delete_schedule", { id })).data).toEqual({ id, deleted: true });
  expect((await client.call("pause_schedule", { id })).data).toMatchObject({ code: "not_found" });
});

test("a conversation is listed and read, and an unknown one is refused", async () => {
  const turn = { ...scripted([{ text: "Hello." }]), conversation: "by-mcp", subject: "anna" };
  const { data } = await client.call("submit_task", turn);
  await client.task("wait_for_task", { task_id: String(data["task_id"]) });
  const listed = await client.call("list_conversations", { subject: "anna" });
  expect(listed.text).toContain("by-mcp: 1 turns, completed: ");
  expect(listed.data["data"]).toMatchObject([{ id: "by-mcp", turns: 1, subject: "anna" }]);
  const none = await client.call("list_conversations", { subject: "nobody" });
  expect(none.text).toBe("There are no conversations.");
  const read = await client.call("read_conversation", { conversation: "by-mcp" });
  expect(read.text).toMatch(/^user: .*\nassistant: Hello\.$/);
  const wrong = await client.call("read_conversation", { conversation: "unknown" });
  expect([wrong.isError, wrong.data["code"]]).toEqual([true, "not_found"]);
});

test("two hundred calls, twenty at a time, are each answered with their own answer", async () => {
  const right: number[] = [];
  const began = performance.now();
  const lanes = Array.from({ length: 20 }, async (_, lane) => {
    for (let n = lane; n < 200; n += 20) {
      const goal = `What is ${n} + 1000?`;
      const { isError, text } = await client.call("agent_default", { goal, wait_s: 60 });
      expect(isError, text).toBe(false);
      expect(text).toContain(`is ${n + 1000}`);
      right.push(n);
    }
  });
  await Promise.all(lanes);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`200 calls of an agent: ${seconds} s\n`);
  expect(new Set(right).size).toBe(200);
});

describe("a tool call", () => {
  test("is told of every event of the run, in order, while it waits", async () => {
    const progress: Progress[] = [];
    const script = [{ tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] }, DONE];
    const task = await client.task("submit_task", { ...scripted(script), wait_s: 30 }, progress);
    expect(task).toMatchObject({ status: "completed", result: { answer: "Done." } });
    const log = await logOf(service, task.task_id);
    expect(progress.map((told) => told.progress)).toEqual(log.map(({ seq }) => seq));
    expect(progress.at(-1)?.message).toBe('run.completed: {"answer":"Done."}');
  });

  test("of an agent gives its answer as text", async () => {
    const answer = await client.call("agent_default", { goal: "What is 6 * 7?", context: {} });
    expect(answer).toMatchObject({ isError: false, data: { status: "completed" } });
    expect(answer.text).toContain("42");
  });

  test("of an agent that is not done in time names the task to wait for", async () => {
    const { text, data, isError } = await client.call("agent_default", {
      goal: "Wait for 1 second.",
      wait_s: 0,
    });
    expect(isError).toBe(false);
    expect(text).toContain(String(data["task_id"]));
    const after = await client.task("wait_for_task", { task_id: data["task_id"] });
    expect(after.status).toBe("completed");
  });

  test("waits through a timer, since that passes by itself", async () => {
    const sleep = { tool_calls: [{ name: "wait", arguments: { seconds: 1 } }] };
    const { task_id } = await client.task("submit_task", scripted([sleep, DONE]));
    const progress: Progress[] = [];
    const task = await client.task("wait_for_task", { task_id }, progress);
    expect(task.status).toBe("completed");
    expect(progress.some(({ message }) => message === "run.waiting: for timer")).toBe(true);
  });

  test("gives up waiting in time, with the task as it is", async () => {
    const { task_id } = await client.task("submit_task", LATER);
    const task = await client.task("wait_for_task", { task_id, timeout_s: 1 });
    expect(task).toMatchObject({ status: "waiting", waiting_for: "schedule" });
    const ends = await client.task("cancel_task", { task_id, reason: "enough" });
    expect(ends.status).toBe("cancelled");
    expect(await client.task("cancel_task", { task_id })).toMatchObject({ status: "cancelled" });
    const log = await logOf(service, task_id);
    expect(ofType(log, "run.cancelled")).toEqual([{ by: "key_test", reason: "enough" }]);
  });

  test("decides an approval and answers a question, each of which the text asks for", async () => {
    const progress: Progress[] = [];
    const first = await client.call("submit_task", {
      ...scripted([PAY, ASK, DONE], HELD, PAYING),
      wait_s: 30,
    });
    expect(first.data).toMatchObject({ status: "waiting", waiting_for: "approval" });
    expect(first.text).toContain('Decide call_2: pay {"amount":5} with decide_approval.');
    const { task_id, last_seq } = first.data;
    const decision = { task_id, call_id: "call_2", decision: "approve", comment: "fine" };
    await client.task("decide_approval", decision);
    const again = await client.call("decide_approval", decision);
    expect(again).toMatchObject({ isError: true, data: { code: "approval_decided" } });
    const second = await client.call("wait_for_task", { task_id, after: last_seq }, progress);
    expect(second.data).toMatchObject({ waiting_for: "input" });
    expect(second.text).toContain("Which one?");
    expect(progress.every((told) => told.progress > Number(last_seq))).toBe(true);
    await client.task("send_message", { task_id, content: "the red one", data: { id: 7 } });
    const over = await client.call("wait_for_task", { task_id });
    expect(over).toMatchObject({ data: { status: "completed" } });
    expect(over.text).toBe(`${String(task_id)} is completed:\nDone.`);
    const log = await logOf(service, String(task_id));
    expect(ofType(log, "approval.decided")).toMatchObject([{ by: "key_test", comment: "fine" }]);
    expect(ofType(log, "tool.completed").at(-1)?.["output"]).toEqual({
      answer: "the red one",
      data: { id: 7 },
    });
    const late = await client.call("send_message", { task_id, content: "hello?" });
    expect(late).toMatchObject({ isError: true, data: { code: "task_over", status: 409 } });
  });

  test("that submits twice under one request_id submits once", async () => {
    const body = { ...scripted([DONE]), request_id: "mcp-once" };
    const [one, two] = await Promise.all([
      client.task("submit_task", body),
      client.task("submit_task", { ...body, wait_s: 30 }),
    ]);
    expect(two.task_id).toBe(one.task_id);
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const traced = await client.sdk.callTool({
      name: "submit_task",
      arguments: scripted([DONE]),
      _meta: { traceparent, tracestate: 7 },
    });
    const { task_id } = traced.structuredContent as { task_id: string };
    await ended(service, task_id);
    const [created] = ofType(await logOf(service, task_id), "run.created");
    expect(created?.["trace"]).toEqual({ traceparent });
    const other = await client.call("submit_task", { ...body, name: "another" });
    expect(other).toMatchObject({ isError: true, data: { code: "idempotency_key_reused" } });
  });

  test("lists by status and metadata, page by page", async () => {
    const metadata = { team: "mcp", n: 7 };
    for (let i = 0; i < 3; i += 1) {
      await client.task("submit_task", { ...scripted([DONE]), metadata, wait_s: 30 });
    }
    const wanted = { metadata, status: "completed", limit: 2 };
    const first = await client.call("list_tasks", wanted);
    expect(first.data).toMatchObject({ total: null, data: [{ metadata }, { metadata }] });
    const rest = await client.call("list_tasks", { ...wanted, cursor: first.data["next_cursor"] });
    expect(rest.data).toMatchObject({ data: [{ metadata }], next_cursor: null });
    const wrong = await client.call("list_tasks", { cursor: "made up" });
    expect(wrong).toMatchObject({ isError: true, data: { errors: [{ pointer: "/cursor" }] } });
  });

  test.for(
    BAD_SUBMISSIONS.filter(
      (entry): entry is [string, Record<string, unknown>, string, string] =>
        typeof entry[1] === "object" && entry[1] !== null && !Array.isArray(entry[1]),
    ),
  )("that submits %s is refused as over REST", async ([, body, code, pointer]) => {
    const answer = await client.call("submit_task", body);
    expect(answer).toMatchObject({ isError: true, data: { code } });
    const errors = answer.data["errors"] as { pointer: string }[] | undefined;
    expect(errors?.map((error) => error.pointer) ?? [""]).toContain(pointer);
    expect(answer.text).toBe(answer.data["detail"]);
  });

  test("of a tool that does not exist is an error of the protocol", async () => {
    await expect(client.call("launch_rocket")).rejects.toMatchObject({ code: -32_602 });
  });

  test("without arguments is one with none", async () => {
    const call = { jsonrpc: "2.0", id: 1, method: "tools/call" };
    const list = await post(service, { ...call, params: { name: "list_tasks" } });
    expect(await messagesOf(list)).toMatchObject([{ id: 1, result: { content: [{}] } }]);
    const submitted = await post(service, { ...call, params: { name: "submit_task" } });
    expect(await messagesOf(submitted)).toMatchObject([
      {
        result: {
          isError: true,
          structuredContent: { errors: [{ pointer: "/input_data", detail: "is required" }] },
        },
      },
    ]);
  });
});

/** A wait that has been told of something, so that it is surely under way. */
async function begunWait(session: string, task_id: string) {
  const params = {
    name: "wait_for_task",
    arguments: { task_id, timeout_s: 300 },
    _meta: { progressToken: "p" },
  };
  const message = { jsonrpc: "2.0", id: 7, method: "tools/call", params };
  const response = await post(service, message, { "Mcp-Session-Id": session });
  const reader = (response.body ?? new ReadableStream()).getReader();
  await reader.read();
  return {
    /** What comes until the stream ends. */
    async rest(): Promise<string> {
      let text = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        text += new TextDecoder().decode(part.value);
      }
      return text;
    },
    /** Cuts the connection. */
    leave: () => reader.cancel(),
  };
}

describe("cancelling a request", () => {
  test("ends its stream without an answer, and nobody else's", async () => {
    const { task_id } = await submit(service, LATER);
    const [mine, theirs] = await Promise.all([
      begunWait("session-1", task_id),
      begunWait("session-2", task_id),
    ]);
    const notification = {
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 7 },
    };
    const told = await post(service, notification, { "Mcp-Session-Id": "session-1" });
    expect(told.status).toBe(202);
    expect(await mine.rest()).not.toContain('"result"');
    await client.task("cancel_task", { task_id });
    expect(await theirs.rest()).toContain('"result"');
    expect(service.output).not.toMatch(/different request|Uncaught/);
  });

  test("is what a client does that goes away: nobody watches the run for it any more", async () => {
    const sleep = { tool_calls: [{ name: "wait", arguments: { seconds: 2 } }] };
    const { task_id } = await submit(service, scripted([sleep, { text: "Done.", chunks: 2 }]));
    const wait = await begunWait("session-3", task_id);
    await wait.leave();
    await ended(service, task_id);
    const log = await logOf(service, task_id);
    const resumed = log.findIndex(({ type }) => type === "run.resumed");
    expect(resumed).toBeGreaterThan(0);
    // Streamed text is written where somebody watches.
    expect(log.slice(resumed).filter(({ type }) => type === "model.delta")).toEqual([]);
  });

  test("works for clients of the SDK, which are given a session to be told apart by", async () => {
    const { task_id } = await submit(service, LATER);
    const stop = new AbortController();
    const waiting = client.sdk.callTool(
      { name: "wait_for_task", arguments: { task_id } },
      undefined,
      {
        signal: stop.signal,
        onprogress: () => stop.abort("enough"),
      },
    );
    await expect(waiting).rejects.toThrow("enough");
    await client.task("cancel_task", { task_id });
  });
});

describe("a key", () => {
  test("that is wrong, or none, is refused with a problem document", async () => {
    for (const Authorization of ["Bearer wrong", "Basic eDp5", ""]) {
      const response = await post(
        service,
        { jsonrpc: "2.0", id: 1, method: "ping" },
        { Authorization },
      );
      expect(response.status).toBe(401);
      expect(response.headers.get("WWW-Authenticate")).toBe('Bearer realm="opspawn"');
      expect(response.headers.get("Content-Type")).toBe("application/problem+json");
      expect(await response.json()).toMatchObject({ code: "unauthorized", status: 401 });
    }
    await expect(McpClient.connect(service, "wrong")).rejects.toThrow(/valid key/);
  });

  test("sees the tools that it may call, and may not call others", async () => {
    await using reader = await McpClient.connect(service, READER.key);
    const { tools } = await reader.sdk.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "get_task",
      "wait_for_task",
      "list_tasks",
      "list_schedules",
      "list_conversations",
      "read_conversation",
    ]);
    const answer = await reader.call("submit_task", scripted([DONE]));
    expect(answer).toMatchObject({ isError: true, data: { code: "forbidden", status: 403 } });
    expect(answer.text).toContain("tasks:write");
  });

  test("that may not read is told of no events, by whatever way", async () => {
    await using writer = await McpClient.connect(service, WRITER.key);
    const progress: Progress[] = [];
    const task = await writer.task("submit_task", { ...scripted([DONE]), wait_s: 30 }, progress);
    expect(task.status).toBe("completed");
    expect(progress).toEqual([]);
    const held = await writer.call("submit_task", {
      ...scripted([PAY, DONE], HELD, PAYING),
      wait_s: 30,
    });
    expect(held.text).toBe(`${String(held.data["task_id"])} waits for approval.`);
    await expect(writer.sdk.listResources()).rejects.toMatchObject({
      code: -32_000,
      data: { code: "forbidden" },
    });
  });

  test("of another tenant finds nothing", async () => {
    const { task_id } = await play(service, scripted([DONE]));
    await using stranger = await McpClient.connect(service, STRANGER.key);
    for (const tool of ["get_task", "wait_for_task", "cancel_task"]) {
      const answer = await stranger.call(tool, { task_id });
      expect(answer).toMatchObject({ isError: true, data: { code: "not_found" } });
    }
    const uri = `opspawn://tasks/${task_id}/events`;
    await expect(stranger.sdk.readResource({ uri })).rejects.toMatchObject({ code: -32_002 });
    expect((await stranger.sdk.listResources()).resources).toEqual([]);
  });
});

describe("the log of a task", () => {
  test("is a resource, and its pages are the whole log", async () => {
    const bigs = Array.from({ length: 4 }, () => ({ tool_calls: [{ name: "big" }] }));
    const tool = { name: "big", outputs: bigs.map((_, i) => ({ output: `${i}`.repeat(30_000) })) };
    const { task_id } = await play(
      service,
      scripted([...bigs, DONE], { limits: { max_repeats: 100 } }, { script_tools: [tool] }),
    );
    const events: unknown[] = [];
    let uri: string | null = `opspawn://tasks/${task_id}/events`;
    for (; uri !== null;) {
      const { contents } = await client.sdk.readResource({ uri });
      const [content] = contents;
      expect(content).toMatchObject({ uri, mimeType: "application/json" });
      const text = content !== undefined && "text" in content ? content.text : "";
      const page = JSON.parse(text) as { events: unknown[]; next: string | null };
      events.push(...page.events);
      uri = page.next;
    }
    expect(events).toEqual(await logOf(service, task_id));
  });

  test("is listed, newest first, in pages of a cursor that is ours", async () => {
    const { task_id } = await play(service, scripted([DONE], { name: "a task with a name" }));
    const first = await client.sdk.listResources();
    expect(first.resources[0]).toMatchObject({
      uri: `opspawn://tasks/${task_id}/events`,
      name: "a task with a name",
    });
    expect(first.resources).toHaveLength(50);
    const { nextCursor = "" } = first;
    const second = await client.sdk.listResources({ cursor: nextCursor });
    const seen = new Set(first.resources.map(({ uri }) => uri));
    expect(second.resources.filter(({ uri }) => seen.has(uri))).toEqual([]);
    await expect(client.sdk.listResources({ cursor: "x" })).rejects.toMatchObject({
      code: -32_602,
      data: { code: "validation_failed" },
    });
    const { resourceTemplates } = await client.sdk.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      "opspawn://tasks/{task_id}/events{?after}",
    ]);
  });

  test.for([
    "opspawn://tasks/task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11/events",
    "opspawn://tasks/nothing/events",
    "opspawn://tasks/nothing/events?after=x",
    "file:///etc/passwd",
  ])("is not at %s", async (uri) => {
    await expect(client.sdk.readResource({ uri })).rejects.toMatchObject({
      code: -32_002,
      data: { uri, code: "not_found" },
    });
  });
});

describe("an agent with a long name", () => {
  const LONG = [
    "a".repeat(58),
    "a".repeat(59),
    `${"a".repeat(63)}b`,
    `${"a".repeat(63)}c`,
    `0${"-_".repeat(31)}x`,
  ];

  test("is a tool whose name every model provider takes, and is called by it", async () => {
    for (const name of LONG) {
      const made = await service.send("POST", "/api/v1/agents", { name, config: {} });
      expect(made.status).toBe(201);
    }
    const { tools } = await client.sdk.listTools();
    const agents = tools.filter(({ name }) => name.startsWith("agent_"));
    expect(agents.filter(({ name }) => !/^[a-zA-Z0-9_-]{1,64}$/.test(name))).toEqual([]);
    expect(new Set(agents.map(({ name }) => name)).size).toBe(LONG.length + 1);
    expect(agents.map(({ name }) => name)).toContain(`agent_${"a".repeat(58)}`);
    for (const name of LONG) {
      const listed = agents.find(({ title }) => title === `Agent ${name}`);
      for (const called of [listed?.name ?? "", `agent_${name}`]) {
        const task = await client.task(called, { goal: "2 + 2", wait_s: 0 });
        expect(task).toMatchObject({ agent: name });
      }
    }
    for (const name of LONG) {
      const gone = await service.send("DELETE", `/api/v1/agents/${name}`);
      expect(gone.status).toBe(204);
    }
    const listed = agents.find(({ title }) => title === `Agent ${LONG[2]}`);
    await expect(client.call(listed?.name ?? "", { goal: "x" })).rejects.toMatchObject({
      code: -32_602,
    });
  });
});

describe("the address", () => {
  const PING = { jsonrpc: "2.0", id: 1, method: "ping" };

  test("takes POST and nothing else, since there is no state to stream or to end", async () => {
    for (const method of ["GET", "DELETE", "PUT"]) {
      const response = await service.request("/mcp", { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("Allow")).toBe("OPTIONS, POST");
    }
  });

  test.for([
    ["application/json", "json"],
    ["*/*", "json"],
    ["", "json"],
    ["application/*", "json"],
    ["text/html, */*;q=0.8", "json"],
    ["application/json, text/event-stream;q=0", "json"],
    ["text/event-stream", "stream"],
    ["text/*", "stream"],
    ["*/*, application/json;q=0", "stream"],
    ["Application/JSON, TEXT/event-stream", "stream"],
    ["application/json;q=0.9, text/event-stream;q=0.5", "stream"],
  ] as const)("answers a client that accepts %j with %s", async ([Accept, form]) => {
    const clientInfo = { name: "x", version: "1" };
    const params = { protocolVersion: REVISION, capabilities: {}, clientInfo };
    const missing = { name: "get_task", arguments: { task_id: "task_none" } };
    for (const [message, result] of [
      [{ ...PING, id: "one", method: "initialize", params }, { serverInfo: { name: "opspawn" } }],
      [{ ...PING, id: "one", method: "tools/list" }, { tools: expect.any(Array) as unknown[] }],
      [{ ...PING, id: "one", method: "tools/call", params: missing }, { isError: true }],
    ] as const) {
      const response = await post(service, message, { Accept });
      expect(response.status).toBe(200);
      const type = form === "json" ? "application/json" : "text/event-stream";
      expect(response.headers.get("Content-Type")).toBe(type);
      const [answer] =
        form === "json" ? [await response.json<object>()] : await messagesOf(response);
      expect(answer).toMatchObject({ jsonrpc: "2.0", id: "one", result });
    }
    const batch = await post(service, [PING, { ...PING, id: 2 }], { Accept });
    const answers = form === "json" ? await batch.json<object[]>() : await messagesOf(batch);
    expect(answers).toHaveLength(2);
    const notification = { jsonrpc: "2.0", method: "notifications/initialized" };
    expect((await post(service, notification, { Accept })).status).toBe(202);
  });

  test("refuses a client that accepts neither form, by the id of its request", async () => {
    for (const Accept of ["text/html", "application/json;q=0, text/event-stream;q=0.0"]) {
      const response = await post(service, { ...PING, id: 7 }, { Accept });
      expect(response.status).toBe(406);
      expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(await response.json()).toMatchObject({ id: 7, error: { code: -32_000 } });
    }
  });

  test("answers a wait with JSON when its task ends", async () => {
    const { task_id } = await submit(service, scripted([DONE]));
    const params = { name: "wait_for_task", arguments: { task_id } };
    const message = { ...PING, method: "tools/call", params };
    const response = await post(service, message, { Accept: "*/*" });
    expect(await response.json()).toMatchObject({
      id: 1,
      result: { structuredContent: { task_id, status: "completed" } },
    });
  });

  test("is not for pages of other origins", async () => {
    for (const Origin of ["https://evil.example", "null", "http://127.0.0.1:1"]) {
      const response = await post(service, PING, { Origin });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: "foreign_origin" });
    }
    for (const Origin of ["https://app.example", service.url]) {
      const response = await post(service, PING, { Origin });
      expect(response.status).toBe(200);
      expect(await messagesOf(response)).toEqual([{ jsonrpc: "2.0", id: 1, result: {} }]);
    }
  });

  test("is not reached by a name that was made to lead here", async () => {
    const headers = {
      Authorization: `Bearer ${service.key}`,
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
    };
    for (const Host of ["evil.example", "evil.example:8787", "127.0.0.1.evil.example"]) {
      const Origin = `http://${Host}`;
      for (const path of ["/mcp", "/test/mcp"]) {
        const refused = await pingWith(`${service.url}${path}`, { ...headers, Host, Origin });
        expect(refused).toEqual([403, expect.stringContaining('"foreign_host"')]);
      }
    }
    const [status] = await pingWith(`${service.url}/mcp`, { ...headers, Host: "localhost:1" });
    expect(status).toBe(200);
  });

  test.for(["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])(
    "speaks %s with clients of that version",
    async (version) => {
      const params = {
        protocolVersion: version,
        capabilities: {},
        clientInfo: { name: "x", version: "1" },
      };
      const hello = await post(service, { ...PING, method: "initialize", params });
      expect(hello.headers.get("Mcp-Session-Id")).toMatch(/^[\x21-\x7e]+$/);
      expect(await messagesOf(hello)).toMatchObject([
        { result: { protocolVersion: version, serverInfo: { name: "opspawn" } } },
      ]);
      const headers = { "MCP-Protocol-Version": version };
      const tools = await post(service, { ...PING, method: "tools/list" }, headers);
      const [listed] = await messagesOf(tools);
      expect(listed).toMatchObject({
        result: {
          tools: expect.arrayContaining([expect.objectContaining({ name: "submit_task" })]),
        },
      });
    },
  );

  test("refuses a version that nobody speaks, and offers its own where one is asked for", async () => {
    const response = await post(service, PING, { "MCP-Protocol-Version": "2023-01-01" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ jsonrpc: "2.0", error: { code: -32_000 } });
    const clientInfo = { name: "x", version: "1" };
    const params = { protocolVersion: "2023-01-01", capabilities: {}, clientInfo };
    const hello = await post(service, { ...PING, method: "initialize", params });
    expect(await messagesOf(hello)).toMatchObject([{ result: { protocolVersion: REVISION } }]);
  });

  test("answers several messages in one body, as older versions send them", async () => {
    const batch = [
      PING,
      { ...PING, id: 2 },
      { jsonrpc: "2.0", method: "notifications/initialized" },
    ];
    const messages = await messagesOf(await post(service, batch));
    expect(new Set(messages.map((message) => message["id"]))).toEqual(new Set([1, 2]));
  });

  test.for([
    [400, "malformed_json", "{"],
    [413, "payload_too_large", `"${"x".repeat(1_048_600)}"`],
    [422, "validation_failed", `${'{"a":'.repeat(70)}1${"}".repeat(70)}`],
  ] as const)("refuses a body that it cannot take with %i %s", async ([status, code, body]) => {
    const response = await post(service, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  test.for([
    [7, `{"n":9007199254740993}`, "/params/arguments/n"],
    ["a", `{"deep":[{"n":-123456789012345678901234567890}]}`, "/params/arguments/deep/0/n"],
    [9, '{"a":'.repeat(70) + "1" + "}".repeat(70), ""],
  ] as const)(
    "answers request %j, whose arguments cannot be stored, by the protocol",
    async ([id, args, pointer]) => {
      const params = `{"name":"submit_task","arguments":${args}}`;
      const body = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":${params}}`;
      const message = await (await post(service, body)).json();
      const error = { code: -32_602, data: { code: "validation_failed", errors: [{ pointer }] } };
      expect(message).toMatchObject({ jsonrpc: "2.0", id, error });
    },
  );

  test("answers what is no message of the protocol by the protocol", async () => {
    for (const body of [{}, { jsonrpc: "1.0", id: 1, method: "ping" }]) {
      const response = await post(service, body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ jsonrpc: "2.0", error: {} });
    }
    const unknown = await post(service, { ...PING, method: "nothing/here" });
    expect(await messagesOf(unknown)).toMatchObject([{ id: 1, error: { code: -32_601 } }]);
  });
});

test("a task that MCP submitted is one like any other", async () => {
  const { task_id } = await client.task("submit_task", scripted([DONE]));
  expect(await ended(service, task_id)).toMatchObject({ status: "completed" });
});
