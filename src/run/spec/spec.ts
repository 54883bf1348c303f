/**
 * What a run is told when it starts: everything it needs for its whole life, resolved at
 * submission, so that later changes of agents or defaults do not reach into a running task.
 */
import { z } from "zod";
import { isJsonObject, type JsonObject, type JsonValue } from "../value/json.ts";
import { MCP_TOOL_MODES, mcpServerDefinitions } from "./mcp-server.ts";
import type { Turn } from "../value/message.ts";
import type { Image } from "../value/picture.ts";
import { toolDefinitions } from "./tool-definition.ts";
import { policySchema } from "./policy.ts";
import { WEBHOOK_TYPES } from "../value/webhook-type.ts";
import { profileSchema } from "./profile.ts";

export const PLANNERS = ["native", "react", "placeholder"] as const;
export type PlannerName = (typeof PLANNERS)[number];

/** A JSON object whose content is the client's business. */
export const jsonObject = z.custom<JsonObject>(isJsonObject, "must be an object");
/** Any JSON value. */
export const jsonValue = z.custom<JsonValue>((value) => value !== undefined, "must be JSON");

/** Types of what webhooks are told. */
const webhookTypes = z.array(z.enum(WEBHOOK_TYPES));

/** What becomes of a wait that nobody ends in time. */
export const EXPIRY_POLICIES = ["deny", "fail", "continue"] as const;
export type ExpiryPolicy = (typeof EXPIRY_POLICIES)[number];

/**
 * The caps of a run; an absent one does not exist. `max_duration_s` counts active time; waits are
 * free. `on_reached` says for all of them what otherwise depends on the cap.
 */
export const runLimits = z.strictObject({
  max_steps: z.exactOptional(z.number().int().min(1).max(100_000)),
  max_tool_calls: z.exactOptional(z.number().int().min(0).max(100_000)),
  max_duration_s: z.exactOptional(z.number().int().min(1).max(2_592_000)),
  max_tokens: z.exactOptional(z.number().int().min(1).max(1_000_000_000)),
  /** Dollars; counted in whole micro-dollars. */
  max_cost_usd: z.exactOptional(z.number().min(0).max(1_000_000)),
  /** How often the same tool calls may follow each other. */
  max_repeats: z.exactOptional(z.number().int().min(2).max(100)),
  on_reached: z.exactOptional(z.enum(["wait", "fail"])),
});
export type RunLimits = z.infer<typeof runLimits>;

export const agentConfig = z.strictObject({
  model: z.string(),
  /** Models that take over, in their order, where the one before cannot answer. */
  fallback_models: z.exactOptional(z.array(z.string())),
  planner: z.enum(PLANNERS),
  instructions: z.string().optional(),
  /** Who the agent is; its model is told. */
  profile: z.exactOptional(profileSchema),
  /** Names of the tools the run may use; absent: all that exist. */
  tools: z.array(z.string()).optional(),
  /** Names of the MCP servers the run may use; absent: none, or all with `inject_mcp_proxy`. */
  mcp_servers: z.exactOptional(z.array(z.string())),
  /** How their tools are offered to the model. */
  mcp_tools: z.exactOptional(z.enum(MCP_TOOL_MODES)),
  /** Whether `mcp_proxy_tool` is there. */
  inject_mcp_proxy: z.exactOptional(z.boolean()),
  policy: policySchema.optional(),
  /** What follows when nobody knows whether a tool took effect; absent: `tell_model`. */
  on_outcome_unknown: z.enum(["tell_model", "ask", "fail"]).optional(),
  waits: z
    .strictObject({
      approval_expires_s: z.exactOptional(z.number()),
      input_expires_s: z.exactOptional(z.number()),
      on_expiry: z.exactOptional(z.enum(EXPIRY_POLICIES)),
    })
    .optional(),
  temperature: z.number().optional(),
  max_output_tokens: z.number().int().optional(),
  stop: z.array(z.string()).optional(),
  seed: z.number().int().optional(),
  /** JSON Schema of the answer; it is then JSON, and `result.data` holds it. */
  output_schema: z.exactOptional(jsonObject),
  memory: z
    .strictObject({
      max_messages: z.number().int().optional(),
      /** Tokens of the conversation beyond which it is compacted. */
      max_tokens: z.exactOptional(z.number().int()),
    })
    .optional(),
});
export type AgentConfig = z.infer<typeof agentConfig>;

/** That a run is under caps on concurrency, and who goes first where several wait. */
const concurrencyMark = z.strictObject({ priority: z.number().int() });

export const runSpec = z.strictObject({
  task_id: z.string(),
  tenant_id: z.string(),
  input_data: jsonObject,
  agent: z.string(),
  agent_version: z.number().int(),
  config: agentConfig,
  limits: runLimits,
  /** RFC 3339; the run begins no sooner. */
  scheduled_at: z.exactOptional(z.string()),
  /** The tenant's tools that it may use, as they are when it is submitted. */
  tools: z.exactOptional(toolDefinitions),
  /** The MCP servers that it may use, as they are when it is submitted. */
  mcp_servers: z.exactOptional(mcpServerDefinitions),
  /** What somebody outside wants to be told of, as it was when it was submitted; absent: nothing. */
  webhooks: z.exactOptional(webhookTypes),
  /** There, if its tenant had a cap on concurrency when it was submitted: it works only with a slot. */
  concurrency: z.exactOptional(concurrencyMark),
});
export type RunSpec = z.infer<typeof runSpec>;

/** The goal of an agent run: `goal`, or `prompt`, which means the same; `goal` wins. */
export function goalOf(input: JsonObject): string {
  const goal = input["goal"] ?? input["prompt"];
  return typeof goal === "string" ? goal : "";
}

/** What the client said before the run began, as turns: earlier messages, then context and goal. */
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
  const context = input["context"];
  const hasContext = isJsonObject(context) && Object.keys(context).length > 0;
  const goal = goalOf(input);
  turns.push({
    role: "user",
    text: hasContext ? `${goal}\n\nContext:\n${JSON.stringify(context)}` : goal,
    ...(images.length > 0 && { images }),
  });
  return turns;
}

/** The pictures of an agent run's input, in the order they were given. */
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
