/** The client: one service URL, one key, and one property per resource. */
import { Agents } from "./agents.ts";
import { Api } from "./api.ts";
import { Feed } from "./feed.ts";
import { Hooks } from "./hooks.ts";
import { Keys } from "./keys.ts";
import { Memory } from "./memory.ts";
import { Subjects } from "./subjects.ts";
import { McpServers } from "./mcp-servers.ts";
import { Budgets, Concurrency, Usage } from "./money.ts";
import { Conversations } from "./conversations.ts";
import { Schedules } from "./schedules.ts";
import { Attachments } from "./attachments.ts";
import { Secrets } from "./secrets.ts";
import { Telemetry } from "./telemetry.ts";
import { settingsFrom, type GivenSettings } from "./settings.ts";
import type { WebSocketClass } from "./socket-events.ts";
import { Audit, HealthCheck, InvariantChecks, Providers } from "./system.ts";
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

const KEY = /^[\u0021-\u007e]+$/;

/** A client of one service. The constructor sends no request. */
export class Opspawn {
  /** The base URL, without a trailing slash. */
  readonly url: string;
  readonly tasks: Tasks;
  readonly inbox: TaskInbox;
  readonly feed: Feed;
  readonly attachments: Attachments;
  readonly agents: Agents;
  readonly tools: Tools;
  readonly mcpServers: McpServers;
  readonly keys: Keys;
  readonly secrets: Secrets;
  readonly telemetry: Telemetry;
  readonly webhooks: Webhooks;
  readonly hooks: Hooks;
  readonly schedules: Schedules;
  readonly conversations: Conversations;
  readonly memory: Memory;
  readonly subjects: Subjects;
  readonly budgets: Budgets;
  readonly concurrency: Concurrency;
  /** The model providers that limit calls. */
  readonly providers: Providers;
  readonly usage: Usage;
  readonly audit: Audit;
  readonly invariants: InvariantChecks;
  readonly health: HealthCheck;

  /** @throws TypeError if the URL or the key is missing or malformed, or a number is out of range */
  constructor(options: OpspawnOptions = {}) {
    const { url = variable("OPSPAWN_URL"), key = variable("OPSPAWN_KEY"), ...own } = options;
    this.url = addressOf(url);
    // Checked here because `fetch` would put an invalid header value into its error.
    // A key that is not a text would match the pattern as a word.
    if (typeof key !== "string" || !KEY.test(key)) {
      throw new TypeError(
        key === undefined
          ? "The key is missing: pass key, or set OPSPAWN_KEY."
          : "The key must consist of visible ASCII characters without spaces.",
      );
    }
    const send: typeof fetch = own.fetch ?? ((input, init) => fetch(input, init));
    const api = new Api({
      url: this.url,
      key,
      fetch: send,
      settings: settingsFrom(own),
    });
    // A custom `fetch` may use a proxy that the global WebSocket would bypass.
    const socket = own.fetch === undefined ? (globalThis.WebSocket ?? null) : null;
    const Socket = own.WebSocket === undefined ? socket : own.WebSocket;
    this.tasks = new Tasks(api, Socket);
    this.inbox = new TaskInbox(api);
    this.feed = new Feed(api, Socket, key);
    this.attachments = new Attachments(api);
    this.agents = new Agents(api);
    this.tools = new Tools(api);
    this.mcpServers = new McpServers(api);
    this.keys = new Keys(api);
    this.secrets = new Secrets(api);
    this.telemetry = new Telemetry(api);
    this.webhooks = new Webhooks(api);
    this.hooks = new Hooks(api);
    this.schedules = new Schedules(api);
    this.conversations = new Conversations(api, this.tasks);
    this.memory = new Memory(api);
    this.subjects = new Subjects(api);
    this.budgets = new Budgets(api);
    this.concurrency = new Concurrency(api);
    this.providers = new Providers(api);
    this.usage = new Usage(api);
    this.audit = new Audit(api);
    this.invariants = new InvariantChecks(api);
    this.health = new HealthCheck(api);
  }
}

/** Reads an environment variable where there are any: not in browsers. */
function variable(name: string): string | undefined {
  const { process } = globalThis as {
    readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  };
  return process?.env?.[name]?.trim() || undefined;
}

function addressOf(url: string | undefined): string {
  if (url === undefined) {
    throw new TypeError("The URL is missing: pass url, or set OPSPAWN_URL.");
  }
  if (!URL.canParse(url)) {
    throw new TypeError(`The URL must look like https://example.com, but is ${url}.`);
  }
  const { protocol, username, password, origin, pathname } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") {
    throw new TypeError("The URL must begin with http:// or https://.");
  }
  if (username !== "" || password !== "") {
    throw new TypeError("The URL must not contain a user name or password.");
  }
  return `${origin}${pathname}`.replace(/\/+$/, "");
}
