/** `/api/v1/agents`: named configs with versions, and what of them reaches a task. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import { Target } from "../target.ts";
import { ended, getJson, getTask, logOf, ofType, submit } from "../tasks.ts";

interface Refused {
  readonly errors: readonly unknown[];
}

let service: Service;
let models: Target;

const READER = "opsk_reader";
const OTHER = "opsk_other_tenant";
const MANY = "opsk_many_agents";

beforeAll(async () => {
  models = await Target.start();
  service = await Service.start({
    vars: {
      OPSPAWN_PROVIDERS: JSON.stringify({ llama: { base_url: models.url("/v1") } }),
      OPSPAWN_RETRY_ATTEMPTS: "1",
    },
    keys: [
      { key: READER, tenant: "test", scopes: "tasks:read tasks:write tools:write" },
      { key: OTHER, tenant: "other", scopes: "tasks:read tasks:write agents:write" },
      { key: MANY, tenant: "many", scopes: "tasks:read tasks:write agents:write" },
    ],
  });
});

afterAll(async () => {
  await service.stop();
  await models.stop();
});

test("an agent is made, read, changed and deleted, each version with a tag of its own", async () => {
  const made = await create({
    name: "life",
    description: "Adds.",
    config: { tools: ["calculator"] },
    limits: { max_steps: null },
  });
  expect(made.headers.get("Location")).toBe("/api/v1/agents/life");
  const first = String(made.headers.get("ETag"));
  expect(await made.json()).toMatchObject({
    name: "life",
    version: 1,
    description: "Adds.",
    config: { tools: ["calculator"] },
    limits: { max_steps: null },
    built_in: false,
  });
  const changed = await put("life", { config: { instructions: "Be brief." } }, first);
  expect(changed.status).toBe(200);
  const second = String(changed.headers.get("ETag"));
  expect(second).not.toBe(first);
  // A version is what it says, not what is left of the one before.
  expect(await changed.json()).toMatchObject({
    version: 2,
    description: null,
    config: { instructions: "Be brief." },
    limits: {},
  });
  const read = await service.request("/api/v1/agents/life");
  expect(read.headers.get("ETag")).toBe(second);

  for (const response of [await put("life", {}, first), await remove("life", first)]) {
    expect(response.status).toBe(412);
    expect(response.headers.get("ETag")).toBe(second);
    expect(await response.json()).toMatchObject({ code: "precondition_failed" });
  }
  expect((await put("life", {}, "*")).status).toBe(200);
  expect((await remove("life")).status).toBe(204);
  expect((await service.request("/api/v1/agents/life")).status).toBe(404);
  expect((await remove("life")).status).toBe(404);
  expect((await put("life", {})).status).toBe(404);
  expect((await put("life", {}, second)).status).toBe(404);
  expect(await codeOf(await post("/api/v1/tasks", task("life")))).toBe("unknown_agent");

  const again = await create({ name: "life" });
  expect(await again.json()).toMatchObject({ version: 4 });
  const { data: versions } = await versionsOf("life");
  expect(versions.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
  expect(versions.at(-1)).toMatchObject({ config: { tools: ["calculator"] } });
});

test("of many who change the same version at once one succeeds", async () => {
  const tag = String((await create({ name: "contended" })).headers.get("ETag"));
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      put("contended", { config: { instructions: `by ${i}` } }, tag),
    ),
  );
  expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(all.filter(({ status }) => status === 412)).toHaveLength(7);
  const { data: versions } = await versionsOf("contended");
  expect(versions.map(({ version }) => version)).toEqual([2, 1]);
});

test("of many who make the same agent at once one succeeds", async () => {
  const all = await Promise.all(
    Array.from({ length: 6 }, () => post("/api/v1/agents", { name: "once" })),
  );
  expect(all.filter(({ status }) => status === 201)).toHaveLength(1);
  const refused = await Promise.all(all.filter(({ status }) => status === 409).map(codeOf));
  expect(refused).toEqual(Array.from({ length: 5 }, () => "agent_exists"));
});

test("another tenant's agents do not exist, whatever is asked of them", async () => {
  await create({ name: "private" });
  for (const response of [
    await service.request("/api/v1/agents/private", as(OTHER)),
    await service.request("/api/v1/agents/private/versions", as(OTHER)),
    await put("private", {}, undefined, OTHER),
    await remove("private", undefined, OTHER),
  ]) {
    expect(response.status).toBe(404);
  }
  const list = await service.request("/api/v1/agents", as(OTHER));
  expect(await list.text()).not.toContain('"private"');
  expect(await codeOf(await post("/api/v1/tasks", task("private"), OTHER))).toBe("unknown_agent");
  expect((await post("/api/v1/agents", { name: "private" }, OTHER)).status).toBe(201);
  expect((await remove("private", undefined, OTHER)).status).toBe(204);
  expect((await service.request("/api/v1/agents/private")).status).toBe(200);
});

test("changes need the scope agents:write, and reading needs tasks:read", async () => {
  await create({ name: "guarded" });
  expect((await service.request("/api/v1/agents", as(READER))).status).toBe(200);
  expect((await service.request("/api/v1/agents/guarded", as(READER))).status).toBe(200);
  expect((await service.request("/api/v1/agents/guarded/versions", as(READER))).status).toBe(200);
  expect((await post("/api/v1/agents", { name: "new" }, READER)).status).toBe(403);
  expect((await put("guarded", {}, undefined, READER)).status).toBe(403);
  expect((await remove("guarded", undefined, READER)).status).toBe(403);
  expect((await service.request("/api/v1/agents", as("opsk_nobody"))).status).toBe(401);
});

const bad: [what: string, part: Record<string, unknown>, code: string, pointer: string][] = [
  ["a name with capitals", { name: "Bad" }, "validation_failed", "/name"],
  ["a name with a dot", { name: "a.b" }, "validation_failed", "/name"],
  ["a name of 65 characters", { name: "x".repeat(65) }, "validation_failed", "/name"],
  ["an unknown field", { model: "local/rules" }, "validation_failed", "/model"],
  ["an unknown field of the config", { config: { mode: 1 } }, "validation_failed", "/config/mode"],
  ["a model that there is none of", { config: { model: "gpt" } }, "unknown_model", "/config/model"],
  [
    "a provider without a key",
    { config: { model: "anthropic/x" } },
    "provider_not_configured",
    "/config/model",
  ],
  [
    "a fallback that there is none of",
    { config: { fallback_models: ["local/rules", "nope/x"] } },
    "unknown_model",
    "/config/fallback_models/1",
  ],
  [
    "a tool that there is none of",
    { config: { tools: ["calculator", "telepathy"] } },
    "unknown_tool",
    "/config/tools/1",
  ],
  [
    "an answer's schema that cannot be applied",
    { config: { output_schema: { properties: { a: { type: "objekt" } } } } },
    "validation_failed",
    "/config/output_schema/properties/a/type",
  ],
  [
    "a schema of the policy that cannot be applied",
    { config: { policy: { arguments: { pay: { type: "objekt" } } } } },
    "validation_failed",
    "/config/policy/arguments/pay/type",
  ],
  [
    "a field that no profile has",
    { config: { profile: { mood: "good" } } },
    "validation_failed",
    "/config/profile/mood",
  ],
  [
    "a guideline that says nothing",
    { config: { profile: { guidelines: [" "] } } },
    "validation_failed",
    "/config/profile/guidelines/0",
  ],
  [
    "a limit below its least",
    { limits: { max_steps: 0 } },
    "validation_failed",
    "/limits/max_steps",
  ],
  ["a description of two lines", { description: "a\nb" }, "validation_failed", "/description"],
  [
    "a version that is too large",
    { config: { output_schema: { title: "x".repeat(270_000) } } },
    "validation_failed",
    "",
  ],
];

test.each(bad)(
  "%s is refused with the place, and nothing is written",
  async (_w, part, code, at) => {
    const response = await post("/api/v1/agents", { name: "bad", ...part });
    const text = await response.text();
    expect(response.status, text).toBe(422);
    const problem = JSON.parse(text) as { code: string; errors: { pointer: string }[] };
    expect(problem.code).toBe(code);
    expect(problem.errors.map(({ pointer }) => pointer)).toContain(at);
    expect((await service.request("/api/v1/agents/bad")).status).toBe(404);
  },
);

test("a cap on money needs a price, when the agent is written and when a task sets one", async () => {
  const capped = { config: { model: "llama/x" }, limits: { max_cost_usd: 1 } };
  const refused = await post("/api/v1/agents", { name: "capped", ...capped });
  expect(await refused.json()).toMatchObject({
    code: "unpriced_model",
    errors: [{ pointer: "/limits/max_cost_usd" }],
  });
  await create({ name: "capped", config: capped.config });
  const named = await post("/api/v1/tasks", { ...task("capped"), limits: { max_cost_usd: 1 } });
  expect(await named.json()).toMatchObject({
    code: "unpriced_model",
    errors: [{ pointer: "/limits/max_cost_usd" }],
  });
});

test("the agent default is there before anybody makes it, and a tenant's own takes its place", async () => {
  const before = await service.request("/api/v1/agents/default", as(OTHER));
  const tag = String(before.headers.get("ETag"));
  expect(await before.json()).toMatchObject({
    name: "default",
    version: 1,
    built_in: true,
    config: { model: "local/rules", planner: "native" },
    limits: { max_steps: 25 },
    created_at: null,
  });
  expect(await codeOf(await remove("default", undefined, OTHER))).toBe("agent_built_in");
  const plain = await submitted(task("default"), OTHER);
  expect(plain).toMatchObject({ agent: "default", agent_version: 1, planner: "native" });

  const own = await put("default", { config: { planner: "placeholder" } }, tag, OTHER);
  expect(own.status, await own.clone().text()).toBe(200);
  expect(await own.json()).toMatchObject({ version: 2, built_in: false });
  expect((await put("default", {}, tag, OTHER)).status).toBe(412);
  const mine = await submitted({ input_data: { goal: "go" } }, OTHER);
  expect(mine).toMatchObject({ agent: "default", agent_version: 2, planner: "placeholder" });
  // Not in the other tenant.
  expect(await submitted(task("default"))).toMatchObject({ agent_version: 1, planner: "native" });

  expect((await remove("default", undefined, OTHER)).status).toBe(204);
  expect(await submitted(task("default"), OTHER)).toMatchObject({ agent_version: 1 });
  expect((await post("/api/v1/agents", { name: "default" }, OTHER)).status).toBe(201);
  expect(await submitted(task("default"), OTHER)).toMatchObject({ agent_version: 3 });
  const { data: versions } = await versionsOf("default", OTHER);
  expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
});

test("a task gets its agent's config, and says otherwise field by field", async () => {
  await create({
    name: "layered",
    config: {
      model: "local/script",
      instructions: "the agent's",
      policy: { deny: ["add_numbers"], approve: ["wait"] },
      profile: { name: "Ada" },
    },
    limits: { max_steps: 7, max_tokens: 5000, max_duration_s: null },
  });
  const script = [{ text: "done" }];
  const plain = await submit(service, { ...task("layered", script) });
  expect(plain).toMatchObject({
    agent: "layered",
    agent_version: 1,
    model: "local/script",
    limits: { max_steps: 7, max_tokens: 5000, max_repeats: 10 },
  });
  expect(plain.limits).not.toHaveProperty("max_duration_s");
  const other = await submit(service, {
    ...task("layered", script),
    agent_config: { instructions: "the task's", policy: { deny: ["calculator"] } },
    limits: { max_tokens: null, max_steps: 3 },
  });
  expect(other.limits).toEqual({ max_steps: 3, max_repeats: 10 });
  const [created] = ofType(await logOf(service, other.task_id), "run.created");
  expect(created).toMatchObject({
    agent: "layered",
    agent_version: 1,
    config: {
      model: "local/script",
      planner: "native",
      instructions: "the task's",
      policy: { deny: ["calculator"] },
      profile: { name: "Ada" },
    },
  });
  expect(created?.["config"]).not.toHaveProperty(["policy", "approve"]);
});

test("a live task keeps the version it began with, a retry too, and the next has the new one", async () => {
  const script = [
    { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] },
    { text: "done" },
  ];
  const config = { model: "local/script", policy: { approve: ["add_numbers"] } };
  await create({ name: "versioned", config: { ...config, instructions: "first" } });
  const before = await submit(service, task("versioned", script), { Prefer: "wait=30" });
  expect(before).toMatchObject({ status: "waiting", waiting_for: "approval", agent_version: 1 });
  await put("versioned", { config: { model: "local/script", instructions: "second" } });
  const after = await submit(service, task("versioned", script), { Prefer: "wait=30" });
  expect(after).toMatchObject({ status: "completed", agent_version: 2 });
  // A task can name a version.
  const named = (version: unknown) =>
    post("/api/v1/tasks", { ...task("versioned", script), agent_version: version });
  const second = await (await named(1)).json<{ task_id: string }>();
  const first = await getTask(service, second.task_id, { Prefer: "wait=30" });
  expect(first).toMatchObject({ waiting_for: "approval", agent_version: 1 });
  const [fault] = (await (await named(3)).json<Refused>()).errors;
  expect(fault).toMatchObject({ pointer: "/agent_version" });
  for (const [version, code] of [
    [3, "unknown_agent"],
    [0, "validation_failed"],
    ["1", "validation_failed"],
    [1.5, "validation_failed"],
  ] as const) {
    expect(await codeOf(await named(version))).toBe(code);
  }
  expect((await remove("versioned")).status).toBe(204);
  const path = `/api/v1/tasks/${before.task_id}/approvals/call_2`;
  expect((await post(path, { decision: "approve" })).status).toBe(202);
  expect(await ended(service, before.task_id)).toMatchObject({
    status: "completed",
    agent: "versioned",
    agent_version: 1,
  });
  const retried = await post(`/api/v1/tasks/${before.task_id}/retry`, {});
  expect(retried.status).toBe(201);
  const { task_id } = await retried.json<{ task_id: string }>();
  const [created] = ofType(await logOf(service, task_id), "run.created");
  expect(created).toMatchObject({ agent_version: 1, config: { instructions: "first" } });
  // The tasks of what is gone can still be listed.
  const listed = await getJson<{ total: number }>(service, "/api/v1/tasks?agent=versioned");
  expect(listed.total).toBe(4);
});

test.each(["native", "react"])(
  "who the agent is reaches its model, with the planner %s",
  async (planner) => {
    const profile = {
      role: "An accountant",
      persona: "You count twice.",
      guidelines: ["Show how you came to each number."],
    };
    const name = `told-${planner}`;
    await create({ name, config: { model: "llama/x", planner, profile } });
    models.visits.length = 0;
    const { task_id } = await submit(service, task(name));
    await ended(service, task_id);
    const [visit] = models.to("/v1/chat/completions");
    const { messages } = JSON.parse(String(visit?.body)) as { messages: { content: string }[] };
    expect(messages[0]?.content).toContain(
      "Your role: An accountant\nWho you are: You count twice.\nGuidelines to follow:\n- Show how",
    );
  },
);

test("what an agent refers to may be gone when a task comes: it is refused, and says by whose word", async () => {
  const tool = {
    name: "fleeting",
    kind: "code",
    description: "Nothing.",
    input_schema: { type: "object" },
    code: { source: "return 1;" },
  };
  expect((await post("/api/v1/tools", tool)).status).toBe(201);
  await create({ name: "leaning", config: { tools: ["fleeting"] } });
  await service.request("/api/v1/tools/fleeting", { method: "DELETE" });
  const response = await post("/api/v1/tasks", task("leaning"));
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    code: "unknown_tool",
    errors: [{ pointer: "/agent" }],
  });
  const own = await post("/api/v1/tasks", {
    ...task("leaning"),
    agent_config: { tools: ["calculator", "gone"] },
  });
  expect(await own.json()).toMatchObject({ errors: [{ pointer: "/agent_config/tools/1" }] });
  const mended = { ...task("leaning"), agent_config: { tools: ["calculator"] } };
  expect((await post("/api/v1/tasks", mended)).status).toBe(201);
});

test("lists are newest first, page by page, the service's own default last", async () => {
  const names = Array.from({ length: 5 }, (_, i) => `n${i}`);
  for (const name of names) {
    expect((await post("/api/v1/agents", { name }, MANY)).status).toBe(201);
  }
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page: Page = await getJson(service, `/api/v1/agents?limit=2${query}`, as(MANY).headers);
    expect(page.data.length).toBeLessThanOrEqual(2);
    seen.push(...page.data.map(({ name }) => name));
    cursor = page.next_cursor;
  }
  expect(seen).toEqual([...names.toReversed(), "default"]);
  const listed = await service.request("/api/v1/agents?cursor=nonsense", as(MANY));
  expect(listed.status).toBe(422);
  const tasks = await service.request("/api/v1/tasks?limit=1", as(MANY));
  expect(tasks.status).toBe(200);
});

test("each agent is a tool of /mcp too, with what is said of it", async () => {
  await create({ name: "adder", description: "Adds up.", config: { tools: ["calculator"] } });
  const listed = await rpc("tools/list", {});
  expect(listed.tools?.find(({ name }) => name === "agent_adder")?.description).toMatch(
    /^Adds up\./,
  );
  expect(listed.tools?.map(({ name }) => name)).toContain("agent_default");
  const called = await rpc("tools/call", {
    name: "agent_adder",
    arguments: { goal: "What is 2 + 3?", wait_s: 30 },
  });
  expect(called).toMatchObject({ structuredContent: { agent: "adder", status: "completed" } });
  const others = await rpc("tools/list", {}, OTHER);
  expect(others.tools?.map(({ name }) => name)).not.toContain("agent_adder");
});

interface Page {
  readonly data: readonly { readonly name: string }[];
  readonly next_cursor: string | null;
}

interface Versions {
  readonly data: readonly { readonly version: number; readonly config: object }[];
}

interface RpcResult {
  readonly tools?: readonly { readonly name: string; readonly description: string }[];
}

function task(agent: string, script?: readonly object[]) {
  return { agent, input_data: { goal: "go", ...(script === undefined ? {} : { script }) } };
}

function as(key: string) {
  return { headers: { Authorization: `Bearer ${key}` } };
}

function post(path: string, content: object, key?: string): Promise<Response> {
  return service.send("POST", path, content, key);
}

function put(name: string, content: object, tag?: string, key?: string): Promise<Response> {
  return service.send("PUT", `/api/v1/agents/${name}`, content, key, { "If-Match": tag });
}

function remove(name: string, tag?: string, key?: string): Promise<Response> {
  return service.send("DELETE", `/api/v1/agents/${name}`, undefined, key, { "If-Match": tag });
}

async function create(content: object): Promise<Response> {
  const response = await post("/api/v1/agents", content);
  expect(response.status, await response.clone().text()).toBe(201);
  return response;
}

async function submitted(content: object, key?: string): Promise<object> {
  const response = await post("/api/v1/tasks", content, key);
  expect(response.status, await response.clone().text()).toBe(201);
  return response.json<object>();
}

function versionsOf(name: string, key = service.key): Promise<Versions> {
  return getJson<Versions>(service, `/api/v1/agents/${name}/versions`, as(key).headers);
}

async function rpc(method: string, params: object, key = service.key): Promise<RpcResult> {
  const response = await service.request("/mcp", {
    method: "POST",
    headers: {
      Authorization: `Bearer ${key}`,
      Accept: "application/json, text/event-stream",
      "MCP-Protocol-Version": "2025-11-25",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const text = await response.text();
  const answers = [...text.matchAll(/^data: (\{.*"id":1.*\})$/gm)];
  expect(answers, text).toHaveLength(1);
  return (JSON.parse(String(answers[0]?.[1])) as { result: RpcResult }).result;
}

/** The code of a refusal; empty for what was not refused. */
async function codeOf(response: Response): Promise<string> {
  const { code = "" } = await response.json<{ code?: string }>();
  return code;
}
