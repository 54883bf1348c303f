/** The SDK against the OpenAPI document: every operation has a method, and the types are its own. */
import { expect, expectTypeOf, test } from "vitest";
import {
  Opspawn,
  type Agent,
  type AgentList,
  type SubmitTask,
  type Task,
  type TaskEvent,
  type TaskResult,
  type WatchedTreeEvent,
} from "../../sdk/src/index.ts";
import { NOT_CALLED, OPERATIONS } from "../../sdk/src/operations.ts";
import {
  routesOf,
  writtenDocument,
  type Answer,
  type Route,
  type Schema,
} from "../openapi-document.ts";

/** The media type of an answer that is no JSON, so that no field tells it from others. */
const NDJSON = "application/x-ndjson";
const document = writtenDocument();
const routes = routesOf(document);

/** A schema in the place of a reference to it. */
function resolved(schema: Schema | undefined): Schema {
  const name = /^#\/components\/schemas\/(\w+)$/.exec(String(schema?.["$ref"]))?.[1];
  return (name === undefined ? schema : document.components.schemas[name]) ?? {};
}

function routeOf(method: string, path: string): Route | undefined {
  const fitting = routes.filter(
    (route) =>
      route.method === method &&
      new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  // A name in the path wins over a parameter in its place.
  return fitting.toSorted((a, b) => a.path.split("{").length - b.path.split("{").length)[0];
}

/** Calls every method of a client once, with nothing but texts. */
async function callAll(client: Opspawn): Promise<void> {
  const resources = Object.values(client).filter((one): one is object => typeof one === "object");
  for (const resource of resources) {
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(resource) as object).filter(
      // `unwrap` sends nothing.
      (name) => name !== "constructor" && name !== "unwrap",
    );
    for (const name of methods) {
      const method = (resource as Record<string, (...args: string[]) => unknown>)[name];
      const given = method?.call(resource, "a", "b");
      await (Symbol.asyncIterator in (given as object)
        ? (given as AsyncIterable<unknown>)[Symbol.asyncIterator]().next()
        : given);
    }
  }
}

test("every operation of the document is called by a method, or is named with a reason not to be", async () => {
  const reached = new Set<string>();
  const record: typeof fetch = (input, init) => {
    const { pathname } = new URL(input as string);
    const id = routeOf(init?.method ?? "", pathname)?.operation.operationId ?? pathname;
    reached.add(id);
    const { field } = OPERATIONS[id as keyof typeof OPERATIONS];
    if (new Headers(init?.headers).get("Accept") === NDJSON) {
      return Promise.resolve(new Response('{"kind":"end","records":0}\n'));
    }
    if (field === null) {
      return Promise.resolve(new Response(null, { status: 204 }));
    }
    const name = field.replace("[]", "");
    const event = { seq: 1, type: "run.completed", data: {} };
    const body = { [name]: name === field ? "a" : [event], next_cursor: null };
    const stream = `data: ${JSON.stringify(event)}\n\n`;
    const wantsStream = new Headers(init?.headers).get("Accept") === "text/event-stream";
    return Promise.resolve(
      wantsStream
        ? new Response(stream, { headers: { "Content-Type": "text/event-stream" } })
        : Response.json(body),
    );
  };
  await callAll(new Opspawn({ url: "http://here", key: "k", fetch: record }));
  const ids = routes.map(({ operation }) => operation.operationId);
  expect([...reached, ...Object.keys(NOT_CALLED)].toSorted()).toEqual(ids.toSorted());
  expect(Object.values(NOT_CALLED).every((reason) => reason.length > 10)).toBe(true);
});

test("each operation is where the document has it, and has a key where one is taken", () => {
  for (const { method, path, operation } of routes) {
    const id = operation.operationId;
    if (id in NOT_CALLED) {
      continue;
    }
    const ours = OPERATIONS[id as keyof typeof OPERATIONS];
    expect([id, ours.method, ours.path]).toEqual([id, method, path]);
    const takesKey = (operation.parameters ?? []).some(({ name }) => name === "idempotency-key");
    expect([id, ours.repeat === "keyed"]).toEqual([id, takesKey]);
  }
});

test("the field that each answer is known by is one that it always has", () => {
  for (const { operation } of routes) {
    if (operation.operationId in NOT_CALLED) {
      continue;
    }
    const { field } = OPERATIONS[operation.operationId as keyof typeof OPERATIONS];
    const [status, answer] =
      Object.entries(operation.responses).find(([code]) => code.startsWith("2")) ?? [];
    const schema = resolved(answer?.content?.["application/json"]?.schema);
    const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Schema>>;
    const required = (schema["required"] ?? []) as readonly string[];
    const possible = required.map((name) =>
      resolved(properties[name])["type"] === "array" ? `${name}[]` : name,
    );
    expect(isBare(status, answer) ? [null] : possible, operation.operationId).toContain(field);
  }
});

function isBare(status: string | undefined, answer: Answer | undefined): boolean {
  const [type] = Object.keys(answer?.content ?? {});
  return status === "204" || type === NDJSON || type === "application/octet-stream";
}

test("requests and answers are typed as the document has them", () => {
  expectTypeOf<Opspawn["tasks"]["create"]>().parameter(0).toEqualTypeOf<SubmitTask>();
  expectTypeOf<Opspawn["tasks"]["get"]>().returns.resolves.toEqualTypeOf<Task>();
  expectTypeOf(({ tasks }: Opspawn) => tasks.watch("task")).returns.toEqualTypeOf<
    AsyncGenerator<TaskEvent, void, undefined>
  >();
  expectTypeOf(({ tasks }: Opspawn) => tasks.watch("task", { tree: true })).returns.toEqualTypeOf<
    AsyncGenerator<WatchedTreeEvent, void, undefined>
  >();
  expectTypeOf<Opspawn["agents"]["list"]>().returns.resolves.toEqualTypeOf<AgentList>();
  expectTypeOf<Opspawn["agents"]["list"]>().returns.toExtend<AsyncIterable<Agent>>();
  expectTypeOf<Opspawn["agents"]["delete"]>().returns.resolves.toEqualTypeOf<void>();
  expectTypeOf<Task["result"]>().toEqualTypeOf<TaskResult | null>();
  expectTypeOf<Task["status"]>().toEqualTypeOf<
    "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled"
  >();
  expectTypeOf({ input_data: { goal: "Add." } }).toExtend<SubmitTask>();
  expectTypeOf({ input_data: {}, limits: { max_steps: "3" } }).not.toExtend<SubmitTask>();
  expectTypeOf({ goal: "Add." }).not.toExtend<SubmitTask>();
});

interface Sample {
  readonly lang: string;
  readonly source: string;
}

/** The code samples of a route in one language. */
function samplesOf({ operation }: Route, lang: string): readonly Sample[] {
  const { "x-codeSamples": all = [] } = operation as { "x-codeSamples"?: readonly Sample[] };
  return all.filter((sample) => sample.lang === lang);
}

test("each code sample of the client makes the request of its operation", async () => {
  const sent: { method: string; path: string; body: unknown }[] = [];
  const record: typeof fetch = (input, init) => {
    const { pathname } = new URL(input as string);
    const body = typeof init?.body === "string" ? (JSON.parse(init.body) as unknown) : undefined;
    sent.push({ method: init?.method ?? "", path: pathname, body });
    return Promise.reject(new Error("recorded"));
  };
  const options = { url: "http://127.0.0.1", key: "opsk_x", fetch: record, maxRetries: 0 };
  const opspawn = new Opspawn(options);
  const sampled = routes.filter((route) => samplesOf(route, "TypeScript").length > 0);
  expect(sampled.length).toBeGreaterThan(20);
  for (const route of sampled) {
    const [{ source } = { source: "" }] = samplesOf(route, "TypeScript");
    const [, call = ""] = /^await (?<call>[^]*);$/.exec(source) ?? [];
    // oxlint-disable-next-line typescript/no-implied-eval -- the sample is our own document's
    const run = new Function("opspawn", `return ${call}`) as (client: Opspawn) => Promise<unknown>;
    sent.length = 0;
    await Promise.resolve(run(opspawn)).catch(() => null);
    const [request] = sent;
    expect(routeOf(request?.method ?? "", request?.path ?? "")?.operation.operationId, source).toBe(
      route.operation.operationId,
    );
    const [{ source: curl } = { source: "" }] = samplesOf(route, "Shell");
    expect(curl).toContain(`http://127.0.0.1:8787${request?.path}`);
    const json = request?.body === undefined ? "" : JSON.stringify(request.body);
    expect(curl).toContain(json.replaceAll("'", "'\\''"));
  }
});
