/**
 * Whether everything exists and can be used that an agent's config refers to. Asked when an agent is
 * written and again when a task is submitted or tried again, since what it refers to may have gone
 * meanwhile.
 */
import type { Catalogue } from "../../run/spec/catalogue.ts";
import type { JsonObject } from "../../run/value/json.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { AgentConfig, RunLimits } from "../../run/spec/spec.ts";
import type { ToolDefinition } from "../../run/spec/tool-definition.ts";
import type { ToolRow } from "../../store/tools.ts";
import type { ApiDeps } from "../context.ts";
import { isMcpTool, mcpServersOf } from "../mcp-servers/resolve.ts";
import { refusal, type Pointer } from "../http/refusal.ts";

/** A config that is to be checked, with what stands beside it. */
export interface Checked {
  readonly tenantId: string;
  readonly config: AgentConfig;
  readonly limits: RunLimits;
  /** Names of tools that only the task itself brings. */
  readonly brought: readonly string[];
  /** The tenant's tools, where they were read already. */
  readonly tools?: readonly ToolRow[];
}

/** What a config refers to, as it is now: the part of a task's snapshot that is not its agent's. */
export interface Referred {
  readonly tools: readonly ToolDefinition[];
  readonly mcp_servers: readonly McpServerDefinition[];
}

/** The body of a submission: `/agent_config/model`, `/limits/max_cost_usd`. */
export const IN_TASK: Pointer = (part) =>
  part.startsWith("/limits/") ? part : `/agent_config${part}`;

/** @throws Problem that names the place */
export async function checkConfig(
  deps: ApiDeps,
  { tenantId, config, limits, brought, tools }: Checked,
  at: Pointer,
): Promise<Referred> {
  const { catalogue } = deps;
  checkModels(catalogue, config, at);
  checkSchema(catalogue, "/output_schema", config.output_schema, at);
  checkPrices(catalogue, config, limits, at);
  checkPolicy(catalogue, config, at);
  const referred = await referredBy(deps, tenantId, config, at, tools);
  const own = referred.tools.map((tool) => tool.name);
  checkTools(catalogue, config, [...brought, ...own], referred.mcp_servers, at);
  return referred;
}

/** What of a task's snapshot is read again when the task is tried again. @throws Problem */
export async function checkAgain(
  deps: ApiDeps,
  { tenantId, config, limits }: Pick<Checked, "tenantId" | "config" | "limits">,
): Promise<Referred> {
  checkModels(deps.catalogue, config, IN_TASK);
  checkPrices(deps.catalogue, config, limits, IN_TASK);
  return referredBy(deps, tenantId, config, IN_TASK);
}

async function referredBy(
  deps: ApiDeps,
  tenantId: string,
  config: AgentConfig,
  at: Pointer,
  tools?: readonly ToolRow[],
): Promise<Referred> {
  const mcp_servers = await mcpServersOf(deps, tenantId, config, at);
  return { tools: await ownTools(deps, tenantId, config, mcp_servers, tools), mcp_servers };
}

function checkModels(catalogue: Catalogue, config: AgentConfig, at: Pointer): void {
  checkModel(catalogue, config.model, at("/model"));
  for (const [i, fallback] of (config.fallback_models ?? []).entries()) {
    checkModel(catalogue, fallback, at(`/fallback_models/${i}`));
  }
}

function checkModel(catalogue: Catalogue, model: string, pointer: string): void {
  const problem = catalogue.modelProblem(model);
  if (problem !== null) {
    throw refusal(problem.code, pointer, problem.detail);
  }
}

/** With a cap on money, a model without a price is an error, not free. */
function checkPrices(
  catalogue: Catalogue,
  config: AgentConfig,
  limits: RunLimits,
  at: Pointer,
): void {
  const models = [config.model, ...(config.fallback_models ?? [])];
  const unpriced = models.find((model) => !catalogue.isPriced(model));
  if (limits.max_cost_usd !== undefined && unpriced !== undefined) {
    throw refusal(
      "unpriced_model",
      at("/limits/max_cost_usd"),
      `Nobody knows what ${unpriced} costs; set its price in OPSPAWN_PRICES.`,
    );
  }
}

/** A schema that could never be checked is refused now, not after the money is spent. */
function checkSchema(
  catalogue: Catalogue,
  part: `/${string}`,
  schema: JsonObject | undefined,
  at: Pointer,
): void {
  const defect = schema === undefined ? null : catalogue.schemaDefect(schema);
  if (defect !== null) {
    throw refusal("validation_failed", at(`${part}${defect.pointer}`), defect.detail);
  }
}

/** A schema that cannot be applied would deny every call: better said now. */
function checkPolicy(catalogue: Catalogue, config: AgentConfig, at: Pointer): void {
  for (const [pattern, schema] of Object.entries(config.policy?.arguments ?? {})) {
    checkSchema(catalogue, `/policy/arguments/${pattern}`, schema, at);
  }
}

/**
 * The tenant's tools that a run may use, as they are now: all that are enabled, or those that its
 * agent names. Nothing is asked where it names none but built-in ones and those of its servers.
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

function checkTools(
  catalogue: Catalogue,
  config: AgentConfig,
  others: readonly string[],
  servers: readonly McpServerDefinition[],
  at: Pointer,
): void {
  const existing = new Set([...catalogue.tools.map((tool) => tool.name), ...others]);
  for (const [i, name] of (config.tools ?? []).entries()) {
    // What a server offers is known to the run, once it has asked.
    if (!existing.has(name) && !isMcpTool(name, servers, config)) {
      throw refusal("unknown_tool", at(`/tools/${i}`), `There is no tool "${name}".`);
    }
  }
}
