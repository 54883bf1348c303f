/** The context of a call: dependencies, caller and request id. */
import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import type { ApiDeps } from "../api/context.ts";
import type { Caller } from "../store/keys.ts";

export interface CallScene {
  readonly deps: ApiDeps;
  readonly requestId: string;
  /** Authenticates the caller. @throws Problem */
  readonly caller: () => Promise<Caller>;
  /** Reads and discards the request body: a connection with unread data is reset. */
  readonly discard: () => Promise<void>;
}

export const sceneKey = createContextKey<CallScene | null>(null);
export const callerKey = createContextKey<Caller | null>(null);

/** Returns the context that the endpoint set. @throws Error if it is missing, which is a bug */
export function sceneOf({ values }: Pick<HandlerContext, "values">): CallScene {
  const scene = values.get(sceneKey);
  if (scene === null) {
    throw new Error("a call without its scene");
  }
  return scene;
}

/** Returns the dependencies and the authenticated caller. @throws Error if the gate did not run */
export function callOf(context: HandlerContext): { deps: ApiDeps; caller: Caller } {
  const caller = context.values.get(callerKey);
  if (caller === null) {
    throw new Error("a call that passed no gate");
  }
  return { deps: sceneOf(context).deps, caller };
}
