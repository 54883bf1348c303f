/** What a slice does with the tasks that its run starts, and with the task that started its run. */
import { childReported } from "../../run/decide/command.ts";
import { waitOfTurn } from "../../run/decide/turn.ts";
import type { NewEvent } from "../../run/log/event.ts";
import type { RunState, TurnCall } from "../../run/log/state.ts";
import {
  DEFAULT_MAX_DEPTH,
  DEFAULT_MAX_DESCENDANTS,
  scriptsFor,
  type PinnedAgent,
} from "../../run/spec/child.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import type { TaskOrder } from "../../run/spec/task-order.ts";
import { delayOf, type Backoff } from "../../run/value/backoff.ts";
import { defined } from "../../run/value/defined.ts";
import { isJsonObject, type JsonObject } from "../../run/value/json.ts";
import type { Effects, Submitted } from "./effects.ts";
import { storeOutput, traceBelow } from "./tool-context.ts";

/** Pause before the tasks of a call are submitted again; it doubles. */
const RESUBMIT: Backoff = { baseMs: 1_000, maxMs: 60_000 };

/** Submits the tasks of calls. Each gets an event; a call whose task is refused fails. */
export async function startTasks(
  calls: readonly TurnCall[],
  state: RunState,
  effects: Effects,
): Promise<NewEvent[]> {
  await effects.log.durable();
  const orders = calls.flatMap((call) =>
    (call.request?.children?.unstarted ?? []).map((task_id) => ({
      call,
      task_id,
      order: orderOf(state, call, task_id),
    })),
  );
  const answers = await effects.children.submit(orders.map(({ order }) => order));
  return orders.map(({ call, task_id }, i) =>
    eventOf(call, task_id, answers[i] ?? { ok: "retry", message: "There was no answer." }),
  );
}

function eventOf(
  { call: { call_id }, request }: TurnCall,
  task_id: string,
  answer: Submitted,
): NewEvent {
  if (answer.ok === true) {
    return { type: "child.started", data: { call_id, task_id } };
  }
  if (answer.ok === "retry") {
    const retry_in_ms = delayOf(RESUBMIT, (request?.children?.delays ?? 0) + 1);
    const { message } = answer;
    return {
      type: "child.delayed",
      data: { call_id, code: "submission_failed", message, retry_in_ms },
    };
  }
  const { code, message } = answer;
  return {
    type: "tool.failed",
    data: { call_id, code, message, duration_ms: 0, task_refused: true },
  };
}

/** Asks tasks that have not reported for long whether they have ended. */
export async function checkTasks(
  taskIds: readonly string[],
  state: RunState,
  effects: Effects,
): Promise<NewEvent[]> {
  const ended = await effects.children.ended(taskIds);
  const now = effects.log.state() ?? state;
  const keep = (text: string): string => storeOutput(effects, text);
  const events = ended.flatMap((report) => childReported(now, report, keep));
  return events.length > 0 ? events : [waitOfTurn(now.turn?.calls ?? [])];
}

/** Ends the run if the task that started it does not want it. */
export async function askParent({ spec }: RunState, { parent }: Effects): Promise<NewEvent[]> {
  return (await parent.wants())
    ? []
    : [
        {
          type: "run.cancelled",
          data: { by: spec?.parent?.task_id ?? "", reason: "The parent task has ended." },
        },
      ];
}

/** Returns the order of a task: its input, and what it inherits. */
function orderOf(state: RunState, { call, request }: TurnCall, task_id: string): TaskOrder {
  const { spec } = state;
  if (spec === null || request === null) {
    throw new Error("a run without a spec, or a call without an intent, starts no task");
  }
  const args = isJsonObject(request.arguments) ? request.arguments : {};
  const agent = state.children[task_id]?.agent ?? "";
  const pinned = pinnedFor(spec, request.name, args, agent);
  const { limits, parent, subject, priority, config } = spec;
  const conversation_id = spec.conversation_id ?? parent?.conversation_id;
  const { max_depth = DEFAULT_MAX_DEPTH, max_descendants = DEFAULT_MAX_DESCENDANTS } = limits;
  return {
    tenant_id: spec.tenant_id,
    task_id,
    body: {
      agent,
      input_data: inputOf(spec, agent, args),
      limits: { max_depth, max_descendants, ...defined({ max_cost_usd: pinned?.max_cost_usd }) },
      ...defined({ subject, priority }),
    },
    ...defined({ agent_version: pinned?.version, untrusted: state.untrusted ?? undefined }),
    ...defined({ policy: config.policy }),
    trace: traceBelow(spec, call.call_id, request.attempt),
    parent: {
      task_id: spec.task_id,
      call_id: call.call_id,
      path: [...(parent?.path ?? []), spec.task_id],
      on_end: state.children[task_id]?.onEnd ?? "cancel",
      ...defined({ conversation_id }),
    },
  };
}

function pinnedFor(
  { agents = [] }: RunSpec,
  tool: string,
  args: JsonObject,
  agent: string,
): PinnedAgent | undefined {
  const own = agents.find((one) => one.tool === tool);
  const { agent: name } = args;
  const named =
    typeof name === "string" ? agents.find((one) => one.tool === `agent_${name}`) : undefined;
  return own ?? named ?? agents.find((one) => one.agent === agent);
}

/** Returns the input of a task. */
function inputOf({ input_data }: RunSpec, agent: string, args: JsonObject): JsonObject {
  const { goal = "", context } = args;
  return {
    goal,
    ...(context === undefined ? {} : { context }),
    ...scriptsFor(input_data, agent),
  };
}
