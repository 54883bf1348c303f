/**
 * Requests that nobody wrote, made from the document: right ones with one thing or several made wrong.
 * Each is answered in time with what the document says, and one that is refused has changed nothing.
 * `FUZZ_SEED=… FUZZ_REQUESTS=…` play a seed again, or go further.
 */
import { request as rawRequest } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contractCheck } from "../contract-check.ts";
import {
  exampleOf,
  resolved,
  routesOf,
  writtenDocument,
  type Route,
  type Schema,
} from "../openapi-document.ts";
import { RESOURCE_VARS, Resources } from "../resources.ts";
import { Service } from "../service.ts";
import { getJson, listTasks, logOf, type LogEvent } from "../tasks.ts";

const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 2500);
const SEED = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);
/** Requests under way at once. */
const WIDTH = 16;
/** Stands for the key of whoever has the things that the addresses name. */
const OWNER = "the owner";
const TOO_LONG_MS = 60_000;
const NOBODY = "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11";

interface Sent {
  readonly method: string;
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

const document = writtenDocument();
const check = contractCheck();
const routes = routesOf(document);

let service: Service;
let resources: Resources;
/** Addresses of things that there are, by the path of the document. */
const addresses = new Map<string, string>();

beforeAll(async () => {
  service = await Service.start({
    vars: RESOURCE_VARS,
    keys: [
      {
        key: "opsk_fuzzer",
        tenant: "fuzzed",
        scopes:
          "tasks:read tasks:write tools:write agents:write schedules:write memory:read memory:write admin",
      },
    ],
  });
  resources = new Resources(service);
  for (const { path } of routes) {
    addresses.set(path, await resources.address({ path }));
  }
});
afterAll(() => service.stop());

const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "",
    " ",
    "null",
    "\u0000",
    "\ud800",
    "../..",
    "%00",
    "'--",
    "{{}}",
    "𝒳".repeat(300),
  ),
  fc.integer({ min: 1, max: 5000 }).map((length) => "x".repeat(length)),
);
const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, -1, 1e308, -1e308, 5e-324, 2 ** 53, -(2 ** 63), 0.1),
);
const deep = fc.integer({ min: 1, max: 400 }).map((depth): unknown => {
  let value: unknown = "bottom";
  for (let i = 0; i < depth; i += 1) {
    value = i % 2 === 0 ? [value] : { down: value };
  }
  return value;
});
const anyValue = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 2, arbitrary: anyText },
  { weight: 2, arbitrary: anyNumber },
  { weight: 1, arbitrary: deep },
);

/** What a schema takes, mostly; bounds are met at both ends. */
function fitting(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const one = resolved(document, schema);
  const parts = one["anyOf"] ?? one["oneOf"];
  if (Array.isArray(parts)) {
    return fc.oneof(...parts.map((part) => fitting(part as Schema, depth)));
  }
  if (Array.isArray(one["enum"])) {
    return fc.constantFrom(...(one["enum"] as unknown[]));
  }
  if ("const" in one) {
    return fc.constant(one["const"]);
  }
  const types = [one["type"] ?? "object"].flat();
  const type = types.length === 1 ? types[0] : undefined;
  const examples = "example" in one ? [fc.constant(one["example"])] : [];
  switch (type) {
    case "string":
      return fc.oneof(...examples, anyText, fc.constant("https://example.com/x"));
    case "integer":
    case "number": {
      const min = Number(one["minimum"] ?? -1000);
      const max = Number(one["maximum"] ?? 1000);
      return fc.constantFrom(min, max, Math.floor((min + max) / 2), min - 1, max + 1, min + 0.5);
    }
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return depth > 4
        ? fc.constant([])
        : fc.array(fitting((one["items"] ?? {}) as Schema, depth + 1), { maxLength: 3 });
    case "object": {
      const properties = Object.entries((one["properties"] ?? {}) as Record<string, Schema>);
      const required = (one["required"] ?? []) as string[];
      if (properties.length === 0 || depth > 4) {
        return fc.dictionary(anyText, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
      }
      const members = properties.map(([name, part]) => [name, fitting(part, depth + 1)] as const);
      return fc.record(Object.fromEntries(members), { requiredKeys: required });
    }
    default:
      return anyValue;
  }
}

/** The same value with something of it missing, more, or of another type. */
function spoilt(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return anyValue;
  }
  const keys = Object.keys(value);
  const member = keys.length === 0 ? fc.constant("goal") : fc.constantFrom(...keys);
  const inner = member.chain((key) =>
    fc.tuple(fc.constant(key), spoilt((value as Record<string, unknown>)[key])),
  );
  return fc.oneof(
    fc
      .oneof(fc.tuple(member, anyValue), fc.tuple(anyText, anyValue), inner)
      .map((changed) => Object.fromEntries([...Object.entries(value), changed])),
    member.map((key) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))),
    anyValue,
  );
}

/** Text of a body: JSON mostly, and what is not quite JSON. */
function bodyOf(route: Route): fc.Arbitrary<string | null> {
  const media = route.operation.requestBody?.content["application/json"];
  if (media === undefined) {
    return fc.constantFrom(null, null, null, "{}", '{"x":1}', "not json");
  }
  const example = exampleOf(document, media);
  const value = fc.oneof(
    { weight: 1, arbitrary: fc.constant(example) },
    { weight: 3, arbitrary: spoilt(example) },
    { weight: 3, arbitrary: fitting(media.schema ?? {}) },
    { weight: 2, arbitrary: fitting(media.schema ?? {}).chain(spoilt) },
    { weight: 1, arbitrary: anyValue },
  );
  const text = value.map((one) => JSON.stringify(one) ?? "");
  return fc.oneof(
    { weight: 12, arbitrary: text },
    { weight: 1, arbitrary: text.map((whole) => whole.slice(0, -1)) },
    { weight: 1, arbitrary: anyText },
    {
      weight: 1,
      arbitrary: fc.constantFrom(null, "", "null", "[]", "1e999", '{"__proto__":{"a":1}}'),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom("[".repeat(5000), `${"[".repeat(3000)}${"]".repeat(3000)}`),
    },
  );
}

/** A text as a header can carry it. */
const headerText = fc.oneof(
  anyText.map((text) => text.replaceAll(/[^\t\x20-\x7e\xa0-\xff]/g, "?").trim()),
  fc.constantFrom("wait=0", "wait=99999999", 'W/"x"', "*", '"', ",,,", "text/event-stream;q=0"),
);

const oddHeaders = fc.dictionary(
  fc.constantFrom(
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Accept",
    "Last-Event-ID",
    "X-Request-Id",
    "Origin",
    "Range",
    "Expect-Nothing",
    "X-HTTP-Method-Override",
    "Accept-Encoding",
    "Mcp-Session-Id",
    "Mcp-Protocol-Version",
  ),
  headerText,
  { maxKeys: 3 },
);

const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constant("application/json") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "application/json; charset=utf-16",
      "application/merge-patch+json",
      "text/plain",
      "multipart/form-data",
      "application/x-www-form-urlencoded",
      "",
    ),
  },
);

const STRANGER = "Bearer opsk_fuzzer";

const authorization = fc.oneof(
  { weight: 6, arbitrary: fc.constant(STRANGER) },
  { weight: 6, arbitrary: fc.constant(OWNER) },
  { weight: 1, arbitrary: headerText.map((text) => `Bearer ${text}`) },
  { weight: 1, arbitrary: fc.constantFrom("", "Basic eDp5", "Bearer", "bearer  opsk_fuzzer") },
);

function queryOf(route: Route): fc.Arbitrary<string> {
  const names = (route.operation.parameters ?? []).filter((one) => one.in === "query");
  const value = fc.oneof(
    anyText,
    anyNumber.map(String),
    fc.constantFrom("1", "100", "pending", "2026-11-24", "2026-11-24T00:00:00Z"),
  );
  const name = fc.oneof(
    fc.constantFrom("limit", "cursor", "ticket", "x", "metadata.", ...names.map((one) => one.name)),
    anyText,
  );
  return fc
    .array(fc.tuple(name, value), { maxLength: 3 })
    .map((pairs) => pairs.map(([n, v]) => `${encoded(n)}=${encoded(v)}`).join("&"));
}

/** What stands in a path, sometimes: a name of something that is not there, or of nothing at all. */
const otherName = fc.oneof(
  anyText.map(encoded),
  fc.constantFrom(NOBODY, "%", "%E0%A4%A", "%2e%2e", "..%2f", "calculator", "a".repeat(300)),
);

const method = (route: Route) =>
  fc.oneof(
    { weight: 16, arbitrary: fc.constant(route.method) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("HEAD", "OPTIONS", "PUT", "DELETE", "PROPFIND", "POST"),
    },
  );

/** A lone surrogate has no bytes. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** The number of tasks that a batch made. */
async function newTasks(answer: Response): Promise<number> {
  const { data } = await answer.clone().json<{ data: { task?: object; replayed?: boolean }[] }>();
  return data.filter(({ task, replayed }) => task !== undefined && !replayed).length;
}

/** What is deleted or cancelled cannot be asked for anything else: the owner does not do that. */
function keyFor(made: { method: string; path: string; authorization: string }): string {
  const isLast = made.method === "DELETE" || made.path.endsWith("/cancel");
  const given = isLast && made.authorization === OWNER ? STRANGER : made.authorization;
  return given === OWNER ? `Bearer ${service.key}` : given;
}

function requestTo(route: Route): fc.Arbitrary<Sent> {
  const path = fc.oneof(
    { weight: 3, arbitrary: fc.constant(addresses.get(route.path) ?? route.path) },
    { weight: 2, arbitrary: otherName.map((name) => route.path.replaceAll(/\{\w+\}/g, name)) },
  );
  return fc
    .record({
      method: method(route),
      path,
      query: fc.oneof(
        { weight: 2, arbitrary: fc.constant("") },
        { weight: 1, arbitrary: queryOf(route) },
      ),
      body: bodyOf(route),
      odd: oddHeaders,
      type: contentType,
      authorization,
    })
    .map((made) => ({
      method: made.method,
      address: `${made.path}${made.query === "" ? "" : `?${made.query}`}`,
      headers: { ...made.odd, "Content-Type": made.type, Authorization: keyFor(made) },
      body: made.method === "GET" || made.method === "HEAD" ? null : made.body,
    }));
}

/** Status, headers and, unless it is a stream, the body of an answer. */
function send({ method: verb, address, headers, body }: Sent): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const options = {
    method: verb,
    // As it is: URL would put right what is to be wrong.
    path: address,
    headers: {
      ...headers,
      ...(body === null ? {} : { "Content-Length": Buffer.byteLength(body) }),
    },
    signal: AbortSignal.timeout(TOO_LONG_MS),
  };
  const sent = rawRequest(service.url, options, (answer) => {
    const status = answer.statusCode ?? 0;
    const given = new Headers(
      Object.entries(answer.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((one): [string, string] => [name, one]),
      ),
    );
    const isStream = given.get("Content-Type")?.startsWith("text/event-stream") === true;
    const chunks: Buffer[] = [];
    const finish = () => {
      const empty = [101, 204, 205, 304].includes(status) || verb === "HEAD";
      resolve(new Response(empty ? null : Buffer.concat(chunks), { status, headers: given }));
    };
    if (isStream) {
      answer.destroy();
      finish();
      return;
    }
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", finish);
    answer.on("error", reject);
  });
  sent.on("error", reject);
  sent.end(body ?? undefined);
  return promise;
}

/** What the tenants of both keys have. */
/** Counts the tasks of a key that no schedule submitted. */
async function submittedTasks(headers: Readonly<Record<string, string>>): Promise<number> {
  let count = 0;
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { data: { schedule_id: string | null }[]; next_cursor: string | null } =
      await getJson(service, `/api/v1/tasks?limit=100${cursor && `&cursor=${cursor}`}`, headers);
    count += page.data.filter(({ schedule_id }) => schedule_id === null).length;
    cursor = page.next_cursor;
  }
  return count;
}

async function written() {
  const keys = ["opsk_fuzzer", service.key].map((one) => ({ Authorization: `Bearer ${one}` }));
  const all = <T>(path: string) =>
    Promise.all(keys.map((headers) => getJson<T>(service, path, headers)));
  const tasks = await Promise.all(keys.map(submittedTasks));
  const tools = await all<{ data: { name: string }[] }>("/api/v1/tools");
  const servers = await all<{ data: unknown[] }>("/api/v1/mcp/servers");
  const budgets = await all<{ data: unknown[] }>("/api/v1/budgets");
  return {
    tasks: tasks.reduce((sum, count) => sum + count, 0),
    tools: tools.flatMap((one) => one.data).length,
    servers: servers.flatMap((one) => one.data).length,
    budgets: JSON.stringify(budgets),
  };
}

/** How often somebody has said something to a run. */
function said(log: readonly LogEvent[]): number {
  return log.filter(({ type }) => SAID.has(type)).length;
}

const SAID = new Set(["message.received", "approval.decided", "limit.changed", "run.cancelled"]);

test(
  `${REQUESTS} requests from the document are answered as it says, and none breaks the service`,
  { timeout: 900_000 },
  async () => {
    // oxlint-disable-next-line no-console -- what plays it again
    console.log(`FUZZ_SEED=${SEED}`);
    const any = fc.oneof(...routes.map(requestTo));
    const requests = fc.sample(any, { numRuns: REQUESTS, seed: SEED }).values();
    const [task = ""] = (await listTasks(service)).data.map(({ task_id }) => task_id);
    const log = await logOf(service, task);
    const before = await written();
    const statuses = new Map<number, number>();
    const broken: string[] = [];
    const accepted: Sent[] = [];
    let replays = 0;
    let batched = 0;
    await Promise.all(
      Array.from({ length: WIDTH }, async () => {
        for (const sent of requests) {
          const what = JSON.stringify(sent).slice(0, 2000);
          try {
            const answer = await send(sent);
            const { status } = answer;
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
            const url = new URL(sent.address, service.url).href;
            const defects = await check({ method: sent.method, url }, answer);
            const fails = status >= 500 ? [`is ${status}: ${await answer.text()}`] : [];
            broken.push(...[...defects, ...fails].map((one) => `${one} <- ${what}`));
            const isBatch = new URL(url).pathname === "/api/v1/tasks/batch" && status === 200;
            batched += isBatch ? await newTasks(answer) : 0;
            replays += !isBatch && answer.headers.has("Idempotent-Replayed") ? 1 : 0;
            if (status < 300 && !["GET", "HEAD", "OPTIONS"].includes(sent.method)) {
              accepted.push(sent);
            }
          } catch (error) {
            broken.push(`${String(error)} <- ${what}`);
          }
        }
      }),
    );
    const counts = [...statuses].toSorted(([a], [b]) => a - b).map(([s, n]) => `${s}: ${n}`);
    // oxlint-disable-next-line no-console -- how far it came
    console.log(counts.join(", "));
    expect(broken.slice(0, 20), `FUZZ_SEED=${SEED}`).toEqual([]);
    // What is there more than before is what was accepted: the rest wrote nothing.
    const made = (pattern: RegExp) =>
      accepted.filter(({ method: verb, address }) => verb === "POST" && pattern.test(address))
        .length;
    const after = await written();
    expect(after.tasks - before.tasks).toBe(
      made(/(\/tasks|[^s]\/retry)(\?|$)/) - replays + batched,
    );
    expect(after.tools - before.tools).toBeLessThanOrEqual(made(/\/tools(\?|$)/));
    expect(after.servers - before.servers).toBeLessThanOrEqual(made(/\/servers(\?|$)/));
    const told = accepted.filter(({ address }) => address.includes(task)).length;
    expect(said(await logOf(service, task)) - said(log)).toBeLessThanOrEqual(told);
    const budgeted = accepted.some(({ address }) => address.startsWith("/api/v1/budgets"));
    expect(after.budgets === before.budgets || budgeted).toBe(true);
    expect(service.output).not.toContain('"level":"error"');
    expect((await fetch(`${service.url}/health`)).status).toBe(200);
  },
);
