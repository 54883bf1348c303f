/**
 * Checks that everything an agent's config refers to exists and is usable. Runs when an agent is
 * written, and again when a task is submitted or retried, because a referenced resource may have
 * been removed since.
 */
import type { Catalogue } from "../../run/spec/catalogue.ts";
import type { JsonObject } from "../../run/value/json.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { AgentConfig, RunLimits } from "../../run/spec/spec.ts";
import { memoryToolNames } from "../../run/memory/tool-names.ts";
import { needsSubject, type MemoryStoreConfig } from "../../run/spec/long-term-memory.ts";
import { providerSecret } from "../../run/spec/secret.ts";
import type { ToolDefinition } from "../../run/spec/tool-definition.ts";
import type { PinnedAgent } from "../../run/spec/child.ts";
import type { AgentRow } from "../../store/agents.ts";
import type { ToolRow } from "../../store/tools.ts";
import type { ApiDeps } from "../context.ts";
import { isMcpTool, mcpServersOf } from "../mcp-servers/resolve.ts";
import { fieldProblem, type FieldFault } from "../http/problem.ts";
import { pinnedAgents } from "./references.ts";
import { pointerTo, type JsonPointer } from "../../run/value/json-pointer.ts";

/** A config to check, with its limits and tools. */
export interface ConfigToCheck {
  readonly tenantId: string;
  readonly config: AgentConfig;
  readonly limits: RunLimits;
  /** Names of tools that only the task itself defines. */
  readonly brought: readonly string[];
  /** The tenant's tools, if they have been read already. */
  readonly tools?: readonly ToolRow[];
  /** The agent that the config belongs to. Absent while it is being written. */
  readonly self?: Pick<AgentRow, "name" | "version" | "description">;
}

/** The current definitions that a config refers to. They become part of the task's snapshot. */
export interface Referred {
  readonly tools: readonly ToolDefinition[];
  readonly mcp_servers: readonly McpServerDefinition[];
  readonly agents: readonly PinnedAgent[];
}

/** The referenced definitions, or the first fault, whose pointer is into `{ config, limits }`. */
export type CheckedConfig =
  | { readonly referred: Referred; readonly fault?: never }
  | { readonly fault: FieldFault; readonly referred?: never };

/** Checks the config of an agent or of a new task. */
export async function checkConfig(
  deps: ApiDeps,
  { tenantId, config, limits, brought, tools, self }: ConfigToCheck,
): Promise<CheckedConfig> {
  const { catalogue } = deps;
  const fault =
    plannerFault(catalogue, config) ??
    (await modelFault(deps, tenantId, config)) ??
    schemaFault(catalogue, "/config/output_schema", config.output_schema) ??
    priceFault(catalogue, config, limits) ??
    policyFault(catalogue, config);
  if (fault !== null) {
    return { fault };
  }
  const checked = await referredBy(deps, tenantId, config, self ?? null, tools);
  if (checked.fault !== undefined) {
    return checked;
  }
  const own = checked.referred.tools.map((tool) => tool.name);
  own.push(...checked.referred.agents.map(({ tool }) => tool));
  const { stores = [] } = config.long_term_memory ?? {};
  own.push(...(stores.length === 0 ? [] : memoryToolNames(stores.some(isWritable))));
  const { mcp_servers } = checked.referred;
  const unknown = toolFault(catalogue, config, [...brought, ...own], mcp_servers);
  return unknown === null ? checked : { fault: unknown };
}

/** @throws Problem for a config whose memory is about a subject, without one */
export function checkSubject({ long_term_memory }: AgentConfig, subject: string | null): void {
  const store = long_term_memory?.stores.find(({ scope }) => needsSubject(scope));
  if (store !== undefined && subject === null) {
    const detail = `is required: the agent has a memory store of the scope ${store.scope}`;
    throw fieldProblem("validation_failed", "/subject", detail);
  }
}

function isWritable({ access }: MemoryStoreConfig): boolean {
  return access === "write";
}

/** Checks the config of a retried task, and reads the current definitions that it refers to. */
export async function checkAgain(
  deps: ApiDeps,
  {
    tenantId,
    config,
    limits,
    self,
  }: Pick<ConfigToCheck, "tenantId" | "config" | "limits" | "self">,
): Promise<CheckedConfig> {
  const fault =
    plannerFault(deps.catalogue, config) ??
    (await modelFault(deps, tenantId, config)) ??
    priceFault(deps.catalogue, config, limits);
  return fault === null ? referredBy(deps, tenantId, config, self ?? null) : { fault };
}

async function referredBy(
  deps: ApiDeps,
  tenantId: string,
  config: AgentConfig,
  self: ConfigToCheck["self"] | null,
  tools?: readonly ToolRow[],
): Promise<CheckedConfig> {
  const { servers, fault } = await mcpServersOf(deps, tenantId, config);
  if (fault !== undefined) {
    return { fault };
  }
  const pinned = await pinnedAgents(deps, tenantId, config, self ?? null);
  return pinned.fault === undefined
    ? {
        referred: {
          tools: await ownTools(deps, tenantId, config, servers, tools),
          mcp_servers: servers,
          agents: pinned.agents,
        },
      }
    : { fault: pinned.fault };
}

function plannerFault({ planners }: Catalogue, { planner }: AgentConfig): FieldFault | null {
  return planners.includes(planner)
    ? null
    : {
        code: "validation_failed",
        pointer: "/config/planner",
        detail: `must be one of ${planners.join(", ")}`,
      };
}

/** A provider that the deployment has no key for can be used with the tenant's own. */
async function modelFault(
  { catalogue, tenantSecrets }: ApiDeps,
  tenantId: string,
  { model, fallback_models = [] }: AgentConfig,
): Promise<FieldFault | null> {
  const models: readonly (readonly [JsonPointer, string])[] = [
    ["/config/model", model],
    ...fallback_models.map(
      (name, i) => [pointerTo(["config", "fallback_models", i]), name] as const,
    ),
  ];
  for (const [pointer, name] of models) {
    const problem = catalogue.modelProblem(name);
    const secret = providerSecret(name.slice(0, name.indexOf("/")));
    const isUsable =
      problem === null ||
      (problem.code === "provider_not_configured" && (await tenantSecrets.has(tenantId, secret)));
    if (!isUsable) {
      return { code: problem.code, pointer, detail: problem.detail };
    }
  }
  return null;
}

/** With `max_cost_usd`, a model without a price is an error, not free. */
function priceFault(
  catalogue: Catalogue,
  { model, fallback_models = [] }: AgentConfig,
  limits: RunLimits,
): FieldFault | null {
  const unpriced = [model, ...fallback_models].find((name) => !catalogue.isPriced(name));
  return limits.max_cost_usd === undefined || unpriced === undefined
    ? null
    : {
        code: "unpriced_model",
        pointer: "/limits/max_cost_usd",
        detail: `No price is known for ${unpriced}; set one in OPSPAWN_PRICES.`,
      };
}

/** Rejects an invalid schema before the run spends money. */
function schemaFault(
  catalogue: Catalogue,
  place: JsonPointer,
  schema: JsonObject | undefined,
): FieldFault | null {
  const defect = schema === undefined ? null : catalogue.schemaDefect(schema);
  return defect === null
    ? null
    : {
        code: "validation_failed",
        pointer: `/${`${place}${defect.pointer}`.slice(1)}`,
        detail: defect.detail,
      };
}

/** Rejects an invalid schema of a policy, which would otherwise deny every call. */
function policyFault(catalogue: Catalogue, { policy }: AgentConfig): FieldFault | null {
  for (const [pattern, schema] of Object.entries(policy?.arguments ?? {})) {
    const place = pointerTo(["config", "policy", "arguments", pattern]);
    const fault = schemaFault(catalogue, place, schema);
    if (fault !== null) {
      return fault;
    }
  }
  return null;
}

/**
 * Returns the tenant's enabled tools that a run may use: all, or those that its config names. Reads
 * nothing if the config names only built-in tools and tools of its MCP servers.
 */
async function ownTools(
  { catalogue, tools }: ApiDeps,
  tenantId: string,
  config: AgentConfig,
  servers: readonly McpServerDefinition[],
  known?: readonly ToolRow[],
): Promise<ToolDefinition[]> {
  const builtIn = new Set(catalogue.tools.map((tool) => tool.name));
  const { tools: names } = config;
  const isOthers = (name: string) => builtIn.has(name) || isMcpTool(name, servers, config);
  if (names?.every(isOthers) === true) {
    return [];
  }
  const rows = known ?? (await tools.list(tenantId));
  return rows
    .filter(({ name, enabled }) => enabled && !builtIn.has(name) && (names?.includes(name) ?? true))
    .map(({ definition }) => definition);
}

function toolFault(
  catalogue: Catalogue,
  config: AgentConfig,
  others: readonly string[],
  servers: readonly McpServerDefinition[],
): FieldFault | null {
  const existing = new Set([...catalogue.tools.map((tool) => tool.name), ...others]);
  // Tools of MCP servers are only known to the run, once it has listed them.
  const exists = (name: string) => existing.has(name) || isMcpTool(name, servers, config);
  const names = config.tools ?? [];
  const place = names.findIndex((name) => !exists(name));
  return place === -1
    ? null
    : {
        code: "unknown_tool",
        pointer: pointerTo(["config", "tools", place]),
        detail: `Unknown tool "${names[place]}".`,
      };
}
