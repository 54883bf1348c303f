/** A tenant with agents that start tasks, in the real objects. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import type { RunEvent } from "../../src/run/log/event.ts";
import type { AgentDefinition } from "../../src/run/spec/agent.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import { AgentStore } from "../../src/store/agents.ts";
import { newActor } from "../../src/store/audit.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";

export const PATIENT = { timeout: 60_000 };
const tasks = new TaskStore(env.DB);
const agents = new AgentStore(env.DB);
const app = createApp(() => apiDeps(env, { count() {}, fault() {} }));
let tenants = 0;

export const actor = () => newActor(Date.now(), "key");

/** Scripts by agent, as `input_data.script_agents` has them. */
type Scripts = Readonly<Record<string, { script: JsonValue; script_tools?: JsonValue }>>;

export class Tenant {
  readonly name: string;
  readonly #key: string;

  private constructor(name: string) {
    this.name = name;
    this.#key = `opsk_${name}`;
  }

  static async of(
    definitions: Readonly<Record<string, Partial<AgentDefinition>>>,
  ): Promise<Tenant> {
    tenants += 1;
    const tenant = new Tenant(`trees-${tenants}`);
    await env.DB.prepare(
      `INSERT INTO api_key VALUES (?, ?, 'trees', ?, 'tasks:read tasks:write', '2026-01-01T00:00:00Z',
         NULL, NULL)`,
    )
      .bind(`key_${tenant.name}`, tenant.name, sha256Hex(tenant.#key))
      .run();
    for (const [name, { config = {}, limits = {} }] of Object.entries(definitions)) {
      const model = { model: "local/script" };
      const definition = { description: `The ${name}.`, config: { ...model, ...config }, limits };
      await agents.insert(tenant.name, name, definition, actor());
    }
    return tenant;
  }

  async ask(method: string, path: string, body?: object) {
    const response = await app.request(`/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.#key}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json<Record<string, never>>() };
  }

  /** Opens a stream. */
  open(path: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    const request = new Request(`https://opspawn.test/api/v1${path}`, {
      headers: { Authorization: `Bearer ${this.#key}`, ...headers },
    });
    return Promise.resolve(app.fetch(request, env, createExecutionContext()));
  }

  async submit(agent: string, scripts: Scripts, more: object = {}): Promise<string> {
    const input_data = { goal: "go", ...scripts[agent], script_agents: scripts };
    const { status, body } = await this.ask("POST", "/tasks", { agent, input_data, ...more });
    const id: unknown = body["id"];
    if (status !== 201 || typeof id !== "string") {
      throw new Error(`not accepted: ${JSON.stringify(body)}`);
    }
    return id;
  }

  run(id: string) {
    return runStub(env.RUNS, this.name, id);
  }

  async log(id: string): Promise<RunEvent[]> {
    return JSON.parse((await this.run(id).events(0, 1000)).events) as RunEvent[];
  }

  /** Resolves once a run is as wanted. */
  async until(id: string, wanted: { status?: string; waiting_for?: string }): Promise<void> {
    await vi.waitFor(async () => {
      const health = await this.run(id).health();
      if (Object.entries(wanted).some(([name, value]) => Reflect.get(health, name) !== value)) {
        throw new Error(`${id} is ${JSON.stringify(health)}`);
      }
    }, PATIENT);
  }

  /** The rows below a first task, oldest first. */
  async below(id: string) {
    const { tasks: rows } = await tasks.list(
      this.name,
      { metadata: [], rootTaskId: id },
      100,
      null,
      "oldest",
    );
    return rows;
  }
}

/** A turn that orders tasks of an agent, one for each goal. */
export const give = (agent: string, ...goals: string[]) => ({
  tool_calls: goals.map((goal) => ({ name: `agent_${agent}`, arguments: { goal } })),
});
/** The config of an agent that may start tasks of others. */
export const refersTo = (...names: string[]) => ({ agents: names.map((agent) => ({ agent })) });
