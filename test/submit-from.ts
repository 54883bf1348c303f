/** How objects of tests submit tasks: as those of the service do. */
import { submitOrder } from "../src/api/tasks/submit-order.ts";
import { apiDeps } from "../src/compose/api.ts";
import { inBackground } from "../src/compose/objects.ts";
import type { SubmitOrder } from "../src/run/spec/task-order.ts";

/** Returns the use case of submitting over an environment. */
export function submitFrom(env: Env): SubmitOrder {
  return (order) => submitOrder(apiDeps(env, undefined, inBackground), order);
}
