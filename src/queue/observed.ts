/** What faults of queues belong to: the ids of a task and of its trace. */
import { sha256Hex } from "../crypto/sha256.ts";
import type { ObservedIds } from "../observe.ts";
import type { RunSpec } from "../run/spec/spec.ts";
import { tracedIds } from "../run/trace/identity.ts";
import type { TaskMessage } from "./tasks/message.ts";

/** Returns the ids of a task whose place in the trace of its caller is known. */
export function idsOfTask(task: Parameters<typeof tracedIds>[0]): ObservedIds {
  return tracedIds(task, sha256Hex);
}

/** Returns the ids in a message of a task queue. Its trace is known if it has the spec. */
export function idsInMessage({ tenant_id, task_id, spec }: TaskMessage): ObservedIds {
  if (spec === undefined) {
    return { tenant_id, task_id };
  }
  try {
    const { trace } = JSON.parse(spec) as Pick<RunSpec, "trace">;
    return idsOfTask({ tenant_id, task_id, trace });
  } catch {
    return { tenant_id, task_id };
  }
}
