/** The offer of `/mcp` to a key: tools that call REST's use cases, and logs as resources. */
import {
  ErrorCode,
  McpError,
  type CallToolResult,
  type ProgressToken,
} from "@modelcontextprotocol/sdk/types.js";
import type { Caller } from "../../store/keys.ts";
import { checkScope } from "../http/auth.ts";
import { traceInMeta } from "../http/trace-context.ts";
import type { ApiDeps } from "../context.ts";
import { problemDocument, foreseen, type Occasion } from "../http/problem.ts";
import type { CallExtra, CallRequest, Offer } from "./server.ts";
import { eventLine } from "./event-line.ts";
import type { LoggedEvent } from "./log-page.ts";
import { taskLogs } from "./task-logs.ts";
import type { TaskTool, ToolCall } from "./tool.ts";
import { mayRead, toolNamed, tools } from "./tools.ts";

const INSTRUCTIONS =
  "Opspawn runs AI agents as durable tasks: once submitted, a task either finishes or pauses for a stated reason. " +
  "Submit one with submit_task or the tool of an agent; wait_for_task returns when it finishes or needs a person; " +
  "decide_approval and send_message answer its questions. A task's log is the resource opspawn://tasks/{task_id}/events.";

/** Returns the offer for one request. */
export function opspawnOffer(deps: ApiDeps, caller: Caller, occasion: Occasion): Offer {
  return {
    instructions: INSTRUCTIONS,
    tools: async () =>
      (await tools(deps, caller))
        .filter(({ scope }) => caller.scopes.has(scope))
        .map(({ definition }) => definition),
    call: async (request, extra) => {
      const tool = await toolNamed(deps, caller, request.name);
      if (tool === null) {
        throw new McpError(ErrorCode.InvalidParams, `Unknown tool "${request.name}".`);
      }
      return called(deps, caller, occasion, tool, request, extra);
    },
    resources: taskLogs(deps, caller, occasion),
  };
}

/** Runs a tool. Returns a problem as a result, so that the client's model can read it. */
async function called(
  deps: ApiDeps,
  caller: Caller,
  occasion: Occasion,
  tool: TaskTool,
  request: CallRequest,
  extra: CallExtra,
): Promise<CallToolResult> {
  try {
    checkScope(caller, tool.scope);
    return await tool.run(request.arguments, callOf(deps, caller, extra));
  } catch (error) {
    const problem = foreseen(deps, "mcp", error, { request_id: occasion.requestId });
    return {
      isError: true,
      content: [{ type: "text", text: problem.detail }],
      structuredContent: { ...problemDocument(problem, occasion) },
    };
  }
}

function callOf(deps: ApiDeps, caller: Caller, extra: CallExtra): ToolCall {
  const token = extra._meta?.progressToken;
  const trace = traceInMeta(extra._meta ?? {});
  const call = { deps, caller, gone: extra.signal, trace };
  return token === undefined || !mayRead(caller)
    ? call
    : { ...call, tell: (event: LoggedEvent) => progress(extra, token, event) };
}

async function progress(extra: CallExtra, progressToken: ProgressToken, event: LoggedEvent) {
  try {
    await extra.sendNotification({
      method: "notifications/progress",
      params: { progressToken, progress: event.seq, message: eventLine(event) },
    });
  } catch {
    // The client has disconnected; the call's signal is about to abort.
  }
}
