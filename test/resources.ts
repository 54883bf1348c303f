/**
 * One of each thing that the API has, made with the key of a service, by where it stands in a path: what the
 * parameters of an operation name. A path with a parameter that nothing here makes is an error, so
 * that a new kind of thing cannot be forgotten by the tests that go through all operations.
 */
import { vi } from "vitest";
import { PATIENT } from "./patience.ts";
import type { Service } from "./service.ts";
import type { Route } from "./openapi-document.ts";
import { logOf, ofType, scripted, submit } from "./tasks.ts";

/** Stands in everything that is made, so that it can be found where it must not be. */
export const MARK = "mark-of-the-owner";

/** Nothing answers there, and nobody waits to know it. */
const NOWHERE = "127.0.0.1:9";

/** Settings of a service whose things are made here. */
export const RESOURCE_VARS = {
  OPSPAWN_ALLOWED_PRIVATE_HOSTS: NOWHERE,
  OPSPAWN_ENCRYPTION_KEY: "ab".repeat(32),
};

type Made = ReadonlyMap<string, string>;

/**
 * Makes what a parameter names, by the path up to it.
 * @param made the parameters before it
 */
const FACTORIES: Readonly<Record<string, (service: Service, made: Made) => Promise<string>>> = {
  "/api/v1/tasks/{id}": waitingTask,
  "/api/v1/tasks/{id}/approvals/{call_id}": (service, made) =>
    fieldOf(service, made, "approval.requested", "call_id"),
  "/api/v1/tasks/{id}/calls/{call_id}": (service, made) =>
    fieldOf(service, made, "model.requested", "call_id"),
  "/api/v1/tasks/{id}/outputs/{sha256}": (service, made) =>
    fieldOf(service, made, "tool.completed", "output_sha256"),
  "/api/v1/tools/{name}": (service) =>
    named(service, "/api/v1/tools", {
      name: "owned_tool",
      description: MARK,
      kind: "code",
      input_schema: { type: "object" },
      code: { source: "return 1;" },
    }),
  "/api/v1/agents/{name}": (service) =>
    named(service, "/api/v1/agents", { name: "owned-agent", description: MARK }),
  "/api/v1/budgets/{scope}": () => Promise.resolve(OWNED_SCOPE),
  "/api/v1/budgets/{scope}/{period}": async (service) => {
    await put(service, `/api/v1/budgets/${OWNED_SCOPE}/month`, { max_cost_usd: 1000 });
    return "month";
  },
  "/api/v1/concurrency/{scope}": async (service) => {
    await put(service, `/api/v1/concurrency/${OWNED_SCOPE}`, { max_runs: 100 });
    return OWNED_SCOPE;
  },
  "/api/v1/secrets/{name}": async (service) => {
    await put(service, "/api/v1/secrets/owned_secret", { value: MARK });
    return "owned_secret";
  },
  "/api/v1/keys/{id}": (service) =>
    posted(service, "/api/v1/keys", { name: MARK, scopes: ["tasks:read"] }, "id"),
  "/api/v1/webhooks/{id}": (service) =>
    posted(
      service,
      "/api/v1/webhooks",
      { url: `http://${NOWHERE}/${MARK}`, types: ["task.failed"] },
      "id",
    ),
  "/api/v1/webhooks/{id}/deliveries/{delivery_id}": (service, made) =>
    posted(service, `/api/v1/webhooks/${made.get("{id}") ?? ""}/test`, {}, "id"),
  "/api/v1/schedules/{id}": (service) =>
    posted(
      service,
      "/api/v1/schedules",
      {
        name: MARK,
        spec: { every_s: 86_400 },
        action: { task: { input_data: { goal: MARK } } },
      },
      "id",
    ),
  "/api/v1/conversations/{id}": (service) =>
    posted(
      service,
      "/api/v1/tasks",
      { conversation: "owned-conversation", input_data: { goal: MARK } },
      "conversation_id",
    ),
  "/api/v1/memory/{store}": async (service) => {
    await posted(service, `/api/v1/memory/${OWNED_STORE}/items`, { content: MARK }, "id");
    return OWNED_STORE;
  },
  "/api/v1/memory/{store}/items/{id}": (service) =>
    posted(service, `/api/v1/memory/${OWNED_STORE}/items`, { content: MARK }, "id"),
  "/api/v1/memory/{store}/blocks/{label}": async (service) => {
    await put(service, `/api/v1/memory/${OWNED_STORE}/blocks/owned`, { content: MARK });
    return "owned";
  },
  "/api/v1/attachments/{sha256}": async (service) => {
    const response = await service.request("/api/v1/attachments", {
      method: "POST",
      headers: { "Content-Type": "text/plain" },
      body: MARK,
    });
    const { sha256 } = await response.json<{ sha256: string }>();
    return sha256;
  },
  // A memory store makes the subject known.
  "/api/v1/subjects/{subject}": async (service) => {
    const items = "/api/v1/memory/subject:owned-again/items";
    const subject = "/api/v1/subjects/owned-again";
    await posted(service, items, { content: MARK }, "id");
    // Its deletion has an address of its own; what is stored after it is there again.
    await service.request(subject, { method: "DELETE" });
    await vi.waitUntil(async () => {
      const response = await service.request(`${subject}/deletion`);
      return (await response.text()).includes('"completed"');
    }, PATIENT);
    await posted(service, items, { content: MARK }, "id");
    return "owned-again";
  },
  "/api/v1/hooks/{id}": hook,
  "/hooks/{id}": hook,
  "/api/v1/mcp/servers/{name}": (service) =>
    named(service, "/api/v1/mcp/servers", {
      name: "owned-server",
      url: `http://${NOWHERE}/${MARK}`,
    }),
};

/** What the key of a service has: made as it is asked for, each once. */
export class Resources {
  readonly #service: Service;
  readonly #made = new Map<string, Promise<string>>();

  constructor(service: Service) {
    this.#service = service;
  }

  /** The address of an operation, with each parameter naming something of the caller's. */
  async address({ path }: Pick<Route, "path">): Promise<string> {
    const found = new Map<string, string>();
    for (const { index, 0: parameter } of path.matchAll(/\{\w+\}/g)) {
      const prefix = path.slice(0, index + parameter.length);
      found.set(parameter, await this.#one(prefix, found));
    }
    return [...found].reduce(
      (address, [parameter, value]) => address.replace(parameter, encodeURIComponent(value)),
      path,
    );
  }

  #one(prefix: string, before: Made): Promise<string> {
    const known = this.#made.get(prefix);
    if (known !== undefined) {
      return known;
    }
    const make = FACTORIES[prefix];
    if (make === undefined) {
      throw new Error(`Nothing makes ${prefix}: add it to test/resources.ts.`);
    }
    const made = make(this.#service, new Map(before));
    this.#made.set(prefix, made);
    return made;
  }
}

function hook(service: Service): Promise<string> {
  const body = { name: MARK, template: { input_data: { goal: MARK } } };
  return posted(service, "/api/v1/hooks", body, "id");
}

/** A task that has a long output behind it and waits for an approval. */
async function waitingTask(service: Service): Promise<string> {
  const script = [
    { text: "", tool_calls: [{ name: "big", arguments: {} }] },
    { text: "", tool_calls: [{ name: "pay", arguments: { to: MARK } }] },
    { text: "Paid." },
  ];
  const script_tools = [
    { name: "big", outputs: [{ output: `${MARK} `.repeat(8000) }] },
    { name: "pay", effect: "once", outputs: [{ output: "paid" }] },
  ];
  const body = scripted(
    script,
    { name: MARK, agent_config: { policy: { approve: ["pay"] } } },
    { script_tools },
  );
  return (await submit(service, body, { Prefer: "wait=30" })).task_id;
}

async function fieldOf(service: Service, made: Made, type: string, field: string): Promise<string> {
  const events = await logOf(service, made.get("{id}") ?? "");
  const value = ofType(events, type)[0]?.[field];
  if (typeof value !== "string") {
    throw new Error(`The task has no ${field} in ${type}.`);
  }
  return value;
}

/** Whose budget and limit are made: of an agent that no task has. */
const OWNED_SCOPE = `agent:${MARK}`;

/** A memory store about a subject that no task has. A refusal repeats its name, so it has no mark. */
const OWNED_STORE = "subject:owned";

async function put(service: Service, path: string, body: object): Promise<void> {
  const response = await service.send("PUT", path, body);
  if (!response.ok) {
    throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
}

function named(
  service: Service,
  path: string,
  body: { readonly name: string; readonly [field: string]: unknown },
): Promise<string> {
  return posted(service, path, body, "name");
}

/** A field of the answer to what is made. */
async function posted(
  service: Service,
  path: string,
  body: Readonly<Record<string, unknown>>,
  field: string,
): Promise<string> {
  const response = await service.request(path, {
    method: "POST",
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const value: unknown = response.ok
    ? (JSON.parse(text) as Record<string, unknown>)[field]
    : undefined;
  if (typeof value !== "string") {
    throw new Error(`${path}: ${response.status} ${text}`);
  }
  return value;
}
