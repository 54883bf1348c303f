/** Configuration as code: what `opspawn apply` makes a tenant equal to. */
import type {
  Budget,
  ConcurrencyCap,
  CreateAgent,
  CreateMcpServer,
  CreateWebhook,
  RegisterTool,
  WriteSchedule,
} from "./model.ts";

/** Kinds of resources that a file can own. */
export type OwnedKind =
  | "secrets"
  | "tools"
  | "mcp_servers"
  | "agents"
  | "schedules"
  | "webhooks"
  | "budgets"
  | "concurrency";

/** A secret by reference: the environment variable that contains its value. */
export interface SecretReference {
  /** Name of the variable. It must be set wherever the file is applied. */
  readonly env: string;
  /** Hosts that headers may send the value to. Default: any. */
  readonly hosts?: readonly string[];
}

/** What a tenant should have. Absent lists are left as they are. */
export interface TenantConfig {
  /** By name. */
  readonly secrets?: Readonly<Record<string, SecretReference>>;
  readonly tools?: readonly RegisterTool[];
  readonly mcp_servers?: readonly CreateMcpServer[];
  readonly agents?: readonly CreateAgent[];
  /** By name. Whether a schedule is paused is not compared. */
  readonly schedules?: readonly WriteSchedule[];
  /** Identified by their URL. */
  readonly webhooks?: readonly CreateWebhook[];
  /** Identified by scope (`tenant`, or `agent:` and a name) and period. */
  readonly budgets?: readonly Pick<Budget, "scope" | "period" | "max_cost_usd">[];
  /** Identified by their scope. */
  readonly concurrency?: readonly Pick<ConcurrencyCap, "scope" | "max_runs">[];
  /**
   * What `--prune` deletes if it is not in this file, as patterns by kind: names, URLs of webhooks,
   * scopes, `scope/period` of budgets. `*` stands for any text. Default: nothing.
   */
  readonly owns?: Readonly<Partial<Record<OwnedKind, readonly string[]>>>;
}

/** Returns the config. Checks its type where it is written. */
export function defineConfig(config: TenantConfig): TenantConfig {
  return config;
}
