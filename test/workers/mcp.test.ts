/** MCP servers in D1, and what of them a submission resolves. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import type { CatalogueHead } from "../../src/run/spec/mcp-catalogue.ts";
import { MAX_MCP_SERVERS } from "../../src/run/spec/mcp-server.ts";
import { AuditStore, newActor, type Actor } from "../../src/store/audit.ts";
import { McpCatalogueStore } from "../../src/store/mcp/catalogues.ts";
import { McpServerStore } from "../../src/store/mcp/servers.ts";
import { McpTokenStore } from "../../src/store/mcp/tokens.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { definitionOf } from "../mcp-double.ts";

const store = new McpServerStore(env.DB);
const catalogues = new McpCatalogueStore(env.DB);
const tokens = new McpTokenStore(env.DB);
const tasks = new TaskStore(env.DB);
const NOW = "2026-11-24T00:00:00.000Z";
const LATER = "2026-11-24T01:00:00.000Z";
const OK = { status: "ok", code: null, message: null, checked_at: NOW } as const;

/** Somebody doing something at a moment. */
function actor(at = NOW): Actor {
  return { ...newActor(Date.parse(at), "key_1"), at };
}

function head(revision: string, more: Partial<CatalogueHead> = {}): Omit<CatalogueHead, "parts"> {
  return {
    key: "key",
    revision,
    fetched_at: NOW,
    expires_at: LATER,
    tool_count: 1,
    total_chars: 2,
    capabilities: { tools: {} },
    instructions: null,
    problems: [{ name: "x", reason: "y" }],
    problem_count: 1,
    health: OK,
    ...more,
  };
}

async function partsOf(tenant: string, server: string, revision: string): Promise<string[]> {
  const found: string[] = [];
  for await (const text of catalogues.parts(tenant, server, revision)) {
    found.push(text);
  }
  return found;
}

test("a catalogue is read part by part, and the next takes its place whole", async () => {
  const big = JSON.stringify(["x".repeat(400_000)]);
  await catalogues.saveCatalogue("one", "docs", head("r1"), [big, "[2]", "[3]"]);
  expect(await catalogues.catalogue("one", "docs")).toEqual({ ...head("r1"), parts: 3 });
  expect(await partsOf("one", "docs", "r1")).toEqual([big, "[2]", "[3]"]);
  expect(await catalogues.catalogue("two", "docs")).toBeNull();
  expect(await partsOf("two", "docs", "r1")).toEqual([]);

  await catalogues.saveCatalogue("one", "docs", head("r2"), ["[4]"]);
  expect(await partsOf("one", "docs", "r1")).toEqual([]);
  expect(await partsOf("one", "docs", "r2")).toEqual(["[4]"]);
  await catalogues.saveCatalogue("one", "docs", head("r2", { fetched_at: LATER }), ["[4]"]);
  expect(await catalogues.catalogue("one", "docs")).toMatchObject({ fetched_at: LATER, parts: 1 });
  expect(await partsOf("one", "docs", "r2")).toEqual(["[4]"]);
});

test("of many that are stored at once, one stays, with its parts", async () => {
  await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      catalogues.saveCatalogue("one", "race", head(`r${i % 4}`), [`[${i % 4}]`, `["${i % 4}"]`]),
    ),
  );
  const { revision = "", parts } = (await catalogues.catalogue("one", "race")) ?? {};
  const n = revision.slice(1);
  expect(parts).toBe(2);
  expect(await partsOf("one", "race", revision)).toEqual([`[${n}]`, `["${n}"]`]);
  const { results } = await env.DB.prepare(
    "SELECT DISTINCT revision FROM mcp_catalogue_part WHERE server = 'race'",
  ).all();
  expect(results).toEqual([{ revision }]);
});

test("how a server answered is noted without losing what it offered, and a list can be made old", async () => {
  const down = {
    status: "down",
    code: "tool_timeout",
    message: "late",
    checked_at: LATER,
  } as const;
  await catalogues.saveHealth("one", "never", down);
  expect(await catalogues.catalogue("one", "never")).toBeNull();
  expect(await catalogues.state("one", "never")).toEqual({
    failures: 1,
    server: "never",
    health: down,
    catalogue: null,
  });

  await catalogues.saveCatalogue("one", "was", head("r1"), ["[]"]);
  await catalogues.saveHealth("one", "was", down);
  expect(await catalogues.catalogue("one", "was")).toMatchObject({ revision: "r1", health: down });
  await catalogues.expire("one", "was", NOW);
  expect((await catalogues.catalogue("one", "was"))?.expires_at).toBe(NOW);
  await catalogues.expire("one", "was", LATER);
  expect((await catalogues.catalogue("one", "was"))?.expires_at).toBe(NOW);
});

test("a server is one tenant's, changes version by version, and goes with all that is known of it", async () => {
  const definition = definitionOf({ name: "own" });
  const row = await store.insert("one", { definition, enabled: true }, actor());
  expect(row).toMatchObject({ name: "own", version: 1, enabled: true, definition });
  expect(await store.insert("one", { definition, enabled: true }, actor())).toBeNull();
  expect(await store.get("two", "own")).toBeNull();
  const first = { version: 1, created_at: NOW };
  const changed = await store.change("one", "own", { enabled: false }, first, actor(LATER));
  expect(changed).toMatchObject({ version: 2, enabled: false, definition });
  expect(await store.change("one", "own", { enabled: true }, first, actor(LATER))).toBeNull();
  expect(await store.remove("one", "own", first, actor())).toBe(false);

  await catalogues.saveCatalogue("one", "own", head("r1"), ["[]"]);
  await tokens.saveToken("one", "own", { sealed: "s", version: 0 }, NOW);
  expect(await store.remove("one", "own", null, actor())).toBe(true);
  expect(await catalogues.state("one", "own")).toBeNull();
  expect(await tokens.token("one", "own")).toBeNull();
  expect(await partsOf("one", "own", "r1")).toEqual([]);
});

test("a server whose definition changes is contacted at once, one that is only switched is not", async () => {
  const definition = definitionOf({ name: "moved" });
  await store.insert("one", { definition, enabled: true }, actor());
  const health = {
    status: "down",
    code: "tool_timeout",
    message: "late",
    checked_at: NOW,
  } as const;
  await catalogues.saveHealth("one", "moved", health);
  await store.change("one", "moved", { enabled: true }, null, actor());
  expect(await catalogues.state("one", "moved")).toMatchObject({ health });
  await store.change("one", "moved", { definition, enabled: true }, null, actor());
  expect(await catalogues.state("one", "moved")).toBeNull();
  await catalogues.saveCatalogue("one", "moved", head("r1"), ["[]"]);
  await store.change("one", "moved", { definition, enabled: true }, null, actor());
  expect(await catalogues.state("one", "moved")).toMatchObject({ catalogue: { revision: "r1" } });
});

test("a change of a server is noted with it, and what changes nothing is not", async () => {
  const definition = definitionOf({ name: "noted", headers: { "X-Key": "a private header" } });
  const elsewhere = { version: 7, created_at: NOW };
  await store.insert("noted", { definition, enabled: true }, actor());
  await store.insert("noted", { definition, enabled: true }, actor());
  await store.change("noted", "noted", { definition, enabled: true }, null, actor());
  await store.change("noted", "noted", { enabled: false }, null, actor());
  await store.change("noted", "noted", { enabled: true }, elsewhere, actor());
  await tokens.removeToken("noted", "noted", actor());
  await tokens.saveToken("noted", "noted", { sealed: "a sealed text", version: 0 }, NOW);
  await tokens.removeToken("noted", "noted", actor());
  await store.remove("noted", "noted", elsewhere, actor());
  await store.remove("noted", "noted", null, actor());
  await store.remove("noted", "noted", null, actor());
  const entries = await new AuditStore(env.DB).list("noted", 20, null);
  expect(new Set(entries.map(({ by, subject }) => `${by} ${subject}`))).toEqual(
    new Set(["key_1 noted"]),
  );
  expect(new Map(entries.map((entry) => [entry.audit_id, entry])).size).toBe(5);
  expect(entries.map(({ action, details }) => [action, details])).toEqual(
    expect.arrayContaining([
      ["mcp_server.registered", { enabled: true }],
      ["mcp_server.changed", { enabled: true }],
      ["mcp_server.changed", { enabled: false }],
      ["mcp_server.authorization_forgotten", {}],
      ["mcp_server.deleted", {}],
    ]),
  );
  expect(JSON.stringify(entries)).not.toMatch(/private header|sealed text/);
});

test("a tenant has room for so many servers, whoever adds them at once", async () => {
  const all = await Promise.all(
    Array.from({ length: MAX_MCP_SERVERS + 5 }, (_, i) =>
      store.insert("full", { definition: definitionOf({ name: `s${i}` }), enabled: true }, actor()),
    ),
  );
  expect(all.filter((row) => row !== null)).toHaveLength(MAX_MCP_SERVERS);
});

test("a sealed text is replaced only by who has read it, and a state is taken once and in time", async () => {
  expect(await tokens.saveToken("one", "t", { sealed: "a", version: 0 }, NOW)).toBe(true);
  expect(await tokens.saveToken("one", "t", { sealed: "b", version: 0 }, NOW)).toBe(false);
  const state = { hash: "h1", expires_at: LATER };
  expect(await tokens.saveToken("one", "t", { sealed: "c", version: 1 }, NOW, state)).toBe(true);
  // What is stored meanwhile does not lose the state.
  expect(await tokens.saveToken("one", "t", { sealed: "d", version: 2 }, NOW)).toBe(true);
  expect(await tokens.takeState("h1", LATER)).toBeNull();
  expect(await tokens.takeState("h1", NOW)).toEqual({ tenantId: "one", server: "t" });
  expect(await tokens.takeState("h1", NOW)).toBeNull();
  expect(await tokens.token("one", "t")).toEqual({ sealed: "d", version: 4 });
  await tokens.removeToken("one", "t", actor());
  expect(await tokens.token("one", "t")).toBeNull();
});

const seen: string[] = [];
/** D1, and what it was asked. */
const db = {
  prepare(sql: string) {
    seen.push(sql);
    return env.DB.prepare(sql);
  },
  batch: (statements: D1PreparedStatement[]) => env.DB.batch(statements),
} as unknown as D1Database;

const settings = {
  OPSPAWN_MCP_SERVERS: {
    docs: {
      url: "https://${DOCS_HOST}/mcp",
      headers: { Authorization: "Bearer ${DOCS_TOKEN}" },
      effects: { search: "pure" },
    },
    off: { url: "https://off.example.com/${NOWHERE}", enabled: false },
    broken: { url: "https://broken.example.com/${NOWHERE}", tenants: ["rich"] },
    private: { url: "https://private.example.com/mcp", tenants: ["somebody"] },
  },
  DOCS_HOST: "docs.example.com",
  DOCS_TOKEN: "the-token",
};
const bindings: Env = { ...env, DB: db, ...settings };
const app = createApp((env_) => apiDeps(env_, { count() {}, fault() {} }));

for (const tenant of ["test", "rich", "poor"]) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`k_${tenant}`));
  await env.DB.prepare("INSERT INTO api_key VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)")
    .bind(
      `key_${tenant}`,
      tenant,
      tenant,
      Buffer.from(digest).toString("hex"),
      "tasks:read tasks:write tools:write",
      NOW,
    )
    .run();
}

async function submit(agent_config: object, input: object = {}, tenant = "test") {
  const response = await app.request(
    "/api/v1/tasks",
    {
      method: "POST",
      headers: { Authorization: `Bearer k_${tenant}`, "Content-Type": "application/json" },
      body: JSON.stringify({ input_data: { goal: "go", ...input }, agent_config }),
    },
    bindings,
  );
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
}

async function serversOf(answer: { body: Record<string, unknown> }, tenant = "test") {
  const row = await tasks.get(tenant, String(answer.body["task_id"]));
  return row === null ? null : specOf(row).mcp_servers?.map(({ name }) => name);
}

test("a task keeps the definitions of the servers that it names, with templates and without secrets", async () => {
  const answer = await submit({ mcp_servers: ["docs", "docs"], mcp_tools: "both" });
  expect(answer.status).toBe(201);
  const row = await tasks.get("test", String(answer.body["task_id"]));
  expect(row?.mcp_servers).toEqual([
    {
      name: "docs",
      source: "deployment",
      url: "https://${DOCS_HOST}/mcp",
      headers: { Authorization: "Bearer ${DOCS_TOKEN}" },
      timeout_ms: 30_000,
      effects: { search: "pure" },
      trust_annotations: false,
      approval: "never",
    },
  ]);
  expect(JSON.stringify(row)).not.toContain("the-token");
  expect(await serversOf(await submit({ mcp_servers: [] }))).toBeUndefined();
});

test("D1 is not asked for servers where none is named, or only the deployment's", async () => {
  for (const config of [{}, { mcp_servers: [] }, { mcp_servers: ["docs"] }]) {
    seen.length = 0;
    expect((await submit(config)).status).toBe(201);
    expect(seen.filter((sql) => sql.includes("mcp_server ") || sql.includes("mcp_cat"))).toEqual(
      [],
    );
  }
});

test("a task that asks for the proxy and names none has all that its tenant may use", async () => {
  const own = { definition: definitionOf({ name: "mine" }), enabled: true };
  await store.insert("poor", own, actor());
  const disabled = { definition: definitionOf({ name: "mine_off" }), enabled: false };
  await store.insert("poor", disabled, actor());
  // The deployment's name wins over a tenant's of before.
  await store.insert(
    "poor",
    { definition: definitionOf({ name: "docs" }), enabled: true },
    actor(),
  );
  const proxied = await submit({ inject_mcp_proxy: true }, {}, "poor");
  expect(await serversOf(proxied, "poor")).toEqual(["docs", "mine"]);
  const asBefore = await submit({}, { inject_mcp_proxy: true }, "poor");
  expect(await serversOf(asBefore, "poor")).toEqual(["docs", "mine"]);
  const row = await tasks.get("poor", String(asBefore.body["task_id"]));
  expect(row?.config.inject_mcp_proxy).toBe(true);
  expect(await serversOf(await submit({}, { inject_mcp_proxy: false }, "poor"), "poor")).toBe(
    undefined,
  );
  const told = await submit({ inject_mcp_proxy: false }, { inject_mcp_proxy: true }, "poor");
  expect(await serversOf(told, "poor")).toBeUndefined();
});

test.each([
  [{ mcp_servers: ["docs", "nowhere"] }, "unknown_mcp_server", "/agent_config/mcp_servers/1"],
  [{ mcp_servers: ["off"] }, "unknown_mcp_server", "/agent_config/mcp_servers/0"],
  [{ mcp_servers: ["private"] }, "unknown_mcp_server", "/agent_config/mcp_servers/0"],
  [
    { mcp_servers: ["docs"], tools: ["docs.search", "dogs.x"] },
    "unknown_tool",
    "/agent_config/tools/1",
  ],
  [{ tools: ["mcp_proxy_tool"] }, "unknown_tool", "/agent_config/tools/0"],
  [{ mcp_tools: "all" }, "validation_failed", "/agent_config/mcp_tools"],
])("%j is refused as %s", async (config, code, pointer) => {
  const { status, body } = await submit(config);
  expect(status).toBe(422);
  expect(body).toMatchObject({ code, errors: [{ pointer }] });
});

test("a server whose secret is missing is refused where it is used, by the name of the secret", async () => {
  const { status, body } = await submit({ mcp_servers: ["broken"] }, {}, "rich");
  expect(status).toBe(422);
  expect(body).toMatchObject({
    code: "secret_missing",
    errors: [{ pointer: "/agent_config/mcp_servers/0" }],
  });
  expect(JSON.stringify(body)).toContain("NOWHERE");
  expect((await submit({ mcp_servers: ["docs"] }, {}, "rich")).status).toBe(201);
});

test("tools of servers may be named before anybody has asked what there is", async () => {
  const tools = ["docs.search", "docs.*", "mcp_proxy_tool", "calculator"];
  expect((await submit({ mcp_servers: ["docs"], tools })).status).toBe(201);
});
