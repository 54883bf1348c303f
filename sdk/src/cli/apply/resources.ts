/** The resources of a config: how each is read, compared, written and deleted. */
import type { Opspawn } from "../../opspawn.ts";
import type { ApiPromise } from "../../api-promise.ts";
import { NotFoundError } from "../../errors.ts";
import type { CreateWebhook, RegisterTool, WriteSchedule } from "../../model.ts";
import type { OwnedKind, TenantConfig } from "../../tenant-config.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A resource as the service has it. */
export interface Found {
  readonly fields: Fields;
  /** For a conditional change; null if it has no version. */
  readonly etag: string | null;
  /** Identifies it in requests. */
  readonly id: string;
}

/** A resource of the config. */
export interface Wanted {
  readonly kind: OwnedKind;
  /** Its name, URL or scope. */
  readonly key: string;
  /** What is compared: its fields, with the defaults of those that it omits. */
  readonly fields: Fields;
  /** Returns the resource as it is, or null if there is none. */
  read(): Promise<Found | null>;
  create(): Promise<unknown>;
  /** Replaces it. Fails if it has changed since it was read. */
  update(found: Found): Promise<unknown>;
  /** True if its value cannot be compared, so that it is written each time. */
  readonly isOpaque?: true;
}

/** A resource that exists, whatever the config says. */
export interface Existing {
  readonly kind: OwnedKind;
  readonly key: string;
  remove(): Promise<unknown>;
}

const WEBHOOK_TYPES = [
  "task.started",
  "task.waiting",
  "task.completed",
  "task.failed",
  "task.cancelled",
  "approval.requested",
  "schedule.skipped",
  "schedule.paused",
  "provider.degraded",
  "provider.recovered",
];

/** Returns the resources of a config, in the order in which they refer to each other. */
export function wantedIn(
  config: TenantConfig,
  client: Opspawn,
  valueOf: (variable: string) => string,
): Wanted[] {
  const { secrets = {}, tools = [], mcp_servers = [], agents = [] } = config;
  const { schedules = [], webhooks = [], budgets = [], concurrency = [] } = config;
  return [
    ...Object.entries(secrets).map(([name, { env, hosts }]): Wanted => {
      const body = { value: valueOf(env), ...(hosts !== undefined && { hosts: [...hosts] }) };
      return {
        kind: "secrets",
        key: name,
        fields: { hosts: hosts ?? null },
        isOpaque: true,
        read: () => foundBy(client.secrets.get(name), name),
        create: () => client.secrets.set(name, body),
        update: ({ etag }) => client.secrets.set(name, body, matching(etag)),
      };
    }),
    ...tools.map((tool): Wanted => ({
      kind: "tools",
      key: tool.name,
      fields: withDefaults(tool, toolDefaults(tool)),
      read: () => foundBy(client.tools.get(tool.name), tool.name),
      create: () => client.tools.register(tool),
      update: ({ etag }) => client.tools.replace(tool.name, tool, matching(etag)),
    })),
    ...mcp_servers.map((server): Wanted => ({
      kind: "mcp_servers",
      key: server.name,
      fields: withDefaults(server, {
        headers: {},
        timeout_ms: 30_000,
        effects: {},
        trust_annotations: false,
        approval: "never",
        enabled: true,
        oauth: undefined,
      }),
      read: () => foundBy(client.mcpServers.get(server.name), server.name),
      create: () => client.mcpServers.create(server),
      update: ({ etag }) => client.mcpServers.replace(server.name, server, matching(etag)),
    })),
    ...agents.map((agent): Wanted => ({
      kind: "agents",
      key: agent.name,
      fields: withDefaults(agent, { description: null, config: {}, limits: {} }),
      read: () => foundBy(client.agents.get(agent.name), agent.name),
      create: () => client.agents.create(agent),
      update: ({ etag }) => client.agents.replace(agent.name, agent, matching(etag)),
    })),
    ...wantedSchedules(client, schedules),
    ...webhooks.map((webhook) => wantedWebhook(client, webhook)),
    ...budgets.map(({ scope, period, max_cost_usd }): Wanted => {
      const set = (etag: string | null) =>
        client.budgets.set(scope, period, { max_cost_usd }, matching(etag));
      return {
        kind: "budgets",
        key: `${scope}/${period}`,
        fields: { max_cost_usd },
        read: () => foundBy(client.budgets.get(scope, period), scope),
        create: () => set(null),
        update: ({ etag }) => set(etag),
      };
    }),
    ...concurrency.map(({ scope, max_runs }): Wanted => {
      const set = (etag: string | null) =>
        client.concurrency.set(scope, { max_runs }, matching(etag));
      return {
        kind: "concurrency",
        key: scope,
        fields: { max_runs },
        read: () => foundBy(client.concurrency.get(scope), scope),
        create: () => set(null),
        update: ({ etag }) => set(etag),
      };
    }),
  ];
}

const SPEC_DEFAULTS: Fields = {
  timezone: "UTC",
  dst_gap: "next",
  dst_overlap: "first",
  exclude: [],
  jitter_s: 0,
};
const POLICY_DEFAULTS: Fields = {
  overlap: "skip",
  catch_up: "last",
  catch_up_window_s: 86_400,
  pause_after_refusals: 3,
};

function wantedSchedules(client: Opspawn, schedules: readonly WriteSchedule[]): Wanted[] {
  let listed: Promise<ReadonlyMap<string, string>> | null = null;
  const idsByName = async (): Promise<ReadonlyMap<string, string>> => {
    const ids = new Map<string, string>();
    for await (const { id, name } of client.schedules.list()) {
      ids.set(name, id);
    }
    return ids;
  };
  return schedules.map((schedule): Wanted => {
    const { name, spec, action, policy = {} } = schedule;
    const { anchor, starts_at, ends_at } = spec;
    const times = { anchor: inUtc(anchor), starts_at: inUtc(starts_at), ends_at: inUtc(ends_at) };
    return {
      kind: "schedules",
      key: name,
      fields: {
        spec: { ...SPEC_DEFAULTS, ...spec, ...times },
        action,
        policy: { ...POLICY_DEFAULTS, ...policy },
      },
      async read() {
        listed ??= idsByName();
        const id = (await listed).get(name);
        return id === undefined ? null : foundBy(client.schedules.get(id), id);
      },
      create: () => client.schedules.create(schedule),
      update: ({ id, etag }) => client.schedules.replace(id, schedule, matching(etag)),
    };
  });
}

/** Returns a time as the service stores it. What is no time is left to the service. */
function inUtc(time: string | null | undefined): string | null {
  const at = Date.parse(time ?? "");
  return Number.isNaN(at) ? (time ?? null) : new Date(at).toISOString();
}

function wantedWebhook(client: Opspawn, webhook: CreateWebhook): Wanted {
  const { url } = webhook;
  const fields = withDefaults(webhook, {
    types: WEBHOOK_TYPES,
    description: null,
    enabled: true,
  });
  return {
    kind: "webhooks",
    key: url,
    fields,
    async read() {
      for await (const { url: known, id } of client.webhooks.list()) {
        if (known === url) {
          return foundBy(client.webhooks.get(id), id);
        }
      }
      return null;
    },
    create: () => client.webhooks.create(webhook),
    update: ({ id, etag }) =>
      client.webhooks.update(
        id,
        {
          types: webhook.types ?? (WEBHOOK_TYPES as NonNullable<CreateWebhook["types"]>),
          description: webhook.description ?? null,
          enabled: webhook.enabled ?? true,
        },
        matching(etag),
      ),
  };
}

function toolDefaults(tool: RegisterTool): Fields {
  const shared = { output_schema: null, approval: "never", timeout_ms: 60_000, enabled: true };
  return tool.kind === "http"
    ? { ...shared, effect: "once", http: { headers: {}, ...tool.http } }
    : { ...shared, effect: "pure" };
}

/** Yields what a tenant has of a kind, without what belongs to the deployment. */
export async function* existingOf(kind: OwnedKind, client: Opspawn): AsyncGenerator<Existing> {
  switch (kind) {
    case "secrets":
      for await (const { name } of client.secrets.list()) {
        yield { kind, key: name, remove: () => client.secrets.delete(name) };
      }
      break;
    case "tools":
      for await (const { name, kind: source } of client.tools.list()) {
        if (source !== "built_in") {
          yield { kind, key: name, remove: () => client.tools.delete(name) };
        }
      }
      break;
    case "mcp_servers":
      for await (const { name, source } of client.mcpServers.list()) {
        if (source === "tenant") {
          yield { kind, key: name, remove: () => client.mcpServers.delete(name) };
        }
      }
      break;
    case "agents":
      for await (const { name, built_in } of client.agents.list()) {
        if (!built_in) {
          yield { kind, key: name, remove: () => client.agents.delete(name) };
        }
      }
      break;
    case "schedules":
      for await (const { id, name, created_by } of client.schedules.list()) {
        // What an agent made is not in any file.
        if (!created_by.startsWith("task_")) {
          yield { kind, key: name, remove: () => client.schedules.delete(id) };
        }
      }
      break;
    case "webhooks":
      for await (const { id, url } of client.webhooks.list()) {
        yield { kind, key: url, remove: () => client.webhooks.delete(id) };
      }
      break;
    case "budgets":
      for await (const { scope, period } of client.budgets.list()) {
        const key = `${scope}/${period}`;
        yield { kind, key, remove: () => client.budgets.delete(scope, period) };
      }
      break;
    default:
      for await (const { scope } of client.concurrency.list()) {
        yield { kind, key: scope, remove: () => client.concurrency.delete(scope) };
      }
  }
}

async function foundBy(asked: ApiPromise<object>, id: string): Promise<Found | null> {
  try {
    const { data, etag } = await asked.withResponse();
    return { fields: { ...data }, etag, id };
  } catch (error) {
    if (error instanceof NotFoundError) {
      return null;
    }
    throw error;
  }
}

function matching(etag: string | null): { readonly ifMatch?: string } {
  return etag === null ? {} : { ifMatch: etag };
}

/** Returns the fields with defaults. A field that is null has its default too. */
function withDefaults(fields: object, defaults: Fields): Fields {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  const { name: _name, url: _url, ...rest } = Object.fromEntries(set);
  const url = "name" in fields && _url !== undefined ? { url: _url } : {};
  const http = defaults["http"] === undefined ? {} : { http: defaults["http"] };
  return { ...defaults, ...rest, ...url, ...http };
}
