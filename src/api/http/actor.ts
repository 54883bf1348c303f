/** Who makes a change, for the audit. */
import { newActor, type Actor } from "../../store/audit.ts";
import type { RequestContext } from "../context.ts";

/** Returns the caller as the actor of a change that is made now. */
export function actorOf({ deps, caller }: RequestContext): Actor {
  return newActor(deps.now(), caller.keyId);
}
