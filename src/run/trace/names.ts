/**
 * Names of attributes: those of the OpenTelemetry conventions for generative AI (0.1.0, all in
 * development) and for MCP, and the service's own. They are copied, because the package of the
 * conventions no longer has the former.
 */

/** Maximum characters of a name or a short text. */
export const MAX_NAME_CHARS = 256;

/** Attributes of the conventions. */
export const GEN_AI = {
  operation: "gen_ai.operation.name",
  agentName: "gen_ai.agent.name",
  conversationId: "gen_ai.conversation.id",
  compacted: "gen_ai.conversation.compacted",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  temperature: "gen_ai.request.temperature",
  maxTokens: "gen_ai.request.max_tokens",
  seed: "gen_ai.request.seed",
  stop: "gen_ai.request.stop_sequences",
  finishReasons: "gen_ai.response.finish_reasons",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheWriteTokens: "gen_ai.usage.cache_write.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  toolName: "gen_ai.tool.name",
  toolCallId: "gen_ai.tool.call.id",
  toolType: "gen_ai.tool.type",
  toolArguments: "gen_ai.tool.call.arguments",
  toolResult: "gen_ai.tool.call.result",
  systemInstructions: "gen_ai.system_instructions",
  inputMessages: "gen_ai.input.messages",
  outputMessages: "gen_ai.output.messages",
} as const;

/** Further attributes of the conventions. */
export const COMMON = {
  errorType: "error.type",
  mcpMethod: "mcp.method.name",
  serverAddress: "server.address",
  sessionId: "session.id",
} as const;

/** Attributes of the service. */
export const OPSPAWN = {
  taskId: "opspawn.task.id",
  tenantId: "opspawn.tenant.id",
  rootTaskId: "opspawn.task.root_id",
  parentTaskId: "opspawn.task.parent_id",
  depth: "opspawn.task.depth",
  scheduleId: "opspawn.schedule.id",
  scheduledAt: "opspawn.scheduled_at",
  agentVersion: "opspawn.agent.version",
  status: "opspawn.status",
  callId: "opspawn.call.id",
  attempt: "opspawn.attempt",
  step: "opspawn.step",
  purpose: "opspawn.purpose",
  effect: "opspawn.effect",
  mcpServer: "opspawn.mcp.server",
  cost: "opspawn.cost_usd",
  estimated: "opspawn.usage.estimated",
  inputTokens: "opspawn.usage.input_tokens",
  outputTokens: "opspawn.usage.output_tokens",
  steps: "opspawn.steps",
  modelCalls: "opspawn.model_calls",
  toolCalls: "opspawn.tool_calls",
  recoveries: "opspawn.recoveries",
  waitedFor: "opspawn.wait.for",
  waitedSeconds: "opspawn.waited_s",
  limit: "opspawn.limit",
  limitValue: "opspawn.limit.value",
  rule: "opspawn.rule",
  truncated: "opspawn.output.truncated",
} as const;

/** Attributes whose values are fractions, even where one is a whole number. */
export const FRACTIONS: ReadonlySet<string> = new Set([
  OPSPAWN.cost,
  OPSPAWN.waitedSeconds,
  GEN_AI.temperature,
  OPSPAWN.limitValue,
]);

/** Names of providers in the conventions, where they differ from the prefix of a model id. */
const PROVIDERS: Readonly<Record<string, string>> = { google: "gcp.gemini" };

/** Returns the provider and the provider's own name of a model. */
export function modelNames(model: string): { readonly provider: string; readonly name: string } {
  const slash = model.indexOf("/");
  const prefix = slash === -1 ? model : model.slice(0, slash);
  const provider = Object.hasOwn(PROVIDERS, prefix) ? (PROVIDERS[prefix] ?? prefix) : prefix;
  return { provider, name: slash === -1 ? model : model.slice(slash + 1) };
}
