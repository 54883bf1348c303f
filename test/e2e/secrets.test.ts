/**
 * Secrets of tenants over HTTP and in the tools of real runs, and configuration files, which refer to
 * them.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { cli } from "../cli.ts";
import { Service } from "../service.ts";
import { json, Target } from "../target.ts";
import { logOf, ofType, play, scripted, type LogEvent } from "../tasks.ts";

const OTHER = "opsk_of_the_other_tenant";
const NARROW = "opsk_that_changes_tools_only";

let service: Service;
/** The server that tools send their secrets to. */
let open: Target;

beforeAll(async () => {
  open = await Target.start();
  service = await Service.start({
    vars: {
      OPSPAWN_ALLOWED_PRIVATE_HOSTS: open.host,
      OPSPAWN_ENCRYPTION_KEY: "ab".repeat(32),
      // A new value of a secret is used at once.
      OPSPAWN_KEY_CACHE_MS: "0",
    },
    keys: [
      { key: OTHER, tenant: "other", scopes: "tasks:read tasks:write tools:write admin" },
      { key: NARROW, tenant: "test", scopes: "tasks:read tools:write" },
    ],
  });
});
afterAll(async () => {
  await service.stop();
  await open.stop();
});
beforeEach(() => {
  open.visits.length = 0;
});

test("a tenant's secret is stored, used, replaced and deleted, and its value is shown nowhere", async () => {
  const first = "canary-of-the-first-value";
  const second = "canary-of-the-second-value";
  const path = "/api/v1/secrets/RENEWED";
  const made = await service.send("PUT", path, { value: first, hosts: [open.host] });
  expect([made.status, made.headers.get("Location")]).toEqual([201, path]);
  const tag = made.headers.get("ETag") ?? "";
  expect(await made.json()).toMatchObject({
    name: "RENEWED",
    version: 1,
    hosts: [open.host],
    last_used_on: null,
  });
  const again = await service.send("PUT", path, { value: first, hosts: [open.host] });
  expect([again.status, again.headers.get("ETag")]).toEqual([200, tag]);
  open.answers.set("/echo", (visit, response) =>
    json({ said: visit.headers["x-key"] })(visit, response),
  );
  await register({
    name: "renewed",
    effect: "pure",
    http: {
      method: "POST",
      url: open.url("/echo"),
      headers: { "X-Key": "${secret:RENEWED}" },
    },
  });
  const logs = [await runOf([call("renewed", {})])];
  const replaced = await service.request(path, {
    method: "PUT",
    headers: { "If-Match": tag },
    body: JSON.stringify({ value: second }),
  });
  expect(await replaced.json()).toMatchObject({ version: 2, hosts: null });
  const outdated = await service.request(path, {
    method: "PUT",
    headers: { "If-Match": tag },
    body: JSON.stringify({ value: "canary-of-a-late-value" }),
  });
  expect(outdated.status).toBe(412);
  logs.push(await runOf([call("renewed", {})]));
  const shown = await (await service.request("/api/v1/secrets")).json<{ data: object[] }>();
  expect(shown.data).toContainEqual(
    expect.objectContaining({
      name: "RENEWED",
      version: 2,
      last_used_on: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) as string,
    }),
  );
  expect((await service.request(path, { method: "DELETE" })).status).toBe(204);
  logs.push(await runOf([call("renewed", {})]));
  expect(open.to("/echo").map(({ headers }) => headers["x-key"])).toEqual([first, second]);
  const said = JSON.stringify(logs);
  expect(said.match(/\[secret RENEWED\]/g)?.length).toBeGreaterThanOrEqual(2);
  expect(ofType(logs[2] ?? [], "tool.failed")[0]).toMatchObject({
    code: "secret_missing",
    message: expect.stringContaining("RENEWED") as string,
  });
  const audit = await (await service.request("/api/v1/admin/audit?limit=100")).text();
  expect(audit.match(/secret\.(created|changed|deleted)/g)).toEqual([
    "secret.deleted",
    "secret.changed",
    "secret.created",
  ]);
  expect(said + audit + JSON.stringify(shown) + service.output).not.toContain("canary");
});

test("a secret is another tenant's neither to see nor to use, and needs its own scope", async () => {
  const value = "canary-of-the-owner";
  expect((await service.send("PUT", "/api/v1/secrets/OWN", { value })).status).toBe(201);
  const as = (key: string, path: string, init: RequestInit = {}) =>
    service.request(path, { ...init, headers: { Authorization: `Bearer ${key}` } });
  expect(await (await as(OTHER, "/api/v1/secrets")).json()).toEqual({
    data: [],
    next_cursor: null,
  });
  expect((await as(OTHER, "/api/v1/secrets/OWN")).status).toBe(404);
  expect((await as(OTHER, "/api/v1/secrets/OWN", { method: "DELETE" })).status).toBe(404);
  expect((await as(NARROW, "/api/v1/secrets")).status).toBe(403);
  open.answers.set("/echo", json({}));
  const tool = {
    name: "theirs",
    kind: "http",
    effect: "pure",
    description: "x",
    input_schema: { type: "object" },
    http: { method: "POST", url: open.url("/echo"), headers: { "X-Key": "${secret:OWN}" } },
  };
  const registered = await as(OTHER, "/api/v1/tools", {
    method: "POST",
    body: JSON.stringify(tool),
  });
  expect(registered.status).toBe(201);
  const body = scripted([{ tool_calls: [call("theirs", {})] }, { text: "done" }]);
  const submitted = await as(OTHER, "/api/v1/tasks", {
    method: "POST",
    body: JSON.stringify(body),
  });
  const { task_id } = await submitted.json<{ task_id: string }>();
  const log = await vi.waitFor(
    async () => {
      const events = await (await as(OTHER, `/api/v1/tasks/${task_id}/events`)).text();
      expect(events).toContain("run.completed");
      return events;
    },
    { timeout: 60_000, interval: 100 },
  );
  expect(log).toContain("secret_missing");
  expect(log).not.toContain("canary");
  expect(open.to("/echo")).toEqual([]);
});

test("a tenant's own key makes a provider available that the deployment has none for", async () => {
  const agent = { name: "own-key", config: { model: "anthropic/claude-sonnet-4-5" } };
  const create = () => service.send("POST", "/api/v1/agents", agent);
  expect(await (await create()).json()).toMatchObject({ code: "provider_not_configured" });
  const path = "/api/v1/secrets/provider.anthropic";
  expect((await service.send("PUT", path, { value: "sk-ant-of-the-tenant" })).status).toBe(201);
  expect((await create()).status).toBe(201);
});

test.each([
  ["a short value", "A", { value: "short" }, "/value"],
  ["no value", "A", {}, "/value"],
  ["a value that is a number", "A", { value: 12_345_678 }, "/value"],
  ["a value of megabytes", "A", { value: "é".repeat(9000) }, "/value"],
  [
    "a host that is an address",
    "A",
    { value: "canary-value", hosts: ["https://a.b/"] },
    "/hosts/0",
  ],
  ["no hosts", "A", { value: "canary-value", hosts: [] }, "/hosts"],
  ["a field too many", "A", { value: "canary-value", plain: true }, "/plain"],
  ["a name with a slash", "a%2Fb", { value: "canary-value" }, "/name"],
  ["a provider without keys", "provider.local", { value: "canary-value" }, "/name"],
  [
    "hosts of a provider's key",
    "provider.openai",
    { value: "canary-value", hosts: ["a.b"] },
    "/hosts",
  ],
])("a secret with %s is refused by its field, without the value", async (_what, name, body, at) => {
  const response = await service.send("PUT", `/api/v1/secrets/${name}`, body);
  const said = await response.text();
  expect([response.status, said]).toEqual([422, expect.stringContaining(`"pointer":"${at}"`)]);
  expect(said).not.toMatch(/canary|12345678|short"/);
});

/** The environment of the command line. */
function environment() {
  return {
    OPSPAWN_URL: service.url,
    OPSPAWN_KEY: service.key,
    CFG_KEY: "canary-of-the-file",
  };
}

function call(name: string, args: Record<string, unknown>) {
  return { name, arguments: args };
}

async function register(part: Record<string, unknown>): Promise<void> {
  const body = { description: "x", input_schema: { type: "object" }, kind: "http", ...part };
  const response = await service.send("POST", "/api/v1/tools", body);
  expect(response.status, await response.text()).toBe(201);
}

/** The log of a run that makes these calls. */
async function runOf(calls: readonly ReturnType<typeof call>[]): Promise<LogEvent[]> {
  const task = await play(service, scripted([{ tool_calls: calls }, { text: "done" }]));
  expect(task.error).toBeNull();
  return logOf(service, task.task_id);
}

describe("a configuration file", () => {
  const folder = mkdtempSync(join(tmpdir(), "opspawn-"));
  const file = join(folder, "opspawn.config.json");
  const weather = {
    name: "cfg-weather",
    kind: "http",
    description: "The weather.",
    effect: "pure",
    input_schema: { type: "object", properties: { city: { type: "string" } } },
    http: {
      method: "GET",
      url: "https://api.example.com/weather",
      headers: { "X-Key": "${secret:CFG_KEY}" },
    },
  };
  const config = {
    secrets: { CFG_KEY: { env: "CFG_KEY", hosts: ["api.example.com"] } },
    tools: [weather],
    mcp_servers: [
      {
        name: "cfg-docs",
        url: "https://mcp.example.com/mcp",
        headers: { Authorization: "Bearer ${secret:CFG_KEY}" },
      },
    ],
    agents: [
      { name: "cfg-support", config: { model: "local/rules", tools: ["cfg-weather"] } },
      { name: "cfg-plain", description: "Has no config." },
    ],
    schedules: [
      {
        name: "cfg-report",
        spec: {
          cron: ["0 9 * * 1-5"],
          timezone: "Europe/Berlin",
          ends_at: "2030-01-01T01:00:00+01:00",
        },
        action: { task: { agent: "cfg-support", input_data: { goal: "Report." } } },
      },
    ],
    webhooks: [{ url: "https://hooks.example.com/cfg", types: ["task.failed"] }],
    budgets: [{ scope: "agent:cfg-support", period: "month", max_cost_usd: 12.5 }],
    concurrency: [{ scope: "agent:cfg-support", max_runs: 3 }],
    owns: {
      tools: ["cfg-*"],
      agents: ["cfg-*"],
      schedules: ["cfg-*"],
      webhooks: ["https://hooks.example.com/*"],
    },
  };
  const applied = async (wanted: object, args: readonly string[], more = {}) => {
    writeFileSync(file, JSON.stringify(wanted));
    const [command = "", ...options] = args;
    return cli([command, file, ...options], { env: { ...environment(), ...more } });
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is planned, applied once, and then without a difference", async () => {
    const plan = await applied(config, ["plan", "--check"]);
    expect(plan.code, plan.err).toBe(5);
    const first = await applied(config, ["apply"]);
    expect(first.out.split("\n"), first.err).toEqual([
      "+ secrets CFG_KEY",
      "+ tools cfg-weather",
      "+ mcp_servers cfg-docs",
      "+ agents cfg-support",
      "+ agents cfg-plain",
      "+ schedules cfg-report",
      "+ webhooks https://hooks.example.com/cfg",
      "+ budgets agent:cfg-support/month",
      "+ concurrency agent:cfg-support",
      "Applied: 9 new, 0 changed, 0 deleted.",
      "",
    ]);
    expect(plan.out).toBe(first.out.replace(/Applied: (.*)\n$/, "$1\n"));
    expect(await applied(config, ["plan", "--check"])).toMatchObject({
      code: 0,
      out: "No differences.\n",
    });
    expect(await applied(config, ["apply"])).toMatchObject({ code: 0, out: "No changes.\n" });
    expect(first.out + first.err + plan.out).not.toContain("canary");
  });

  test("changes what differs, and deletes only what it owns", async () => {
    const later = {
      ...config,
      schedules: [{ ...config.schedules[0], policy: { overlap: "allow" } }],
    };
    expect((await applied(later, ["apply"])).out).toContain("~ schedules cfg-report (policy)");
    await service.send("POST", "/api/v1/tools", { ...weather, name: "by-hand" });
    await service.send("PATCH", "/api/v1/tools/cfg-weather", { enabled: false });
    const { tools: _tools, schedules: _schedules, ...rest } = config;
    const changed = {
      ...rest,
      agents: [{ name: "cfg-support", config: { model: "local/rules" } }],
      budgets: [{ scope: "agent:cfg-support", period: "month", max_cost_usd: 20 }],
    };
    const lines = async (args: readonly string[], more = {}) =>
      (await applied(changed, [...args, "--json"], more)).out
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as unknown);
    const updates = [
      { action: "update", kind: "agents", key: "cfg-support", fields: ["config"] },
      {
        action: "update",
        kind: "budgets",
        key: "agent:cfg-support/month",
        fields: ["max_cost_usd"],
      },
    ];
    const deletions = [
      { action: "delete", kind: "schedules", key: "cfg-report", fields: [] },
      { action: "delete", kind: "agents", key: "cfg-plain", fields: [] },
      { action: "delete", kind: "tools", key: "cfg-weather", fields: [] },
    ];
    const both = [...updates, ...deletions];
    expect(await lines(["plan"])).toEqual(updates);
    expect(await lines(["plan", "--prune"])).toEqual(both);
    const rotated = { CFG_KEY: "canary-of-the-rotation" };
    expect(await lines(["apply", "--prune"], rotated)).toEqual([
      { action: "update", kind: "secrets", key: "CFG_KEY", fields: ["value"] },
      ...both,
    ]);
    expect(await lines(["apply", "--prune"], rotated)).toEqual([]);
    expect((await service.request("/api/v1/tools/by-hand")).status).toBe(200);
    expect((await service.request("/api/v1/tools/cfg-weather")).status).toBe(404);
    expect(await applied(config, ["plan"])).toMatchObject({
      out: expect.stringContaining("+ tools cfg-weather") as string,
    });
  });

  test("that was applied in part is completed by the next run", async () => {
    const broken = { ...config, agents: [{ name: "cfg-broken", config: { model: "no/model" } }] };
    const half = await applied({ ...broken, webhooks: [{ url: "https://a.example/cfg" }] }, [
      "apply",
    ]);
    expect(half.err).toContain("agents cfg-broken: There is no provider");
    expect([half.code, half.out]).toEqual([2, expect.stringContaining("+ tools cfg-weather")]);
    expect(half.out).not.toContain("webhooks");
    const whole = await applied({ webhooks: [{ url: "https://a.example/cfg" }] }, ["apply"]);
    expect(whole.out).toContain("+ webhooks https://a.example/cfg");
  });

  test("in TypeScript is read by the command line, and checked by its type", async () => {
    const typed = join(folder, "opspawn.config.ts");
    const sdk = resolve("sdk/src/index.ts");
    writeFileSync(
      typed,
      `import { defineConfig } from ${JSON.stringify(sdk)};
const name: string = "cfg-typed";
export default defineConfig({ agents: [{ name, config: { model: "local/rules" } }] });
`,
    );
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["sdk/src/cli/main.ts", "apply", typed],
      { env: { ...process.env, ...environment() } },
    );
    expect(stdout).toContain("+ agents cfg-typed\n");
  });

  test.each([
    ["no object", [], "must contain an object"],
    ["an unknown field", { agent: [] }, "unknown field agent"],
    ["a list that is none", { tools: {} }, "tools must be a list"],
    ["an agent without a name", { agents: [{}] }, "agents[0] needs a name"],
    ["one name twice", { tools: [weather, weather] }, "cfg-weather twice"],
    ["a secret by value", { secrets: { A: "canary-value" } }, "secrets.A must be"],
    ["a secret without its variable", { secrets: { A: { env: "NOT_SET" } } }, "NOT_SET (secret A)"],
    ["patterns of no kind", { owns: { keys: ["*"] } }, "owns.keys must be"],
  ])("with %s is refused before a request is sent", async (_what, wanted, reason) => {
    const { code, err, out } = await applied(wanted, ["apply"], {
      OPSPAWN_URL: "http://127.0.0.1:9",
    });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(reason);
    expect(err).not.toContain("canary");
  });
});
