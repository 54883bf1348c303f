/** How long a run is held by a server that does not respond, and when the server is tried again. */
import { expect, test } from "vitest";
import { KeptCatalogues, type CatalogueStore } from "../../src/agent/mcp/catalogues.ts";
import { connect } from "../../src/agent/mcp/connect.ts";
import { mcpHost } from "../../src/agent/mcp/host.ts";
import { McpRegistry } from "../../src/agent/mcp/registry.ts";
import { HostRules } from "../../src/agent/fetch/host-rules.ts";
import type { CatalogueHead, McpHealth } from "../../src/run/spec/mcp-catalogue.ts";
import { DEFAULT_MCP_TIMEOUT_MS } from "../../src/run/spec/mcp-server.ts";
import { Harness, specFor } from "../harness.ts";
import { hang, mcpDouble, plainTool, result, type Otherwise } from "../mcp-double.ts";
import { DOCS, outcomes } from "../mcp-runs.ts";

/** Timeout of a request to the server. */
const TIMEOUT_MS = 600;

interface Row {
  health: McpHealth;
  failures: number;
  catalogue: Omit<CatalogueHead, "health"> | null;
  parts: readonly string[];
}

/** The stored state of one server, in memory. */
class MemoryListings implements CatalogueStore {
  row: Row | null = null;

  async state() {
    return this.row;
  }

  async *parts() {
    yield* this.row?.parts ?? [];
  }

  async expire() {}

  async saveHealth(_tenant: string, _server: string, health: McpHealth) {
    const { failures = 0, catalogue = null, parts = [] } = this.row ?? {};
    this.row = { health, failures: failures + 1, catalogue, parts };
  }

  async saveCatalogue(
    _tenant: string,
    _server: string,
    { health, ...head }: Omit<CatalogueHead, "parts">,
    parts: Iterable<string>,
  ) {
    const texts = [...parts];
    this.row = { health, failures: 0, catalogue: { ...head, parts: texts.length }, parts: texts };
  }
}

/** A run whose model makes these calls of a server that behaves as `otherwise` says. */
function world(otherwise: Otherwise, calls: readonly object[], downMs = 60_000) {
  const double = mcpDouble([[plainTool("echo")]], otherwise);
  const script = [...calls.map((call) => ({ tool_calls: [call].flat() })), { text: "done" }];
  const definition = { ...DOCS, timeout_ms: TIMEOUT_MS };
  const spec = {
    ...specFor(
      { script: JSON.parse(JSON.stringify(script)) },
      { config: { mcp_tools: "both", inject_mcp_proxy: true } },
    ),
    mcp_servers: [definition],
  };
  const listings = new MemoryListings();
  const registry = new McpRegistry({
    listings,
    tokens: {
      token: async () => null,
      saveToken: async () => true,
      takeState: async () => null,
    },
    fetch: double.fetch,
    rules: new HostRules({ allow: [], deny: [], open: [] }),
    encryptionKey: null,
    catalogueTtlMs: 300_000,
    variable: () => null,
    secretsOf: () => ({ find: async () => null }),
    now: () => run.now,
  });
  const catalogues = new KeptCatalogues("tenant", listings, registry, downMs, () => run.now);
  const mcp = mcpHost(spec, {
    catalogues,
    reach: async (server) => ({
      hide: (text) => text,
      connect: (hooks) =>
        connect(server, { headers: new Headers(), fetch: double.fetch, ...hooks }),
    }),
    now: () => run.now,
    fault: (_name, error) => {
      throw error;
    },
  });
  const run: Harness = new Harness(spec, { mcp });
  return { run, double, refresh: () => registry.refresh("tenant", definition) };
}

const DIRECT = { name: "docs.echo", arguments: { q: "a" } };
const BY_PROXY = {
  name: "mcp_proxy_tool",
  arguments: { server_name: "docs", tool_name: "echo", arguments: { q: "a" } },
};
const LIST = { name: "mcp_proxy_tool", arguments: { server_name: "docs", tool_name: "list" } };
const never: Otherwise = (_message, request) => hang(request);

/** Drives a run to its end, whatever its server does. */
async function completed(run: Harness): Promise<void> {
  expect((await run.drive()).kind).toBe("over");
  expect(run.log.state.status).toBe("completed");
}

/** Seconds that a run is held at the default timeout by a server that answers none of these. */
function secondsHeld(sent: readonly unknown[]): number {
  return (sent.length * DEFAULT_MCP_TIMEOUT_MS) / 1000;
}

test("a server that never answers holds a run for one timeout, however often it is called", async () => {
  const calls = [DIRECT, BY_PROXY, DIRECT, LIST, BY_PROXY];
  const { run, double } = world(never, calls);
  await completed(run);
  // Without a memory, each call of the run waits for the server.
  const forgetful = world(never, calls.slice(0, 4), 0);
  await completed(forgetful.run);
  process.stdout.write(
    `A server that never answers holds a run for ${secondsHeld(double.sent)} s; ${secondsHeld(forgetful.double.sent)} s with OPSPAWN_MCP_DOWN_MS=0.\n`,
  );
  expect(forgetful.double.sent).toHaveLength(5);
  expect(double.sent.map(({ method }) => method)).toEqual(["initialize"]);
  expect(outcomes(run)).toMatchObject([
    { code: "server_down", message: expect.stringContaining("tool_timeout") },
    { code: "server_down" },
    { code: "server_down", message: expect.not.stringContaining("may or may not") },
    { code: "server_down" },
    { code: "server_down" },
  ]);
});

test("a server that falls silent after its listing is called once", async () => {
  let silent = false;
  const { run, double, refresh } = world(
    (_message, request) => (silent ? hang(request) : null),
    [DIRECT, DIRECT, BY_PROXY],
  );
  await refresh();
  const before = double.sent.length;
  silent = true;
  await completed(run);
  expect(double.sent.slice(before).map(({ method }) => method)).toEqual(["initialize"]);
  expect(outcomes(run)).toMatchObject([
    { code: "tool_timeout" },
    { code: "server_down" },
    { code: "server_down" },
  ]);
});

test("a server whose listing is silent, and one that cannot be reached, are not called either", async () => {
  const silent = world(
    ({ method }, request) => (method === "tools/list" ? hang(request) : null),
    [DIRECT, DIRECT],
  );
  await completed(silent.run);
  expect(silent.double.sent.filter(({ method }) => method === "tools/list")).toHaveLength(1);
  expect(silent.double.sent.filter(({ method }) => method === "initialize")).toHaveLength(1);
  const { ToolStop } = await import("../../src/run/value/failure.ts");
  const gone = world(() => Promise.reject(new ToolStop("server_unreachable")), [DIRECT, DIRECT]);
  await gone.run.drive();
  expect(gone.double.sent).toHaveLength(1);
  for (const { run } of [silent, gone]) {
    expect(outcomes(run)).toMatchObject([{ code: "server_down" }, { code: "server_down" }]);
  }
});

test("a server that answers with an error is called, since that holds nobody", async () => {
  const { run, double } = world(
    (message) =>
      message.method === "tools/list"
        ? new Response("no", { status: 503 })
        : message.method === "tools/call"
          ? result(message, { content: [] })
          : null,
    [DIRECT],
  );
  await run.drive();
  expect(outcomes(run)).toMatchObject([{ output: { content: [] } }]);
  expect(double.sent.map(({ method }) => method)).toContain("tools/call");
});

test("a slow tool does not make its server one that is down", async () => {
  const { run, double } = world(
    ({ method }, request) => (method === "tools/call" ? hang(request) : null),
    [DIRECT, DIRECT],
  );
  await run.drive();
  expect(outcomes(run)).toMatchObject([{ code: "tool_timeout" }, { code: "tool_timeout" }]);
  expect(double.sent.filter(({ method }) => method === "tools/call")).toHaveLength(2);
});

function answering(): { otherwise: Otherwise; up: () => void } {
  let silent = true;
  const otherwise: Otherwise = (message, request) => {
    if (silent) {
      return hang(request);
    }
    return message.method === "tools/call" ? result(message, { content: [] }) : null;
  };
  return { otherwise, up: () => (silent = false) };
}

test("a server that is back is called after a refresh, and after its time is up", async () => {
  for (const [refreshed, seconds] of [
    [true, 5],
    [false, 61],
  ] as const) {
    const server = answering();
    const wait = { name: "wait", arguments: { seconds } };
    const { run, refresh } = world(server.otherwise, [DIRECT, wait, DIRECT]);
    const { kind } = await run.slice();
    expect(kind).toBe("rest");
    server.up();
    if (refreshed) {
      await refresh();
    }
    run.now += seconds * 1000;
    await run.drive();
    expect(outcomes(run)[0]).toMatchObject({ code: "server_down" });
    expect(outcomes(run).at(-1)).toMatchObject({ output: { content: [] } });
  }
});

test("where the setting is zero a server is always contacted", async () => {
  const { run, double } = world(() => Promise.reject(new Error("no")), [DIRECT, DIRECT], 0);
  await run.drive();
  expect(double.sent.filter(({ method }) => method === "initialize").length).toBeGreaterThan(2);
});

test("the proxy's list of a server that refuses says why", async () => {
  const { run } = world(
    ({ method }) => (method === "initialize" ? new Response("no", { status: 401 }) : null),
    [LIST],
  );
  await run.drive();
  expect(outcomes(run)).toMatchObject([{ code: "unauthorized" }]);
});
