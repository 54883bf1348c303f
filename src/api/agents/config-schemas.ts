/** Zod schemas of an agent's config and limits; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { MAX_MCP_SERVERS, MCP_TOOL_MODES } from "../../run/spec/mcp-server.ts";
import { policySchema } from "../../run/spec/policy.ts";
import { agentReferences as referencesSchema } from "../../run/spec/child.ts";
import { longTermMemory as longTermMemorySchema } from "../../run/spec/long-term-memory.ts";
import { profileSchema } from "../../run/spec/profile.ts";
import {
  agentConfig as runConfig,
  EXPIRY_POLICIES,
  ON_PROVIDER_LIMIT,
  PLANNER_NAME,
  runLimits,
} from "../../run/spec/spec.ts";
import { CONFIG_TEXTS, MEMORY_TEXTS, WAITS_TEXTS } from "../../run/spec/config-texts.ts";
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

const { $schema: _dialectOfAgents, ...agentsDocument } = z.toJSONSchema(referencesSchema, {
  io: "input",
});
const agentReferences = checkedBy(referencesSchema, {
  ...agentsDocument,
  description: CONFIG_TEXTS.agents,
  example: [{ agent: "researcher" }],
});

const { $schema: _dialectOfMemory, ...memoryDocument } = z.toJSONSchema(longTermMemorySchema, {
  io: "input",
});
const longTermMemory = checkedBy(longTermMemorySchema, {
  ...memoryDocument,
  description: CONFIG_TEXTS.long_term_memory,
  example: { stores: [{ scope: "subject", access: "write" }] },
}).openapi("LongTermMemory");

export const agentConfig = z
  .strictObject({
    model: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .openapi({ description: CONFIG_TEXTS.model, example: "openai/gpt-4o-mini" }),
    fallback_models: z
      .array(z.string().min(1).max(256))
      .max(8)
      .optional()
      .openapi({ description: CONFIG_TEXTS.fallback_models }),
    on_provider_limit: z
      .enum(ON_PROVIDER_LIMIT)
      .optional()
      .openapi({ description: CONFIG_TEXTS.on_provider_limit }),
    planner: z
      .string()
      .regex(PLANNER_NAME, "must be the name of a planner")
      .optional()
      .openapi({ description: CONFIG_TEXTS.planner }),
    output_schema: freeObject.optional().openapi({ description: CONFIG_TEXTS.output_schema }),
    instructions: z
      .string()
      .max(100_000)
      .optional()
      .openapi({ description: CONFIG_TEXTS.instructions }),
    profile: profile.optional(),
    tools: z
      .array(z.string().min(1).max(128))
      .max(128)
      .optional()
      .openapi({ description: CONFIG_TEXTS.tools }),
    mcp_servers: z
      .array(z.string().min(1).max(40))
      .max(MAX_MCP_SERVERS)
      .optional()
      .openapi({ description: CONFIG_TEXTS.mcp_servers }),
    mcp_tools: z.enum(MCP_TOOL_MODES).optional().openapi({ description: CONFIG_TEXTS.mcp_tools }),
    inject_mcp_proxy: z
      .boolean()
      .optional()
      .openapi({ description: CONFIG_TEXTS.inject_mcp_proxy, deprecated: true }),
    temperature: z
      .number()
      .min(0)
      .max(2)
      .optional()
      .openapi({ description: CONFIG_TEXTS.temperature }),
    max_output_tokens: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .openapi({ description: CONFIG_TEXTS.max_output_tokens }),
    stop: z
      .array(z.string().min(1).max(256))
      .max(4)
      .optional()
      .openapi({ description: CONFIG_TEXTS.stop }),
    seed: z.number().int().optional().openapi({ description: CONFIG_TEXTS.seed }),
    memory: z
      .strictObject({
        max_messages: z
          .number()
          .int()
          .min(4)
          .max(1000)
          .optional()
          .openapi({ description: MEMORY_TEXTS.max_messages }),
        max_tokens: z
          .number()
          .int()
          .min(500)
          .max(10_000_000)
          .optional()
          .openapi({ description: MEMORY_TEXTS.max_tokens }),
      })
      .optional()
      .openapi({ description: CONFIG_TEXTS.memory }),
    long_term_memory: longTermMemory.optional(),
    agents: agentReferences.optional(),
    policy: policy.optional(),
    on_outcome_unknown: runConfig.shape.on_outcome_unknown
      .unwrap()
      .optional()
      .openapi({ description: CONFIG_TEXTS.on_outcome_unknown }),
    waits: z
      .strictObject({
        approval_expires_s: z
          .number()
          .int()
          .min(1)
          .max(31_536_000)
          .optional()
          .openapi({ description: WAITS_TEXTS.approval_expires_s }),
        input_expires_s: z
          .number()
          .int()
          .min(1)
          .max(31_536_000)
          .optional()
          .openapi({ description: WAITS_TEXTS.input_expires_s }),
        on_expiry: z
          .enum(EXPIRY_POLICIES)
          .optional()
          .openapi({ description: WAITS_TEXTS.on_expiry }),
      })
      .optional()
      .openapi({ description: CONFIG_TEXTS.waits }),
  })
  .openapi("AgentConfig", {
    description:
      "How an agent works. A field of the task overrides that of its agent, which overrides the default.",
  });

/** Limits of a run; here, null removes a limit. */
const of = runLimits.shape;

export const limits = z
  .strictObject({
    max_steps: of.max_steps.unwrap().nullish(),
    max_tool_calls: of.max_tool_calls.unwrap().nullish(),
    max_duration_s: of.max_duration_s.unwrap().nullish(),
    max_tokens: of.max_tokens.unwrap().nullish(),
    max_cost_usd: of.max_cost_usd.unwrap().nullish(),
    max_repeats: of.max_repeats.unwrap().nullish(),
    max_children: of.max_children.unwrap().nullish(),
    max_depth: of.max_depth.unwrap().nullish(),
    max_descendants: of.max_descendants.unwrap().nullish(),
    on_reached: of.on_reached.unwrap().nullish(),
  })
  .openapi("Limits", {
    description:
      "The limits of a run. A limit of the task overrides that of its agent, which overrides the default; null removes it.",
  });
