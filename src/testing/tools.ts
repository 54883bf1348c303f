/**
 * The tools of a simulated run: the built-in ones, scripted ones, and the agent's own. Every
 * execution is counted, and may have a fault.
 */
import type { GuardedFetch } from "../agent/fetch/guarded-fetch.ts";
import type { RunTools } from "../agent/loop/effects.ts";
import { memoryTools, type OpenStore } from "../agent/tools/memory/memory-tools.ts";
import { scriptTools } from "../agent/tools/registered/script-tools.ts";
import { BUILT_IN_TOOLS, toolboxFor, type Toolbox } from "../agent/tools/registry.ts";
import { jsonSchemaCheck } from "../agent/tools/schema/json-schema.ts";
import {
  DEFAULT_TOOL_TIMEOUT_MS,
  WithImages,
  type ProbeAnswer,
  type RunTool,
  type Tool,
  type ToolContext,
} from "../agent/tools/tool.ts";
import type { ScriptedCalls } from "../run/log/state.ts";
import { storesOf } from "../run/memory/store-name.ts";
import type { RunSpec } from "../run/spec/spec.ts";
import { defined } from "../run/value/defined.ts";
import { isToolFailure, ToolStop } from "../run/value/failure.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../run/value/json.ts";
import type { Picture } from "../run/value/picture.ts";
import type { CallContext, SimulatedTool, StandIn } from "./contract.ts";
import type { Faults } from "./faults.ts";

/** Executions of one call, over all processes. */
export interface Executions {
  runs: number;
  probes: number;
}

/** What the tools of a process share with the simulation. */
export interface ToolsHost {
  readonly faults: Faults;
  /** Runs code of the agent: in the process that called it, and never after that process stopped. */
  work<T>(tool: string, run: () => Promise<T>): Promise<T>;
}

/** Counts of one simulation. */
export class ToolCounts {
  readonly byCall = new Map<string, Executions>();
  /** Executions of all tools. */
  runs = 0;

  of(callId: string): Executions {
    const known = this.byCall.get(callId) ?? { runs: 0, probes: 0 };
    this.byCall.set(callId, known);
    return known;
  }
}

/**
 * Returns the tools of one process of a run.
 * @param own the agent's tools in code
 * @param registered the tools that its tenant has registered
 * @param wrapped returns a tool as the simulation runs it
 * @param memory opens a memory store
 */
export function simulatedToolbox(
  spec: RunSpec,
  { own, registered }: { readonly own: readonly Tool[]; readonly registered: readonly Tool[] },
  scripted: () => ScriptedCalls | null,
  wrapped: (tool: Tool) => Tool,
  memory: OpenStore,
): Toolbox {
  const fromInput = scriptTools(spec.input_data["script_tools"], scripted);
  const remembered = memoryTools(storesOf(spec), memory);
  const added = [...registered, ...fromInput, ...remembered].map(wrapped);
  return toolboxFor(spec.config.tools, added, [...BUILT_IN_TOOLS, ...own].map(wrapped));
}

/** Returns a tool of the agent as the loop takes it. @throws TypeError if it is none */
export function portOf(tool: SimulatedTool, env: object): Tool {
  if ("bind" in tool) {
    const bound: unknown = Reflect.apply(Reflect.get(tool, "bind") as () => unknown, tool, [env]);
    if (!isTool(bound)) {
      throw new TypeError(`The tool ${tool.name} is not what defineTool returns.`);
    }
    return bound;
  }
  return isTool(tool) ? tool : standIn(tool);
}

function isTool(value: unknown): value is Tool {
  return (
    typeof value === "object" &&
    value !== null &&
    "checkInput" in value &&
    "inputSchema" in value &&
    "kind" in value
  );
}

function standIn(tool: StandIn): RunTool {
  const { name, description = "", input_schema = { type: "object" } } = tool;
  const schema = jsonOf(input_schema);
  return {
    kind: "run",
    name,
    description,
    inputSchema: schema,
    outputSchema: null,
    effect: tool.effect ?? "once",
    timeoutMs: tool.timeoutMs ?? DEFAULT_TOOL_TIMEOUT_MS,
    ...defined({ approval: tool.approval }),
    checkInput: jsonSchemaCheck(schema),
    checkOutput: jsonSchemaCheck({}),
    run: async (input, context) => (await tool.run(input, callContext(context))) ?? null,
    ...(tool.probe === undefined
      ? {}
      : {
          probe: async (input: JsonValue, context: ToolContext): Promise<ProbeAnswer> =>
            (await tool.probe?.(input, callContext(context))) ?? { state: "unknown" },
        }),
  };
}

function callContext(context: ToolContext): CallContext {
  const { taskId, callId, idempotencyKey, attempt, signal, fetch } = context;
  return { taskId, callId, idempotencyKey, attempt, signal, fetch };
}

function jsonOf(value: object): JsonObject {
  const json: unknown = JSON.parse(JSON.stringify(value));
  return isJsonObject(json) ? json : {};
}

/** Returns a tool whose executions are counted and may fail. */
export function counted(tool: Tool, counts: ToolCounts, host: ToolsHost): Tool {
  if (tool.kind !== "run") {
    return tool;
  }
  const probe = tool.probe?.bind(tool);
  return {
    ...tool,
    run: async (input, context) => {
      counts.runs += 1;
      const n = counts.runs;
      const fault = host.faults.take("tool", (one) => one.call === n);
      if (fault?.failure === "error") {
        throw new Error("The simulation let the tool fail before it did anything.");
      }
      counts.of(context.callId).runs += 1;
      const output = await host.work(tool.name, async () =>
        converted(() => tool.run(input, context)),
      );
      if (fault?.failure === "lost") {
        throw new ToolStop("server_unreachable", "The simulation lost the tool's answer.");
      }
      return fault?.failure === "timeout" ? new Promise(() => {}) : output;
    },
    ...(probe === undefined
      ? {}
      : {
          probe: async (input: JsonValue, context: ToolContext) => {
            counts.of(context.callId).probes += 1;
            return host.work(tool.name, async () => probe(input, context));
          },
        }),
  };
}

/**
 * Returns what a tool returned or threw, in the classes of this package: the library that the tool
 * comes from may have the same classes under another identity.
 */
async function converted(run: () => Promise<unknown>): Promise<unknown> {
  try {
    const output = await run();
    const foreign = output instanceof WithImages ? null : imagesIn(output);
    return foreign ?? output;
  } catch (thrown) {
    if (thrown instanceof Error && !(thrown instanceof ToolStop) && thrown.name === "ToolStop") {
      const code: unknown = Reflect.get(thrown, "code");
      if (typeof code === "string" && isToolFailure(code)) {
        const unsent = Reflect.get(thrown, "unsent") === true;
        throw new ToolStop(code, thrown.message, { cause: thrown, unsent });
      }
    }
    throw thrown;
  }
}

function imagesIn(output: unknown): WithImages | null {
  const isOwnClass =
    typeof output === "object" &&
    output !== null &&
    ![Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(output) as object);
  if (!isOwnClass || !("images" in output) || !("output" in output)) {
    return null;
  }
  const { images } = output;
  return Array.isArray(images) && images.every(isPicture)
    ? new WithImages(output.output, images)
    : null;
}

function isPicture(value: unknown): value is Picture {
  return isJsonObject(value) && typeof value["media_type"] === "string";
}

/** The requests of a run, in order. */
export interface Requested {
  readonly method: string;
  readonly url: string;
  status: number | null;
}

/** Maximum requests of one run: it stops a tool that retries without a bound. */
const MAX_REQUESTS = 10_000;

/** Returns the network of a simulation: only what `offer` answers exists. */
export function simulatedFetch(
  requests: Requested[],
  faults: Faults,
  offer: (request: Request) => Promise<Response | null>,
  overrun: (message: string) => void,
): GuardedFetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const entry: Requested = { method: request.method, url: request.url, status: null };
    requests.push(entry);
    const n = requests.length;
    if (n > MAX_REQUESTS) {
      overrun(`The tools made more than ${MAX_REQUESTS} requests, the last to ${request.url}.`);
      return new Promise(() => {});
    }
    // A turn of the event loop, as a real request takes: a loop of requests must not block it.
    await new Promise((resolve) => setImmediate(resolve));
    const fault = faults.take("fetch", (one) => one.request === n);
    if (fault?.failure === "timeout") {
      return new Promise((_resolve, reject) => {
        request.signal.addEventListener("abort", () => reject(request.signal.reason as Error));
      });
    }
    const answer =
      typeof fault?.failure === "number"
        ? new Response("The simulation injected a fault.", { status: fault.failure })
        : fault === null
          ? await offer(request)
          : null;
    if (answer === null) {
      const why = fault === null ? "no response is offered for it" : "a fault was injected";
      throw new ToolStop(
        "server_unreachable",
        `${request.method} ${request.url} cannot be reached: ${why}.`,
        { unsent: true },
      );
    }
    entry.status = answer.status;
    return answer;
  };
}

/** Returns the tools of a run that has no MCP servers: a simulation has stand-ins for their tools. */
export function withoutServers(
  own: Toolbox,
): Pick<RunTools, "toolboxAt" | "listServers" | "close"> {
  return { toolboxAt: () => own, listServers: () => Promise.resolve([]), close: async () => {} };
}
