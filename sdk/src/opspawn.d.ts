/** The client: one service URL, one key, and one property per resource. */
import { Agents } from "./agents.ts";
import { Feed } from "./feed.ts";
import { Hooks } from "./hooks.ts";
import { Keys } from "./keys.ts";
import { McpServers } from "./mcp-servers.ts";
import { Budgets, Concurrency, Usage } from "./money.ts";
import { Secrets } from "./secrets.ts";
import { type GivenSettings } from "./settings.ts";
import type { WebSocketClass } from "./socket-events.ts";
import { Audit, HealthCheck, InvariantChecks } from "./system.ts";
import { TaskInbox } from "./task-inbox.ts";
import { Tasks } from "./tasks.ts";
import { Tools } from "./tools.ts";
import { Webhooks } from "./webhooks.ts";
/** Options of a client. `settings.ts` explains the numbers. */
export interface OpspawnOptions extends GivenSettings {
  /**
   * Base URL of the service, such as `https://opspawn.example.com`. May contain a path, which precedes
   * `/api`. Default: the environment variable `OPSPAWN_URL`.
   */
  readonly url?: string | undefined;
  /**
   * Sent as `Authorization: Bearer …`. Never part of an error. Default: the environment variable
   * `OPSPAWN_KEY`.
   */
  readonly key?: string | undefined;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Replaces the global `WebSocket`. With null, events are streamed over HTTP. */
  readonly WebSocket?: WebSocketClass | null;
}
/** A client of one service. The constructor sends no request. */
export declare class Opspawn {
  /** The base URL, without a trailing slash. */
  readonly url: string;
  readonly tasks: Tasks;
  readonly inbox: TaskInbox;
  readonly feed: Feed;
  readonly agents: Agents;
  readonly tools: Tools;
  readonly mcpServers: McpServers;
  readonly keys: Keys;
  readonly secrets: Secrets;
  readonly webhooks: Webhooks;
  readonly hooks: Hooks;
  readonly budgets: Budgets;
  readonly concurrency: Concurrency;
  readonly usage: Usage;
  readonly audit: Audit;
  readonly invariants: InvariantChecks;
  readonly health: HealthCheck;
  /** @throws TypeError if the URL or the key is missing or malformed, or a number is out of range */
  constructor(options?: OpspawnOptions);
}
