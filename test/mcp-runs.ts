/** Runs that use an MCP server, driven by hand, with a catalogue that is asked of nobody. */
import type { GuardedFetch } from "../src/agent/fetch/guarded-fetch.ts";
import { connect } from "../src/agent/mcp/connect.ts";
import { mcpHost, type McpHost } from "../src/agent/mcp/host.ts";
import type { CatalogueHead, McpTool } from "../src/run/spec/mcp-catalogue.ts";
import type { McpServerDefinition } from "../src/run/spec/mcp-server.ts";
import type { AgentConfig, RunSpec } from "../src/run/spec/spec.ts";
import { Harness, specFor, type HarnessOptions } from "./harness.ts";
import { sdkServer, textResult, type SdkServer, type SdkTool } from "./mcp-sdk-server.ts";

export const DOCS: McpServerDefinition = {
  name: "docs",
  source: "tenant",
  url: "https://docs.example/mcp",
  headers: {},
  timeout_ms: 2_000,
  effects: { "read_*": "pure" },
  trust_annotations: false,
  approval: "never",
};

export const ECHO: SdkTool = {
  name: "echo",
  description: "Says what it is told.",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  run: ({ text }) => textResult(typeof text === "string" ? text : ""),
};

/** A catalogue that is asked of nobody, and how often it was. */
function catalogueOf(tools: readonly McpTool[], head: Partial<CatalogueHead> = {}) {
  const asked = { times: 0, changes: 0, failures: 0 };
  const initial: CatalogueHead = {
    key: "k",
    revision: "r1",
    parts: 1,
    fetched_at: "2026-11-22T12:00:00.000Z",
    expires_at: "2026-11-22T12:05:00.000Z",
    tool_count: tools.length,
    total_chars: 1,
    capabilities: { tools: {} },
    instructions: null,
    problems: [],
    problem_count: 0,
    health: { status: "ok", code: null, message: null, checked_at: "2026-11-22T12:00:00.000Z" },
    ...head,
  };
  const known = { current: initial, tools };
  return {
    asked,
    head: known,
    catalogues: {
      current: async () => {
        asked.times += 1;
        return known.current;
      },
      async *tools() {
        yield await Promise.resolve(known.tools);
      },
      changed: async () => {
        asked.changes += 1;
      },
      down: async () => null,
      failed: async () => {
        asked.failures += 1;
      },
    },
  };
}

function hostFor(
  spec: RunSpec,
  fetch: GuardedFetch,
  catalogues: ReturnType<typeof catalogueOf>["catalogues"],
  hide: (text: string) => string,
): McpHost {
  return mcpHost(spec, {
    catalogues,
    reach: async (definition) => ({
      hide,
      connect: (hooks) => connect(definition, { headers: new Headers(), fetch, ...hooks }),
    }),
    now: () => Date.parse("2026-11-22T12:00:00.000Z"),
    fault: (_name, error) => {
      throw error;
    },
  });
}

interface Call {
  readonly name: string;
  readonly arguments: object;
}

export interface Scripted {
  readonly tools?: readonly SdkTool[];
  readonly config?: Partial<AgentConfig>;
  /** One turn each; an array is the calls of one turn. */
  readonly calls: readonly (Call | readonly Call[])[];
  readonly double?: SdkServer;
  readonly head?: Partial<CatalogueHead>;
  readonly holdMs?: number;
  readonly server?: McpServerDefinition;
  /** Instead of the server's. */
  readonly fetch?: GuardedFetch;
  readonly hide?: (text: string) => string;
  /** Called around each write; see the harness. */
  readonly onWrite?: HarnessOptions["onWrite"];
}

/** A run whose model makes these calls, one a turn, and then answers. */
export function scripted({
  tools = [ECHO],
  config,
  calls,
  double: given,
  head,
  holdMs = 0,
  server = DOCS,
  fetch,
  hide = (text) => text.replaceAll("s3cret", "[secret]"),
  onWrite,
}: Scripted) {
  const double = given ?? sdkServer(tools);
  const script = [...calls.map((call) => ({ tool_calls: [call].flat() })), { text: "done" }];
  const spec: RunSpec = {
    ...specFor(
      { script: JSON.parse(JSON.stringify(script)) },
      config === undefined ? {} : { config },
    ),
    mcp_servers: [server],
  };
  const { asked, catalogues, head: known } = catalogueOf(tools.map(asListed), head);
  const mcp = hostFor(spec, fetch ?? double.fetch, catalogues, hide);
  const run = new Harness(spec, {
    mcp,
    settings: { holdMs },
    ...(onWrite === undefined ? {} : { onWrite }),
  });
  return { run, double, asked, mcp, head: known };
}

function asListed({ run: _run, description = "", ...tool }: SdkTool): McpTool {
  return { ...tool, description };
}

export function outcomes(run: Harness) {
  return run
    .events()
    .filter(({ type }) => ["tool.completed", "tool.failed", "tool.suspended"].includes(type))
    .map(({ data }) => data);
}
