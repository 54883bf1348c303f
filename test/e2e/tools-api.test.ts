/** `/api/v1/tools`: registering, changing and deleting tools, and what of that reaches a task. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Service } from "../service.ts";
import { json, Target } from "../target.ts";
import { ended, getJson, logOf, ofType, play, scripted, submit } from "../tasks.ts";

let service: Service;
let target: Target;

const READER = "opsk_reader";
const WRITER = "opsk_writer_of_tasks";
const OTHER = "opsk_other_tenant";

beforeAll(async () => {
  target = await Target.start();
  service = await Service.start({
    vars: { OPSPAWN_ALLOWED_PRIVATE_HOSTS: target.host },
    keys: [
      { key: READER, tenant: "test", scopes: "tasks:read" },
      { key: WRITER, tenant: "test", scopes: "tasks:read tasks:write" },
      { key: OTHER, tenant: "other", scopes: "tasks:read tasks:write tools:write" },
    ],
  });
});

afterAll(async () => {
  await service.stop();
  await target.stop();
});

beforeEach(() => {
  target.answers.clear();
  target.visits.length = 0;
});

test("the list has every tool with its schemas, effect, approval, kind and version", async () => {
  await register({ name: "listed", approval: "always", effect: "idempotent" });
  const { data: tools } = await getJson<{ data: Tool[] }>(service, "/api/v1/tools");
  const find = (name: string) => tools.find((tool) => tool.name === name);
  expect(find("http_request")).toMatchObject({
    kind: "built_in",
    version: null,
    enabled: true,
    effect: "once",
    approval: "never",
    untrusted: "web",
    input_schema: { type: "object" },
  });
  expect(find("calculator")).toMatchObject({ effect: "pure", untrusted: null });
  expect(find("listed")).toMatchObject({
    kind: "http",
    version: 1,
    enabled: true,
    effect: "idempotent",
    approval: "always",
    output_schema: null,
    timeout_ms: 60_000,
    http: { method: "POST", url: target.url("/tool"), headers: {} },
  });
});

test("a tool is made, read, changed and deleted, each version with a tag of its own", async () => {
  const made = await register({ name: "life" });
  expect(made.headers.get("Location")).toBe("/api/v1/tools/life");
  const first = String(made.headers.get("ETag"));
  const changed = await put("life", { description: "Better." }, first);
  expect(changed.status).toBe(200);
  const second = String(changed.headers.get("ETag"));
  expect(second).not.toBe(first);
  expect(await changed.json()).toMatchObject({ version: 2, description: "Better." });
  const read = await service.request("/api/v1/tools/life");
  expect(read.headers.get("ETag")).toBe(second);

  for (const response of [
    await put("life", {}, first),
    await patch("life", { enabled: false }, first),
    await remove("life", first),
  ]) {
    expect(response.status).toBe(412);
    expect(response.headers.get("ETag")).toBe(second);
    expect(await response.json()).toMatchObject({ code: "precondition_failed" });
  }
  expect((await put("life", {}, `"x", ${second}`)).status).toBe(200);
  expect((await patch("life", { enabled: false }, "*")).status).toBe(200);
  expect((await remove("life")).status).toBe(204);
  expect((await remove("life")).status).toBe(404);
  expect((await put("life", {})).status).toBe(404);
  expect((await patch("life", { enabled: true }, first)).status).toBe(404);

  const again = await register({ name: "life" });
  expect(again.headers.get("ETag")).not.toBe(first);
});

test("of many who change the same version at once one succeeds", async () => {
  const tag = String((await register({ name: "contended" })).headers.get("ETag"));
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, i) => put("contended", { description: `by ${i}` }, tag)),
  );
  expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(all.filter(({ status }) => status === 412)).toHaveLength(7);
  const tool = await getJson<Tool>(service, "/api/v1/tools/contended");
  expect(tool.version).toBe(2);
});

test("a name is taken by what is built in, and by what exists", async () => {
  for (const name of ["calculator", "http_request", "wait"]) {
    expect(await codeOf(await post({ name }))).toBe("tool_exists");
    expect(await codeOf(await put(name, {}))).toBe("tool_exists");
    expect(await codeOf(await remove(name))).toBe("tool_exists");
    expect(await codeOf(await patch(name, { enabled: false }))).toBe("tool_exists");
  }
  await register({ name: "taken" });
  expect(await codeOf(await post({ name: "taken" }))).toBe("tool_exists");
});

test("another tenant's tools do not exist, whatever is asked of them", async () => {
  await register({ name: "private" });
  for (const response of [
    await service.request("/api/v1/tools/private", as(OTHER)),
    await put("private", {}, undefined, OTHER),
    await patch("private", { enabled: false }, undefined, OTHER),
    await remove("private", undefined, OTHER),
  ]) {
    expect(response.status).toBe(404);
  }
  const list = await service.request("/api/v1/tools", as(OTHER));
  expect(await list.text()).not.toContain('"private"');
  const named = await service.request("/api/v1/tasks", {
    ...as(OTHER),
    method: "POST",
    body: JSON.stringify({ input_data: { goal: "go" }, agent_config: { tools: ["private"] } }),
  });
  expect(await codeOf(named)).toBe("unknown_tool");
  const mine = await service.request("/api/v1/tools", {
    ...as(OTHER),
    method: "POST",
    body: JSON.stringify(body({ name: "private" })),
  });
  expect(mine.status).toBe(201);
});

test("changes need the scope tools:write, and reading needs tasks:read", async () => {
  await register({ name: "guarded" });
  for (const key of [READER, WRITER]) {
    expect((await service.request("/api/v1/tools", as(key))).status).toBe(200);
    expect((await service.request("/api/v1/tools/guarded", as(key))).status).toBe(200);
    expect((await post({ name: "new" }, key)).status).toBe(403);
    expect((await put("guarded", {}, undefined, key)).status).toBe(403);
    expect((await patch("guarded", { enabled: false }, undefined, key)).status).toBe(403);
    expect((await remove("guarded", undefined, key)).status).toBe(403);
  }
  expect((await service.request("/api/v1/tools", as("opsk_nobody"))).status).toBe(401);
});

const OBJECT = { type: "object" };
const bad: [what: string, part: Record<string, unknown>, pointer: string][] = [
  ["a name with a space", { name: "my tool" }, "/name"],
  ["a name of 129 characters", { name: "x".repeat(129) }, "/name"],
  ["no name", { name: "" }, "/name"],
  ["a kind that there is none of", { kind: "telepathy" }, "/kind"],
  ["code besides a request", { kind: "code", code: { source: "return 1" } }, "/http"],
  ["an unknown field", { url: "x" }, "/url"],
  ["an effect that has no probe", { effect: "probe" }, "/effect"],
  ["arguments that are no object", { input_schema: { type: "string" } }, "/input_schema/type"],
  ["a type that does not exist", { input_schema: { type: "objekt" } }, "/input_schema/type"],
  ["a schema that is a list", { input_schema: [] }, "/input_schema"],
  [
    "a reference to somewhere else",
    { input_schema: { ...OBJECT, properties: { a: { $ref: "https://example.com/a.json" } } } },
    "/input_schema/properties/a/$ref",
  ],
  [
    "a reference to nowhere",
    { input_schema: { ...OBJECT, properties: { a: { $ref: "#/$defs/a" } } } },
    "/input_schema/properties/a/$ref",
  ],
  [
    "a pattern that is none",
    { input_schema: { ...OBJECT, properties: { a: { pattern: "(" } } } },
    "/input_schema/properties/a/pattern",
  ],
  [
    "a schema that goes round in circles",
    { output_schema: { $ref: "#/$defs/a", $defs: { a: { allOf: [{ $ref: "#/$defs/a" }] } } } },
    "/output_schema/$defs/a",
  ],
  [
    "another dialect",
    { input_schema: { ...OBJECT, $schema: "http://json-schema.org/draft-07/schema#" } },
    "/input_schema/$schema",
  ],
  ["a timeout of an hour", { timeout_ms: 3_600_000 }, "/timeout_ms"],
  ["a body that HTTP sets", http({ "Content-Length": "5" }), "/http/headers/Content-Length"],
  ["a key that we set", http({ "idempotency-key": "x" }), "/http/headers/idempotency-key"],
  ["a secret in clear", http({ Authorization: "Bearer abc" }), "/http/headers/Authorization"],
  ["a token in clear", http({ "X-Auth-Token": "abc" }), "/http/headers/X-Auth-Token"],
  ["a secret without a name", http({ "X-A": "${secret:}" }), "/http/headers/X-A"],
  ["a header of two lines", http({ "X-A": "a\r\nX-B: c" }), "/http/headers/X-A"],
  ["a header without a name", http({ "": "a" }), "/http/headers/"],
  ["a private address", { http: { method: "GET", url: "http://10.0.0.1/" } }, "/http/url"],
  [
    "a secret in the address",
    { http: { method: "GET", url: "https://example.com/?k=${secret:K}" } },
    "/http/url",
  ],
  [
    "a definition that is too large",
    { input_schema: { ...OBJECT, title: "x".repeat(40_000) } },
    "",
  ],
];

test.each(bad)("%s is refused with the place", async (_what, part, pointer) => {
  const response = await post({ name: "bad", ...part });
  const text = await response.text();
  expect(response.status, text).toBe(422);
  const { code, errors } = JSON.parse(text) as { code: string; errors: { pointer: string }[] };
  expect(code).toBe("validation_failed");
  expect(errors.map((fault) => fault.pointer)).toContain(pointer);
});

test("a recursive schema is fine, and holds what it says", async () => {
  const tree = {
    type: "object",
    properties: { value: { type: "integer" }, children: { type: "array", items: { $ref: "#" } } },
    required: ["value"],
    additionalProperties: false,
  };
  await register({ name: "tree", input_schema: tree });
  const good = { value: 1, children: [{ value: 2, children: [{ value: 3 }] }] };
  const wrong = { value: 1, children: [{ value: 2, children: [{ value: "three" }] }] };
  const calls = [good, wrong].map((args) => ({ name: "tree", arguments: args }));
  const task = await play(service, scripted([{ tool_calls: calls }, { text: "done" }]));
  const log = await logOf(service, task.task_id);
  expect(ofType(log, "tool.failed").map(({ code }) => code)).toEqual(["invalid_arguments"]);
  expect(target.to("/tool").map((visit) => JSON.parse(visit.body) as unknown)).toEqual([good]);
});

test("a running task keeps the tools it was submitted with, and the next one has the new ones", async () => {
  await register({ name: "versioned", http: { method: "POST", url: target.url("/one") } });
  const held = scripted(
    [{ tool_calls: [{ name: "versioned", arguments: { a: 1 } }] }, { text: "done" }],
    { agent_config: { tools: ["versioned"], policy: { approve: ["versioned"] } } },
  );
  const before = await submit(service, held, { Prefer: "wait=30" });
  expect(before).toMatchObject({ status: "waiting", waiting_for: "approval" });
  await put("versioned", { http: { method: "POST", url: target.url("/two") } });
  const after = await submit(service, held, { Prefer: "wait=30" });
  expect((await remove("versioned")).status).toBe(204);
  for (const { task_id } of [before, after]) {
    const path = `/api/v1/tasks/${task_id}/approvals/call_2`;
    await service.request(path, { method: "POST", body: '{"decision":"approve"}' });
    expect((await ended(service, task_id)).status).toBe("completed");
  }
  expect(target.to("/one")).toHaveLength(1);
  expect(target.to("/two")).toHaveLength(1);
  const [created] = ofType(await logOf(service, after.task_id), "run.created");
  expect(created?.["tools"]).toMatchObject([{ name: "versioned", version: 2, kind: "http" }]);
  const late = await service.request("/api/v1/tasks", {
    method: "POST",
    body: JSON.stringify(held),
  });
  expect(await codeOf(late)).toBe("unknown_tool");
});

test("a tool of code is compiled when it is registered, and runs in an isolate without anything", async () => {
  const { http: _http, ...rest } = body({ name: "double", kind: "code" });
  const source = `
    const n: number = input.n;
    return { twice: 2 * n, reach: [typeof fetch, typeof tools, typeof process] };`;
  const broken = await service.send("POST", "/api/v1/tools", {
    ...rest,
    code: { source: "return (" },
  });
  expect(broken.status).toBe(422);
  expect(await broken.json()).toMatchObject({ errors: [{ pointer: "/code/source" }] });
  const made = await service.send("POST", "/api/v1/tools", { ...rest, code: { source } });
  expect(made.status).toBe(201);
  expect(await made.json()).toMatchObject({
    kind: "code",
    version: 1,
    effect: "pure",
    untrusted: null,
    code: { source },
  });
  const calls = [21, 4].map((n) => ({ name: "double", arguments: { n } }));
  const task = scripted([{ tool_calls: calls }, { text: "done" }]);
  const log = await logOf(service, (await play(service, task)).task_id);
  const reach = ["undefined", "undefined", "undefined"];
  expect(ofType(log, "tool.completed").map(({ output }) => output)).toEqual([
    { twice: 42, reach },
    { twice: 8, reach },
  ]);
  expect(
    (await service.send("PUT", "/api/v1/tools/double", { ...rest, code: { source: "throw 7" } }))
      .status,
  ).toBe(200);
  const thrown = await logOf(service, (await play(service, task)).task_id);
  expect(ofType(thrown, "tool.failed").map(({ code }) => code)).toEqual([
    "code_threw",
    "code_threw",
  ]);
});

test("a disabled tool is in no new task until it is enabled again", async () => {
  target.answers.set("/tool", json({ done: true }));
  await register({ name: "switched" });
  await patch("switched", { enabled: false });
  const task = scripted([{ tool_calls: [{ name: "switched", arguments: {} }] }, { text: "done" }]);
  const off = await logOf(service, (await play(service, task)).task_id);
  expect(ofType(off, "tool.failed")).toMatchObject([{ code: "unknown_tool" }]);
  const enabled = await patch("switched", { enabled: true });
  expect(await enabled.json()).toMatchObject({ enabled: true, version: 3 });
  const on = await logOf(service, (await play(service, task)).task_id);
  expect(ofType(on, "tool.completed")).toMatchObject([{ output: { done: true } }]);
});

test("a tenant has a hundred tools at most, and so much of their definitions", async () => {
  const key = OTHER;
  const made = await Promise.all(
    Array.from({ length: 110 }, (_, i) => post({ name: `many_${i}` }, key)),
  );
  const codes = await Promise.all(made.map(codeOf));
  expect(codes.filter((code) => code === "too_many_tools").length).toBeGreaterThanOrEqual(10);
  const own: Tool[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const list = await service.request(`/api/v1/tools?limit=30${query}`, as(key));
    const page = await list.json<{ data: Tool[]; next_cursor: string | null }>();
    own.push(...page.data.filter(({ kind }) => kind === "http"));
    cursor = page.next_cursor;
  }
  expect(own).toHaveLength(100);
  const large = { input_schema: { type: "object", title: "x".repeat(30_000) } };
  const grown = [];
  for (const { name } of own.slice(0, 12)) {
    grown.push(await codeOf(await put(name, large, undefined, key)));
  }
  expect(new Set(grown)).toEqual(new Set(["", "too_many_tools"]));
  expect(grown.filter((code) => code === "").length).toBeLessThan(9);
});

interface Tool {
  readonly name: string;
  readonly kind: string;
  readonly version: number | null;
}

function http(headers: Record<string, string>) {
  return { http: { method: "POST", url: "https://example.com/", headers } };
}

function body(part: Record<string, unknown>) {
  return {
    description: "A tool.",
    input_schema: { type: "object" },
    kind: "http",
    http: { method: "POST", url: target.url("/tool") },
    ...part,
  };
}

function as(key: string) {
  return { headers: { Authorization: `Bearer ${key}` } };
}

function post(part: Record<string, unknown>, key?: string): Promise<Response> {
  return service.send("POST", "/api/v1/tools", body(part), key);
}

function put(name: string, part: Record<string, unknown>, tag?: string, key?: string) {
  return service.send("PUT", `/api/v1/tools/${name}`, body(part), key, { "If-Match": tag });
}

function patch(name: string, content: object, tag?: string, key?: string): Promise<Response> {
  return service.send("PATCH", `/api/v1/tools/${name}`, content, key, { "If-Match": tag });
}

function remove(name: string, tag?: string, key?: string): Promise<Response> {
  return service.send("DELETE", `/api/v1/tools/${name}`, undefined, key, { "If-Match": tag });
}

async function register(part: Record<string, unknown>): Promise<Response> {
  const response = await post(part);
  expect(response.status, await response.clone().text()).toBe(201);
  return response;
}

/** The code of a refusal; empty for what was not refused. */
async function codeOf(response: Response): Promise<string> {
  const { code = "" } = await response.json<{ code?: string }>();
  return code;
}
