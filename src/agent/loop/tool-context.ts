/** The context of a tool for one attempt of a call, and the storage of its long output. */
import { hash } from "node:crypto";
import { secretMissing } from "../../run/value/failure.ts";
import { idempotencyKey } from "../../run/value/id.ts";
import type { RunState } from "../../run/log/state.ts";
import type { ToolContext } from "../tools/tool.ts";
import type { Effects, RunTools } from "./effects.ts";

/** An attempt of a call, as its intent records it. */
export interface CallAttempt {
  readonly callId: string;
  readonly attempt: number;
  /** When the call was first requested, milliseconds since the epoch. */
  readonly requestedAt: number;
}

/** Returns the part of the context that calls by the model and calls by code share. */
export function toolContext(
  state: RunState,
  call: CallAttempt,
  tools: Pick<RunTools, "fetch" | "secrets">,
  effects: Effects,
): Omit<ToolContext, "report"> {
  const { task_id: taskId = "", tenant_id: tenantId = "", metadata = {} } = state.spec ?? {};
  return {
    ...call,
    tenantId,
    taskId,
    metadata,
    idempotencyKey: idempotencyKey(taskId, call.callId),
    signal: effects.signal,
    fetch: tools.fetch,
    secret: async (name, host) => {
      const value = await tools.secrets.find(name, host);
      if (value === null) {
        throw secretMissing(name);
      }
      return value;
    },
    kept: (sha256, offset, limit) => effects.values.read(sha256, offset, limit),
  };
}

/** Stores a long output. Returns its SHA-256 as lower-case hex. */
export function storeOutput(effects: Effects, text: string): string {
  const sha256 = hash("sha256", text, "hex");
  effects.values.put(sha256, text);
  return sha256;
}
