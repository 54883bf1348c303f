/** A tenant that talks: a client of the app in the test's own worker. */
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import type { RunEvent } from "../../src/run/log/event.ts";
import { reduce } from "../../src/run/log/reduce.ts";
import { INITIAL_STATE, type RunState } from "../../src/run/log/state.ts";
import type { JsonValue } from "../../src/run/value/json.ts";

/** How long a test waits for a condition. */
export const PATIENT = { timeout: 90_000 };
const app = createApp(() => apiDeps(env, { count() {}, fault() {} }));
let tenants = 0;

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

/** A tenant of its own, and a client of its conversations. */
export class Tenant {
  readonly name: string;
  readonly #key: string;
  readonly #app: typeof app;

  private constructor(name: string, own: typeof app) {
    this.name = name;
    this.#app = own;
    this.#key = `opsk_${name}`;
  }

  /** @param own the service that it calls, if that is another one than usual */
  static async new(own = app): Promise<Tenant> {
    tenants += 1;
    const tenant = new Tenant(`chat-${tenants}`, own);
    await env.DB.prepare(
      `INSERT INTO api_key VALUES (?, ?, 'chat', ?, 'tasks:read tasks:write admin',
         '2026-01-01T00:00:00Z', NULL, NULL)`,
    )
      .bind(`key_${tenant.name}`, tenant.name, sha256Hex(tenant.#key))
      .run();
    return tenant;
  }

  async ask(method: string, path: string, body?: object, headers: object = {}): Promise<Answer> {
    const response = await this.#app.request(`/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.#key}`,
        "Content-Type": "application/json",
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
      headers: response.headers,
    };
  }

  /** Submits a turn that answers with a script. */
  say(goal: string, more: object, script: JsonValue = [{ text: `re: ${goal}` }]): Promise<Answer> {
    const input_data = { goal, script };
    const agent_config = { model: "local/script" };
    return this.ask("POST", "/tasks", { input_data, agent_config, ...more });
  }

  /** Submits a turn and waits for its end. */
  async said(goal: string, more: object, script?: JsonValue): Promise<string> {
    const { status, body } = await this.say(goal, more, script);
    if (status !== 201) {
      throw new Error(`not accepted: ${JSON.stringify(body)}`);
    }
    const id = String(body["id"]);
    await this.ended(id);
    return id;
  }

  /** Resolves once D1 knows the end of a task. */
  async ended(id: string): Promise<string> {
    return vi.waitFor(async () => {
      const row = await env.DB.prepare("SELECT status, completed_at FROM task WHERE task_id = ?")
        .bind(id)
        .first<{ status: string; completed_at: string | null }>();
      if (typeof row?.completed_at !== "string") {
        throw new Error(`${id} is ${JSON.stringify(row)}`);
      }
      return row.status;
    }, PATIENT);
  }

  /** Submits a turn that waits, and resolves once it does. */
  async holding(goal: string, more: object): Promise<string> {
    const { body } = await this.say(goal, more, HELD);
    const id = String(body["id"]);
    await vi.waitFor(async () => {
      const { wait, status } = await this.state(id);
      if (wait?.for !== "timer") {
        throw new Error(`${id} is ${status}`);
      }
    }, PATIENT);
    return id;
  }

  async log(id: string): Promise<RunEvent[]> {
    const { events } = await runStub(env.RUNS, this.name, id).events(0, 1000);
    return JSON.parse(events) as RunEvent[];
  }

  async state(id: string): Promise<RunState> {
    return (await this.log(id)).reduce(reduce, INITIAL_STATE);
  }

  /** What a turn knows of the turns before it. */
  async past(id: string): Promise<string[]> {
    const { spec } = await this.state(id);
    return (spec?.history?.turns ?? []).map(({ role, text }) => `${role}: ${text}`);
  }

  /** What was said in a conversation, read in pages of 60 turns. */
  async messages(id: string): Promise<string[]> {
    const said: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page = cursor === "" ? "" : `&cursor=${cursor}`;
      const { body } = await this.ask("GET", `/conversations/${id}/messages?limit=60${page}`);
      const found = body["data"] as { role: string; text: string }[];
      said.push(...found.map(({ role, text }) => `${role}: ${text}`));
      cursor = body["next_cursor"] as string | null;
    }
    return said;
  }
}

/** A script that waits for an hour. */
export const HELD: JsonValue = [
  { tool_calls: [{ name: "wait", arguments: { seconds: 3000 } }] },
  { text: "waited" },
];
