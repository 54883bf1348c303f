/** Turns a call of a tool for tasks into its intent, or refuses it. Pure. */
import { hash } from "node:crypto";
import type { EventData } from "../../../run/log/event-data.ts";
import type { RunState } from "../../../run/log/state.ts";
import { DEFAULT_MAX_CHILDREN, DEFAULT_MAX_DEPTH } from "../../../run/spec/child.ts";
import type { ToolFailureCode } from "../../../run/value/failure.ts";
import { newTaskId } from "../../../run/value/id.ts";
import type { JsonValue } from "../../../run/value/json.ts";
import type { TasksTool } from "../tool.ts";

/** How long a call waits for tasks by default, seconds. */
const WAIT_S = 86_400;

/** The fields of the intent, or why the call is refused. */
export type PlannedTasks =
  | {
      readonly ok: true;
      readonly data: Pick<
        EventData<"tool.requested">,
        "wait" | "until" | "tasks" | "action" | "mode" | "as_answer"
      >;
    }
  | { readonly ok: false; readonly code: ToolFailureCode; readonly reason: string };

/** What the plan depends on. */
interface Context {
  readonly taskId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly run?: Pick<RunState, "spec" | "children" | "childrenMade">;
}

/** Plans a call. The ids of new tasks are fixed here: every attempt of the call has the same. */
export function planTasks(
  tool: TasksTool,
  callId: string,
  input: JsonValue,
  { taskId, now, run }: Context,
): PlannedTasks {
  const until = (seconds: number): string => new Date(now + seconds * 1000).toISOString();
  const plan = tool.plan(input);
  switch (plan.action) {
    case "refuse":
      return { ok: false, code: "invalid_arguments", reason: plan.reason };
    case "run":
    case "start": {
      const reached = limitReached(run);
      if (reached !== null) {
        return { ok: false, code: "limit_reached", reason: reached };
      }
      const { agent, version, returns } = plan.agent;
      const task_id = childId(taskId, callId, now);
      return {
        ok: true,
        data: {
          wait: "children",
          action: plan.action,
          tasks: [{ task_id, agent, agent_version: version }],
          ...(plan.action === "run" ? { until: until(WAIT_S) } : {}),
          ...(plan.action === "run" && returns === "as_answer" ? { as_answer: true } : {}),
        },
      };
    }
    case "wait":
    case "cancel": {
      const unknown = plan.tasks.find((id) => run?.children[id] === undefined);
      if (unknown !== undefined) {
        const reason = `${JSON.stringify(unknown)} is not a task that this run started with task_start.`;
        return { ok: false, code: "invalid_arguments", reason };
      }
      const tasks = plan.tasks.map((task_id) => ({ task_id }));
      return plan.action === "cancel"
        ? { ok: true, data: { wait: "children", action: "cancel", tasks } }
        : {
            ok: true,
            data: {
              wait: "children",
              action: "wait",
              mode: plan.mode,
              tasks,
              until: until(plan.timeoutS ?? WAIT_S),
            },
          };
    }
    default:
      return plan satisfies never;
  }
}

/** Returns which limit forbids one more task, for the model; null if none does. */
function limitReached(run: Context["run"]): string | null {
  const { limits, parent } = run?.spec ?? {};
  const { max_children = DEFAULT_MAX_CHILDREN, max_depth = DEFAULT_MAX_DEPTH } = limits ?? {};
  if ((run?.childrenMade ?? 0) >= max_children) {
    return `The run may start at most ${max_children} tasks (max_children).`;
  }
  return (parent?.path.length ?? 0) >= max_depth
    ? `Tasks may be at most ${max_depth} deep (max_depth).`
    : null;
}

function childId(taskId: string, callId: string, now: number): string {
  const digest = hash("sha256", `${taskId}:${callId}`, "hex");
  return newTaskId(now, Uint8Array.from(Buffer.from(digest.slice(0, 32), "hex")));
}
