/**
 * The task service from outside: over Connect and gRPC-Web to the Worker and over native gRPC to
 * the gateway, with the official clients of each and with `buf curl`. All of them see the same.
 */
import { execFile } from "node:child_process";
import { Agent } from "node:http";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import {
  Code,
  ConnectError,
  createClient,
  type CallOptions,
  type Client,
  type Transport,
} from "@connectrpc/connect";
import * as node from "@connectrpc/connect-node";
import * as web from "@connectrpc/connect-web";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  BadRequestSchema,
  ErrorInfoSchema,
} from "../../src/grpc/gen/google/rpc/error_details_pb.ts";
import { Health } from "../../src/grpc/gen/grpc/health/v1/health_pb.ts";
import {
  Decision,
  InputAction,
  RetryConfig,
  TaskService,
  TaskStatus,
  type Event,
} from "../../src/grpc/gen/opspawn/v1/tasks_pb.ts";
import { GatewayProcess } from "../gateway.ts";
import { Service } from "../service.ts";
import { getTask, logOf, ofType, submit } from "../tasks.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const BUF = join(ROOT, "node_modules", ".bin", "buf");
const SCOPES = "tasks:read tasks:write";
const KEYS = {
  reader: { key: "opsk_reader", tenant: "test", scopes: "tasks:read" },
  writer: { key: "opsk_writer", tenant: "test", scopes: "tasks:write" },
  other: { key: "opsk_other", tenant: "other", scopes: SCOPES },
} as const;
const DONE = { text: "Done." };
/** Speaks slowly, and does not end before somebody answers. */
const SLOW: JsonObject = {
  goal: "Speak slowly.",
  script: [
    {
      text: "A word after the other. ".repeat(8),
      chunks: 16,
      delay_ms: 40,
      tool_calls: [{ name: "ask_human", arguments: { question: "More?" } }],
    },
    DONE,
  ],
};
const PATIENT: JsonObject = {
  goal: "Wait.",
  script: [{ tool_calls: [{ name: "wait", arguments: { seconds: 600 } }] }, DONE],
};
const SCRIPTED = { taskType: "agent_run", agentConfig: { model: "local/script" } };

type Tasks = Client<typeof TaskService>;

/** The ways to call the service, each with the transport of an official client. */
const WAYS: Readonly<Record<string, () => Transport>> = {
  "connect-node, Connect": anyWay,
  "connect-node, Connect as JSON": () =>
    node.createConnectTransport({ ...direct(), useBinaryFormat: false }),
  "connect-node, gRPC-Web": () => node.createGrpcWebTransport(direct()),
  "connect-node, gRPC through the gateway": () =>
    node.createGrpcTransport({ baseUrl: gateway.url }),
  "connect-web, Connect": () =>
    web.createConnectTransport({ baseUrl: service.url, useHttpGet: true }),
  "connect-web, gRPC-Web": () => web.createGrpcWebTransport({ baseUrl: service.url }),
};

function anyWay(): Transport {
  return node.createConnectTransport(direct());
}

/**
 * To the Worker by HTTP/1.1, each call by a connection of its own: a kept one may be closed from the
 * other side in the moment that it is used again.
 */
function direct() {
  return {
    baseUrl: service.url,
    httpVersion: "1.1" as const,
    nodeOptions: { agent: new Agent({ keepAlive: false }) },
  };
}

let service: Service;
let gateway: GatewayProcess;

beforeAll(async () => {
  service = await Service.start({
    keys: Object.values(KEYS),
    vars: {
      OPSPAWN_DELTA_CHARS: "1",
      OPSPAWN_RECONCILE_AFTER_MS: "1",
      // Every event looks its key up: nothing here depends on how fast it comes.
      OPSPAWN_KEY_CACHE_MS: "0",
    },
  });
  gateway = await GatewayProcess.start(service.url);
});
afterAll(async () => {
  await gateway.stop();
  await service.stop();
});

function as(key: string): CallOptions {
  return { headers: { Authorization: `Bearer ${key}` } };
}

/** With the service's own key. */
const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function own(): CallOptions {
  return as(service.key);
}

async function refused(call: Promise<unknown>): Promise<ConnectError> {
  const error: unknown = await call.then(
    (answer) => expect.fail(`it was answered: ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConnectError);
  return ConnectError.from(error);
}

async function all(stream: AsyncIterable<Event>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of stream) {
    events.push(event);
  }
  return events;
}

/** The first events of a stream, which is then left; `enough` is asked after each. */
async function some(tasks: Tasks, taskId: string, enough: (seen: Event[]) => boolean) {
  const left = new AbortController();
  const seen: Event[] = [];
  const options = { ...own(), signal: left.signal };
  const watching = async () => {
    for await (const event of tasks.watchTask({ taskId }, options)) {
      seen.push(event);
      if (enough(seen)) {
        left.abort();
      }
    }
  };
  expect((await refused(watching())).code).toBe(Code.Canceled);
  return seen;
}

function seqs(events: readonly Event[]): number[] {
  return events.map(({ seq }) => seq);
}

const deltas = (seen: readonly Event[]) => seen.filter(({ type }) => type === "model.delta");

describe.each(Object.keys(WAYS))("%s", (way) => {
  const tasks = (): Tasks => createClient(TaskService, WAYS[way]?.() ?? expect.fail());

  test("gives a task to the version of an agent that it names", async () => {
    const name = `versioned_${Object.keys(WAYS).indexOf(way)}`;
    const config = { model: "local/script" };
    const made = await service.send("POST", "/api/v1/agents", { name, config });
    const tag = { "If-Match": made.headers.get("ETag") ?? "" };
    const newer = { config: { ...config, instructions: "Newer." } };
    const replaced = await service.send("PUT", `/api/v1/agents/${name}`, newer, service.key, tag);
    expect([made.status, replaced.status]).toEqual([201, 200]);
    const request = { ...SCRIPTED, inputData: { goal: "Say it.", script: [DONE] }, agent: name };
    const versions = [undefined, 1, 2].map(async (agentVersion) => {
      const version = agentVersion === undefined ? {} : { agentVersion };
      return (await tasks().createTask({ ...request, ...version }, own())).task?.agentVersion;
    });
    expect(await Promise.all(versions)).toEqual([2, 1, 2]);
    const unknown = tasks().createTask({ ...request, agentVersion: 9 }, own());
    await expect(unknown).rejects.toMatchObject({ code: Code.InvalidArgument });
  });

  test("creates a task, gives it, lists it, and says the same as REST", async () => {
    const request = {
      ...SCRIPTED,
      inputData: { goal: "Say it.", script: [DONE] },
      name: "A name",
      priority: 3,
      metadata: { way },
      limits: { max_steps: 7 },
      idempotencyKey: `once with ${way}`,
      waitSeconds: 30,
    };
    const headers = { Authorization: `Bearer ${service.key}`, traceparent: TRACEPARENT };
    const { task, replayed } = await tasks().createTask(request, { headers });
    expect(replayed).toBe(false);
    expect(task).toMatchObject({
      taskType: "agent_run",
      status: TaskStatus.COMPLETED,
      inputData: { goal: "Say it." },
      name: "A name",
      model: "local/script",
      planner: "native",
      priority: 3,
      metadata: { way },
      limits: { max_steps: 7 },
      usage: { steps: 1, modelCalls: 1, toolCalls: 0 },
      attempt: 1,
    });
    const taskId = task?.id ?? "";
    expect(task?.result?.kind).toMatchObject({
      case: "structValue",
      value: { fields: { answer: { kind: { case: "stringValue", value: "Done." } } } },
    });
    expect(task?.completedAt).toBeDefined();
    const [created] = ofType(await logOf(service, taskId), "run.created");
    expect(created?.["trace"]).toEqual({ traceparent: TRACEPARENT });
    const rest = await getTask(service, taskId);
    expect(new Date(Number(task?.createdAt?.seconds) * 1000).toISOString().slice(0, 19)).toBe(
      rest.created_at.slice(0, 19),
    );
    expect(task?.lastSeq).toBe(rest.last_seq);

    const again = await tasks().createTask(request, own());
    expect(again).toMatchObject({ replayed: true, task: { taskId } });
    expect((await tasks().getTask({ taskId }, own())).task).toEqual(task);
    const page = await tasks().listTasks(
      { status: TaskStatus.COMPLETED, agent: "default", metadata: { way }, pageSize: 1 },
      own(),
    );
    expect(page).toMatchObject({ nextPageToken: "", tasks: [{ id: taskId }] });
  });

  test("cancels a task, once", async () => {
    const { task } = await tasks().createTask({ ...SCRIPTED, inputData: PATIENT }, own());
    const taskId = task?.id ?? "";
    const cancelled = await tasks().cancelTask({ taskId, reason: "enough" }, own());
    expect(cancelled.task).toMatchObject({ taskId, status: TaskStatus.CANCELLED });
    expect((await tasks().cancelTask({ taskId }, own())).task?.lastSeq).toBe(
      cancelled.task?.lastSeq,
    );
  });

  test("streams events live; cut in the middle, it is resumed without gap or duplicate", async () => {
    const { task } = await tasks().createTask({ ...SCRIPTED, inputData: SLOW }, own());
    const taskId = task?.id ?? "";
    const before = await some(tasks(), taskId, (seen) => deltas(seen).length >= 3);
    const state = await getTask(service, taskId);
    expect(state.status, "the events came before the run ended").toMatch(/running|waiting/);
    const afterSeq = before.at(-1)?.seq ?? 0;
    const rest = all(tasks().watchTask({ taskId, afterSeq }, own()));
    await expect
      .poll(async () => (await getTask(service, taskId)).waiting_for, { timeout: 60_000 })
      .toBe("input");
    await tasks().sendMessage({ taskId, content: "No." }, own());
    const after = await rest;
    const log = await logOf(service, taskId);
    const events = [...before, ...after];
    expect(seqs(events)).toEqual(log.map(({ seq }) => seq));
    expect(events.map(({ type, data }) => ({ type, data }))).toEqual(
      log.map(({ type, data }) => ({ type, data })),
    );
    expect(events.at(-1)?.type).toBe("run.completed");
    // At the end there is nothing more, and the stream says so at once.
    const end = log.length;
    expect(await all(tasks().watchTask({ taskId, afterSeq: end }, own()))).toEqual([]);
  });

  test("says by code why a call is refused, with the problem's code and its faults", async () => {
    const { task } = await tasks().createTask({ ...SCRIPTED, inputData: PATIENT }, own());
    const taskId = task?.id ?? "";
    const goal = { goal: "x" };
    const big = { goal: "x".repeat(1_100_000) };
    const unpriced = { ...SCRIPTED, agentConfig: { model: "openai/gpt-4o-mini" } };
    const throughGateway = way.includes("gateway");
    const nobody = { metadata: { a: "b" } };
    const cases: [() => Promise<unknown>, Code, string | null, string?][] = [
      [
        () => tasks().createTask({ inputData: goal }, own()),
        Code.InvalidArgument,
        "validation_failed",
        "/task_type",
      ],
      [
        () => tasks().createTask(SCRIPTED, own()),
        Code.InvalidArgument,
        "validation_failed",
        "/input_data",
      ],
      [
        () => tasks().createTask({ ...SCRIPTED, inputData: goal, limits: { max_stepz: 1 } }, own()),
        Code.InvalidArgument,
        "validation_failed",
        "/limits/max_stepz",
      ],
      // A double of 2^53 may have been another number.
      [
        () => tasks().createTask({ ...SCRIPTED, inputData: { ...goal, id: 2 ** 53 } }, own()),
        Code.InvalidArgument,
        "validation_failed",
        "/input_data/id",
      ],
      [
        () => tasks().createTask({ taskType: "mining", inputData: goal }, own()),
        Code.InvalidArgument,
        "unknown_task_type",
        "/task_type",
      ],
      [
        () => tasks().listTasks({ pageSize: 101 }, own()),
        Code.InvalidArgument,
        "validation_failed",
        "/page_size",
      ],
      [
        () => tasks().listTasks({ pageToken: "no" }, own()),
        Code.InvalidArgument,
        "validation_failed",
        "/page_token",
      ],
      [() => tasks().getTask({ taskId: "task_none" }, own()), Code.NotFound, "not_found"],
      [() => tasks().getTask({ taskId }, as(KEYS.other.key)), Code.NotFound, "not_found"],
      [() => tasks().cancelTask({ taskId }, as(KEYS.other.key)), Code.NotFound, "not_found"],
      [() => all(tasks().watchTask({ taskId }, as(KEYS.other.key))), Code.NotFound, "not_found"],
      [() => tasks().getTask({ taskId }), Code.Unauthenticated, "unauthorized"],
      [() => tasks().listTasks(nobody, as("opsk_wrong")), Code.Unauthenticated, "unauthorized"],
      [
        () => all(tasks().watchTask({ taskId }, as("opsk_wrong"))),
        Code.Unauthenticated,
        "unauthorized",
      ],
      [
        () => tasks().createTask({ ...SCRIPTED, inputData: goal }, as(KEYS.reader.key)),
        Code.PermissionDenied,
        "forbidden",
      ],
      [
        () => tasks().cancelTask({ taskId }, as(KEYS.reader.key)),
        Code.PermissionDenied,
        "forbidden",
      ],
      [() => tasks().getTask({ taskId }, as(KEYS.writer.key)), Code.PermissionDenied, "forbidden"],
      [
        () => all(tasks().watchTask({ taskId }, as(KEYS.writer.key))),
        Code.PermissionDenied,
        "forbidden",
      ],
      [
        () => tasks().createTask({ ...unpriced, inputData: goal }, own()),
        Code.FailedPrecondition,
        "provider_not_configured",
        "/agent_config/model",
      ],
      // Whoever reads it first says so: the gateway has no problems of its own.
      [
        () => tasks().createTask({ ...SCRIPTED, inputData: big }, own()),
        Code.ResourceExhausted,
        throughGateway ? null : "payload_too_large",
      ],
    ];
    for (const [call, code, reason, field] of cases) {
      const error = await refused(call());
      expect(Code[error.code], error.message).toBe(Code[code]);
      const [info] = error.findDetails(ErrorInfoSchema);
      expect(info?.metadata["code"] ?? null).toBe(reason);
      expect(info?.reason ?? null).toBe(reason?.toUpperCase() ?? null);
      const [bad] = error.findDetails(BadRequestSchema);
      expect(bad?.fieldViolations[0]?.field).toBe(field);
    }
    const late = { ...own(), timeoutMs: 300 };
    expect((await refused(all(tasks().watchTask({ taskId }, late)))).code).toBe(
      Code.DeadlineExceeded,
    );
    await tasks().cancelTask({ taskId }, own());
  });
});

test("a task is for an agent by its name, has its config, and is told what of it has gone", async () => {
  const tasks = createClient(TaskService, anyWay());
  const send = (method: string, path: string, body?: object) =>
    service.request(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const server = { name: "docs", url: "https://mcp.example.com/mcp" };
  expect((await send("POST", "/api/v1/mcp/servers", server)).status).toBe(201);
  const config = { model: "local/script", mcp_servers: ["docs"], mcp_tools: "proxy", tools: [] };
  const agent = { name: "clerk", config, limits: { max_steps: 3 } };
  expect((await send("POST", "/api/v1/agents", agent)).status).toBe(201);
  const request = {
    taskType: "agent_run",
    agent: "clerk",
    inputData: { goal: "x", script: [DONE] },
    waitSeconds: 30,
  };
  const { task } = await tasks.createTask(request, own());
  expect(task).toMatchObject({
    agent: "clerk",
    agentVersion: 1,
    model: "local/script",
    limits: { max_steps: 3 },
    status: TaskStatus.COMPLETED,
  });
  const [created] = await logOf(service, task?.id ?? "");
  expect(created?.data).toMatchObject({ config, mcp_servers: [{ name: "docs" }] });

  expect((await send("DELETE", "/api/v1/mcp/servers/docs")).status).toBe(204);
  const gone = await refused(tasks.createTask(request, own()));
  expect(gone.code).toBe(Code.InvalidArgument);
  expect(gone.findDetails(ErrorInfoSchema)[0]?.reason).toBe("UNKNOWN_MCP_SERVER");
  expect(gone.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).toBe("/agent");
  const nobody = await refused(tasks.createTask({ ...request, agent: "nobody" }, own()));
  expect(nobody.findDetails(ErrorInfoSchema)[0]?.reason).toBe("UNKNOWN_AGENT");
});

test.each(["connect-node, Connect", "connect-node, gRPC through the gateway"])(
  "a run that waits is answered, changed, retried and deleted over %s",
  async (way) => {
    const tasks = createClient(TaskService, (WAYS[way] ?? anyWay)());
    const script = [
      { tool_calls: [{ name: "pay", arguments: { to: "a" } }] },
      { tool_calls: [{ name: "ask_human", arguments: { question: "How much?" } }] },
      { tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] },
    ];
    const pay = { name: "pay", effect: "once", outputs: [{ output: "paid" }] };
    const { task } = await tasks.createTask(
      {
        taskType: "agent_run",
        agentConfig: { model: "local/script", policy: { approve: ["pay"] } },
        inputData: { goal: "Pay.", script, script_tools: [pay] },
        waitSeconds: 30,
      },
      own(),
    );
    const taskId = task?.id ?? "";
    expect(task).toMatchObject({ status: TaskStatus.WAITING, waitingFor: "approval" });
    const pending = { taskId, callId: "call_2" };
    const undecided = await refused(tasks.decideApproval(pending, own()));
    expect(undecided.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).toBe("/decision");
    await tasks.decideApproval(
      {
        ...pending,
        decision: Decision.APPROVE,
        arguments: fromJson(ValueSchema, { to: "b" }),
      },
      own(),
    );
    const waits = async () =>
      (await tasks.getTask({ taskId, waitSeconds: 5 }, own())).task?.waitingFor;
    await expect.poll(waits).toBe("input");
    const answer = { taskId, content: "7", action: InputAction.ACCEPT };
    expect((await tasks.sendMessage(answer, own())).task?.id).toBe(taskId);
    await expect.poll(waits).toBe("timer");
    const log = await logOf(service, taskId);
    expect(ofType(log, "approval.decided")).toMatchObject([{ arguments: { to: "b" } }]);
    expect(ofType(log, "message.received")).toMatchObject([{ content: "7" }]);

    const { task: limited } = await tasks.changeLimits(
      { taskId, limits: { max_tokens: 77_000, max_steps: null } },
      own(),
    );
    expect(limited?.limits).toMatchObject({ max_tokens: 77_000 });
    expect(limited?.limits).not.toHaveProperty("max_steps");
    expect((await refused(tasks.changeLimits({ taskId }, own()))).code).toBe(Code.InvalidArgument);
    expect((await refused(tasks.retryTask({ taskId }, own()))).code).toBe(Code.FailedPrecondition);
    await tasks.cancelTask({ taskId }, own());
    const retry = { taskId, idempotencyKey: `once ${way}`, config: RetryConfig.CURRENT };
    const first = await tasks.retryTask(retry, own());
    expect(first).toMatchObject({ replayed: false, task: { retryOf: taskId } });
    const again = await tasks.retryTask(retry, own());
    expect(again).toMatchObject({ replayed: true, task: { id: first.task?.id } });
    await tasks.cancelTask({ taskId: first.task?.id ?? "" }, own());
    await tasks.deleteTask({ taskId }, own());
    expect((await refused(tasks.getTask({ taskId }, own()))).code).toBe(Code.NotFound);
  },
);

test("a stream is cut when its key is over, before it is told more", async () => {
  const tasks = createClient(TaskService, anyWay());
  const made = await service.request("/api/v1/keys", {
    method: "POST",
    body: JSON.stringify({ name: "watcher", scopes: ["tasks:read"] }),
  });
  const { key, id } = await made.json<{ key: string; id: string }>();
  const waiting = {
    goal: "Wait.",
    script: [{ tool_calls: [{ name: "ask_human", arguments: { question: "?" } }] }, DONE],
  };
  const { task } = await tasks.createTask(
    { ...SCRIPTED, inputData: waiting, waitSeconds: 30 },
    own(),
  );
  const taskId = task?.id ?? "";
  const seen: Event[] = [];
  const watching = async () => {
    for await (const event of tasks.watchTask({ taskId }, as(key))) {
      seen.push(event);
    }
  };
  const cut = refused(watching());
  await expect.poll(() => seen.length, { timeout: 60_000 }).toBe(task?.lastSeq);
  await service.request(`/api/v1/keys/${id}`, { method: "DELETE" });
  await tasks.cancelTask({ taskId }, own());
  expect((await cut).code).toBe(Code.Unavailable);
  expect(seen).toHaveLength(task?.lastSeq ?? 0);
  expect((await refused(watching())).code).toBe(Code.Unauthenticated);
});

test.each(["connect-node, Connect", "connect-node, gRPC-Web"])(
  "%s: a refused call leaves its connection to the next, whatever it sent",
  async (way) => {
    const tasks = createClient(TaskService, (WAYS[way] ?? anyWay)());
    const long = { ...SCRIPTED, inputData: { goal: "x".repeat(300_000) } };
    for (let i = 0; i < 20; i += 1) {
      const error = await refused(tasks.createTask(long, as("opsk_wrong")));
      expect(Code[error.code], error.message).toBe("Unauthenticated");
      expect((await tasks.listTasks({ pageSize: 1 }, own())).tasks).toHaveLength(1);
    }
  },
);

test("pages follow each other to the last one", async () => {
  const tasks = createClient(TaskService, node.createGrpcTransport({ baseUrl: gateway.url }));
  const metadata = { list: "pages" };
  for (let i = 0; i < 3; i += 1) {
    await submit(service, { input_data: { goal: "1 + 1" }, metadata });
  }
  const seen: string[] = [];
  let pageToken = "";
  do {
    const page = await tasks.listTasks({ metadata, pageSize: 2, pageToken }, own());
    // Only a scan could count tasks with these metadata.
    expect(page.total).toBeUndefined();
    seen.push(...page.tasks.map(({ id }) => id));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  expect(new Set(seen).size).toBe(3);
  expect(seen).toEqual(seen.toSorted().toReversed());
});

/** What `buf curl` prints for a call. */
async function curl(
  protocol: string,
  method: string,
  body: JsonObject,
  schema: readonly string[],
): Promise<string> {
  const grpc = protocol === "grpc";
  const { stdout } = await promisify(execFile)(
    BUF,
    [
      "curl",
      ...schema,
      `--protocol=${protocol}`,
      ...(grpc ? ["--http2-prior-knowledge"] : []),
      `--header=Authorization: Bearer ${service.key}`,
      `--data=${JSON.stringify(body)}`,
      `${grpc ? gateway.url : service.url}/opspawn.v1.TaskService/${method}`,
    ],
    { cwd: ROOT },
  );
  return stdout;
}

describe("buf curl", () => {
  test.each(["connect", "grpcweb", "grpc"])("speaks %s", async (protocol) => {
    const schema = ["--schema=proto"];
    const request = {
      task_type: "agent_run",
      input_data: { goal: "What is 17% of 2,340?" },
      wait_seconds: 30,
    };
    const { task } = JSON.parse(await curl(protocol, "CreateTask", request, schema)) as {
      task: { taskId: string; status: string; result: { answer: string } };
    };
    expect(task.status).toBe("TASK_STATUS_COMPLETED");
    expect(task.result.answer).toContain("397.8");
    const stream = await curl(
      protocol,
      "WatchTask",
      { task_id: task.taskId, after_seq: 1 },
      schema,
    );
    const events = JSON.parse(`[${stream.trim().replaceAll(/\}\s*\n\{/g, "},{")}]`) as Event[];
    expect(seqs(events)).toEqual(events.map((_, i) => i + 2));
    expect(events.at(-1)?.type).toBe("run.completed");
  });

  test("finds the schema out by reflection", async () => {
    const answer = await curl("grpc", "ListTasks", { page_size: 1 }, []);
    expect(JSON.parse(answer)).toMatchObject({ tasks: [{ taskType: "agent_run" }] });
  });
});

test("native gRPC at the Worker is refused for what it is, an unknown method as not found", async () => {
  const path = "/opspawn.v1.TaskService/";
  const init = { method: "POST", body: "" };
  const grpc = { ...init, headers: { "Content-Type": "application/grpc" } };
  expect((await service.request(`${path}GetTask`, grpc)).status).toBe(415);
  const unknown = await service.request(`${path}DropTasks`, init);
  expect(await unknown.json()).toMatchObject({ status: 404, code: "not_found" });
});

/** A list asked for as anybody with an HTTP client would. */
function listByJson(body: object): Promise<Response> {
  return service.request("/opspawn.v1.TaskService/ListTasks", {
    method: "POST",
    body: JSON.stringify(body),
  });
}

test("plain JSON will do; a field that is not known is refused, and every answer is hardened", async () => {
  const listed = await listByJson({ pageSize: 1 });
  expect(await listed.json()).toMatchObject({ tasks: [{}] });
  expect(listed.headers.get("x-content-type-options")).toBe("nosniff");
  expect(listed.headers.get("x-request-id")).toMatch(/^req_/);
  const refusal = await listByJson({ sort: "name" });
  expect(refusal.status).toBe(400);
  expect(await refusal.json()).toMatchObject({ code: "invalid_argument" });
});

test("a service killed while it is watched through the gateway is UNAVAILABLE, and resumed where it was", async () => {
  const tasks = createClient(TaskService, node.createGrpcTransport({ baseUrl: gateway.url }));
  const health = createClient(Health, node.createGrpcTransport({ baseUrl: gateway.url }));
  const script = [{ text: "Killed in the middle. ".repeat(8), chunks: 24, delay_ms: 40 }, DONE];
  const { task_id: taskId } = await submit(service, {
    input_data: { goal: "Go on.", script },
    agent_config: { model: "local/script" },
  });
  const before: Event[] = [];
  const cut = await refused(
    (async () => {
      for await (const event of tasks.watchTask({ taskId }, own())) {
        before.push(event);
        if (deltas(before).length === 5) {
          await service.kill();
        }
      }
    })(),
  );
  expect(cut.code).toBe(Code.Unavailable);
  const gone = await refused(tasks.getTask({ taskId }, own()));
  expect(gone.code).toBe(Code.Unavailable);
  expect(gone.findDetails(ErrorInfoSchema)[0]?.metadata).toEqual({ code: "unavailable" });
  expect(gone.message).not.toContain("127.0.0.1");
  expect((await health.check({})).status).toBe(2);

  await service.up();
  expect((await health.check({ service: TaskService.typeName })).status).toBe(1);
  const afterSeq = before.at(-1)?.seq ?? 0;
  const after = await all(tasks.watchTask({ taskId, afterSeq }, own()));
  const log = await logOf(service, taskId);
  expect(seqs([...before, ...after])).toEqual(log.map(({ seq }) => seq));
  expect(after.at(-1)?.type).toBe("run.completed");
});

test("a gateway that is asked to end tells its streams to come back, and ends", async () => {
  const ending = await GatewayProcess.start(service.url);
  const tasks = createClient(TaskService, node.createGrpcTransport({ baseUrl: ending.url }));
  const { task_id: taskId } = await submit(service, {
    input_data: PATIENT,
    agent_config: { model: "local/script" },
  });
  const stopped: Promise<number | null>[] = [];
  const watching = async () => {
    for await (const event of tasks.watchTask({ taskId }, own())) {
      if (event.type === "run.waiting") {
        stopped.push(ending.stop());
      }
    }
  };
  expect((await refused(watching())).code).toBe(Code.Unavailable);
  expect(await Promise.all(stopped)).toEqual([0]);
});
