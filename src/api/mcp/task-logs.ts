/** The logs of tasks as MCP resources: `opspawn://tasks/{task_id}/events{?after}`. */
import {
  McpError,
  type ListResourcesResult,
  type ReadResourceResult,
} from "@modelcontextprotocol/sdk/types.js";
import type { Caller } from "../../store/keys.ts";
import { checkScope } from "../http/auth.ts";
import type { ApiDeps } from "../context.ts";
import {
  Problem,
  problemDocument,
  type Occasion,
  type ProblemCode,
  foreseen,
} from "../http/problem.ts";
import { listTasks } from "../tasks/list.ts";
import { taskOf } from "../tasks/view.ts";
import { logPage, type LoggedEvent } from "./log-page.ts";
import type { OfferedResources } from "./server.ts";
import { defined } from "../../run/value/defined.ts";

const MIME_TYPE = "application/json";
const TEMPLATE = "opspawn://tasks/{task_id}/events{?after}";
const ADDRESS = /^opspawn:\/\/tasks\/([\w-]+)\/events(?:\?after=(\d{1,15}))?$/;

/** Logs per page of the list. */
const LISTED = 50;
/** Limits of one page of a log. The first event is always included. */
const MAX_EVENTS = 200;
const MAX_CHARS = 256_000;

/** JSON-RPC codes of problems. The first is the code of the specification for resources. */
const CODES: Readonly<Partial<Record<ProblemCode, number>>> = {
  not_found: -32_002,
  validation_failed: -32_602,
  internal_error: -32_603,
};
const REFUSED = -32_000;

/** Returns the logs that a caller may read, newest tasks first. */
export function taskLogs(deps: ApiDeps, caller: Caller, occasion: Occasion): OfferedResources {
  const refusing = async <T>(work: () => Promise<T>, uri?: string): Promise<T> => {
    try {
      checkScope(caller, "tasks:read");
      return await work();
    } catch (error) {
      throw rpcError(
        foreseen(deps, "mcp", error, { request_id: occasion.requestId }),
        occasion,
        uri,
      );
    }
  };
  return {
    templates: [
      {
        uriTemplate: TEMPLATE,
        name: "task-log",
        title: "Log of a task",
        description: "A page of a task's events after a seq; `next` is where to read on.",
        mimeType: MIME_TYPE,
      },
    ],
    list: (cursor) => refusing(() => list(deps, caller, cursor)),
    read: (uri) => refusing(() => read(deps, caller, uri), uri),
  };
}

async function list(
  deps: ApiDeps,
  caller: Caller,
  cursor: string | undefined,
): Promise<ListResourcesResult> {
  const page = await listTasks(deps, caller, { limit: LISTED, cursor, metadata: [] });
  return {
    resources: page.data.map(({ task_id, name, status, created_at }) => ({
      uri: addressOf(task_id),
      name: name ?? task_id,
      description: `Log of ${task_id}, ${status}, submitted at ${created_at}`,
      mimeType: MIME_TYPE,
    })),
    ...defined({ nextCursor: page.next_cursor ?? undefined }),
  };
}

async function read(deps: ApiDeps, caller: Caller, uri: string): Promise<ReadResourceResult> {
  const [, taskId, after = "0"] = ADDRESS.exec(uri) ?? [];
  if (taskId === undefined) {
    throw new Problem("not_found", `Unknown resource. Available: ${TEMPLATE}.`);
  }
  const row = await taskOf(deps, caller, taskId);
  const page = await logPage(deps, row, Number(after), MAX_EVENTS);
  const events = fitting(page.events);
  const last = events.at(-1);
  const more = last !== undefined && (page.has_more || events.length < page.events.length);
  const text = JSON.stringify({
    task_id: row.task_id,
    status: page.status,
    last_seq: page.last_seq,
    events,
    next: more ? addressOf(row.task_id, last.seq) : null,
  });
  return { contents: [{ uri, mimeType: MIME_TYPE, text }] };
}

/** Returns as many events as fit on a page, and at least one. */
function fitting(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
  let chars = 0;
  const end = events.findIndex((event) => {
    chars += JSON.stringify(event).length;
    return chars > MAX_CHARS;
  });
  return end === -1 ? events : events.slice(0, Math.max(1, end));
}

function addressOf(taskId: string, after?: number): string {
  const query = after === undefined ? "" : `?after=${after}`;
  return `opspawn://tasks/${taskId}/events${query}`;
}

/** Returns a problem as a JSON-RPC error. Its data is the problem document and the URI. */
function rpcError(problem: Problem, occasion: Occasion, uri: string | undefined): McpError {
  const data = { ...problemDocument(problem, occasion), ...defined({ uri }) };
  return new McpError(CODES[problem.code] ?? REFUSED, problem.detail, data);
}
