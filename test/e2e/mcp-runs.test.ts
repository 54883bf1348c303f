/** Runs that use MCP servers, black box: the reference server, models that plan, kills, and a huge catalogue. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { EverythingServer } from "../everything.ts";
import { memoryOf } from "../memory.ts";
import { freePort } from "../free-port.ts";
import { Service } from "../service.ts";
import { forbiddenRedirects, forbiddenUrls } from "../ssrf-corpus.ts";
import { json, redirect, Target } from "../target.ts";
import {
  ended,
  getJson,
  listed,
  logOf,
  ofType,
  play,
  scripted,
  submit,
  type LogEvent,
} from "../tasks.ts";
import { SseWatch } from "../watch.ts";

let mock: LLMock;
let everything: EverythingServer;
let witness: Target;
/** May not be reached. */
let closed: Target;
let world: World;
let service: Service;

/** The server of `mcp-world.ts`. */
class World {
  readonly port: number;
  readonly #tools: number;
  #child: ChildProcess | null = null;

  constructor(port: number, tools: number) {
    this.port = port;
    this.#tools = tools;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/mcp`;
  }

  async up(): Promise<void> {
    const program = ["test/mcp-world.ts", String(this.port), witness.url(""), String(this.#tools)];
    const child = spawn(process.execPath, program, { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    this.#child = child;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
}

beforeAll(async () => {
  mock = new LLMock({ port: 0 });
  await mock.start();
  [everything, witness, closed] = await Promise.all([
    EverythingServer.start(),
    Target.start(),
    Target.start(),
  ]);
  world = new World(await freePort(), 0);
  await world.up();
  const worldServer = { url: world.url, effects: { act: "once" } };
  service = await Service.start({
    vars: {
      OPENAI_API_KEY: "key-of-a-test",
      OPENAI_BASE_URL: `http://127.0.0.1:${mock.port}/v1`,
      OPSPAWN_ALLOWED_PRIVATE_HOSTS: [everything.url, world.url, witness.url()]
        .map((url) => new URL(url).host)
        .join(","),
      OPSPAWN_FETCH_RESOLVER: "off",
      OPSPAWN_RECONCILE_AFTER_MS: "1",
      OPSPAWN_MCP_SERVERS: JSON.stringify({
        everything: { url: everything.url, trust_annotations: true, timeout_ms: 60_000 },
        world: worldServer,
        world_idempotent: { ...worldServer, effects: { act: "idempotent" } },
        world_pure: { ...worldServer, effects: { act: "pure" } },
      }),
    },
  });
});

afterAll(async () => {
  await service.stop();
  await Promise.all([world.kill(), everything.stop(), witness.stop(), closed.stop(), mock.stop()]);
});

beforeEach(() => {
  witness.answers.clear();
  witness.visits.length = 0;
});

type Args = Readonly<Record<string, unknown>>;

const CALLS: readonly (readonly [string, Args])[] = [
  ["echo", { message: "hello" }],
  ["get-sum", { a: 2, b: 40 }],
  ["get-structured-content", { location: "Chicago" }],
  ["get-tiny-image", {}],
  ["get-resource-reference", { resourceType: "Text", resourceId: 1 }],
  ["gzip-file-as-resource", { name: "x", data: "ftp://nowhere/x", outputType: "resource" }],
  ["trigger-long-running-operation", { duration: 2, steps: 4 }],
];

const DIRECT = CALLS.map(([name, args]) => ({ name: `everything.${name}`, arguments: args }));
const PROXIED = CALLS.map(([tool, args]) => proxied(tool, args));

function proxied(tool_name: string, args: Args) {
  return {
    name: "mcp_proxy_tool",
    arguments: { server_name: "everything", tool_name, arguments: args },
  };
}

test.each([
  ["directly", DIRECT, { mcp_tools: "direct" }],
  ["by the proxy", PROXIED, { inject_mcp_proxy: true }],
])(
  "the reference server's tools are called %s, each with what it gives",
  async (_how, calls, how) => {
    const task = await play(
      service,
      scripted([...calls.map((call) => ({ tool_calls: [call] })), { text: "done" }], {
        agent_config: { mcp_servers: ["everything"], ...how },
      }),
    );
    expect(task.status).toBe("completed");
    const log = await logOf(service, task.task_id);
    const outcomes = log.filter(({ type }) => type === "tool.completed" || type === "tool.failed");
    expect(outcomes.map(({ data }) => data)).toMatchObject([
      { output: { content: [{ type: "text", text: "Echo: hello" }] }, untrusted: "mcp" },
      { output: { content: [{ type: "text", text: expect.stringContaining("42") }] } },
      { output: { structuredContent: { temperature: expect.any(Number) } } },
      {
        images: [{ media_type: "image/png", data: expect.any(String) }],
        output: {
          content: expect.arrayContaining([{ type: "image", mimeType: "image/png", picture: 1 }]),
        },
      },
      {
        output: {
          content: expect.arrayContaining([expect.objectContaining({ type: "resource" })]),
        },
      },
      { code: "mcp_tool_error", untrusted: "mcp" },
      { output: { content: [{ type: "text", text: expect.stringContaining("completed") }] } },
    ]);
    const requested = ofType(log, "tool.requested");
    expect(requested.map(({ name }) => name)).toEqual(CALLS.map(([name]) => `everything.${name}`));
    expect(requested[0]).toMatchObject({ effect: "pure", arguments: { message: "hello" } });
    const progress = ofType(log, "tool.progressed").map((data) => data["progress"]);
    expect(progress).toEqual([1, 2, 3, 4]);
  },
);

test("resources and prompts are read, and what there is is listed", async () => {
  const task = await play(
    service,
    scripted(
      [
        { tool_calls: [proxied("list", { kind: "resources" })] },
        { tool_calls: [proxied("list", { query: "sum" })] },
        { tool_calls: [proxied("read_resource", { uri: "demo://resource/dynamic/text/1" })] },
        { tool_calls: [proxied("get_prompt", { name: "simple-prompt" })] },
        { text: "done" },
      ],
      { agent_config: { mcp_servers: ["everything"], inject_mcp_proxy: true } },
    ),
  );
  const outcomes = ofType(await logOf(service, task.task_id), "tool.completed");
  expect(outcomes.map((data) => data["output"])).toEqual([
    expect.objectContaining({ resources: expect.arrayContaining([expect.anything()]) }),
    { tools: [expect.objectContaining({ name: "get-sum" })], next_cursor: null },
    { contents: [expect.objectContaining({ uri: "demo://resource/dynamic/text/1" })] },
    { messages: [expect.objectContaining({ role: "user" })] },
  ]);
});

test("a question of the server is asked of people, their answer is checked, and goes to the server", async () => {
  const { task_id } = await submit(
    service,
    scripted(
      [
        { tool_calls: [{ name: "everything.trigger-elicitation-request", arguments: {} }] },
        { text: "done" },
      ],
      { agent_config: { mcp_servers: ["everything"] } },
    ),
  );
  const watch = await SseWatch.open(service, task_id);
  const question = await watch.event("input.requested");
  expect(question).toMatchObject({ server: "everything", schema: { type: "object" } });
  const wrong = await say(task_id, { data: { name: 7 } });
  expect(wrong.status).toBe(422);
  expect(await wrong.json()).toMatchObject({ code: "invalid_arguments" });
  const right = await say(task_id, { data: { name: "Ada", check: true } });
  expect(right.status).toBe(202);
  const task = await ended(service, task_id);
  expect(task.status).toBe("completed");
  const [outcome] = ofType(await logOf(service, task_id), "tool.completed");
  expect(JSON.stringify(outcome?.["output"])).toContain("Ada");
});

function say(taskId: string, body: Args): Promise<Response> {
  return service.request(`/api/v1/tasks/${taskId}/messages`, {
    method: "POST",
    body: JSON.stringify(body),
  });
}

test.each(["native", "react"])(
  "an agent plans a call by the proxy, observes its result and answers with it: %s",
  async (planner) => {
    const goal = `Add 19 and 23 with the server's tool (${planner}).`;
    const args = { server_name: "everything", tool_name: "get-sum", arguments: { a: 19, b: 23 } };
    const seen = ({ messages }: { messages: readonly object[] }) => {
      const text = JSON.stringify(messages);
      return text.includes("sum of 19 and 23") && text.includes(goal);
    };
    const native = planner === "native";
    mock.on(
      { userMessage: goal, predicate: (request) => !seen(request) },
      native
        ? { toolCalls: [{ name: "mcp_proxy_tool", arguments: JSON.stringify(args) }] }
        : {
            content: `Thought: The server can add.\nAction: mcp_proxy_tool\nAction Input: ${JSON.stringify(args)}`,
          },
    );
    mock.on(
      { predicate: seen },
      { content: native ? "It is 42." : "Thought: I know.\nFinal Answer: It is 42." },
    );
    const task = await play(service, {
      input_data: { goal, inject_mcp_proxy: true },
      agent_config: { model: "openai/gpt-4o-mini", planner, mcp_servers: ["everything"] },
    });
    expect(task).toMatchObject({ status: "completed", result: { answer: "It is 42." } });
    const log = await logOf(service, task.task_id);
    expect(ofType(log, "tool.requested").map((data) => data["name"])).toEqual([
      "everything.get-sum",
    ]);
    const [outcome] = ofType(log, "tool.completed");
    expect(outcome).toMatchObject({
      output: { content: [{ text: "The sum of 19 and 23 is 42." }] },
    });
  },
);

test("a server that is down is told and never waited for; when it is back, it is used again", async () => {
  await service.request("/api/v1/mcp/servers", {
    method: "POST",
    body: JSON.stringify({ name: "gone", url: `http://${witness.host}/gone` }),
  });
  witness.answers.set("/gone", (_visit, response) => response.destroy());
  const task = await play(
    service,
    scripted([{ tool_calls: [{ name: "gone.act", arguments: {} }] }, { text: "done" }], {
      agent_config: { mcp_servers: ["gone", "everything"] },
    }),
  );
  const log = await logOf(service, task.task_id);
  const errors = ofType(log, "mcp.listed").map((data) => [data["server"], data["error"]]);
  expect(errors).toContainEqual(["gone", expect.objectContaining({ code: "server_unreachable" })]);
  expect(errors).toContainEqual(["everything", undefined]);
  expect(ofType(log, "tool.failed")).toMatchObject([
    { code: "server_down", message: expect.not.stringContaining("may not have") },
  ]);
  const view = await getJson(service, "/api/v1/mcp/servers/gone");
  expect(view).toMatchObject({ health: { status: "down", code: "server_unreachable" } });
});

test("a server that is killed in the middle of a call is asked once, and the run goes on", async () => {
  const acted = held();
  const { task_id } = await submit(
    service,
    scripted([{ tool_calls: [{ name: "world.act", arguments: {} }] }, { text: "done" }], {
      agent_config: { mcp_servers: ["world"] },
    }),
  );
  await acted;
  await world.kill();
  await world.up();
  const task = await ended(service, task_id);
  expect(task.status).toBe("completed");
  const log = await logOf(service, task_id);
  expect(ofType(log, "tool.failed")).toMatchObject([
    { code: "server_unreachable", message: expect.stringContaining("may or may not") },
  ]);
  expect(witness.to("/act")).toHaveLength(1);
});

test("after a crash of the service in the middle of a call it is made again as its effect says", async () => {
  const tasks: Record<string, string> = {};
  for (const server of ["world", "world_idempotent", "world_pure"]) {
    const acted = held();
    const { task_id } = await submit(
      service,
      scripted(
        [{ tool_calls: [{ name: `${server}.act`, arguments: { server } }] }, { text: "done" }],
        {
          agent_config: { mcp_servers: [server] },
        },
      ),
    );
    tasks[server] = task_id;
    await acted;
  }
  await service.kill();
  witness.answers.set("/act", json({ receipt: 1 }));
  await service.up();
  const acts = () =>
    witness.to("/act").map(({ body }) => JSON.parse(body) as { key: string; server: string });
  for (const id of Object.values(tasks)) {
    await listed(service, id, ({ status }) => status === "completed");
  }
  const keys = (server: string) => acts().filter((act) => act.server === server);
  expect(keys("world")).toHaveLength(1);
  expect(keys("world_idempotent")).toHaveLength(2);
  expect(new Set(keys("world_idempotent").map(({ key }) => key)).size).toBe(1);
  expect(keys("world_pure")).toHaveLength(2);
  const log = await logOf(service, tasks["world"] ?? "");
  expect(ofType(log, "tool.outcome_unknown")).toHaveLength(1);
});

/** Resolves when the witness is told of an act; it does not answer. */
function held(): Promise<void> {
  return new Promise((told) => {
    witness.answers.set("/act", () => told());
  });
}

test("a run that sleeps has no session, and asks for no catalogue when it wakes", async () => {
  const requests: string[] = [];
  witness.answers.set("/counted", (visit, response) => {
    const { method = "", id } = (visit.body === "" ? {} : JSON.parse(visit.body)) as Message;
    requests.push(`${visit.method} ${method}`.trim());
    answerMcp(method, id)(visit, response);
  });
  await service.request("/api/v1/mcp/servers", {
    method: "POST",
    body: JSON.stringify({ name: "counted", url: witness.url("/counted") }),
  });
  const call = { name: "counted.echo", arguments: {} };
  const { task_id } = await submit(
    service,
    scripted(
      [
        { tool_calls: [call] },
        { tool_calls: [{ name: "wait", arguments: { seconds: 1 } }] },
        { tool_calls: [call] },
        { text: "done" },
      ],
      { agent_config: { mcp_servers: ["counted"] } },
    ),
  );
  const watch = await SseWatch.open(service, task_id);
  await watch.event("run.waiting");
  await expect.poll(() => requests).toContain("DELETE");
  const before = requests.splice(0);
  expect(before.filter((one) => one === "POST tools/list")).toHaveLength(1);
  expect((await ended(service, task_id)).status).toBe("completed");
  expect(requests).toContain("POST tools/call");
  expect(requests).not.toContain("POST tools/list");
});

interface Message {
  readonly method?: string;
  readonly id?: number;
}

/** A small server, as far as the wire goes. */
function answerMcp(method: string, id: number | undefined): ReturnType<typeof json> {
  const result =
    (value: object): ReturnType<typeof json> =>
    (visit, response) => {
      response.setHeader("mcp-session-id", "one");
      json({ jsonrpc: "2.0", id, result: value })(visit, response);
    };
  switch (method) {
    case "initialize":
      return result({
        protocolVersion: "2025-11-25",
        capabilities: { tools: {} },
        serverInfo: { name: "counted", version: "1" },
      });
    case "tools/list":
      return result({ tools: [{ name: "echo", inputSchema: { type: "object" } }] });
    case "tools/call":
      return result({ content: [{ type: "text", text: "ok" }] });
    case "":
      return (visit, response) => response.writeHead(visit.method === "DELETE" ? 200 : 405).end();
    default:
      return (_visit, response) => response.writeHead(202).end();
  }
}

test("of two thousand tools the model is offered a bounded number, those that the goal speaks of first", async () => {
  const big = new World(await freePort(), 2000);
  await big.up();
  try {
    const large = await Service.start({
      vars: {
        OPSPAWN_ALLOWED_PRIVATE_HOSTS: `127.0.0.1:${big.port}`,
        OPSPAWN_MCP_SERVERS: JSON.stringify({ big: { url: big.url } }),
      },
    });
    try {
      const before = memoryOf(large);
      const body = {
        input_data: { goal: "Launch a weather balloon.", script: [{ text: "done" }] },
        agent_config: { model: "local/script", mcp_servers: ["big"] },
      };
      const times: number[] = [];
      const logs: LogEvent[][] = [];
      while (logs.length < 2) {
        const task = await play(large, body);
        const log = await logOf(large, task.task_id);
        const at = (type: string) => Date.parse(log.find((event) => event.type === type)?.at ?? "");
        times.push(at("model.requested") - at("run.created"));
        logs.push(log);
      }
      const [list] = ofType(logs[0] ?? [], "mcp.listed");
      const tools = list?.["tools"] as { name: string }[];
      expect(list?.["total"]).toBe(2001);
      expect(tools.length).toBeLessThanOrEqual(64);
      expect(tools.map(({ name }) => name)).toContain("tool_1500");
      const bytes = JSON.stringify(tools).length;
      const mib = (memoryOf(large) - before) / 1024 / 1024;
      process.stdout.write(
        `2,001 MCP tools: first step after ${times[0]} ms with an empty cache, ${times[1]} ms with a full one; ${tools.length} tools (${bytes} bytes) offered; ${mib.toFixed(1)} MiB more in the runtime after both runs.\n`,
      );
    } finally {
      await large.stop();
    }
  } finally {
    await big.kill();
  }
});

test("no forbidden address is fetched for an MCP server, directly or by a redirect", async () => {
  const statuses = new Map<number, number>();
  for (const [i, url] of forbiddenUrls(closed.port).entries()) {
    const { status } = await service.request("/api/v1/mcp/servers", {
      method: "POST",
      body: JSON.stringify({ name: `forbidden-${i}`, url }),
    });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  // What can only be known by looking a name up is refused when it is used; the rest is here.
  expect([...statuses.keys()]).toEqual([422]);
  const redirects = forbiddenRedirects(closed.port);
  witness.answers.set("/away", (visit, response) => {
    const to = new URL(visit.url, witness.url()).searchParams.get("to") ?? "";
    redirect(to)(visit, response);
  });
  for (const [i, to] of redirects.entries()) {
    const name = `redirect-${i}`;
    const url = `${witness.url("/away")}?to=${encodeURIComponent(to)}`;
    const made = await service.request("/api/v1/mcp/servers", {
      method: "POST",
      body: JSON.stringify({ name, url }),
    });
    expect(made.status, await made.text()).toBe(201);
    const response = await service.request(`/api/v1/mcp/servers/${name}/refresh`, {
      method: "POST",
    });
    expect(await response.json()).toMatchObject({ health: { status: "down" } });
    await service.request(`/api/v1/mcp/servers/${name}`, { method: "DELETE" });
  }
  expect(redirects.length).toBeGreaterThan(10);
  expect(closed.visits).toEqual([]);
});
