/** Tools that reach the network, in real runs against a server that notices who comes. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Service } from "../service.ts";
import { forbiddenRedirects, forbiddenUrls } from "../ssrf-corpus.ts";
import { flood, json, redirect, Target, text } from "../target.ts";
import { logOf, ofType, play, scripted, type LogEvent } from "../tasks.ts";

let service: Service;
/** May be reached, as a pair of host and port … */
let open: Target;
/** … and may not. */
let closed: Target;

beforeAll(async () => {
  [open, closed] = await Promise.all([Target.start(), Target.start()]);
  service = await Service.start({
    vars: {
      OPSPAWN_ALLOWED_PRIVATE_HOSTS: open.host,
      OPSPAWN_FETCH_DENY: "denied.example.com",
      OPSPAWN_FETCH_RESOLVER: open.url("/dns-query"),
      OPSPAWN_FETCH_TIMEOUT_MS: "2000",
      OPSPAWN_TOOL_SECRETS: JSON.stringify({
        API: "t0p-s3cret",
        OTHERS: { value: "not-yours", tenants: ["somebody"] },
        ELSEWHERE: { value: "not-there", hosts: ["api.example.com"] },
      }),
    },
  });
});

afterAll(async () => {
  await service.stop();
  await Promise.all([open.stop(), closed.stop()]);
});

beforeEach(() => {
  open.answers.clear();
  open.visits.length = 0;
  open.answers.set("/go", (visit, response) => {
    const to = new URL(visit.url, open.url()).searchParams.get("to") ?? "";
    redirect(to)(visit, response);
  });
  open.answers.set("/dns-query", (visit, response) => {
    const { searchParams } = new URL(visit.url, open.url());
    const data = searchParams.get("name") === "rebound.example.com" ? "127.0.0.1" : null;
    const found = data !== null && searchParams.get("type") === "A";
    json({ Status: 0, Answer: found ? [{ type: 1, data }] : [] })(visit, response);
  });
});

test("no spelling of a forbidden address is fetched by http_request or read_page", async () => {
  const urls = forbiddenUrls(closed.port);
  const calls = urls.flatMap((url) => [call("http_request", { url }), call("read_page", { url })]);
  const failures = await failuresOf(calls);
  expect(failures.length).toBe(urls.length * 2);
  expect(failures.filter(({ code }) => code !== "url_refused")).toEqual([]);
  expect(closed.visits).toEqual([]);
});

test("no redirect from an allowed server leads http_request, read_page or a registered tool there", async () => {
  await register({ name: "goes", effect: "pure", http: { method: "GET", url: open.url("/go") } });
  const targets = forbiddenRedirects(closed.port);
  const calls = targets.flatMap((to) => {
    const url = open.url(`/go?to=${encodeURIComponent(to)}`);
    return [call("http_request", { url }), call("read_page", { url }), call("goes", { to })];
  });
  const failures = await failuresOf(calls);
  expect(failures.length).toBe(targets.length * 3);
  expect(failures.filter(({ code }) => code !== "url_refused")).toEqual([]);
  expect(open.to("/go").length).toBe(targets.length * 3);
  expect(closed.visits).toEqual([]);
});

test("no tool can be registered for a forbidden address", async () => {
  const urls = forbiddenUrls(closed.port);
  for (const [i, url] of urls.entries()) {
    const response = await post({ name: `bad_${i}`, http: { method: "POST", url } });
    expect(response.status, url).toBe(422);
    expect(await response.json(), url).toMatchObject({ errors: [{ pointer: "/http/url" }] });
  }
  expect(closed.visits).toEqual([]);
});

test("a name that stands for a private address is refused, as is a denied one", async () => {
  const failures = await failuresOf([
    call("http_request", { url: `http://rebound.example.com:${closed.port}/` }),
    call("read_page", { url: "https://denied.example.com/" }),
    call("http_request", { url: "http://nowhere.example.com/" }),
  ]);
  expect(failures.map(({ code }) => code)).toEqual([
    "url_refused",
    "url_refused",
    "server_unreachable",
  ]);
  expect(closed.visits).toEqual([]);
});

test("http_request gives JSON, text and a status that is an error, and says what is untrusted", async () => {
  open.answers.set("/json", json({ n: 1 }));
  open.answers.set("/text", text("plain"));
  open.answers.set("/error", json({ error: "no" }, 500));
  open.answers.set("/picture", text("\u0000\u0001", "image/png"));
  const log = await runOf([
    call("http_request", { url: open.url("/json") }),
    call("http_request", { url: open.url("/text"), method: "POST", body: { a: [1] } }),
    call("http_request", { url: open.url("/error"), method: "PUT", body: "text" }),
    call("http_request", { url: open.url("/picture"), method: "DELETE" }),
    call("http_request", { url: open.url("/head"), method: "HEAD" }),
  ]);
  const byCall = new Map(ofType(log, "tool.completed").map((data) => [data["call_id"], data]));
  expect([...byCall.values()].every((data) => data["untrusted"] === "web")).toBe(true);
  const output = (n: number) => byCall.get(`call_${n}`)?.["output"];
  expect(output(2)).toMatchObject({ status: 200, json: { n: 1 } });
  expect(output(3)).toMatchObject({ status: 200, text: "plain" });
  expect(output(4)).toMatchObject({ status: 500, json: { error: "no" } });
  expect(output(5)).toMatchObject({ status: 200, binary: true });
  expect(output(6)).toMatchObject({ status: 200 });
  expect(ofType(log, "tool.requested").map((data) => data["effect"])).toEqual([
    "pure",
    "once",
    "idempotent",
    "idempotent",
    "pure",
  ]);
  const [posted] = open.to("/text");
  expect(posted).toMatchObject({
    body: '{"a":[1]}',
    headers: { "content-type": "application/json" },
  });
  expect(posted?.headers["idempotency-key"]).toMatch(/^task_.*:call_3$/);
  expect(open.to("/json")[0]?.headers).not.toHaveProperty("idempotency-key");
});

test("read_page gives an article as Markdown, and nothing that the page does", async () => {
  const paragraph = "The quick brown fox jumps over the lazy dog. ".repeat(10);
  open.answers.set(
    "/article",
    text(
      `<html><head><title>A fox</title><script>alert("run me")</script></head><body>
       <nav><a href="/home">Home</a></nav><article><h1>A fox</h1>
       <p>${paragraph}<a href="/more">more</a></p><p>${paragraph}<b>bold</b></p>
       <p><a href="javascript:alert(1)">trap</a> ${paragraph}</p></article></body></html>`,
      "text/html; charset=utf-8",
    ),
  );
  open.answers.set("/short", text("<p>Hello <em>there</em></p><ul><li>one</li></ul>", "text/html"));
  open.answers.set("/deep", text("<div>".repeat(20_000), "text/html"));
  open.answers.set("/wide", text("<i>x</i>".repeat(100_000), "text/html"));
  const log = await runOf([
    call("read_page", { url: open.url("/article") }),
    call("read_page", { url: open.url("/short") }),
    call("read_page", { url: open.url("/deep") }),
    call("read_page", { url: open.url("/wide") }),
  ]);
  const outputs = ofType(log, "tool.completed");
  const article = outputs.find((data) => data["call_id"] === "call_2")?.["output"] as {
    title: string;
    markdown: string;
  };
  expect(article.title).toBe("A fox");
  expect(article.markdown).toContain(`[more](${open.url("/more")})`);
  expect(article.markdown).toContain("**bold**");
  expect(article.markdown).toContain("trap");
  expect(article.markdown).not.toMatch(/run me|javascript:|Home/);
  expect(outputs.find((data) => data["call_id"] === "call_3")?.["output"]).toMatchObject({
    markdown: "Hello _there_\n\n-   one",
  });
  expect(ofType(log, "tool.failed").map((data) => data["code"])).toEqual([
    "unexpected_content",
    "unexpected_content",
  ]);
});

test("a registered tool sends its arguments as they are due, with its key, its task and its secret", async () => {
  open.answers.set("/orders", json({ order: 7, echo: "t0p-s3cret" }));
  open.answers.set("/search", text("three results"));
  open.answers.set("/gone", (_visit, response) => response.writeHead(204).end());
  const headers = { Authorization: "Bearer ${secret:API}", "X-Version": "2" };
  await register({ name: "order", http: { method: "POST", url: open.url("/orders"), headers } });
  await register({ name: "search", http: { method: "GET", url: open.url("/search?lang=en") } });
  await register({ name: "remove", http: { method: "DELETE", url: open.url("/gone") } });
  const log = await runOf([
    call("order", { item: "tea", count: 2 }),
    call("search", { q: "a&b=c", tags: ["x", "y"], deep: { n: 1 } }),
    call("remove", { id: 5 }),
  ]);
  const outputs = ofType(log, "tool.completed");
  expect(outputs).toHaveLength(3);
  const of = (id: string) => outputs.find((data) => data["call_id"] === id);
  expect(of("call_2")).toMatchObject({
    output: { order: 7, echo: "[secret API]" },
    untrusted: "web",
  });
  expect(of("call_3")).toMatchObject({ output: { text: "three results" } });
  expect(of("call_4")).toMatchObject({ output: null });
  const [order] = open.to("/orders");
  const task = String(ofType(log, "run.created")[0]?.["task_id"]);
  expect(order).toMatchObject({
    method: "POST",
    body: '{"item":"tea","count":2}',
    headers: {
      authorization: "Bearer t0p-s3cret",
      "x-version": "2",
      "content-type": "application/json",
      "idempotency-key": `${task}:call_2`,
      "x-opspawn-task-id": task,
    },
  });
  const query = new URL(open.to("/search")[0]?.url ?? "", open.url()).searchParams;
  expect([...query]).toEqual([
    ["lang", "en"],
    ["q", "a&b=c"],
    ["tags", "x"],
    ["tags", "y"],
    ["deep", '{"n":1}'],
  ]);
  expect(open.to("/gone")[0]).toMatchObject({ method: "DELETE", url: "/gone?id=5", body: "" });
  expect(JSON.stringify(log)).not.toContain("t0p-s3cret");
});

test("whatever a registered tool's server does, the call fails with a code and the run goes on", async () => {
  open.answers.set("/hang", () => {});
  open.answers.set("/trickle", (_visit, response) => {
    response.writeHead(200, { "Content-Type": "application/json" }).write("{");
  });
  open.answers.set("/private", redirect(closed.url("/")));
  open.answers.set("/html", text("<h1>It works</h1>", "text/html"));
  open.answers.set("/flood", flood(50_000_000, "application/json"));
  open.answers.set("/empty", text("", "application/json"));
  open.answers.set("/cut", (_visit, response) => response.destroy());
  open.answers.set("/lies", text("{", "application/json"));
  open.answers.set("/error", text(`no t0p-s3cret ${"x".repeat(10_000)}`, "text/plain", 503));
  open.answers.set("/deep", text("[".repeat(500_000) + "]".repeat(500_000), "application/json"));
  open.answers.set("/proto", text('{"__proto__":{"a":1}}', "application/json"));
  open.answers.set("/wrong", json({ n: "one" }));
  const expected: Record<string, string> = {
    hang: "tool_timeout",
    trickle: "tool_timeout",
    private: "url_refused",
    html: "unexpected_content",
    flood: "response_too_large",
    empty: "unexpected_content",
    cut: "server_unreachable",
    lies: "unexpected_content",
    error: "http_error",
    deep: "invalid_output",
    proto: "invalid_output",
    wrong: "invalid_output",
    others: "secret_missing",
    elsewhere: "secret_missing",
    missing: "secret_missing",
  };
  const secrets: Record<string, string> = {
    error: "API",
    others: "OTHERS",
    elsewhere: "ELSEWHERE",
    missing: "MISSING",
  };
  for (const name of Object.keys(expected)) {
    const headers = name in secrets ? { "X-Key": `\${secret:${secrets[name]}}` } : {};
    await register({
      name: `x_${name}`,
      effect: "pure",
      timeout_ms: ["hang", "trickle"].includes(name) ? 1500 : 60_000,
      output_schema: { type: "object", properties: { n: { type: "integer" } } },
      http: { method: "POST", url: open.url(`/${name}`), headers },
    });
  }
  const log = await runOf(Object.keys(expected).map((name) => call(`x_${name}`, {})));
  const failed = ofType(log, "tool.failed");
  const codes = Object.keys(expected).map((name, i) => [
    name,
    failed.find((data) => data["call_id"] === `call_${i + 2}`)?.["code"],
  ]);
  expect(Object.fromEntries(codes)).toEqual(expected);
  const message = String(failed.find((data) => data["code"] === "http_error")?.["message"]);
  expect(message).toContain("status 503. no [secret API] x");
  expect(message.length).toBeLessThanOrEqual(1000);
  expect(closed.visits).toEqual([]);
  const said = JSON.stringify(log);
  expect(said).toContain("The secret MISSING is not there");
  expect(said).not.toMatch(/t0p-s3cret|not-yours|not-there/);
});

test("a tool that asks for approval is held for a person", async () => {
  await register({
    name: "careful",
    approval: "always",
    http: { method: "POST", url: open.url("/do") },
  });
  const body = scripted([{ tool_calls: [call("careful", { a: 1 })] }, { text: "done" }]);
  const response = await service.request("/api/v1/tasks", {
    method: "POST",
    headers: { Prefer: "wait=30" },
    body: JSON.stringify(body),
  });
  const task = await response.json<Record<string, unknown>>();
  expect(task).toMatchObject({ status: "waiting", waiting_for: "approval" });
  expect(open.to("/do")).toEqual([]);
  const decided = await service.request(
    `/api/v1/tasks/${String(task["task_id"])}/approvals/call_2`,
    {
      method: "POST",
      body: '{"decision":"approve"}',
    },
  );
  expect(decided.status).toBe(202);
  await service.request(`/api/v1/tasks/${String(task["task_id"])}`, {
    headers: { Prefer: "wait=30" },
  });
  expect(open.to("/do")).toHaveLength(1);
});

test("five megabytes are kept whole, and the model reads on from where its part ends", async () => {
  const whole = JSON.stringify({ rows: Array.from({ length: 330_000 }, (_, i) => `row ${i}`) });
  expect(whole.length).toBeGreaterThan(4_000_000);
  open.answers.set("/big", text(whole, "application/json"));
  await register({ name: "big", effect: "pure", http: { method: "GET", url: open.url("/big") } });
  const sha256 = createHash("sha256").update(whole).digest("hex");
  const log = await runOf(
    [call("big", {})],
    [
      { tool_calls: [call("read_output", { sha256, offset: whole.length - 30, limit: 10_000 })] },
      {
        tool_calls: [
          call("read_output", { sha256 }),
          call("read_output", { sha256: "0".repeat(64) }),
        ],
      },
    ],
  );
  const [big, end, start] = ofType(log, "tool.completed");
  expect(big).toMatchObject({
    truncated: true,
    output_sha256: sha256,
    output: { bytes: whole.length },
  });
  const { preview } = (big?.["output"] ?? {}) as { preview: string };
  expect(big?.["next_offset"]).toBe(preview.length);
  expect(end?.["output"]).toEqual({
    text: whole.slice(-30),
    offset: whole.length - 30,
    total: whole.length,
    next_offset: null,
  });
  expect(start?.["output"]).toMatchObject({ text: whole.slice(0, 8000), next_offset: 8000 });
  expect(ofType(log, "tool.failed")).toMatchObject([{ code: "tool_error" }]);
});

const ANYTHING = { type: "object" };

function call(name: string, args: Record<string, unknown>) {
  return { name, arguments: args };
}

function post(part: Record<string, unknown>): Promise<Response> {
  const body = { description: "A tool.", input_schema: ANYTHING, kind: "http", ...part };
  return service.request("/api/v1/tools", { method: "POST", body: JSON.stringify(body) });
}

async function register(part: Record<string, unknown>): Promise<void> {
  const response = await post(part);
  expect(response.status, await response.text()).toBe(201);
}

/** The log of a run that makes these calls, sixty in a turn, and then what else is given. */
async function runOf(
  calls: readonly ReturnType<typeof call>[],
  more: Parameters<typeof scripted>[0] = [],
): Promise<LogEvent[]> {
  const turns = Array.from({ length: Math.ceil(calls.length / 60) }, (_, i) => ({
    tool_calls: calls.slice(i * 60, (i + 1) * 60),
  }));
  const task = await play(service, scripted([...turns, ...more, { text: "done" }]));
  expect(task.error).toBeNull();
  return logOf(service, task.task_id);
}

async function failuresOf(calls: readonly ReturnType<typeof call>[]): Promise<LogEvent["data"][]> {
  const log = await runOf(calls);
  expect(ofType(log, "tool.completed")).toEqual([]);
  return ofType(log, "tool.failed");
}
