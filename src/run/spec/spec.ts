/**
 * The spec of a run: everything it needs for its whole life, resolved at submission. Later changes
 * of agents or defaults do not affect a running task. Persisted in the log: fields are added, never
 * changed.
 */
import { z } from "zod";
import { isJsonObject, type JsonObject, type JsonValue } from "../value/json.ts";
import { MCP_TOOL_MODES, mcpServerDefinitions } from "./mcp-server.ts";
import type { Turn } from "../value/message.ts";
import { attachmentsIn } from "../value/attachment.ts";
import type { Image } from "../value/picture.ts";
import { toolDefinitions } from "./tool-definition.ts";
import { policySchema } from "./policy.ts";
import { longTermMemory } from "./long-term-memory.ts";
import { CONFIG_TEXTS, MEMORY_TEXTS, WAITS_TEXTS } from "./config-texts.ts";
import { WEBHOOK_TYPES } from "../value/webhook-type.ts";
import { profileSchema } from "./profile.ts";
import { traceContext } from "../value/trace-context.ts";
import { UNTRUSTED } from "../value/trust.ts";
import { historySchema } from "./history.ts";
import { agentReferences, MAX_DEPTH, parentLink, pinnedAgents } from "./child.ts";

/** Names of planners. A log may name a planner that no longer exists. */
export const PLANNER_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** A JSON object with any content. */
export const jsonObject = z
  .custom<JsonObject>(isJsonObject, "must be an object")
  .meta({ type: "object" });
/** Any JSON value. */
export const jsonValue = z.custom<JsonValue>((value) => value !== undefined, "must be JSON");

/** The notifications that webhooks subscribed to. */
const webhookTypes = z.array(z.enum(WEBHOOK_TYPES));

/** What happens when a wait expires. */
export const EXPIRY_POLICIES = ["deny", "fail", "continue"] as const;
/** One of `EXPIRY_POLICIES`. */
export type ExpiryPolicy = (typeof EXPIRY_POLICIES)[number];

/**
 * The limits of a run; an absent limit does not apply. `max_duration_s` counts active time, not
 * waits. `on_reached` applies to all of them; without it the outcome depends on the limit.
 */
export const runLimits = z.strictObject({
  max_steps: z.exactOptional(
    z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .describe(
        "Maximum steps: turns of model and tools. Default: 25. At the limit, the run fails with `limit_reached`.",
      ),
  ),
  max_tool_calls: z.exactOptional(
    z
      .number()
      .int()
      .min(0)
      .max(100_000)
      .describe(
        "Maximum tool calls. Default: no limit. A step that would exceed it makes none of its calls, and the run fails with `limit_reached`.",
      ),
  ),
  max_duration_s: z.exactOptional(
    z
      .number()
      .int()
      .min(1)
      .max(2_592_000)
      .describe(
        "Maximum active time in seconds; waits do not count. Default: 3,600. At the limit, the run fails with `limit_reached`.",
      ),
  ),
  max_tokens: z.exactOptional(
    z
      .number()
      .int()
      .min(1)
      .max(1_000_000_000)
      .describe(
        "Maximum input and output tokens of all model calls. Default: no limit. If the next call does not fit, the run waits for `budget`.",
      ),
  ),
  max_cost_usd: z.exactOptional(
    z
      .number()
      .min(0)
      .max(1_000_000)
      .describe(
        "Maximum cost in US dollars, counted in millionths. Default: no limit. If the next call does not fit, the run waits for `budget`.",
      ),
  ),
  max_repeats: z.exactOptional(
    z
      .number()
      .int()
      .min(2)
      .max(100)
      .describe(
        "Maximum number of identical tool calls in a row. Default: 10. At half of it, the model is warned; at the limit, the run fails with `loop_detected`.",
      ),
  ),
  max_children: z.exactOptional(
    z
      .number()
      .int()
      .min(0)
      .max(1_000)
      .describe(
        "Maximum tasks that the run starts, in all. Default: 20. A call beyond it fails with `limit_reached`.",
      ),
  ),
  max_depth: z.exactOptional(
    z
      .number()
      .int()
      .min(0)
      .max(MAX_DEPTH)
      .describe(
        "Maximum depth of the tree of tasks; the first task has depth 0. Default: 2. Children inherit it. A call beyond it fails with `limit_reached`.",
      ),
  ),
  max_descendants: z.exactOptional(
    z
      .number()
      .int()
      .min(0)
      .max(10_000)
      .describe(
        "Maximum tasks below the first task of a tree, in all. Default: 100. A call beyond it fails with `limit_reached`.",
      ),
  ),
  on_reached: z.exactOptional(
    z
      .enum(["wait", "fail"])
      .describe(
        "What happens at every limit except `max_repeats` and those of children: `wait` for a higher one, or `fail`. Default: `wait` for `max_tokens` and `max_cost_usd`, `fail` for the others.",
      ),
  ),
});
/** The limits of a run. */
export type RunLimits = z.infer<typeof runLimits>;

/** What a call does while its provider takes no more calls. */
export const ON_PROVIDER_LIMIT = ["wait", "fallback"] as const;

/** The merged config of a task. */
export const agentConfig = z.strictObject({
  model: z.string().describe(CONFIG_TEXTS.model),
  fallback_models: z.exactOptional(z.array(z.string())).describe(CONFIG_TEXTS.fallback_models),
  on_provider_limit: z
    .exactOptional(z.enum(ON_PROVIDER_LIMIT))
    .describe(CONFIG_TEXTS.on_provider_limit),
  planner: z.string().describe(CONFIG_TEXTS.planner),
  instructions: z.string().optional().describe(CONFIG_TEXTS.instructions),
  profile: z.exactOptional(profileSchema).describe(CONFIG_TEXTS.profile),
  tools: z.array(z.string()).optional().describe(CONFIG_TEXTS.tools),
  mcp_servers: z.exactOptional(z.array(z.string())).describe(CONFIG_TEXTS.mcp_servers),
  mcp_tools: z.exactOptional(z.enum(MCP_TOOL_MODES)).describe(CONFIG_TEXTS.mcp_tools),
  inject_mcp_proxy: z.exactOptional(z.boolean()).describe(CONFIG_TEXTS.inject_mcp_proxy),
  agents: z.exactOptional(agentReferences).describe(CONFIG_TEXTS.agents),
  policy: policySchema.optional().describe(CONFIG_TEXTS.policy),
  on_outcome_unknown: z
    .enum(["tell_model", "ask", "fail"])
    .optional()
    .describe(CONFIG_TEXTS.on_outcome_unknown),
  waits: z
    .strictObject({
      approval_expires_s: z.exactOptional(z.number()).describe(WAITS_TEXTS.approval_expires_s),
      input_expires_s: z.exactOptional(z.number()).describe(WAITS_TEXTS.input_expires_s),
      on_expiry: z.exactOptional(z.enum(EXPIRY_POLICIES)).describe(WAITS_TEXTS.on_expiry),
    })
    .optional()
    .describe(CONFIG_TEXTS.waits),
  temperature: z.number().optional().describe(CONFIG_TEXTS.temperature),
  max_output_tokens: z.number().int().optional().describe(CONFIG_TEXTS.max_output_tokens),
  stop: z.array(z.string()).optional().describe(CONFIG_TEXTS.stop),
  seed: z.number().int().optional().describe(CONFIG_TEXTS.seed),
  output_schema: z.exactOptional(jsonObject).describe(CONFIG_TEXTS.output_schema),
  memory: z
    .strictObject({
      max_messages: z.number().int().optional().describe(MEMORY_TEXTS.max_messages),
      max_tokens: z.exactOptional(z.number().int()).describe(MEMORY_TEXTS.max_tokens),
    })
    .optional()
    .describe(CONFIG_TEXTS.memory),
  long_term_memory: z.exactOptional(longTermMemory).describe(CONFIG_TEXTS.long_term_memory),
});
/** The merged config of a task. */
export type AgentConfig = z.infer<typeof agentConfig>;

/**
 * Present if the run is subject to concurrency limits. Waiting runs of a higher priority go first.
 */
const concurrencyMark = z.strictObject({
  priority: z.number().int().describe("The priority of the task. Higher values go first."),
});

/** The data of `run.created`. */
export const runSpec = z.strictObject({
  task_id: z.string().describe("The id of the task."),
  tenant_id: z.string().describe("The tenant of the key that submitted the task."),
  input_data: jsonObject.describe("The input, as submitted."),
  agent: z.string().describe("The name of the agent."),
  agent_version: z.number().int().describe("The version of the agent."),
  metadata: z
    .exactOptional(jsonObject)
    .describe("The client's data of the task, as submitted. Absent: none."),
  config: agentConfig.describe("The agent's config, merged with that of the task."),
  limits: runLimits.describe("The limits of the run. An absent limit does not apply."),
  scheduled_at: z.exactOptional(z.string()).describe("The run does not begin earlier. RFC 3339."),
  schedule_id: z.exactOptional(z.string()).describe("The schedule that submitted the task."),
  tools: z
    .exactOptional(toolDefinitions)
    .describe("The tenant's tools that the run may use, as of its submission."),
  mcp_servers: z
    .exactOptional(mcpServerDefinitions)
    .describe("The MCP servers that the run may use, as of its submission."),
  subject: z.exactOptional(z.string()).describe("Who or what the task is about. Absent: nothing."),
  agents: z
    .exactOptional(pinnedAgents)
    .describe("The agents that the run can give tasks to, as of its submission. Absent: none."),
  priority: z
    .exactOptional(z.number().int())
    .describe("The priority of the task, which the tasks that it starts have too. Absent: 0."),
  parent: z.exactOptional(parentLink).describe("Present if another task started this one."),
  untrusted: z
    .exactOptional(z.enum(UNTRUSTED))
    .describe(
      "Present if the task that started this one, or made its schedule, had read untrusted content by then.",
    ),
  trace: z
    .exactOptional(traceContext)
    .describe("The place of the task in its caller's trace. Absent: it has a trace of its own."),
  conversation_id: z
    .exactOptional(z.string())
    .describe("The conversation that the task is a turn of. Absent: none."),
  history: z
    .exactOptional(historySchema)
    .describe("Present if the task continues another one: the conversation so far."),
  webhooks: z
    .exactOptional(webhookTypes)
    .describe("Notifications that webhooks subscribed to, as of the submission. Absent: none."),
  concurrency: z
    .exactOptional(concurrencyMark)
    .describe(
      "Present if the tenant had a concurrency limit at submission. The run then works only with a slot.",
    ),
});
/** The spec of a run. */
export type RunSpec = z.infer<typeof runSpec>;

/** Returns the goal of an agent run: `goal`, else its synonym `prompt`, else an empty text. */
export function goalOf(input: JsonObject): string {
  const goal = input["goal"] ?? input["prompt"];
  return typeof goal === "string" ? goal : "";
}

/** Returns the client's input as opening turns: earlier messages, then goal and context. */
export function openingTurns(input: JsonObject): Turn[] {
  const turns: Turn[] = [];
  const messages = input["messages"];
  for (const message of Array.isArray(messages) ? messages : []) {
    if (isJsonObject(message) && typeof message["content"] === "string") {
      turns.push(
        message["role"] === "assistant"
          ? { role: "assistant", text: message["content"], tool_calls: [] }
          : { role: "user", text: message["content"] },
      );
    }
  }
  const images = imagesOf(input);
  const files = attachmentsIn(input);
  const context = input["context"];
  const hasContext = isJsonObject(context) && Object.keys(context).length > 0;
  const goal = goalOf(input);
  turns.push({
    role: "user",
    text: hasContext ? `${goal}\n\nContext:\n${JSON.stringify(context)}` : goal,
    ...(images.length > 0 && { images }),
    ...(files.length > 0 && { files }),
  });
  return turns;
}

/** Returns the pictures of an agent run's input, in order. */
function imagesOf(input: JsonObject): Image[] {
  const images = input["images"];
  return (Array.isArray(images) ? images : []).flatMap((image: JsonValue): Image[] => {
    if (!isJsonObject(image)) {
      return [];
    }
    const { url, media_type, data } = image;
    if (typeof url === "string") {
      return [{ url }];
    }
    return typeof media_type === "string" && typeof data === "string" ? [{ media_type, data }] : [];
  });
}
