/**
 * Nobody sees or changes what is another tenant's, and no key does more than its scopes say. Goes
 * through every operation of the document, so that a new one is in it by itself; the things that
 * paths name are made by `test/resources.ts`, which refuses a kind that it does not know.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TaskService } from "../../src/grpc/gen/opspawn/v1/tasks_pb.ts";
import { McpClient } from "../mcp.ts";
import {
  exampleOf,
  needsKey,
  routesOf,
  scopeOf,
  writtenDocument,
  type Route,
} from "../openapi-document.ts";
import { MARK, RESOURCE_VARS, Resources } from "../resources.ts";
import { Service } from "../service.ts";
import { getJson, listTasks, logOf, submit } from "../tasks.ts";
import { SocketWatch, ticketFor } from "../watch.ts";

const document = writtenDocument();
const routes = routesOf(document);
const keyed = routes.filter(needsKey);
const scoped = keyed.filter((route) => scopeOf(route) !== null);
const ofOne = keyed.filter(({ path }) => path.includes("{"));
const ofAll = keyed.filter(({ path, method }) => !path.includes("{") && method === "GET");
const repeatable = routes.filter(
  ({ path, operation }) =>
    !path.includes("{") && operation.parameters?.some(({ name }) => name === "idempotency-key"),
);
const paged = routes.filter(({ operation }) =>
  operation.parameters?.some(({ name }) => name === "cursor"),
);

const SCOPES = [...new Set(scoped.map((route) => scopeOf(route) ?? ""))];
const ALL = [...new Set([...SCOPES, "agents:write", "tools:write", "admin", "platform"])].join(" ");
/** What changes by itself while a message is being delivered. */
const DELIVERING = new Set([
  "attempts",
  "failing_since",
  "last_attempt_at",
  "last_error",
  "next_attempt_at",
]);
const THEIRS = "opsk_of_another_tenant";

let service: Service;
let resources: Resources;
let before: string;

beforeAll(async () => {
  service = await Service.start({
    vars: RESOURCE_VARS,
    keys: [
      // The scope `platform` is for all tenants' keys.
      { key: THEIRS, tenant: "other", scopes: ALL.replace(" platform", "") },
      ...SCOPES.map((scope) => ({
        key: keyWithout(scope),
        tenant: "test",
        scopes: ALL.split(" ")
          // `admin` implies the narrow scopes of administration.
          .filter(
            (one) => one !== scope && (one !== "admin" || /^(tasks|tools|agents):/.test(scope)),
          )
          .join(" "),
      })),
    ],
  });
  resources = new Resources(service);
  for (const route of ofOne) {
    await resources.address(route);
  }
  before = await everything();
});
afterAll(() => service.stop());

describe("by a key of another tenant", () => {
  test.for(ofOne)("$method $path is not found", async (route) => {
    // What has a name of the caller's choice would be made.
    const isConditional = route.operation.parameters?.some(({ name }) => name === "if-match");
    const response = await call(route, THEIRS, isConditional === true ? { "If-Match": "*" } : {});
    const text = await response.text();
    expect([403, 404], text).toContain(response.status);
    expect(text).not.toContain(MARK);
  });

  test.for(ofAll)("$method $path shows nothing of this one's", async (route) => {
    const text = await (await call(route, THEIRS)).text();
    expect(text).not.toContain(MARK);
    expect(text).not.toContain("task_");
  });

  test.for(repeatable)(
    "$method $path does not replay what this one's key stands for",
    async (route) => {
      const headers = { "Idempotency-Key": "the-same" };
      const mine = await call(route, service.key, headers);
      expect([200, 201], await mine.clone().text()).toContain(mine.status);
      const again = await call(route, service.key, headers);
      expect(again.headers.get("Idempotent-Replayed")).toBe("true");
      const theirs = await call(route, THEIRS, headers);
      expect([theirs.status, theirs.headers.get("Idempotent-Replayed")]).toEqual([
        mine.status,
        null,
      ]);
    },
  );

  test.for(paged)("a cursor of $path opens nothing of this one's", async (route) => {
    await submit(service, { input_data: { goal: MARK }, scheduled_at: "2030-01-01T00:00:00Z" });
    const address = await resources.address(route);
    const page = await getJson<{ next_cursor: string | null }>(service, `${address}?limit=1`);
    const cursor = encodeURIComponent(page.next_cursor ?? "1");
    const response = await service.request(`${address}?cursor=${cursor}`, {
      headers: { Authorization: `Bearer ${THEIRS}` },
    });
    expect([404, 410, 422]).toContain(response.status);
    expect(await response.text()).not.toContain(MARK);
  });

  test("the events of a task are not found, however they are watched", async () => {
    const [task, theirTask] = await Promise.all([owned("{id}"), theirOwnTask()]);
    await expect(SocketWatch.open(service, task, { key: THEIRS })).rejects.toThrow("404");
    const fromBrowser = await SocketWatch.open(service, task, {
      key: null,
      protocols: ["opspawn.v1", `bearer.${THEIRS}`],
    });
    expect((await fromBrowser.closed).code).toBe(4404);
    const stream = await service.request(`/api/v1/tasks/${task}/events`, {
      headers: { Accept: "text/event-stream", Authorization: `Bearer ${THEIRS}` },
    });
    expect(stream.status).toBe(404);
    const ticket = await ticketFor(service, task);
    const mine = (await listTasks(service)).data.map(({ task_id }) => task_id);
    const others = mine.filter((id) => id !== task);
    expect(others).not.toEqual([]);
    for (const id of [theirTask, ...others]) {
      const response = await service.request(`/api/v1/tasks/${id}/events?ticket=${ticket}`, {
        headers: { Authorization: "none" },
      });
      expect(response.status).toBe(401);
    }
    const socket = await SocketWatch.open(service, theirTask, {
      key: null,
      query: `?ticket=${ticket}`,
    });
    expect((await socket.closed).code).toBe(4401);
  });

  test("no MCP tool and no resource gives a task away", async () => {
    const task = await owned("{id}");
    const schedule = (await resources.address({ path: "/api/v1/schedules/{id}" }))
      .split("/")
      .at(-1);
    const conversation = (await resources.address({ path: "/api/v1/conversations/{id}" }))
      .split("/")
      .at(-1);
    await using client = await McpClient.connect(service, THEIRS);
    const { tools } = await client.sdk.listTools();
    const byTask = tools.filter(({ inputSchema }) => "task_id" in (inputSchema.properties ?? {}));
    expect(byTask.length).toBeGreaterThan(3);
    for (const { name, inputSchema } of tools) {
      const fields = Object.keys(inputSchema.properties ?? {});
      const reads = name === "read_conversation";
      const named = fields.includes("task_id") || fields.includes("id") || reads;
      const own = {
        ...(name === "create_schedule" && { action: ACTION }),
        ...(reads && { conversation }),
      };
      const known = Object.entries({ ...ARGUMENTS, ...own, task_id: task, id: schedule });
      const given = Object.fromEntries(known.filter(([field]) => fields.includes(field)));
      const answer = await client.call(name, given);
      expect(answer.isError, `${name}: ${answer.text}`).toBe(named);
      expect(answer.text, name).toMatch(
        named ? /unknown (task|schedule|memory item|conversation)/i : /./,
      );
      expect(JSON.stringify(answer), name).not.toContain(MARK);
    }
    const { resourceTemplates } = await client.sdk.listResourceTemplates();
    expect(resourceTemplates).not.toEqual([]);
    for (const { uriTemplate } of resourceTemplates) {
      const uri = uriTemplate.replaceAll(/\{\w+\}/g, task);
      await expect(client.sdk.readResource({ uri }), uri).rejects.toThrow(/unknown|not found/i);
    }
  });
});

test.for(scoped)("$method $path is forbidden to a key without its scope", async (route) => {
  const response = await call(route, keyWithout(scopeOf(route) ?? ""));
  const text = await response.text();
  expect(response.status, text).toBe(403);
  expect(JSON.parse(text)).toMatchObject({ code: "forbidden" });
  expect(text).toContain(scopeOf(route));
});

test.for(keyed)("$method $path is for nobody without a key", async (route) => {
  for (const key of ["", "opsk_nobody", `${service.key}x`]) {
    const response = await call(route, key);
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain(MARK);
  }
});

describe.for(TaskService.methods)("the gRPC method $name", (method) => {
  const ofTask = method.input.fields.some(({ name }) => name === "task_id");

  test("gives and changes nothing of another tenant's", async () => {
    const taskId = await owned("{id}");
    const fields = Object.entries({ ...MESSAGE_FIELDS, taskId }).filter(([name]) =>
      method.input.fields.some(({ localName }) => localName === name),
    );
    const { code, text } = await rpc(method, THEIRS, ofTask ? Object.fromEntries(fields) : {});
    expect(text).not.toContain(MARK);
    // The refusal repeats the id that was sent, as it does for one that does not exist.
    const repeated = String.raw`Unknown task \"${taskId}\".`;
    expect(text.replaceAll(repeated, "")).not.toContain(taskId);
    expect(code).toBe(
      ofTask ? "not_found" : method.name === "ListTasks" ? null : "invalid_argument",
    );
  });

  test("is forbidden without its scope, and for nobody without a key", async () => {
    // Nobody's: a key that has the scope must change nothing by this.
    const given = ofTask ? { taskId: (await owned("{id}")).replace(/.{12}$/, "0".repeat(12)) } : {};
    const keys = SCOPES.filter((scope) => scope.startsWith("tasks:")).map(keyWithout);
    const codes = await Promise.all(keys.map(async (key) => (await rpc(method, key, given)).code));
    expect(codes.filter((code) => code === "permission_denied")).toHaveLength(1);
    expect((await rpc(method, "opsk_nobody", given)).code).toBe("unauthenticated");
  });
});

// Last, since it looks at what all tests above may have changed.
test("whatever others asked, everything is as it was", async () => {
  expect(await everything()).toBe(before);
});

function keyWithout(scope: string): string {
  return `opsk_without_${scope.replace(":", "_")}`;
}

async function call(route: Route, key: string, headers = {}): Promise<Response> {
  const media = route.operation.requestBody?.content["application/json"];
  return service.request(await resources.address(route), {
    method: route.method,
    headers: { Authorization: `Bearer ${key}`, ...headers },
    ...(media === undefined ? {} : { body: JSON.stringify(exampleOf(document, media)) }),
  });
}

/** Calls a method as the Connect protocol has it; `code` is that of the refusal, or null. */
async function rpc(
  { name, methodKind }: (typeof TaskService.methods)[number],
  key: string,
  message: object,
): Promise<{ code: string | null; text: string }> {
  const streams = methodKind === "server_streaming";
  const json = new TextEncoder().encode(JSON.stringify(message));
  // A stream's messages have a byte of flags and their length before them.
  const head = new DataView(new ArrayBuffer(5));
  head.setUint32(1, json.length);
  const response = await service.request(`/${TaskService.typeName}/${name}`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${key}`,
      "Content-Type": streams ? "application/connect+json" : "application/json",
      "Connect-Protocol-Version": "1",
    },
    body: streams ? new Blob([head.buffer, json]) : json,
  });
  const text = await response.text();
  return { code: /"code":"(\w+)"/.exec(text)?.[1] ?? null, text };
}

/** A parameter's value among what the owner has. */
async function owned(parameter: "{id}"): Promise<string> {
  const address = await resources.address({ path: `/api/v1/tasks/${parameter}` });
  return address.slice("/api/v1/tasks/".length);
}

async function theirOwnTask(): Promise<string> {
  const body = { input_data: { goal: "1 + 1" } };
  return (await submit(service, body, { Authorization: `Bearer ${THEIRS}` })).task_id;
}

/** What fields of MCP tools take. */
const ARGUMENTS: Readonly<Record<string, unknown>> = {
  call_id: "call_1",
  content: "Hello.",
  decision: "approve",
  goal: "1 + 1",
  input_data: { goal: "1 + 1" },
  limits: { max_tokens: 100_000 },
  name: "theirs",
  query: "anything",
  spec: { every_s: 86_400 },
  store: "tenant",
};

/** What a schedule of the caller submits. */
const ACTION = { task: { input_data: { goal: "1 + 1" } } };

/** What fields of gRPC requests about a task take. */
const MESSAGE_FIELDS: Readonly<Record<string, unknown>> = {
  callId: "call_1",
  content: "Hello.",
  decision: "DECISION_APPROVE",
  limits: { max_tokens: 100_000 },
};

/** What the owner sees of each thing that paths name, and the log of the task. */
async function everything(): Promise<string> {
  const seen: unknown[] = [await logOf(service, await owned("{id}"))];
  for (const route of ofOne.filter(({ method }) => method === "GET")) {
    const response = await call(route, service.key);
    expect(response.status, route.path).toBe(200);
    const isJson = /^application\/json\b/.test(response.headers.get("Content-Type") ?? "");
    seen.push([route.path, isJson ? await response.json() : await response.text()]);
  }
  return JSON.stringify(seen, (name, value: unknown) => (DELIVERING.has(name) ? null : value));
}
