/** The client: one service, one key, and a resource for each kind of thing. */
import { Agents } from "./agents.ts";
import { Api } from "./api.ts";
import { Hooks } from "./hooks.ts";
import { Keys } from "./keys.ts";
import { McpServers } from "./mcp-servers.ts";
import { Budgets, Concurrency, Usage } from "./money.ts";
import { PATIENCE, type Patience } from "./patience.ts";
import type { WebSocketClass } from "./socket-events.ts";
import { Audit, HealthCheck, InvariantChecks } from "./system.ts";
import { Tasks } from "./tasks.ts";
import { Tools } from "./tools.ts";
import { Webhooks } from "./webhooks.ts";

export interface OpspawnOptions {
  /** Where the service is, such as `https://opspawn.example.com`; a path before `/api` is kept. */
  readonly url: string;
  /** Sent as `Authorization: Bearer …`, and never shown in an error. */
  readonly key: string;
  /** In the place of the global one. */
  readonly fetch?: typeof fetch;
  /** In the place of the global one; null: events come over HTTP. */
  readonly WebSocket?: WebSocketClass | null;
  /** How long to wait and how often to try again; what is not given is `PATIENCE`. */
  readonly patience?: Partial<Patience>;
}

const KEY = /^[\u0021-\u007e]+$/;

/** A client of one service. Making one sends nothing. */
export class Opspawn {
  /** The address, without a slash at its end. */
  readonly url: string;
  readonly tasks: Tasks;
  readonly agents: Agents;
  readonly tools: Tools;
  readonly mcpServers: McpServers;
  readonly keys: Keys;
  readonly webhooks: Webhooks;
  readonly hooks: Hooks;
  readonly budgets: Budgets;
  readonly concurrency: Concurrency;
  readonly usage: Usage;
  readonly audit: Audit;
  readonly invariants: InvariantChecks;
  readonly health: HealthCheck;

  /** @throws TypeError if the address is not one of the web, or the key is none */
  constructor({ url, key, patience = {}, ...own }: OpspawnOptions) {
    this.url = addressOf(url);
    // Else the header would be refused by an error that shows it.
    if (!KEY.test(key)) {
      throw new TypeError("The key must be of visible ASCII characters, without spaces.");
    }
    const send: typeof fetch = own.fetch ?? ((input, init) => fetch(input, init));
    const api = new Api(this.url, key, { ...PATIENCE, ...patience }, send);
    // A fetch of its own may lead where the global WebSocket would not.
    const socket = own.fetch === undefined ? (globalThis.WebSocket ?? null) : null;
    this.tasks = new Tasks(api, own.WebSocket === undefined ? socket : own.WebSocket);
    this.agents = new Agents(api);
    this.tools = new Tools(api);
    this.mcpServers = new McpServers(api);
    this.keys = new Keys(api);
    this.webhooks = new Webhooks(api);
    this.hooks = new Hooks(api);
    this.budgets = new Budgets(api);
    this.concurrency = new Concurrency(api);
    this.usage = new Usage(api);
    this.audit = new Audit(api);
    this.invariants = new InvariantChecks(api);
    this.health = new HealthCheck(api);
  }
}

function addressOf(url: string): string {
  if (!URL.canParse(url)) {
    throw new TypeError(`The address must be one such as https://example.com, and it is ${url}.`);
  }
  const { protocol, username, password, origin, pathname } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") {
    throw new TypeError("The address must begin with http:// or https://.");
  }
  if (username !== "" || password !== "") {
    throw new TypeError("The address must hold no user name and no password.");
  }
  return `${origin}${pathname}`.replace(/\/+$/, "");
}
