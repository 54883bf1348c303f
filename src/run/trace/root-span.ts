/** The span of a run, as it begins. */
import type { EventOf } from "../log/fold.ts";
import { rootOf } from "../spec/child.ts";
import { cut } from "../value/cut.ts";
import { defined } from "../value/defined.ts";
import { systemInstructions, type TraceContent } from "./content.ts";
import { scheduleSpan, type Digest, type TraceIdentity } from "./identity.ts";
import { COMMON, GEN_AI, MAX_NAME_CHARS, OPSPAWN } from "./names.ts";
import { OpenSpan } from "./open-span.ts";
import { INTERNAL } from "./span.ts";

/** Returns the span of the run that an event creates. */
export function rootSpan(
  { data, at }: EventOf<"run.created">,
  trace: TraceIdentity,
  content: TraceContent,
  digest: Digest,
): OpenSpan {
  const agent = cut(data.agent, MAX_NAME_CHARS);
  const conversation =
    data.conversation_id ?? data.parent?.conversation_id ?? rootOf(data.task_id, data.parent);
  const { instructions } = data.config;
  const span = new OpenSpan({
    spanId: trace.rootSpanId,
    parentSpanId: trace.parentSpanId,
    name: `invoke_agent ${agent}`,
    kind: INTERNAL,
    at,
    attributes: {
      [GEN_AI.operation]: "invoke_agent",
      [GEN_AI.agentName]: agent,
      [GEN_AI.conversationId]: conversation,
      [COMMON.sessionId]: conversation,
      [OPSPAWN.taskId]: data.task_id,
      [OPSPAWN.tenantId]: data.tenant_id,
      [OPSPAWN.agentVersion]: data.agent_version,
      ...defined({
        [OPSPAWN.rootTaskId]: data.parent?.path[0],
        [OPSPAWN.parentTaskId]: data.parent?.task_id,
        [OPSPAWN.depth]: data.parent?.path.length,
        [OPSPAWN.scheduleId]: data.schedule_id,
        [OPSPAWN.scheduledAt]: data.scheduled_at,
      }),
      ...(content === "all" &&
        instructions !== undefined && {
          [GEN_AI.systemInstructions]: systemInstructions(instructions),
        }),
    },
  });
  if (data.schedule_id !== undefined) {
    span.link({
      ...scheduleSpan(data.tenant_id, data.schedule_id, digest),
      attributes: { [OPSPAWN.scheduleId]: data.schedule_id },
    });
  }
  return span;
}
