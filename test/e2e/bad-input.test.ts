/** What must be refused: each case has its problem document, and none of them writes anything. */
import { request as rawRequest } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import { listTasks, logOf, scripted, submit, type LogEvent } from "../tasks.ts";

const GOAL = { goal: "What is 2 + 2?" };
const SCRIPT = [{ text: "x" }];
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
  expect(problem).toMatchObject({ status, code, type: `urn:opspawn:problem:${code}` });
  expect(problem.request_id).toBe(response.headers.get("X-Request-Id"));
  expect(`${problem.title}${problem.detail}`).not.toMatch(/undefined|\[object|Error:| at .*\.ts/);
  expect(problem.detail).not.toBe("");
  return problem;
}

function post(body: string | Uint8Array<ArrayBuffer>, headers = {}, path = "/api/v1/tasks") {
  return service.request(path, { method: "POST", headers, body });
}

const submissions: [what: string, body: unknown, code: string, pointer: string][] = [
  ["no body at all", {}, "validation_failed", "/input_data"],
  ["a body that is a list", [], "validation_failed", ""],
  ["a body that is text", "goal", "validation_failed", ""],
  ["a body that is null", null, "validation_failed", ""],
  ["input_data of the wrong type", { input_data: "x" }, "validation_failed", "/input_data"],
  ["input_data that is a list", { input_data: [] }, "validation_failed", "/input_data"],
  ["no goal", { input_data: {} }, "validation_failed", "/input_data/goal"],
  ["an empty goal", { input_data: { goal: "" } }, "validation_failed", "/input_data/goal"],
  ["a goal of spaces", { input_data: { goal: " \n\t" } }, "validation_failed", "/input_data/goal"],
  ["a goal that is a number", { input_data: { goal: 5 } }, "validation_failed", "/input_data/goal"],
  ["an empty prompt", { input_data: { prompt: "" } }, "validation_failed", "/input_data/prompt"],
  ["an unknown field", { input_data: GOAL, gaol: 1 }, "validation_failed", "/gaol"],
  ["a field with a slash", { input_data: GOAL, "a/b~c": 1 }, "validation_failed", "/a~1b~0c"],
  [
    "a field that is not built yet",
    { input_data: GOAL, scheduled_at: null },
    "validation_failed",
    "/scheduled_at",
  ],
  ["a priority of text", { input_data: GOAL, priority: "high" }, "validation_failed", "/priority"],
  [
    "a priority of 300 digits",
    { input_data: GOAL, priority: 1e299 },
    "validation_failed",
    "/priority",
  ],
  ["a broken name", { input_data: GOAL, name: "a\u001b[31m" }, "validation_failed", "/name"],
  ["a long name", { input_data: GOAL, name: "n".repeat(257) }, "validation_failed", "/name"],
  ["metadata of text", { input_data: GOAL, metadata: "x" }, "validation_failed", "/metadata"],
  [
    "large metadata",
    { input_data: GOAL, metadata: { a: "x".repeat(20_000) } },
    "validation_failed",
    "/metadata",
  ],
  [
    "no steps",
    { input_data: GOAL, limits: { max_steps: 0 } },
    "validation_failed",
    "/limits/max_steps",
  ],
  [
    "half a step",
    { input_data: GOAL, limits: { max_steps: 1.5 } },
    "validation_failed",
    "/limits/max_steps",
  ],
  [
    "an unknown limit",
    { input_data: GOAL, limits: { max_fun: 1 } },
    "validation_failed",
    "/limits/max_fun",
  ],
  [
    "an unknown task type",
    { input_data: GOAL, task_type: "dream" },
    "unknown_task_type",
    "/task_type",
  ],
  ["an unknown agent", { input_data: GOAL, agent: "smith" }, "unknown_agent", "/agent"],
  [
    "script for another model",
    { input_data: { ...GOAL, script: SCRIPT } },
    "validation_failed",
    "/input_data/script",
  ],
  [
    "tools for another model",
    { input_data: { ...GOAL, script_tools: [] } },
    "validation_failed",
    "/input_data/script_tools",
  ],
  ["an empty script entry", scripted([{}]), "validation_failed", "/input_data/script/0"],
  ["a script of text", scripted("x" as never), "validation_failed", "/input_data/script"],
];

test.for(submissions)("a submission with %s is refused and says where", async (row) => {
  const [, body, code, pointer] = row;
  const { errors } = await expectProblem(await post(JSON.stringify(body)), 422, code);
  expect(errors?.map((fault) => fault.pointer)).toContain(pointer);
});

const configs: [what: string, config: unknown, code: string, pointer: string][] = [
  ["an unknown provider", { model: "nobody/none" }, "unknown_model", "/model"],
  ["a model without provider", { model: "gpt-4o" }, "unknown_model", "/model"],
  ["an unknown local model", { model: "local/none" }, "unknown_model", "/model"],
  ["a provider without key", { model: "openai/gpt-4o-mini" }, "provider_not_configured", "/model"],
  ["an unknown planner", { planner: "tarot" }, "validation_failed", "/planner"],
  ["an unknown tool", { tools: ["calculator", "crowbar"] }, "unknown_tool", "/tools/1"],
  ["a tool of a prototype", { tools: ["constructor"] }, "unknown_tool", "/tools/0"],
  ["a hot temperature", { temperature: 3 }, "validation_failed", "/temperature"],
  ["an unknown field", { mdoel: "local/rules" }, "validation_failed", "/mdoel"],
];

test.for(configs)("an agent_config with %s is refused and says where", async (row) => {
  const [, agent_config, code, pointer] = row;
  const body = JSON.stringify({ input_data: GOAL, agent_config });
  const { errors } = await expectProblem(await post(body), 422, code);
  expect(errors?.map((fault) => fault.pointer)).toEqual([`/agent_config${pointer}`]);
});

const deep = (n: number): string => `${"[".repeat(n)}${"]".repeat(n)}`;
const withExtra = (extra: string): string => `{"input_data":{"goal":"x","extra":${extra}}}`;
const texts: [what: string, body: string, status: number, code: string][] = [
  ["half a document", '{"input_data":', 400, "malformed_json"],
  ["a trailing comma", '{"input_data":{"goal":"x"},}', 400, "malformed_json"],
  ["two documents", '{"input_data":{"goal":"x"}}{}', 400, "malformed_json"],
  ["single quotes", "{'input_data':{}}", 400, "malformed_json"],
  ["NaN", withExtra("NaN"), 400, "malformed_json"],
  ["no JSON at all", "hello", 400, "malformed_json"],
  ["1e999", withExtra("1e999"), 422, "validation_failed"],
  ["a number of 1,000 digits", withExtra("9".repeat(1000)), 422, "validation_failed"],
  ["nesting of 70 levels", withExtra(deep(70)), 422, "validation_failed"],
  ["nesting of 400,000 levels", withExtra(deep(400_000)), 422, "validation_failed"],
  ["the key __proto__", withExtra('{"__proto__":{"a":1}}'), 422, "validation_failed"],
  ["__proto__ on top", '{"input_data":{"goal":"x"},"__proto__":{}}', 422, "validation_failed"],
];

test.for(texts)("a body with %s is refused", async ([, body, status, code]) => {
  await expectProblem(await post(body), status, code);
});

test("a body that is not UTF-8 is refused", async () => {
  const bytes = Buffer.from('{"input_data":{"goal":"\u00fc"}}', "latin1");
  await expectProblem(await post(new Uint8Array(bytes)), 400, "malformed_json");
});

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

const queries: [path: string, pointer: string][] = [
  ["?limit=0", "/limit"],
  ["?limit=101", "/limit"],
  ["?limit=ten", "/limit"],
  ["?limit=1&limit=2", "/limit"],
  ["?status=done", "/status"],
  ["?created_after=yesterday", "/created_after"],
  ["?cursor=abc", "/cursor"],
  ["?cursor=abc.def", "/cursor"],
  ["?cursor=", "/cursor"],
  ["?colour=red", "/colour"],
  ["/ID/events?after=-1", "/after"],
  ["/ID/events?after=x", "/after"],
  ["/ID/events?after=1.5", "/after"],
  ["/ID/events?after=1&after=2", "/after"],
  ["/ID/events?limit=0", "/limit"],
  ["/ID/events?limit=1001", "/limit"],
  ["/ID/events?since=1", "/since"],
];

test.for(queries)("the query %s is refused and says where", async ([query, pointer]) => {
  const response = await service.request(`/api/v1/tasks${query.replace("ID", taskId)}`);
  const { errors } = await expectProblem(response, 422, "validation_failed");
  expect(errors?.map((fault) => fault.pointer)).toEqual([pointer]);
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
  ["DELETE", "/api/v1/tasks", "GET, HEAD, POST"],
  ["PUT", "/api/v1/tasks/ID", "GET, HEAD"],
  ["GET", "/api/v1/tasks/ID/cancel", "POST"],
  ["POST", "/api/v1/tasks/ID/events", "GET, HEAD"],
  ["PATCH", "/health", "GET, HEAD"],
];

test.for(wrongMethods)("%s %s is not allowed, and says what is", async ([method, path, allow]) => {
  const response = await service.request(path.replace("ID", taskId), { method });
  await expectProblem(response, 405, "method_not_allowed");
  expect(response.headers.get("Allow")).toBe(allow);
});

test.for(["/", "/api", "/api/v1/nothing", "/api/v1/tasks/", "/API/v1/tasks"])(
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
