/** What a call is made with: the dependencies, the caller, and the id to ask with. */
import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import type { ApiDeps } from "../api/context.ts";
import type { Caller } from "../store/keys.ts";

export interface CallScene {
  readonly deps: ApiDeps;
  readonly requestId: string;
  /** Throws away what was sent, where nothing of it is wanted: unread, it breaks the connection. */
  readonly discard: () => Promise<void>;
}

export const sceneKey = createContextKey<CallScene | null>(null);
export const callerKey = createContextKey<Caller | null>(null);

/** @throws Error where the endpoint did not set the scene, which is a bug */
export function sceneOf({ values }: Pick<HandlerContext, "values">): CallScene {
  const scene = values.get(sceneKey);
  if (scene === null) {
    throw new Error("a call without its scene");
  }
  return scene;
}

/** The dependencies and the caller, whom the gate has let in. */
export function callOf(context: HandlerContext): { deps: ApiDeps; caller: Caller } {
  const caller = context.values.get(callerKey);
  if (caller === null) {
    throw new Error("a call that passed no gate");
  }
  return { deps: sceneOf(context).deps, caller };
}
