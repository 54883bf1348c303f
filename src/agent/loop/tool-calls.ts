/** Runs the tool calls of one turn concurrently. Each outcome is written as soon as it is known. */
import { eventsThroughEnd, type NewEvent } from "../../run/log/event.ts";
import { MAY_HAVE_ACTED, ToolStop } from "../../run/value/failure.ts";
import { onOutcomeUnknown } from "../../run/decide/recover.ts";
import type { RunState, TurnCall } from "../../run/log/state.ts";
import type { StepContext } from "./effects.ts";
import { InnerCalls } from "./inner-calls.ts";
import { invokeTool } from "../tools/invoke.ts";
import { storeOutput, toolContext } from "./tool-context.ts";
import { askPerson, Notes } from "./running-call.ts";

/**
 * Runs the calls of a turn concurrently. Writes each outcome as soon as it is known, except the
 * last, which is returned: it is written with the next intent, in one transaction.
 */
export async function callTools(
  calls: readonly TurnCall[],
  state: RunState,
  context: StepContext,
): Promise<NewEvent[]> {
  const { effects } = context;
  if (calls.some((call) => call.request?.effect !== "pure")) {
    await effects.log.durable();
  }
  const settled: NewEvent[] = [];
  const running = new Set(
    calls.map((call) => {
      const notes = new Notes(call.call.call_id, null, effects);
      const run: Promise<void> = callTool(call, state, context, notes).then((outcome) => {
        settled.push(
          ...notes.end(),
          ...(outcome.type === "tool.outcome_unknown"
            ? onOutcomeUnknown(state, call, effects.clock.now())
            : [outcome]),
        );
        running.delete(run);
      });
      return run;
    }),
  );
  while (running.size > 0) {
    await Promise.race(running);
    if (running.size > 0 && settled.length > 0) {
      effects.log.append(eventsThroughEnd(settled.splice(0)));
    }
  }
  return eventsThroughEnd(settled);
}

/** Returns the function that sends messages to tasks of the run. */
function tellChild({
  log,
  children,
}: StepContext["effects"]): (id: string, text: string) => Promise<void> {
  return async (taskId, content) => {
    const child = log.state()?.children[taskId];
    if (child === undefined || child.end !== null) {
      const why = child === undefined ? "is not a task of this run" : "has ended";
      throw new ToolStop("invalid_arguments", `${taskId} ${why}.`, { unsent: true });
    }
    await children.tell(taskId, content);
  };
}

async function callTool(
  { call, request }: TurnCall,
  state: RunState,
  { tools, effects }: StepContext,
  notes: Notes,
): Promise<NewEvent> {
  const name = request?.name ?? call.name;
  const tool = tools.toolboxAt(state).get(name);
  if (tool?.kind !== "run" || request === null) {
    const gone = `The tool ${name} is no longer available.`;
    const mayHaveActed = request !== null && request.attempt > 1 && request.effect !== "pure";
    const message = mayHaveActed ? `${gone} ${MAY_HAVE_ACTED}` : gone;
    return {
      type: "tool.failed",
      data: { call_id: call.call_id, code: "tool_unavailable", message, duration_ms: 0 },
    };
  }
  const inner =
    tool.callsTools === true ? new InnerCalls(call.call_id, state, tools, effects) : null;
  const attempt = {
    callId: call.call_id,
    attempt: request.attempt,
    requestedAt: request.requestedAt,
  };
  const outcome = await invokeTool(
    tool,
    request.arguments,
    {
      ...toolContext(state, attempt, tools, effects),
      ask: askPerson(call.call_id, tools.settings.holdMs, effects),
      report: (note) => notes.report(note),
      tell: tellChild(effects),
      ...(inner === null ? {} : { calls: inner }),
    },
    () => effects.clock.now(),
    (text) => storeOutput(effects, text),
  );
  return inner === null ? outcome : inner.close(outcome);
}
