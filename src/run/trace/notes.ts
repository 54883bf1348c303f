/** What is neither a call nor a wait: span events of the run's own span, without content. */
import type { RunEvent } from "../log/event.ts";
import { defined } from "../value/defined.ts";
import { COMMON, OPSPAWN } from "./names.ts";
import type { Attributes } from "./span.ts";

/** Maximum ids of calls in a note. */
const MAX_CALLS = 128;

/** Returns the attributes of the span event that an event becomes; null for no span event. */
export function noteOf(event: RunEvent): Attributes | null {
  switch (event.type) {
    case "recovery.started":
      return {
        "opspawn.reason": event.data.reason,
        "opspawn.open_calls": event.data.open_calls.slice(0, MAX_CALLS),
      };
    case "memory.compacted":
      return { "opspawn.kind": event.data.kind };
    case "model.switched":
      return {
        "opspawn.from": event.data.from,
        "opspawn.to": event.data.to,
        [COMMON.errorType]: event.data.code,
      };
    case "mcp.listed":
      return event.data.error === undefined
        ? null
        : {
            [OPSPAWN.mcpServer]: event.data.server,
            [COMMON.errorType]: event.data.error.code,
          };
    case "limit.reached":
      return { [OPSPAWN.limit]: event.data.limit, [OPSPAWN.limitValue]: event.data.value };
    case "limit.changed":
      return { [OPSPAWN.limit]: event.data.limit };
    case "loop.detected":
      return { "opspawn.repeats": event.data.repeats, "opspawn.action": event.data.action };
    case "approval.requested":
      return { [OPSPAWN.callId]: event.data.call_id, "opspawn.reason": event.data.reason };
    case "approval.decided":
      return { [OPSPAWN.callId]: event.data.call_id, "opspawn.decision": event.data.decision };
    case "approval.expired":
      return { [OPSPAWN.callId]: event.data.call_id };
    case "child.ended":
      return { [OPSPAWN.taskId]: event.data.task_id, [OPSPAWN.status]: event.data.status };
    case "message.received":
    case "input.requested":
      return defined({ [OPSPAWN.callId]: event.data.call_id });
    default:
      return null;
  }
}
