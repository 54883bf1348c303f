/** What a run does with the tasks that it has started, its children. Pure. */
import type { NewEvent } from "../log/event.ts";
import type { Child, ChildrenRequest, RunState, ToolRequest, TurnCall } from "../log/state.ts";
import { cut } from "../value/cut.ts";
import { TOOL_FAILURES } from "../value/failure.ts";
import type { JsonObject } from "../value/json.ts";

/**
 * Interval after which a run that waits asks its children itself, milliseconds. It grows with the
 * time that the run has waited. Children tell their end, so this is only a safety net.
 */
const CHECK_MS = 3_600_000;
/** Maximum characters of all answers in the outcome of one call. */
const MAX_ANSWERS_CHARS = 48_000;

/** Returns whether a call has what it waits for. */
export function haveEnded({ action, mode, tasks, unstarted, open }: ChildrenRequest): boolean {
  switch (action) {
    case "run":
      return open.length === 0;
    case "wait":
      return mode === "all" ? open.length === 0 : open.length < tasks.length;
    case "start":
      return unstarted.length === 0;
    case "cancel":
      return true;
    default:
      return action satisfies never;
  }
}

/** Returns when a call can proceed, as `callDue` does. */
export function childrenDue({ children, until }: ToolRequest): number | null {
  if (children === null) {
    return until;
  }
  return haveEnded(children) ? 0 : children.unstarted.length > 0 ? children.retryAt : until;
}

/** Returns the calls whose tasks are to be submitted now. */
export function callsToStart(calls: readonly TurnCall[], now: number): TurnCall[] {
  return calls.filter(({ request, result }) => {
    const children = request?.children ?? null;
    return (
      result === null &&
      children !== null &&
      children.unstarted.length > 0 &&
      children.retryAt <= now
    );
  });
}

/** Returns the tasks that calls wait for. */
export function awaitedTasks(calls: readonly TurnCall[]): string[] {
  const open = calls.flatMap(({ request, result }) => {
    const children = result === null ? (request?.children ?? null) : null;
    return children !== null && (children.action === "run" || children.action === "wait")
      ? children.open.filter((id) => !children.unstarted.includes(id))
      : [];
  });
  return [...new Set(open)];
}

/**
 * Returns when the run asks its children whether they have ended, milliseconds since the epoch; null
 * if it waits for none.
 */
export function childrenCheckAt({ turn, childrenHeardAt }: RunState): number | null {
  const calls = turn?.calls ?? [];
  if (awaitedTasks(calls).length === 0) {
    return null;
  }
  const since = calls.flatMap(({ request, result }) =>
    result === null && request !== null && request.children !== null ? [request.requestedAt] : [],
  );
  return childrenHeardAt + Math.max(CHECK_MS, childrenHeardAt - Math.min(...since));
}

/** Returns the outcome of a call that has what it waits for, or has waited too long; else nothing. */
export function settledByChildren(
  state: RunState,
  call: TurnCall,
  children: ChildrenRequest,
  now: number,
): NewEvent[] {
  const { request } = call;
  const isLate = request !== null && request.until !== null && now >= request.until;
  if (request === null || (!haveEnded(children) && !isLate)) {
    return [];
  }
  const call_id = call.call.call_id;
  const duration_ms = Math.max(0, state.at - request.requestedAt);
  const found = children.tasks.map((id) => ({ id, child: state.children[id] ?? null }));
  const untrusted = found.some(({ child }) => child?.end?.untrusted === true)
    ? { untrusted: "task" as const }
    : {};
  const completed = (output: JsonObject, more: object = {}): NewEvent => ({
    type: "tool.completed",
    data: { call_id, output, duration_ms, ...more, ...untrusted },
  });
  switch (children.action) {
    case "start":
      return [completed({ task_id: children.tasks[0] ?? "", status: "started" })];
    case "cancel": {
      const tasks = found.map(({ id, child }) => ({
        task_id: id,
        status: child?.end?.status ?? "cancelling",
      }));
      return [completed({ tasks })];
    }
    case "wait": {
      const room = Math.floor(MAX_ANSWERS_CHARS / Math.max(1, found.length));
      const tasks = found
        .filter(({ child }) => child !== null && child.end !== null)
        .map(({ id, child }) => endOf(id, child, room));
      const open = children.open.length === 0 ? {} : { open: [...children.open] };
      const late = haveEnded(children) ? {} : { timed_out: true };
      return [completed({ tasks, ...open, ...late })];
    }
    case "run":
      return endOfRun(state, call, found[0] ?? null, { completed, duration_ms, untrusted });
    default:
      return children.action satisfies never;
  }
}

/** Returns what a model sees of an ended task. */
function endOf(id: string, child: Child | null, room: number): JsonObject {
  const end = child?.end ?? null;
  if (end === null) {
    return { task_id: id, status: "cancelled" };
  }
  const { status, answer, data, sha256, code, message } = end;
  const shown = cut(answer, room);
  const rest =
    shown.length < answer.length || sha256 !== null
      ? { truncated: true, ...(sha256 === null ? {} : { output_sha256: sha256 }) }
      : {};
  return status === "completed"
    ? { task_id: id, status, ...(data === undefined ? { answer: shown } : { data }), ...rest }
    : {
        task_id: id,
        status,
        ...(code === null ? {} : { code }),
        ...(message === null ? {} : { message }),
      };
}

/** Parts of an outcome. */
interface Outcome {
  readonly completed: (output: JsonObject, more?: object) => NewEvent;
  readonly duration_ms: number;
  readonly untrusted: { readonly untrusted?: "task" };
}

/** Returns the outcome of a call that started a task and waited for it. */
function endOfRun(
  state: RunState,
  { call: { call_id }, request }: TurnCall,
  found: { readonly id: string; readonly child: Child | null } | null,
  { completed, duration_ms, untrusted }: Outcome,
): NewEvent[] {
  const end = found?.child?.end ?? null;
  const task_id = found?.id ?? "";
  const failed = (
    code: "task_failed" | "task_cancelled" | "task_timed_out",
    why: string,
  ): NewEvent => ({
    type: "tool.failed",
    data: {
      call_id,
      code,
      message: `${TOOL_FAILURES[code].message} ${task_id}${why}`,
      duration_ms,
      ...untrusted,
    },
  });
  if (end === null) {
    return [failed("task_timed_out", "")];
  }
  if (end.status === "failed") {
    return [failed("task_failed", `: ${end.code ?? "internal_error"}: ${end.message ?? ""}`)];
  }
  if (end.status === "cancelled") {
    return [failed("task_cancelled", "")];
  }
  const { answer, data, sha256 } = end;
  const output = { task_id, answer, ...(data === undefined ? {} : { data }) };
  const more =
    sha256 === null ? {} : { truncated: true, output_sha256: sha256, next_offset: answer.length };
  const isAlone = state.turn?.calls.length === 1 && state.inbox.length === 0;
  return request?.children?.asAnswer === true && isAlone
    ? [
        completed({ task_id }),
        {
          type: "run.completed",
          data: { result: { answer, ...(data === undefined ? {} : { data }) } },
        },
      ]
    : [completed(output, more)];
}
