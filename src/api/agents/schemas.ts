/** Zod schemas of agents; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { AGENT_NAME } from "../../run/spec/agent.ts";
import { listOf, plainText, timestamp } from "../schemas.ts";
import { agentConfig, limits } from "./config-schemas.ts";
import { type Examples, AT } from "../openapi/examples.ts";

const name = z
  .string()
  .regex(AGENT_NAME, "must be 1 to 64 lower-case letters, digits, _ or -, and begin with neither")
  .openapi({
    description: "Identifies the agent: 1 to 64 lower-case letters, digits, `_` or `-`.",
    example: "accountant",
  });

const fields = {
  description: plainText(1000).nullish().openapi({
    description: "For people, and for models that use the agent as a tool.",
  }),
  config: agentConfig.default({}).openapi({
    description: "Default config of the agent's tasks, overridden field by field.",
  }),
  limits: limits.default({}).openapi({
    description: "Like a task's limits; null removes a default limit of the service.",
  }),
};

export const createBody = z.strictObject({ name, ...fields }).openapi("CreateAgent", {
  example: {
    name: "accountant",
    description: "Adds up what you give it.",
    config: { tools: ["calculator"], profile: { role: "An accountant" } },
    limits: { max_steps: 10 },
  },
});

export const replaceBody = z
  .strictObject({ name: name.optional(), ...fields })
  .openapi("ReplaceAgent");
/** The fields of an agent except its name. */
export type AgentBody = Omit<z.output<typeof replaceBody>, "name">;

export const agentPath = z.object({
  name: z.string().openapi({
    param: { name: "name", in: "path" },
    description: "The name of the agent.",
    example: "accountant",
  }),
});

export const ifMatch = z.object({
  "if-match": z.string().max(1024).optional().openapi({
    description: "The `ETag` that the agent must still have.",
  }),
});

const part = z.record(z.string(), z.unknown());
const version = {
  name: z.string().describe("The name of the agent."),
  version: z
    .number()
    .int()
    .describe(
      "Counts the versions of the agent, from 1. For an agent in code: a number of 2^30 or more that is derived from its content.",
    ),
  description: z
    .string()
    .nullable()
    .describe("For people, and for models that use the agent as a tool."),
  config: part.nullable().openapi({
    description:
      "Default config of the agent's tasks. null in a list if it is larger than 16 KiB; get the agent to read it.",
  }),
  limits: part.openapi({ description: "Default limits of the agent's tasks." }),
  built_in: z.boolean().openapi({
    description:
      "Read-only: an agent that the deployment defines in code, or the service's own `default` until the tenant creates one.",
  }),
  created_at: timestamp.nullable().openapi({
    description: "When it was created; null for a built-in agent.",
  }),
};

export const agent = z
  .object({
    ...version,
    updated_at: timestamp
      .nullable()
      .openapi({ description: "When its latest version was created." }),
  })
  .openapi("Agent", { description: "The latest version of an agent." });
export type AgentJson = z.output<typeof agent>;

export const agentList = listOf(agent).openapi("AgentList");

const agentVersion = z.object(version).openapi("AgentVersion", {
  description: "One version of an agent; `created_at` is the time of this version.",
});
export type AgentVersionJson = z.output<typeof agentVersion>;

export const versionList = listOf(agentVersion).openapi("AgentVersionList");

const exampleBody = {
  description: "Reads invoices and books them.",
  config: { planner: "react", tools: ["calculator"] },
  limits: { max_steps: 20 },
};

const exampleVersion = {
  name: "accountant",
  version: 1,
  ...exampleBody,
  built_in: false,
  created_at: AT,
};

const exampleAgent = { ...exampleVersion, updated_at: AT };

/** Examples by schema name. */
export const examples: Examples = {
  AgentList: { data: [exampleAgent], next_cursor: null },
  Agent: exampleAgent,
  ReplaceAgent: exampleBody,
  AgentVersionList: { data: [exampleVersion], next_cursor: null },
};
