/** The actor of audit entries. */
import { newActor, type Actor } from "../../store/audit.ts";
import type { RequestContext } from "../context.ts";

/** Returns the caller as the actor of a change at the current time. */
export function actorOf({ deps, caller }: RequestContext): Actor {
  return newActor(deps.now(), caller.keyId);
}
