/** Zod schemas of an agent's config and limits; see `schemas.ts`. */
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
    "Rules for tool calls, by tool name; `*` stands for any text. `deny` overrides everything else; with `allow`, all other tools are denied. `approve`: a person must approve each call. `arguments`: a JSON Schema per pattern that the arguments must match. `after_untrusted`: applies to calls with side effects once content from the web or a remote server is in the conversation.",
  example: { approve: ["pay", "mail.*"], rate: { "mail.*": { per_run: 5 } } },
}).openapi("Policy");

const { $schema: _again, ...profileDocument } = z.toJSONSchema(profileSchema, { io: "input" });
const profile = checkedBy(profileSchema, {
  ...profileDocument,
  description: "Who the agent is. The model reads it before the instructions.",
  example: { role: "An accountant", guidelines: ["Show how you came to each number."] },
}).openapi("Profile");

export const agentConfig = z
  .strictObject({
    model: z.string().min(1).max(256).optional().openapi({ example: "openai/gpt-4o-mini" }),
    fallback_models: z.array(z.string().min(1).max(256)).max(8).optional().openapi({
      description: "Models to switch to, in order, when the previous one fails.",
    }),
    planner: z.enum(PLANNERS).optional(),
    output_schema: freeObject.optional().openapi({
      description:
        "JSON Schema of the answer, which is returned in `result.data`. A reply that does not match is returned to the model with the reasons.",
    }),
    instructions: z.string().max(100_000).optional(),
    profile: profile.optional(),
    tools: z.array(z.string().min(1).max(128)).max(128).optional(),
    mcp_servers: z.array(z.string().min(1).max(40)).max(MAX_MCP_SERVERS).optional().openapi({
      description: "MCP servers whose tools the run can use. Default: none, or all with the proxy.",
    }),
    mcp_tools: z.enum(MCP_TOOL_MODES).optional().openapi({
      description:
        "`direct`: each tool of a server is offered individually. `proxy`: one tool, `mcp_proxy_tool`, calls them all.",
    }),
    inject_mcp_proxy: z.boolean().optional().openapi({
      description: "Adds `mcp_proxy_tool`. Without `mcp_servers` it reaches all servers.",
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
            "Maximum tokens of the conversation before it is compacted: long outputs are shortened, then older turns summarised.",
        }),
      })
      .optional(),
    policy: policy.optional(),
    on_outcome_unknown: runConfig.shape.on_outcome_unknown.unwrap().optional().openapi({
      description:
        "What to do if a crash leaves it unknown whether a `once` tool took effect. `ask` holds the call for a person: approving it runs it again.",
    }),
    waits: z
      .strictObject({
        approval_expires_s: z.number().int().min(1).max(31_536_000).optional(),
        input_expires_s: z.number().int().min(1).max(31_536_000).optional(),
        on_expiry: z.enum(EXPIRY_POLICIES).optional().openapi({
          description:
            "`deny` (the default): the model sees the denial. `fail`: the run fails. `continue`: an approval counts as given, an input as empty.",
        }),
      })
      .optional(),
  })
  .openapi("AgentConfig");

/** Limits of a run; here, null removes a limit. */
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
        "Maximum number of identical tool calls in a row. At half of it, the model is warned.",
    }),
    on_reached: of.on_reached.unwrap().nullish().openapi({
      description:
        "Applies to every limit. By default max_tokens and max_cost_usd make the run wait for `budget`, and the others end it.",
    }),
  })
  .openapi("Limits", {
    description: "Waits do not count towards max_duration_s. null removes a limit.",
  });
