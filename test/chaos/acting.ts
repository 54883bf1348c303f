/** What the runs of these tests act on the world with: tools in code, registered tools and an MCP server. */
import { z } from "zod";
import type { GuardedFetch } from "../../src/agent/fetch/guarded-fetch.ts";
import { connect } from "../../src/agent/mcp/connect.ts";
import { mcpHost, type McpHost } from "../../src/agent/mcp/host.ts";
import { defineTool, type RunTool } from "../../src/agent/tools/tool.ts";
import type { RunSpec } from "../../src/run/spec/spec.ts";
import { EFFECTS, type Effect } from "../../src/run/value/effect.ts";
import { sdkServer, textResult, type SdkContext, type SdkTool } from "../mcp-sdk-server.ts";

/** The part of an object's life that acts. */
interface ActingLife {
  /** Acts on the world, unless the life is over. `key` names the act. */
  act(key: string, given: unknown): Promise<void>;
  /** How often each act was done in all lives of the object. */
  readonly fate: { readonly world: ReadonlyMap<string, number> };
}

/** Tools of every effect, whose schemas are made once; what they do is a life's own. */
const WORLD_TOOLS = EFFECTS.map((effect: Effect) =>
  defineTool({
    name: `${effect}_tool`,
    description: `Acts on the world; ${effect}.`,
    input: z.strictObject({ n: z.number().optional() }),
    output: z.string(),
    effect,
    run: () => {
      throw new Error("no life does this");
    },
  }),
);

/** Tools of every effect that act on the world. */
export function worldTools(life: ActingLife): RunTool[] {
  return WORLD_TOOLS.map((tool) => ofLife(tool, life));
}

function ofLife(tool: RunTool, life: ActingLife): RunTool {
  return {
    ...tool,
    run: async (input, { idempotencyKey }) => {
      await life.act(`${tool.effect} ${idempotencyKey}`, input);
      return "done";
    },
    probe: async (_input, { idempotencyKey }) =>
      life.fate.world.has(`${tool.effect} ${idempotencyKey}`)
        ? { state: "done", output: "done" }
        : { state: "not_done" },
  };
}

/** The server of registered tools, `https://world.test/<effect>`: each request acts on the world. */
export function worldServer(life: ActingLife): GuardedFetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const effect = new URL(request.url).pathname.slice(1);
    const key = request.headers.get("Idempotency-Key") ?? "";
    await life.act(`${effect} ${key}`, await request.json());
    return Response.json("done");
  };
}

const OBJECT = { type: "object" } as const;

/** The tools of the MCP server that a run may have: each acts on the world, one asks a person before. */
function worldMcpTools(life: ActingLife): SdkTool[] {
  const act = async (effect: string, args: unknown, meta: SdkContext["meta"]) => {
    await life.act(`${effect} ${String(meta["opspawn/idempotency-key"])}`, args);
    return textResult("done");
  };
  return [
    { name: "once", inputSchema: OBJECT, run: (args, { meta }) => act("once", args, meta) },
    {
      name: "idempotent",
      inputSchema: OBJECT,
      run: (args, { meta }) => act("idempotent", args, meta),
    },
    {
      name: "ask",
      inputSchema: OBJECT,
      run: async (args, { meta, elicit }) => {
        const properties = { word: { type: "string" as const } };
        await elicit({
          mode: "form",
          message: "Which word?",
          requestedSchema: { ...OBJECT, properties, required: ["word"] },
        });
        return act("once", args, meta);
      },
    },
  ];
}

/** The MCP servers of a run; what they offer never changes. */
export function worldHost(spec: RunSpec, life: ActingLife): McpHost | null {
  if ((spec.mcp_servers ?? []).length === 0) {
    return null;
  }
  const tools = worldMcpTools(life);
  const server = sdkServer(tools);
  const head = {
    parts: 1,
    capabilities: {},
    expires_at: "2100-01-01T00:00:00.000Z",
    health: { status: "ok", code: null, message: null },
    revision: "1",
  } as const;
  return mcpHost(spec, {
    catalogues: {
      current: async () => head,
      async *tools() {
        yield await Promise.resolve(
          tools.map(({ name, inputSchema }) => ({ name, inputSchema, description: "" })),
        );
      },
      changed: async () => {},
      down: async () => null,
      failed: async () => {},
    },
    reach: async (definition) => ({
      hide: (text) => text,
      connect: (hooks) =>
        connect(definition, { headers: new Headers(), fetch: server.fetch, ...hooks }),
    }),
    now: () => Date.now(),
    fault: () => {},
  });
}
