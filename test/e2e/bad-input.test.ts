/** What must be refused: each case has its problem document, and none of them writes anything. */
import { request as rawRequest } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import { getJson, getTask, listTasks, logOf, submit, type LogEvent } from "../tasks.ts";
import {
  BAD_BODIES,
  BAD_CONFIGS,
  BAD_FEED_QUERIES,
  BAD_QUERIES,
  BAD_SUBMISSIONS,
} from "./bad-cases.ts";

const GOAL = { goal: "What is 2 + 2?" };
const MIB = 1_048_576;
const KEYS = {
  reader: { key: "opsk_reader", tenant: "test", scopes: "tasks:read" },
  writer: { key: "opsk_writer", tenant: "test", scopes: "tasks:write" },
  other: { key: "opsk_other", tenant: "other", scopes: "tasks:read tasks:write" },
  expired: {
    key: "opsk_expired",
    tenant: "test",
    scopes: "tasks:read tasks:write",
    expiresAt: "2026-01-02T00:00:00.000Z",
  },
  revoked: {
    key: "opsk_revoked",
    tenant: "test",
    scopes: "tasks:read tasks:write",
    revokedAt: "2026-01-02T00:00:00.000Z",
  },
} as const;

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

let service: Service;
let taskId: string;
/** Submitted by the one test that needs two tasks. */
let secondId: string;
let before: readonly LogEvent[];

beforeAll(async () => {
  service = await Service.start({ keys: Object.values(KEYS) });
  taskId = (await submit(service, { input_data: GOAL }, { Prefer: "wait=30" })).task_id;
  before = await logOf(service, taskId);
});
afterAll(() => service.stop());

/** The problem document of an answer; all that every one of them has is checked here. */
async function expectProblem(response: Response, status: number, code: string): Promise<Problem> {
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(response.headers.get("Content-Type"), text).toBe("application/problem+json");
  const problem = JSON.parse(text) as Problem;
  expect(problem).toMatchObject({ status, code, type: `${service.url}/docs/errors#${code}` });
  expect(problem.request_id).toBe(response.headers.get("X-Request-Id"));
  expect(`${problem.title}${problem.detail}`).not.toMatch(/undefined|\[object|Error:| at .*\.ts/);
  expect(problem.detail).not.toBe("");
  return problem;
}

function post(body: string | Uint8Array<ArrayBuffer>, headers = {}, path = "/api/v1/tasks") {
  return service.request(path, { method: "POST", headers, body });
}

test.for(BAD_SUBMISSIONS)("a submission with %s is refused and says where", async (row) => {
  const [, body, code, pointer] = row;
  const { errors } = await expectProblem(await post(JSON.stringify(body)), 422, code);
  expect(errors?.map((fault) => fault.pointer)).toContain(pointer);
});

test.for(BAD_CONFIGS)("an agent_config with %s is refused and says where", async (row) => {
  const [, agent_config, code, pointer] = row;
  const body = JSON.stringify({ input_data: GOAL, agent_config });
  const { errors } = await expectProblem(await post(body), 422, code);
  expect(errors?.map((fault) => fault.pointer)).toEqual([`/agent_config${pointer}`]);
});

test.for(BAD_BODIES)("a body with %s is refused", async ([, body, status, code]) => {
  await expectProblem(await post(body), status, code);
});

test.for(["", " "])("a submission with the empty body '%s' is refused", async (body) => {
  const problem = body === "" ? [422, "validation_failed"] : [400, "malformed_json"];
  const response = await post(body);
  await expectProblem(response, ...(problem as [number, string]));
});

test("a body that is not UTF-8 is refused", async () => {
  const bytes = Buffer.from('{"input_data":{"goal":"\u00fc"}}', "latin1");
  await expectProblem(await post(new Uint8Array(bytes)), 400, "malformed_json");
});

test("a tool's argument at /mcp that would be rounded is refused, and says where", async () => {
  const { answer, id } = await toolCall('{"input_data":{"goal":"x","id":9007199254740993}}');
  expect(answer.status).toBe(200);
  const errors = [{ pointer: "/params/arguments/input_data/id" }];
  expect(await answer.json()).toMatchObject({
    id,
    error: { code: -32_602, data: { code: "validation_failed", errors } },
  });
});

/** A call of `submit_task` at /mcp with arguments as text. */
async function toolCall(args: string): Promise<{ id: number; answer: Response }> {
  const params = `{"name":"submit_task","arguments":${args}}`;
  const body = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":${params}}`;
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  return { id: 7, answer: await post(body, headers, "/mcp") };
}

test("a body over 1 MiB is refused, whether its length is declared or not", async () => {
  const body = JSON.stringify({ input_data: { goal: "x", extra: "y".repeat(MIB) } });
  await expectProblem(await post(body), 413, "payload_too_large");
  expect(await chunkedStatus(Array.from({ length: 40 }, () => "y".repeat(32_768)))).toBe(413);
});

/** The status of a submission sent in pieces, without a declared length. */
function chunkedStatus(pieces: readonly string[]): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${service.key}`,
      "Content-Type": "application/json",
      "Transfer-Encoding": "chunked",
    };
    const url = `${service.url}/api/v1/tasks`;
    const request = rawRequest(url, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", reject);
    for (const piece of pieces) {
      request.write(piece);
    }
    request.end();
  });
}

test.for([
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "json",
  "application/jsonx",
])("a body sent as %s is refused", async (type) => {
  const body = JSON.stringify({ input_data: GOAL });
  const response = await post(body, { "Content-Type": type });
  await expectProblem(response, 415, "unsupported_media_type");
});

test.for(BAD_QUERIES)("the query %s is refused and says where", async ([query, pointer]) => {
  const response = await service.request(`/api/v1/tasks${query.replace("ID", taskId)}`);
  const { errors } = await expectProblem(response, 422, "validation_failed");
  expect(errors?.map((fault) => fault.pointer)).toEqual([pointer]);
});

test.for(BAD_FEED_QUERIES)("the feed's query %s is refused, in each form", async ([query, at]) => {
  for (const accept of ["application/json", "text/event-stream"]) {
    const response = await service.request(`/api/v1/feed${query}`, { headers: { Accept: accept } });
    const { errors } = await expectProblem(response, 422, "validation_failed");
    expect(errors?.map(({ pointer }) => pointer)).toEqual([at]);
  }
});

test("a cursor of the feed from before its changes has expired", async () => {
  for (const accept of ["application/json", "text/event-stream"]) {
    const headers = { Accept: accept };
    const response = await service.request("/api/v1/feed?after=1", { headers });
    const { detail } = await expectProblem(response, 410, "cursor_expired");
    expect(detail).toMatch(/updated_after/);
  }
});

test("a Last-Event-ID that is no cursor of the feed is refused", async () => {
  const headers = { Accept: "text/event-stream", "Last-Event-ID": "seven" };
  await expectProblem(await service.request("/api/v1/feed", { headers }), 400, "invalid_header");
});

test("a cursor of a list in the other order is refused", async () => {
  // A second task, so that the first page has a next one.
  secondId = (await submit(service, { input_data: GOAL }, { Prefer: "wait=30" })).task_id;
  const path = "/api/v1/tasks?limit=1&order=oldest";
  const { next_cursor } = await getJson<{ next_cursor: string }>(service, path);
  const cursor = encodeURIComponent(next_cursor);
  const response = await service.request(`/api/v1/tasks?cursor=${cursor}`);
  const { errors } = await expectProblem(response, 422, "validation_failed");
  expect(errors?.map(({ pointer }) => pointer)).toEqual(["/cursor"]);
  expect((await service.request(`/api/v1/tasks?order=oldest&cursor=${cursor}`)).status).toBe(200);
});

test("a Last-Event-ID that is no seq is refused", async () => {
  const headers = { Accept: "text/event-stream", "Last-Event-ID": "seven" };
  const response = await service.request(`/api/v1/tasks/${taskId}/events`, { headers });
  await expectProblem(response, 400, "invalid_header");
});

test("an idempotency key that is empty or too long is refused", async () => {
  const body = JSON.stringify({ input_data: GOAL });
  for (const key of ['""', "k".repeat(256)]) {
    const response = await post(body, { "Idempotency-Key": key });
    await expectProblem(response, 400, "invalid_header");
  }
});

const NO_TASK = "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11";

test.for(["42", "task_x", NO_TASK, `${NO_TASK}'--`, "%00", "..%2f..%2fhealth"])(
  "a task id of %s is not found, whatever is asked of it",
  async (id) => {
    const path = `/api/v1/tasks/${id}`;
    await expectProblem(await service.request(path), 404, "not_found");
    await expectProblem(await service.request(`${path}/events`), 404, "not_found");
    await expectProblem(await post("{}", {}, `${path}/cancel`), 404, "not_found");
    await expectProblem(await post("{}", {}, `${path}/ticket`), 404, "not_found");
  },
);

const wrongMethods: [method: string, path: string, allow: string][] = [
  ["DELETE", "/api/v1/tasks", "GET, HEAD, OPTIONS, POST"],
  ["PUT", "/api/v1/tasks/ID", "DELETE, GET, HEAD, OPTIONS, PATCH"],
  ["GET", "/api/v1/tasks/ID/cancel", "OPTIONS, POST"],
  ["POST", "/api/v1/tasks/ID/events", "GET, HEAD, OPTIONS"],
  ["PATCH", "/health", "GET, HEAD, OPTIONS"],
];

test.for(wrongMethods)("%s %s is not allowed, and says what is", async ([method, path, allow]) => {
  const response = await service.request(path.replace("ID", taskId), { method });
  await expectProblem(response, 405, "method_not_allowed");
  expect(response.headers.get("Allow")).toBe(allow);
});

test.for(["/nothing", "/api", "/api/v1/nothing", "/api/v1/tasks/", "/API/v1/tasks"])(
  "there is nothing at %s",
  async (path) => {
    await expectProblem(await service.request(path), 404, "not_found");
  },
);

const credentials: [what: string, header: string | null][] = [
  ["no key", null],
  ["an unknown key", "Bearer opsk_nobody"],
  ["another scheme", "Basic dGVzdDp0ZXN0"],
  ["an empty key", "Bearer "],
  ["an expired key", `Bearer ${KEYS.expired.key}`],
  ["a revoked key", `Bearer ${KEYS.revoked.key}`],
];

test.for(credentials)("with %s nothing is shown and nothing is taken", async ([, header]) => {
  const headers = {
    "Content-Type": "application/json",
    ...(header === null ? {} : { Authorization: header }),
  };
  const body = JSON.stringify({ input_data: GOAL });
  const tasks = `${service.url}/api/v1/tasks`;
  for (const [path, init] of [
    ["", { headers }],
    ["", { method: "POST", headers, body }],
    [`/${taskId}`, { headers }],
    [`/${taskId}/events`, { headers }],
    [`/${taskId}/events?ticket=x.y`, { headers }],
    [`/${taskId}/cancel`, { method: "POST", headers, body: "{}" }],
  ] as const) {
    const problem = await expectProblem(await fetch(tasks + path, init), 401, "unauthorized");
    expect(problem.detail).not.toContain("opsk_");
  }
});

test("a key without a scope is told which one it lacks", async () => {
  const path = `/api/v1/tasks/${taskId}`;
  const reader = { Authorization: `Bearer ${KEYS.reader.key}` };
  for (const response of [
    await post(JSON.stringify({ input_data: GOAL }), reader),
    await post("{}", reader, `${path}/cancel`),
  ]) {
    expect((await expectProblem(response, 403, "forbidden")).detail).toContain("tasks:write");
  }
  const writer = { headers: { Authorization: `Bearer ${KEYS.writer.key}` } };
  for (const suffix of ["", `/${taskId}`, `/${taskId}/events`]) {
    const response = await service.request(`/api/v1/tasks${suffix}`, writer);
    expect((await expectProblem(response, 403, "forbidden")).detail).toContain("tasks:read");
  }
});

test("another tenant's task is not found, and its list is its own", async () => {
  const headers = { Authorization: `Bearer ${KEYS.other.key}` };
  const path = `/api/v1/tasks/${taskId}`;
  await expectProblem(await service.request(path, { headers }), 404, "not_found");
  await expectProblem(await service.request(`${path}/events`, { headers }), 404, "not_found");
  const stream = { headers: { ...headers, Accept: "text/event-stream" } };
  await expectProblem(await service.request(`${path}/events`, stream), 404, "not_found");
  await expectProblem(await post("{}", headers, `${path}/cancel`), 404, "not_found");
  await expectProblem(await post("{}", headers, `${path}/ticket`), 404, "not_found");
  const list = await service.request("/api/v1/tasks", { headers });
  expect(await list.json()).toEqual({ data: [], total: 0, next_cursor: null });
});

test("a cursor of another tenant's list is refused", async () => {
  const others = { Authorization: `Bearer ${KEYS.other.key}` };
  await submit(service, { input_data: GOAL }, others);
  await submit(service, { input_data: GOAL }, others);
  const list = await service.request("/api/v1/tasks?limit=1", { headers: others });
  const { next_cursor } = await list.json<{ next_cursor: string }>();
  const response = await service.request(`/api/v1/tasks?cursor=${next_cursor}`);
  await expectProblem(response, 422, "validation_failed");
});

test("a ticket opens the events of its own task only, and nothing else", async () => {
  const { ticket } = await (
    await service.request(`/api/v1/tasks/${taskId}/ticket`, { method: "POST" })
  ).json<{ ticket: string }>();
  const anonymous = (path: string) => fetch(`${service.url}${path}?ticket=${ticket}`);
  const elsewhere = await anonymous(`/api/v1/tasks/${NO_TASK}/events`);
  await expectProblem(elsewhere, 401, "unauthorized");
  await expectProblem(await anonymous(`/api/v1/tasks/${taskId}`), 401, "unauthorized");
  const [payload = "", signature = ""] = ticket.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as { exp: number };
  const longer = JSON.stringify({ ...claims, exp: claims.exp + 1 });
  const forged = `${Buffer.from(longer).toString("base64url")}.${signature}`;
  const url = `${service.url}/api/v1/tasks/${taskId}/events?ticket=${forged}`;
  await expectProblem(await fetch(url), 401, "unauthorized");
});

test("a request id is echoed if it is a sane one, and made if not", async () => {
  for (const [given, echoed] of [
    ["my-id_1.2:3", true],
    ["x".repeat(129), false],
    ["two words", false],
    ["<script>", false],
  ] as const) {
    const response = await service.request("/api/v1/nothing", {
      headers: { "X-Request-Id": given },
    });
    const { request_id } = await expectProblem(response, 404, "not_found");
    expect(request_id === given).toBe(echoed);
    expect(request_id).toMatch(/^[\w.:-]{1,128}$/);
  }
});

// Last, since it looks at what all tests above may have left behind.
test("nothing that was refused has been written", async () => {
  const { total, data: tasks } = await listTasks(service);
  expect(tasks.map((task) => task.task_id)).toEqual([secondId, taskId]);
  expect(total).toBe(2);
  expect(await logOf(service, taskId)).toEqual(before);
  expect((await getTask(service, taskId)).status).toBe("completed");
  expect((await fetch(`${service.url}/health`)).status).toBe(200);
  expect(service.output).not.toContain('"level":"error"');
});

/** Half of a character, as an escape of JSON. */
const HALF = String.raw`\ud83d`;

test("half a character in a body is marked before it is stored, by REST and by MCP", async () => {
  const metadata = `{"k${HALF}":"${HALF}\\ude00","e":"\\\\ud83d"}`;
  const body = `{"input_data":{"goal":"a${HALF}b"},"metadata":${metadata}}`;
  const response = await post(body);
  expect(response.status).toBe(201);
  const { task_id } = await response.json<{ task_id: string }>();
  expect(await getTask(service, task_id)).toMatchObject({
    input_data: { goal: "a\ufffdb" },
    metadata: { "k\ufffd": "\ud83d\ude00", e: "\\ud83d" },
  });
  const { id, answer } = await toolCall(`{"input_data":{"goal":"x${HALF}"}}`);
  expect(answer.status).toBe(200);
  const said = await answer.text();
  const made = /task_[0-9a-f-]+/.exec(said)?.[0] ?? "";
  expect(said).toContain(`"id":${id}`);
  expect(await getTask(service, made)).toMatchObject({ input_data: { goal: "x\ufffd" } });
});
