/** What the API takes of an agent's config and its limits, as zod schemas; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { MAX_MCP_SERVERS, MCP_TOOL_MODES } from "../../run/spec/mcp-server.ts";
import { policySchema } from "../../run/spec/policy.ts";
import { profileSchema } from "../../run/spec/profile.ts";
import {
  agentConfig as runConfig,
  EXPIRY_POLICIES,
  PLANNERS,
  runLimits,
} from "../../run/spec/spec.ts";
import { checkedBy, freeObject } from "../schemas.ts";

const { $schema: _dialect, ...policyDocument } = z.toJSONSchema(policySchema, {
  unrepresentable: "any",
  io: "input",
});
const policy = checkedBy(policySchema, {
  ...policyDocument,
  description:
    "What the agent may do, by tool name; `*` stands for any text. `deny` wins; with `allow`, what it does not name is denied. `approve`: a person must say yes before each call. `arguments`: a JSON Schema by pattern, which the arguments must fit. `after_untrusted`: what follows for calls with side effects once content from the web or a remote server is in the conversation.",
  example: { approve: ["pay", "mail.*"], rate: { "mail.*": { per_run: 5 } } },
}).openapi("Policy");

const { $schema: _again, ...profileDocument } = z.toJSONSchema(profileSchema, { io: "input" });
const profile = checkedBy(profileSchema, {
  ...profileDocument,
  description: "Who the agent is. Its model is told, before the instructions.",
  example: { role: "An accountant", guidelines: ["Show how you came to each number."] },
}).openapi("Profile");

export const agentConfig = z
  .strictObject({
    model: z.string().min(1).max(256).optional().openapi({ example: "openai/gpt-4o-mini" }),
    fallback_models: z.array(z.string().min(1).max(256)).max(8).optional().openapi({
      description: "Take over, in their order, where the model before cannot answer.",
    }),
    planner: z.enum(PLANNERS).optional(),
    output_schema: freeObject.optional().openapi({
      description:
        "JSON Schema of the answer, which `result.data` then holds. What does not fit goes back to the model with the reasons.",
    }),
    instructions: z.string().max(100_000).optional(),
    profile: profile.optional(),
    tools: z.array(z.string().min(1).max(128)).max(128).optional(),
    mcp_servers: z.array(z.string().min(1).max(40)).max(MAX_MCP_SERVERS).optional().openapi({
      description:
        "The MCP servers whose tools the run may use. Absent: none, or all with the proxy.",
    }),
    mcp_tools: z.enum(MCP_TOOL_MODES).optional().openapi({
      description:
        "`direct`: each tool of a server is a tool. `proxy`: one tool, `mcp_proxy_tool`, calls them all.",
    }),
    inject_mcp_proxy: z.boolean().optional().openapi({
      description:
        "Whether `mcp_proxy_tool` is there; without `mcp_servers` it reaches all servers.",
    }),
    temperature: z.number().min(0).max(2).optional(),
    max_output_tokens: z.number().int().min(1).max(1_000_000).optional(),
    stop: z.array(z.string().min(1).max(256)).max(4).optional(),
    seed: z.number().int().optional(),
    memory: z
      .strictObject({
        max_messages: z.number().int().min(4).max(1000).optional(),
        max_tokens: z.number().int().min(500).max(10_000_000).optional().openapi({
          description:
            "Tokens of conversation beyond which it is compacted: long outputs are shortened, then older turns summarised.",
        }),
      })
      .optional(),
    policy: policy.optional(),
    on_outcome_unknown: runConfig.shape.on_outcome_unknown.openapi({
      description:
        "What follows when a crash leaves nobody knowing whether a tool of the effect `once` took effect. `ask` holds the call for a person: approving it runs it again.",
    }),
    waits: z
      .strictObject({
        approval_expires_s: z.number().int().min(1).max(31_536_000).optional(),
        input_expires_s: z.number().int().min(1).max(31_536_000).optional(),
        on_expiry: z.enum(EXPIRY_POLICIES).optional().openapi({
          description:
            "`deny` (the default): the model is told. `fail`: the run fails. `continue`: an approval counts as given, an input as empty.",
        }),
      })
      .optional(),
  })
  .openapi("AgentConfig");

/** As of a run; null lifts a limit. */
const of = runLimits.shape;

export const limits = z
  .strictObject({
    max_steps: of.max_steps.unwrap().nullish(),
    max_tool_calls: of.max_tool_calls.unwrap().nullish(),
    max_duration_s: of.max_duration_s.unwrap().nullish(),
    max_tokens: of.max_tokens.unwrap().nullish(),
    max_cost_usd: of.max_cost_usd.unwrap().nullish(),
    max_repeats: of.max_repeats.unwrap().nullish().openapi({
      description:
        "How often the same tool calls may follow each other; at half of it the model is told.",
    }),
    on_reached: of.on_reached.unwrap().nullish().openapi({
      description:
        "For every cap. By default max_tokens and max_cost_usd make the run wait for `budget`, and the others end it.",
    }),
  })
  .openapi("Limits", {
    description: "Waits do not count towards max_duration_s. null lifts a limit.",
  });
