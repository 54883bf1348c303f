/** The public API of `@opspawn/worker`: everything that is not exported here may change. */
import { waitUntil } from "cloudflare:workers";
import type { Opspawn } from "../../sdk/src/opspawn.ts";
import { clientOf, type ClientOptions } from "./client.ts";
import type { OpspawnOptions } from "./extensions-of.ts";
import { buildWorker, type Deployment } from "./worker.ts";

export { defineAgent, type AgentInput } from "./define-agent.ts";
export { defineTool, type ToolContext, type ToolDefinition } from "./define-tool.ts";
export { DefinitionError } from "./definition-error.ts";
export { fitImages } from "../run/value/picture.ts";
export type { ClientOptions } from "./client.ts";
export type { Deployment } from "./worker.ts";
export type { Authenticate, OpspawnOptions } from "./extensions-of.ts";
export { ToolStop } from "../run/value/failure.ts";
export { WithImages, type Note, type ProbeAnswer } from "../agent/tools/tool.ts";
export { readArguments, type Planner, type Reading } from "../run/decide/planner.ts";
export type { LlmClient, LlmEvent, ModelRequest, TokenUsage } from "../agent/llm/client.ts";
export type { AgentInCode } from "../run/spec/agent.ts";
export type { ToolInCode } from "../compose/extensions.ts";
export type { Principal } from "../api/context.ts";
export type { LogLevel, ObservedIds, ObservedSpan, Observer } from "../observe.ts";

/** A deployment, with a client for its own code. */
export interface OpspawnDeployment<E extends object> extends Deployment<E> {
  /**
   * Returns a client of this deployment for its own code: no network and no API key.
   * @throws TypeError for an invalid tenant, scope or name
   */
  client(env: E, caller: ClientOptions): Opspawn;
}

/** The context of requests that come from inside the Worker. */
const INSIDE = {
  waitUntil: (work: Promise<unknown>) => waitUntil(work),
  passThroughOnException: () => {},
  props: {},
};

/**
 * Builds a deployment from what it adds in code. The entry of the Worker exports the Durable Object
 * classes under their names, and `handler` as its default:
 *
 * ```ts
 * const opspawn = createOpspawn({ tools: [refund] });
 * export const { AgentRun, TenantLedger, TenantFeed, Timetable, TenantMemory, TenantFile, ProviderGate } = opspawn;
 * export default opspawn.handler;
 * ```
 * @throws DefinitionError
 */
export function createOpspawn<E extends object = Cloudflare.Env>(
  options: OpspawnOptions<E> = {},
): OpspawnDeployment<E> {
  const worker = buildWorker(options);
  return {
    ...worker,
    client: (env, caller) => clientOf((request) => worker.app.fetch(request, env, INSIDE), caller),
  };
}
