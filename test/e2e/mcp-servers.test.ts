/** `/api/v1/mcp/servers`: registering servers, asking them what they offer, and how they are doing. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { EverythingServer } from "../everything.ts";
import { Service } from "../service.ts";
import { json, Target } from "../target.ts";
import { getJson, logOf, submit } from "../tasks.ts";

let service: Service;
let everything: EverythingServer;
let target: Target;

const READER = "opsk_mcp_reader";
const OTHER = "opsk_mcp_other";
const SERVERS = "/api/v1/mcp/servers";

beforeAll(async () => {
  everything = await EverythingServer.start();
  target = await Target.start();
  service = await Service.start({
    vars: {
      OPSPAWN_ALLOWED_PRIVATE_HOSTS: "127.0.0.1:*,localhost:*",
      OPSPAWN_ENCRYPTION_KEY: "ab".repeat(32),
      OPSPAWN_TOOL_SECRETS: JSON.stringify({ DOCS: "docs-secret" }),
      OPSPAWN_MCP_SERVERS: JSON.stringify({
        everything: { url: everything.url, effects: { echo: "pure" } },
        keyed: {
          url: target.url("/keyed"),
          headers: { Authorization: "Bearer ${KEYED_TOKEN}" },
        },
        unset: { url: target.url("/unset"), headers: { "X-A": "${UNSET_TOKEN}" } },
        theirs: { url: target.url("/theirs"), tenants: ["other"] },
      }),
      KEYED_TOKEN: "keyed-secret",
    },
    keys: [
      { key: READER, tenant: "test", scopes: "tasks:read tasks:write" },
      { key: OTHER, tenant: "other", scopes: "tasks:read tasks:write tools:write" },
    ],
  });
});

afterAll(async () => {
  await service.stop();
  await target.stop();
  await everything.stop();
});

beforeEach(() => {
  target.answers.clear();
  target.visits.length = 0;
});

test("the list has the deployment's servers, which nobody has asked yet, and nobody can change", async () => {
  const { data: servers } = await getJson<{ data: ServerView[] }>(service, SERVERS);
  expect(servers.map(({ name }) => name)).toEqual(["everything", "keyed", "unset"]);
  expect(servers[1]).toMatchObject({
    source: "deployment",
    version: null,
    enabled: true,
    headers: { Authorization: "Bearer ${KEYED_TOKEN}" },
    health: { status: "unknown", tools: null, checked_at: null },
  });
  for (const response of [
    await post({ name: "keyed" }),
    await put("keyed", {}),
    await patch("keyed", { enabled: false }),
    await remove("keyed"),
    // Names are the same for everybody.
    await post({ name: "theirs" }),
  ]) {
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: "mcp_server_exists" });
  }
  expect((await get("theirs")).status).toBe(404);
  expect((await get("theirs", OTHER)).status).toBe(200);
});

test("the reference server is listed with every tool, page by page", async () => {
  const server = await refresh("everything");
  expect(server.health).toMatchObject({ status: "ok", code: null, problems: 0 });
  const total = Number(server.health.tools);
  expect(total).toBeGreaterThan(5);
  const names: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page: ToolPage = await getJson(service, `${SERVERS}/everything/tools?limit=3${query}`);
    expect(page.data.length).toBeLessThanOrEqual(3);
    expect(page.total).toBe(total);
    names.push(...page.data.map(({ call_as }) => call_as));
    cursor = page.next_cursor;
  }
  expect(names).toHaveLength(total);
  expect(names).toContain("everything.echo");
  const { data: tools } = await getJson<ToolPage>(
    service,
    `${SERVERS}/everything/tools?limit=1000`,
  );
  expect(tools.find(({ name }) => name === "echo")).toMatchObject({
    input_schema: { type: "object", required: ["message"] },
  });
  for (const query of ["limit=0", "limit=5000", "cursor=-1", "cursor=x", "page=2"]) {
    const response = await service.request(`${SERVERS}/everything/tools?${query}`);
    expect(response.status, query).toBe(422);
  }
});

test("a server that goes down is told apart, keeps what it offered, and comes back", async () => {
  await create({ name: "flaky", url: everything.url });
  const first = await refresh("flaky");
  await everything.stop();
  const down = await refresh("flaky");
  expect(down.health).toMatchObject({
    status: "down",
    code: "server_unreachable",
    tools: first.health.tools,
  });
  expect((await getJson<ToolPage>(service, `${SERVERS}/flaky/tools`)).data.length).toBeGreaterThan(
    5,
  );
  await everything.up();
  expect((await refresh("flaky")).health).toMatchObject({ status: "ok", message: null });
});

test("what is no MCP server is down with a code, and in no case a failure of the service", async () => {
  await create({ name: "odd", url: target.url("/odd"), timeout_ms: 300 });
  const answers: readonly (readonly [string, Parameters<typeof target.answers.set>[1]])[] = [
    ["mcp_protocol_error", (_, response) => response.end("<p>hello")],
    ["mcp_protocol_error", json({ hello: 1 })],
    ["http_error", json({}, 500)],
    ["unauthorized", json({}, 401)],
    ["tool_timeout", () => {}],
    ["server_unreachable", (_, response) => response.destroy()],
  ];
  for (const [code, answer] of answers) {
    target.answers.set("/odd", answer);
    const { health } = await refresh("odd");
    expect(health.code).toBe(code);
    expect(health.status).toBe(code === "unauthorized" ? "unauthorized" : "down");
    expect(health.message).toBeTruthy();
  }
});

test("a server is sent the secrets that it names, and nobody is shown them", async () => {
  await create({
    name: "secret",
    url: target.url("/secret"),
    headers: { Authorization: "Bearer ${secret:DOCS}" },
  });
  target.answers.set("/secret", ({ headers }, response) => {
    response.setHeader("Content-Type", "application/json");
    const message = `you are ${headers.authorization}`;
    response.end(JSON.stringify({ jsonrpc: "2.0", id: 0, error: { code: -32_099, message } }));
  });
  const server = await refresh("secret");
  expect(target.to("/secret")[0]?.headers.authorization).toBe("Bearer docs-secret");
  expect(server.health.message).toContain("[secret DOCS]");
  expect(JSON.stringify(server)).not.toContain("docs-secret");

  await refresh("keyed");
  expect(target.to("/keyed")[0]?.headers.authorization).toBe("Bearer keyed-secret");
  expect((await refresh("unset")).health).toMatchObject({
    status: "down",
    code: "secret_missing",
    message: expect.stringContaining("UNSET_TOKEN") as string,
  });
  expect(target.to("/unset")).toEqual([]);
});

test("a server is made, read, changed and deleted, each version with a tag of its own", async () => {
  const made = await post({ name: "life" });
  expect(made.status).toBe(201);
  expect(made.headers.get("Location")).toBe(`${SERVERS}/life`);
  const first = String(made.headers.get("ETag"));
  expect(await codeOf(await post({ name: "life" }))).toBe("mcp_server_exists");
  const changed = await put("life", { approval: "always" }, first);
  const second = String(changed.headers.get("ETag"));
  expect(await changed.json()).toMatchObject({ version: 2, approval: "always" });
  expect((await get("life")).headers.get("ETag")).toBe(second);
  for (const response of [
    await put("life", {}, first),
    await patch("life", { enabled: false }, first),
    await remove("life", first),
  ]) {
    expect(response.status).toBe(412);
    expect(response.headers.get("ETag")).toBe(second);
  }
  const disabled = await patch("life", { enabled: false }, second);
  expect(await disabled.json()).toMatchObject({ enabled: false, version: 3, approval: "always" });
  const refused = await service.request("/api/v1/tasks", {
    method: "POST",
    body: JSON.stringify({ input_data: { goal: "x" }, agent_config: { mcp_servers: ["life"] } }),
  });
  expect(await codeOf(refused)).toBe("unknown_mcp_server");
  expect((await remove("life")).status).toBe(204);
  expect((await remove("life")).status).toBe(404);
});

test("a server at another address is another: what was known of it is not shown", async () => {
  await create({ name: "moved", url: everything.url });
  expect((await refresh("moved")).health.status).toBe("ok");
  const moved = await put("moved", { url: target.url("/elsewhere") });
  expect(await moved.json()).toMatchObject({ health: { status: "unknown", tools: null } });
  expect(await getJson<ToolPage>(service, `${SERVERS}/moved/tools`)).toMatchObject({
    data: [],
    total: 0,
    fetched_at: null,
  });
});

test("another tenant's servers do not exist, whatever is asked of them", async () => {
  await create({ name: "mine" });
  for (const response of [
    await get("mine", OTHER),
    await put("mine", {}, undefined, OTHER),
    await patch("mine", { enabled: false }, undefined, OTHER),
    await remove("mine", undefined, OTHER),
    await act("mine/refresh", OTHER),
    await act("mine/authorize", OTHER),
    await service.request(`${SERVERS}/mine/tools`, as(OTHER)),
    await service.request(`${SERVERS}/mine/authorization`, { method: "DELETE", ...as(OTHER) }),
  ]) {
    expect(response.status).toBe(404);
  }
  expect(target.visits).toEqual([]);
  expect((await get("mine")).status).toBe(200);
});

test("reading needs no right to change, and changing does", async () => {
  await create({ name: "guarded" });
  expect((await get("guarded", READER)).status).toBe(200);
  expect((await service.request(SERVERS, as(READER))).status).toBe(200);
  for (const response of [
    await post({ name: "new" }, READER),
    await put("guarded", {}, undefined, READER),
    await patch("guarded", { enabled: false }, undefined, READER),
    await remove("guarded", undefined, READER),
    await act("guarded/refresh", READER),
    await act("guarded/authorize", READER),
  ]) {
    expect(response.status).toBe(403);
  }
});

test.each<readonly [body: object, pointer: string]>([
  [{ name: "a.b" }, "/name"],
  [{ name: "" }, "/name"],
  [{ url: "http://10.0.0.1/mcp" }, "/url"],
  [{ url: "http://169.254.169.254/" }, "/url"],
  [{ url: "file:///etc/passwd" }, "/url"],
  [{ url: "https://user:pass@example.com/" }, "/url"],
  [{ url: "https://example.com/${secret:DOCS}" }, "/url"],
  [{ headers: { Authorization: "Bearer literal" } }, "/headers/Authorization"],
  [{ headers: { "X-Api-Key": "literal" } }, "/headers/X-Api-Key"],
  [{ headers: { Authorization: "Bearer ${KEYED_TOKEN}" } }, "/headers/Authorization"],
  [{ headers: { Host: "example.com" } }, "/headers/Host"],
  [{ headers: { "Mcp-Session-Id": "x" } }, "/headers/Mcp-Session-Id"],
  [{ headers: { "X A": "x" } }, "/headers/X A"],
  [{ oauth: { client_id: "a", client_secret: "literal" } }, "/oauth/client_secret"],
  [{ oauth: {}, headers: { Authorization: "Bearer ${secret:DOCS}" } }, "/headers/Authorization"],
  [{ effects: { a: "probe" } }, "/effects/a"],
  [{ timeout_ms: 1 }, "/timeout_ms"],
  [{ transport: "stdio" }, "/transport"],
])("%j is refused with the place", async (body, pointer) => {
  const response = await post({ name: "bad", ...body });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    code: "validation_failed",
    errors: [{ pointer }],
  });
});

test("a run is told of its servers in its first event, by their templates", async () => {
  const task = await submit(service, {
    input_data: { goal: "go", script: [{ text: "done" }] },
    agent_config: { model: "local/script", mcp_servers: ["keyed"] },
  });
  const [created] = await logOf(service, task.task_id);
  expect(created?.data["mcp_servers"]).toMatchObject([
    { name: "keyed", headers: { Authorization: "Bearer ${KEYED_TOKEN}" } },
  ]);
});

test("an agent names only servers that there are and that can be used", async () => {
  await create({ name: "resting", enabled: false });
  for (const [config, code, pointer] of [
    [{ mcp_servers: ["everything", "nowhere"] }, "unknown_mcp_server", "/config/mcp_servers/1"],
    [{ mcp_servers: ["theirs"] }, "unknown_mcp_server", "/config/mcp_servers/0"],
    [{ mcp_servers: ["resting"] }, "unknown_mcp_server", "/config/mcp_servers/0"],
    [{ mcp_servers: ["unset"] }, "secret_missing", "/config/mcp_servers/0"],
    [{ inject_mcp_proxy: true }, "secret_missing", "/config/inject_mcp_proxy"],
    [{ mcp_servers: ["keyed"], tools: ["everything.echo"] }, "unknown_tool", "/config/tools/0"],
    [{ mcp_tools: "all" }, "validation_failed", "/config/mcp_tools"],
  ] as const) {
    const response = await agent({ name: "bad", config });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code, errors: [{ pointer }] });
  }
  expect((await service.request("/api/v1/agents/bad")).status).toBe(404);
});

test("a task has the servers of its agent as they are then, or those that it names itself", async () => {
  await create({ name: "early" });
  const config = { mcp_servers: ["early"], mcp_tools: "proxy", tools: ["early.*"] };
  expect((await agent({ name: "served", config })).status).toBe(201);
  const script = [{ text: "done" }];
  const body = (agent_config: object = {}, input: object = {}) => ({
    agent: "served",
    input_data: { goal: "go", script, ...input },
    agent_config: { model: "local/script", ...agent_config },
  });
  const first = await submit(service, body());
  await put("early", { approval: "always" });
  const createdOf = async (task_id: string) => (await logOf(service, task_id))[0]?.data;
  const served = { config, mcp_servers: [{ name: "early", approval: "never" }] };
  expect(await createdOf(first.task_id)).toMatchObject(served);
  const next = await submit(service, body());
  expect(await createdOf(next.task_id)).toMatchObject({ mcp_servers: [{ approval: "always" }] });
  const other = await submit(service, body({ mcp_servers: ["keyed"], tools: [] }));
  expect(await createdOf(other.task_id)).toMatchObject({ mcp_servers: [{ name: "keyed" }] });

  await remove("early");
  const refused = await submission(body());
  expect(await refused.json()).toMatchObject({
    code: "unknown_mcp_server",
    errors: [{ pointer: "/agent" }],
  });
  const bare = { mcp_servers: [], tools: ["calculator"] };
  expect((await submission(body(bare))).status).toBe(201);
  expect((await agent({ name: "plain", config: {} })).status).toBe(201);
  const asked = await submission({
    ...body({}, { inject_mcp_proxy: true }),
    agent: "plain",
  });
  // All that there are, of which one cannot be used: it is the input that asks for them.
  expect(await asked.json()).toMatchObject({
    code: "secret_missing",
    errors: [{ pointer: "/input_data/inject_mcp_proxy" }],
  });
});

test("an authorization is asked for, completed once by a browser, used, and forgotten", async () => {
  const origin = `http://127.0.0.1:${target.port}`;
  const tokens = new Set<string>();
  target.answers.set("/oauth", ({ headers, method, body }, response) => {
    const token = (headers.authorization ?? "").replace("Bearer ", "");
    if (!tokens.has(token)) {
      response.statusCode = 401;
      response.setHeader("WWW-Authenticate", `Bearer resource_metadata="${origin}/prm"`);
      response.end();
      return;
    }
    if (method !== "POST") {
      response.statusCode = 405;
      response.end();
      return;
    }
    const { id, method: asked } = JSON.parse(body) as { id?: number; method: string };
    const results: Readonly<Record<string, object>> = {
      initialize: {
        protocolVersion: "2025-11-25",
        capabilities: { tools: {} },
        serverInfo: { name: "oauth", version: "1" },
      },
      "tools/list": { tools: [{ name: "only", inputSchema: { type: "object" } }] },
    };
    response.statusCode = id === undefined ? 202 : 200;
    response.setHeader("Content-Type", "application/json");
    response.end(
      id === undefined ? "" : JSON.stringify({ jsonrpc: "2.0", id, result: results[asked] }),
    );
  });
  target.answers.set(
    "/prm",
    json({ resource: `${origin}/oauth`, authorization_servers: [origin] }),
  );
  target.answers.set(
    "/.well-known/oauth-authorization-server",
    json({
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
      response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"],
    }),
  );
  target.answers.set("/register", ({ body }, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ ...(JSON.parse(body) as object), client_id: "c-1" }));
  });
  target.answers.set("/token", (_, response) => {
    tokens.add("token-1");
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ access_token: "token-1", token_type: "Bearer" }));
  });

  await create({ name: "oauth", url: `${origin}/oauth`, oauth: {} });
  expect((await refresh("oauth")).health).toMatchObject({
    status: "unauthorized",
    code: "authorization_required",
  });
  const asked = await (await act("oauth/authorize")).json<Authorization>();
  expect(asked.authorized).toBe(false);
  const url = new URL(asked.authorization_url ?? "");
  expect(url.origin + url.pathname).toBe(`${origin}/authorize`);
  expect(url.searchParams.get("redirect_uri")).toBe(`${service.url}/api/v1/mcp/oauth/callback`);
  expect(url.searchParams.get("code_challenge_method")).toBe("S256");
  expect(url.searchParams.get("resource")).toBe(`${origin}/oauth`);

  const back = new URL(`${service.url}/api/v1/mcp/oauth/callback?code=code-1`);
  for (const state of [null, "x", "${state}"]) {
    if (state !== null) {
      back.searchParams.set("state", state);
    }
    expect((await fetch(back)).status).toBe(400);
  }
  back.searchParams.set("state", url.searchParams.get("state") ?? "");
  const page = await fetch(back);
  expect(page.status).toBe(200);
  expect(page.headers.get("Content-Type")).toContain("text/html");
  expect(page.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
  expect(await page.text()).toContain("may use the server now");
  expect((await fetch(back)).status).toBe(400);
  expect(target.to("/token")).toHaveLength(1);

  expect((await refresh("oauth")).health).toMatchObject({ status: "ok", tools: 1 });
  expect(await (await act("oauth/authorize")).json()).toEqual({ authorized: true });
  const forgotten = await service.request(`${SERVERS}/oauth/authorization`, { method: "DELETE" });
  expect(forgotten.status).toBe(204);
  expect((await refresh("oauth")).health.status).toBe("unauthorized");
});

test("an authorization of what has none, or cannot be reached, says so", async () => {
  await create({ name: "plain" });
  expect(await codeOf(await act("plain/authorize"))).toBe("oauth_not_configured");
  await create({ name: "gone", url: "http://127.0.0.1:1/mcp", oauth: {} });
  const gone = await act("gone/authorize");
  expect(gone.status).toBe(502);
  expect(await gone.json()).toMatchObject({
    code: "authorization_failed",
    detail: expect.stringContaining("server_unreachable") as string,
  });
});

interface ServerView {
  readonly name: string;
  readonly health: {
    readonly status: string;
    readonly code: string | null;
    readonly message: string | null;
    readonly tools: number | null;
  };
}

interface ToolPage {
  readonly data: readonly { readonly name: string; readonly call_as: string }[];
  readonly total: number;
  readonly next_cursor: string | null;
}

interface Authorization {
  readonly authorized: boolean;
  readonly authorization_url?: string;
}

function as(key: string | undefined): { headers: Record<string, string> } {
  return { headers: key === undefined ? {} : { Authorization: `Bearer ${key}` } };
}

function get(name: string, key?: string): Promise<Response> {
  return service.request(`${SERVERS}/${name}`, as(key));
}

function post(body: object, key?: string): Promise<Response> {
  return service.send("POST", SERVERS, whole(body), key);
}

function whole(body: object): object {
  return { url: target.url("/mcp"), ...body };
}

async function create(body: object): Promise<void> {
  const response = await post(body);
  expect(response.status, await response.text()).toBe(201);
}

function put(name: string, body: object, tag?: string, key?: string): Promise<Response> {
  return service.send("PUT", `${SERVERS}/${name}`, whole(body), key, { "If-Match": tag });
}

function patch(name: string, body: object, tag?: string, key?: string): Promise<Response> {
  return service.send("PATCH", `${SERVERS}/${name}`, body, key, { "If-Match": tag });
}

function remove(name: string, tag?: string, key?: string): Promise<Response> {
  return service.send("DELETE", `${SERVERS}/${name}`, undefined, key, { "If-Match": tag });
}

function agent(body: object): Promise<Response> {
  return service.request("/api/v1/agents", { method: "POST", body: JSON.stringify(body) });
}

function submission(body: object): Promise<Response> {
  return service.request("/api/v1/tasks", { method: "POST", body: JSON.stringify(body) });
}

function act(path: string, key?: string): Promise<Response> {
  return service.request(`${SERVERS}/${path}`, { method: "POST", ...as(key) });
}

async function refresh(name: string): Promise<ServerView> {
  const response = await act(`${name}/refresh`);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return JSON.parse(text) as ServerView;
}

async function codeOf(response: Response): Promise<string> {
  return (await response.json<{ code: string }>()).code;
}
