/** Pure: the value of a new task, its fields and its request. */
import type { Agent, Task } from "../../../../sdk/src/model.ts";
import { NULL_TEXT } from "../../parts/form-schema.ts";
import type { Equivalent } from "../../parts/equivalent.ts";

type Json = Readonly<Record<string, unknown>>;

/** The value of an empty form. */
export const EMPTY: Json = { input_data: { goal: "" } };

/** The value of a task that repeats another one; its limits and config are those of its agent. */
export function draftOf({ input_data, name, agent, metadata, priority, callback_url }: Task): Json {
  return {
    input_data: input_data ?? { goal: "" },
    ...(agent !== "default" && { agent }),
    ...(name !== null && { name }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(priority !== 0 && { priority }),
    ...(callback_url !== null && { callback_url }),
  };
}

/** Names of fields in their order on the page, by section. */
export const SECTIONS = [
  { title: "Model and tools", names: ["agent_config"] },
  { title: "Limits", names: ["limits"] },
  {
    title: "When, and for whom",
    names: ["name", "scheduled_at", "priority", "metadata", "callback_url"],
  },
] as const;

/** Names the agents, tools and servers that can be chosen. */
export function adjusted(
  schema: Json,
  known: {
    readonly agents: readonly string[];
    readonly tools: readonly string[];
    readonly servers: readonly string[];
  },
): Json {
  const components = recordOf(schema["components"]) ?? {};
  const schemas = recordOf(components["schemas"]) ?? {};
  const config = recordOf(schemas["AgentConfig"]) ?? {};
  const properties = recordOf(schema["properties"]) ?? {};
  const fields = recordOf(config["properties"]) ?? {};
  return {
    ...schema,
    properties: { ...properties, agent: choice(properties["agent"], known.agents) },
    components: {
      schemas: {
        ...schemas,
        Limits: withNulls(schemas["Limits"]),
        AgentConfig: {
          ...config,
          properties: {
            ...fields,
            tools: listOf(fields["tools"], known.tools),
            mcp_servers: listOf(fields["mcp_servers"], known.servers),
          },
        },
      },
    },
  };
}

/** The request of a submission. */
export function submission(body: Json): Equivalent {
  const goal = recordOf(body["input_data"])?.["goal"];
  const isPlain = Object.keys(body).length === 1 && typeof goal === "string";
  return {
    method: "POST",
    path: "/api/v1/tasks",
    body,
    cli: isPlain ? ["run", goal] : null,
    sdk: ["tasks.create", body],
  };
}

/** What an agent brings, in a line. */
export function agentText({ config, description, version }: Agent): string {
  const model = recordOf(config)?.["model"];
  return [
    ...(description === null ? [] : [description]),
    `version ${version}`,
    ...(typeof model === "string" ? [model] : []),
  ].join(" · ");
}

/** The limits: null takes one away. */
function withNulls(limits: unknown): unknown {
  const { properties, ...rest } = recordOf(limits) ?? {};
  const fields = Object.entries(recordOf(properties) ?? {}).map(([name, field]) => [
    name,
    { ...recordOf(field), ...(name.startsWith("max_") && { [NULL_TEXT]: "no limit" }) },
  ]);
  return { ...rest, properties: Object.fromEntries(fields) as Json };
}

function choice(field: unknown, values: readonly string[]): unknown {
  return values.length === 0 ? field : { ...recordOf(field), enum: values };
}

function listOf(field: unknown, values: readonly string[]): unknown {
  return values.length === 0
    ? field
    : { ...recordOf(field), items: { type: "string", enum: values } };
}

function recordOf(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Json)
    : null;
}
