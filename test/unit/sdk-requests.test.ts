/** Requests against a real server: what is sent, what is sent again, and what a failure says. */
import { inspect } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  APIError,
  BadRequestError,
  AuthenticationError,
  PermissionDeniedError,
  NotFoundError,
  ConflictError,
  GoneError,
  PreconditionFailedError,
  UnprocessableEntityError,
  RateLimitError,
  InternalServerError,
  ConnectionError,
  ConnectionTimeoutError,
  Opspawn,
  type OpspawnOptions,
} from "../../sdk/src/index.ts";
import { CUT, fakeService, problem, type Answer, type Fake } from "../fake-service.ts";

const KEY = "opsk_never_to_be_shown";
const GOAL = { input_data: { goal: "Say hello." } };
const TASK: Answer = { status: 201, body: { id: "task_1", status: "pending", extra: true } };

function clientOf({ url }: Fake, options: OpspawnOptions = {}): Opspawn {
  return new Opspawn({ url, key: KEY, backoff: { initial: 1, max: 5 }, ...options });
}

/** A service that gives one answer after the other, the last for all further requests. */
function answering(...answers: readonly Answer[]): Promise<Fake> {
  let given = 0;
  return fakeService([], () => {
    given += 1;
    return answers[Math.min(given, answers.length) - 1] ?? TASK;
  });
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("It did not fail.");
}

test("a task is submitted as it is, with the key in the header, and given as it came", async () => {
  const fake = await answering(TASK);
  expect(await clientOf(fake).tasks.create(GOAL, { wait: 90 })).toEqual(TASK.body);
  expect(fake.requests).toMatchObject([
    {
      line: "POST /api/v1/tasks",
      headers: { authorization: `Bearer ${KEY}`, prefer: "wait=60" },
      body: GOAL,
    },
  ]);
});

test.each([
  ["a cut connection", CUT],
  ["a rate limit", problem(429, "rate_limited", {}, { "Retry-After": "0" })],
  ["a service that is busy", problem(503, "unavailable", {}, { "Retry-After": "0" })],
  ["its own earlier try", problem(409, "idempotency_in_progress", {}, { "Retry-After": "0" })],
  ["a gateway's page", { status: 502, body: "<h1>Bad Gateway</h1>" }],
])("after %s a submission is sent again under the same idempotency key", async (_, failure) => {
  const fake = await answering(failure, failure, TASK);
  await clientOf(fake).tasks.create(GOAL);
  const keys = fake.requests.map(({ headers }) => headers["idempotency-key"]);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys).toEqual(Array(3).fill(keys[0]));
  await clientOf(fake).tasks.create(GOAL);
  expect(fake.requests.at(-1)?.headers["idempotency-key"]).not.toBe(keys[0]);
  await clientOf(fake).tasks.create(GOAL, { idempotencyKey: "mine" });
  expect(fake.requests.at(-1)?.headers["idempotency-key"]).toBe("mine");
});

test("what makes a secret is not sent again where it may have been made, and is where it was not", async () => {
  const body = { name: "k", scopes: ["tasks:read" as const] };
  const lost = await answering(CUT);
  await expect(clientOf(lost).keys.create(body)).rejects.toThrow(ConnectionError);
  expect(lost.requests).toHaveLength(1);
  const limited = await answering(problem(429, "rate_limited"), {
    status: 201,
    body: { key: "opsk_new" },
  });
  await clientOf(limited).keys.create(body);
  expect(limited.requests).toHaveLength(2);
});

test("a change on condition is not sent again blindly: its own first try would refuse it", async () => {
  const fake = await answering(CUT);
  const change = clientOf(fake).agents.delete("a", { ifMatch: '"1-x"' });
  await expect(change).rejects.toThrow(ConnectionError);
  expect(fake.requests).toMatchObject([{ headers: { "if-match": '"1-x"' } }]);
});

test("a deletion whose answer was lost is done, though the next try finds nothing", async () => {
  const fake = await answering(CUT, problem(404, "not_found"));
  await clientOf(fake).agents.delete("a");
  expect(fake.requests).toHaveLength(2);
  await expect(clientOf(fake).agents.delete("a")).rejects.toThrow(APIError);
});

test("tries are bounded, and a pause that is asked for and too long is none", async () => {
  const busy = await answering(problem(503, "unavailable"));
  await expect(clientOf(busy, { maxRetries: 2 }).tasks.get("t")).rejects.toThrow(APIError);
  expect(busy.requests).toHaveLength(3);
  const hours = await answering(problem(429, "rate_limited", {}, { "Retry-After": "7200" }));
  expect(await failureOf(clientOf(hours).tasks.get("t"))).toMatchObject({ retryAfter: 7200 });
  expect(hours.requests).toHaveLength(1);
});

test("a fault of the service, or a refusal, is not asked for again", async () => {
  const final = [401, 403, 404].map((status) => problem(status, "idempotency_in_progress"));
  for (const answer of [
    problem(500, "internal_error"),
    problem(422, "validation_failed"),
    ...final,
  ]) {
    const fake = await answering(answer);
    await expect(clientOf(fake).tasks.get("t")).rejects.toThrow(APIError);
    expect(fake.requests).toHaveLength(1);
  }
});

test("a problem document becomes a refusal with its code, sentence, pointers and request id", async () => {
  const errors = [{ pointer: "/agent_config/model", detail: "must be text" }];
  const fake = await answering(problem(422, "validation_failed", { errors }));
  expect(await failureOf(clientOf(fake).tasks.create(GOAL))).toMatchObject({
    name: "UnprocessableEntityError",
    status: 422,
    code: "validation_failed",
    message: "It was refused.",
    detail: "It was refused.",
    requestId: "r1",
    errors,
    retryAfter: null,
  });
});

test("what does not speak the API is told apart from a service that refuses", async () => {
  const page = await answering({ status: 404, body: "<h1>Not Found</h1>" });
  expect(await failureOf(clientOf(page).tasks.get("t"))).toMatchObject({
    name: "ConnectionError",
    code: "not_opspawn",
    status: 404,
  });
  expect(page.requests).toHaveLength(1);
  const other = await answering({ status: 200, body: "hello" });
  await expect(clientOf(other).tasks.get("t")).rejects.toThrow("not JSON");
  // Port 9 is nobody's.
  const nobody = new Opspawn({ url: "http://127.0.0.1:9", key: KEY, maxRetries: 0 });
  expect(await failureOf(nobody.tasks.get("t"))).toMatchObject({ code: "unreachable" });
});

test("an answer that does not come in time is a failure of its own", async () => {
  const fake = await answering({ status: 0, by: () => undefined });
  const client = clientOf(fake, { timeout: 250, maxRetries: 1 });
  expect(await failureOf(client.tasks.get("t"))).toMatchObject({ code: "timed_out" });
  expect(fake.requests).toHaveLength(2);
});

test("a signal ends a request, and the pause before the next try, with its reason", async () => {
  const silent = await answering({ status: 0, by: () => undefined });
  const stop = new AbortController();
  const get = failureOf(clientOf(silent).tasks.get("t", { signal: stop.signal }));
  stop.abort("enough");
  expect(await get).toBe("enough");

  const busy = await answering(problem(503, "unavailable", {}, { "Retry-After": "20" }));
  const pausing = new AbortController();
  const list = failureOf(clientOf(busy).tools.list({}, { signal: pausing.signal }));
  await expect.poll(() => busy.requests.length).toBe(1);
  pausing.abort("enough");
  expect(await list).toBe("enough");
});

test("no error and no client shows the key", async () => {
  const refused = await answering(problem(401, "unauthorized"));
  const nobody = new Opspawn({ url: "http://127.0.0.1:9", key: KEY, maxRetries: 0 });
  const shown = [
    nobody,
    await failureOf(nobody.tasks.get("t")),
    await failureOf(clientOf(refused).tasks.get("t")),
    await failureOf((async () => new Opspawn({ url: refused.url, key: `${KEY}\n` }))()),
    await failureOf((async () => new Opspawn({ url: refused.url, key: `${KEY} é` }))()),
  ];
  for (const one of shown) {
    expect(inspect(one, { depth: 9, showHidden: true })).not.toContain(KEY);
    expect(JSON.stringify(one)).not.toContain(KEY);
  }
});

test("an address that is not one of the web, or holds a password, is refused before anything is sent", () => {
  for (const url of ["nope", "localhost:8787", "ftp://here", "http://me:secret@here"]) {
    expect(() => new Opspawn({ url, key: KEY })).toThrow(TypeError);
  }
  expect(new Opspawn({ url: "https://here/opspawn/?x#y", key: KEY }).url).toBe(
    "https://here/opspawn",
  );
});

test("a name that would make it another address is refused, and any other is one", async () => {
  const fake = await answering(TASK);
  for (const id of ["", ".", ".."]) {
    await expect(clientOf(fake).tasks.get(id)).rejects.toThrow(TypeError);
  }
  await clientOf(fake).tasks.get("a/../b?c");
  expect(fake.requests.map(({ line }) => line)).toEqual(["GET /api/v1/tasks/a%2F..%2Fb%3Fc"]);
});

test("lists are asked for page by page, as far as they are read", async () => {
  const pages: readonly Answer[] = [
    { status: 200, body: { data: [{ id: "a" }, { id: "b" }], next_cursor: "2" } },
    { status: 200, body: { data: [{ id: "c" }], next_cursor: null } },
  ];
  const fake = await answering(...pages);
  const ids: string[] = [];
  const query = { status: "failed" as const, metadata: { team: "ops", urgent: true } };
  for await (const { id } of clientOf(fake).tasks.list(query)) {
    expect(fake.requests).toHaveLength(id === "c" ? 2 : 1);
    ids.push(id);
  }
  expect(ids).toEqual(["a", "b", "c"]);
  const first = "GET /api/v1/tasks?status=failed&metadata.team=ops&metadata.urgent=true";
  expect(fake.requests.map(({ line }) => line)).toEqual([
    first,
    "GET /api/v1/tasks?status=failed&metadata.team=ops&metadata.urgent=true&cursor=2",
  ]);
});

test("one page of a list is awaited, and a list that is neither awaited nor read asks for nothing", async () => {
  const page = { data: [{ id: "a" }], total: null, next_cursor: "2" };
  const fake = await answering({ status: 200, body: page });
  const { tasks } = clientOf(fake);
  tasks.list({ limit: 1 });
  const list = tasks.list({ limit: 1, cursor: "1" });
  expect(await list).toEqual(page);
  expect(await list.finally(() => undefined)).toEqual(page);
  expect(fake.requests.map(({ line }) => line)).toEqual(["GET /api/v1/tasks?limit=1&cursor=1"]);
});

test("a service of which a part is broken says so, instead of failing the question", async () => {
  const fake = await answering({ status: 503, body: { status: "degraded", database: "down" } });
  expect(await clientOf(fake).health.get()).toMatchObject({ status: "degraded" });
});

const WRONG: readonly unknown[] = [NaN, -1, 1.5, 2 ** 31, 2 ** 32, 3e9, -Infinity, null, "5", true];

/** Makes a client with one number, `group.field` or a field of its own. */
const made = (name: string, value: unknown) => () => {
  const [option = "", field] = name.split(".");
  const given = field === undefined ? value : { [field]: value };
  return new Opspawn({ url: "http://here", key: KEY, [option]: given });
};

test("a time that no timer can keep is refused by its name and range, when the client is made", () => {
  for (const name of ["timeout", "reconnect.ping", "reconnect.silence"]) {
    for (const value of [...WRONG, 0]) {
      const range = `${name} must be a whole number from 1 to 2147483647, or Infinity`;
      expect(made(name, value), String(value)).toThrow(TypeError);
      expect(made(name, value), String(value)).toThrow(range);
    }
    expect(made(name, Infinity)).not.toThrow();
    expect(made(name, 2 ** 31 - 1)).not.toThrow();
    // As from a configuration that does not have it.
    expect(made(name, undefined)).not.toThrow();
  }
  for (const name of ["backoff.initial", "backoff.max"]) {
    for (const value of [...WRONG, Infinity]) {
      expect(made(name, value), String(value)).toThrow(`${name} must be`);
    }
    expect(made(name, 0)).not.toThrow();
  }
  for (const name of ["maxRetries", "maxRetryAfter", "reconnect.maxAttempts"]) {
    for (const value of [NaN, -1, 0.5, "3", null]) {
      expect(made(name, value), String(value)).toThrow(`${name} must be`);
    }
    expect(made(name, Infinity)).not.toThrow();
    expect(made(name, 0)).not.toThrow();
  }
});

test("a call has a timeout, retries and headers of its own, checked like those of the client", async () => {
  const busy = await answering(problem(503, "unavailable"));
  const { tasks } = clientOf(busy);
  const headers = { Traceparent: "00-1-2-01" };
  await expect(tasks.get("t", { maxRetries: 0, headers })).rejects.toThrow(APIError);
  expect(busy.requests).toMatchObject([{ headers: { traceparent: "00-1-2-01" } }]);
  const silent = await fakeService([], () => ({ status: 200, by: () => undefined }));
  const slow = clientOf(silent, { maxRetries: 0 }).tasks.list({}, { timeout: 30 });
  await expect(slow).rejects.toThrow(ConnectionTimeoutError);
  for (const value of [NaN, 0, 3e9]) {
    await expect(tasks.get("t", { timeout: value })).rejects.toThrow(/^timeout must be/);
  }
  await expect(tasks.get("t", { maxRetries: -1 })).rejects.toThrow(/^maxRetries must be/);
  for (const name of ["authorization", "Idempotency-Key", "a b", ""]) {
    const sent = tasks.get("t", { headers: { [name]: "x" } });
    await expect(sent).rejects.toThrow(`headers must not contain ${JSON.stringify(name)}`);
  }
  await expect(tasks.get("t", { headers: { a: "b\n" } })).rejects.toThrow(TypeError);
  expect(busy.requests).toHaveLength(1);
});

test("every call can tell of its response: status, request id and the version for a change", async () => {
  const headers = { "X-Request-Id": "req_1", ETag: '"3-x"' };
  const fake = await answering({ status: 200, headers, body: { name: "a", version: 3 } });
  const call = clientOf(fake).agents.get("a");
  expect(await call.withResponse()).toMatchObject({
    data: { name: "a", version: 3 },
    status: 200,
    requestId: "req_1",
    etag: '"3-x"',
  });
  expect(await call).toMatchObject({ name: "a" });
  expect(fake.requests).toHaveLength(1);
  const page = { data: [], next_cursor: null };
  const lists = await answering({ status: 200, headers, body: page });
  const list = clientOf(lists).agents.list();
  expect(await list.withResponse()).toMatchObject({ data: page, requestId: "req_1" });
  expect(await list).toEqual(page);
  expect(lists.requests).toHaveLength(1);
  const gone = await answering(CUT, problem(404, "not_found", {}, { "X-Request-Id": "req_2" }));
  expect(await clientOf(gone).agents.delete("a").withResponse()).toMatchObject({
    data: undefined,
    status: 404,
    requestId: "req_2",
  });
});

test.each([
  [400, BadRequestError],
  [401, AuthenticationError],
  [403, PermissionDeniedError],
  [404, NotFoundError],
  [405, APIError],
  [409, ConflictError],
  [410, GoneError],
  [412, PreconditionFailedError],
  [422, UnprocessableEntityError],
  [429, RateLimitError],
  [500, InternalServerError],
  [503, InternalServerError],
] as const)("a refusal with the status %d has a class of its own", async (status, Class) => {
  const fake = await answering(problem(status, "a_code", {}, { "X-Extra": "seen" }));
  const error = await failureOf(clientOf(fake, { maxRetries: 0 }).tasks.get("t"));
  expect(error).toBeInstanceOf(Class);
  expect(error).toBeInstanceOf(APIError);
  expect(error).toMatchObject({ name: Class.name, status, code: "a_code", requestId: "r1" });
  expect((error as APIError).headers.get("x-extra")).toBe("seen");
});

test("the URL and the key come from the environment, if they are not given", () => {
  vi.stubEnv("OPSPAWN_URL", " http://from.env/base/ ");
  vi.stubEnv("OPSPAWN_KEY", KEY);
  expect(new Opspawn().url).toBe("http://from.env/base");
  expect(new Opspawn({ url: "http://given" }).url).toBe("http://given");
  vi.stubEnv("OPSPAWN_KEY", "");
  expect(() => new Opspawn()).toThrow("The key is missing: pass key, or set OPSPAWN_KEY.");
  vi.stubEnv("OPSPAWN_URL", "");
  expect(() => new Opspawn()).toThrow("The URL is missing: pass url, or set OPSPAWN_URL.");
});

test("a time that is not given has its default, and the longest and none at all are kept", async () => {
  const warned: unknown[] = [];
  const onWarning = (warning: Error) => warned.push(warning.message);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const fake = await fakeService([], () => ({
    status: 200,
    by: (response) => setTimeout(() => response.writeHead(200).end(JSON.stringify(TASK.body)), 20),
  }));
  for (const timeout of [undefined, Infinity, 2 ** 31 - 1, 30_000]) {
    const client = new Opspawn({ url: fake.url, key: KEY, timeout });
    expect(await client.tasks.get("t", { wait: 60 })).toEqual(TASK.body);
  }
  expect(fake.requests).toHaveLength(4);
  expect(warned).toEqual([]);
});

test("a pause longer than a timer can count is kept all the same", async () => {
  const busy = await answering(problem(503, "unavailable", {}, { "Retry-After": "4000000" }));
  const stop = new AbortController();
  const client = clientOf(busy, { maxRetryAfter: Infinity });
  const get = failureOf(client.tasks.get("t", { signal: stop.signal }));
  await expect.poll(() => busy.requests.length).toBe(1);
  // A timer that overflows fires after a millisecond.
  await expect(Promise.race([get, sleep(100, "still waiting")])).resolves.toBe("still waiting");
  expect(busy.requests).toHaveLength(1);
  stop.abort("enough");
  expect(await get).toBe("enough");
});

test("what cannot be sent is the caller's mistake, at once, and not a lost connection", async () => {
  const fake = await answering(TASK);
  const { tasks, agents } = clientOf(fake);
  const cycle: Record<string, unknown> = {};
  cycle["itself"] = cycle;
  const wrong: (() => Promise<unknown>)[] = [
    () => tasks.create(GOAL, { idempotencyKey: "語" }),
    () => tasks.create(GOAL, { idempotencyKey: "a\nb" }),
    () => tasks.create(GOAL, { idempotencyKey: "" }),
    () => tasks.create(GOAL, { idempotencyKey: "a\0" }),
    () => tasks.create({ input_data: cycle }),
    () => tasks.create({ input_data: { many: 10n } }),
    () => tasks.get("t", { wait: NaN }),
    () => tasks.get("t", { wait: -1 }),
    () => tasks.get("t", { signal: {} as AbortSignal }),
    () => agents.delete("a", { ifMatch: "é" }),
  ];
  for (const call of wrong) {
    expect(await failureOf(call()), call.toString()).toBeInstanceOf(TypeError);
  }
  expect(fake.requests).toEqual([]);
  await tasks.create(GOAL, { idempotencyKey: "two words, 100%" });
  expect(fake.requests[0]?.headers["idempotency-key"]).toBe("two words, 100%");
});

test("a key that is no text is refused, though its name as a word would be one", () => {
  for (const key of [null, 123, true, {}, ["opsk_a"], ""]) {
    const build = () => new Opspawn({ url: "http://here", key: key as string });
    expect(build, typeof key).toThrow(TypeError);
    expect(build, typeof key).toThrow("The key must");
  }
});

test.each([
  ["an object of something else", {}],
  ["a list", []],
  ["null", null],
  ["a text", '"hello"'],
  ["a list that is none", { id: null, data: {} }],
])("%s is not taken for an answer of the service", async (_, body) => {
  const fake = await answering({ status: 200, body });
  const { tasks, tools, agents, keys } = clientOf(fake);
  const calls = [
    () => tasks.create(GOAL).then(({ id }) => id.length),
    () => tasks.list({ limit: 1 }),
    () => tasks.list()[Symbol.asyncIterator]().next(),
    () => tasks.events("t"),
    () => tools.list(),
    () => keys.create({ name: "k", scopes: ["tasks:read"] }),
    () => agents.delete("a"),
    () => tasks.watch("t").next(),
  ];
  for (const call of calls) {
    expect(await failureOf(call()), call.toString()).toMatchObject({ code: "not_opspawn" });
  }
  expect(fake.requests).toHaveLength(calls.length);
});

test("a redirect is not followed, since the key would be lost: where it leads is said", async () => {
  const to = (Location: string, status = 302) => answering({ status, headers: { Location } });
  const cases = [
    ["https://safe.example/api/v1/tasks/t", 301, "it redirects to https://safe.example"],
    ["https://safe.example/opspawn/api/v1/tasks/t", 308, "to https://safe.example/opspawn"],
    ["https://login.example/sso?state=secret", 302, "it redirects to https://login.example/sso"],
    ["/elsewhere", 307, "/elsewhere"],
  ] as const;
  for (const [location, status, sentence] of cases) {
    const fake = await to(location, status);
    const error = await failureOf(clientOf(fake).tasks.get("t"));
    expect(error).toMatchObject({ name: "ConnectionError", code: "not_opspawn", status });
    expect((error as Error).message).toMatch(new RegExp(`${sentence}$`));
    expect(fake.requests).toHaveLength(1);
  }
  const target = await answering(TASK);
  const post = await to(`${target.url}/api/v1/tasks`);
  await expect(clientOf(post).tasks.create(GOAL)).rejects.toThrow("it redirects to");
  expect(target.requests).toEqual([]);
  const nowhere = await answering({ status: 302 });
  await expect(clientOf(nowhere).tasks.get("t")).rejects.toThrow(`${nowhere.url}: it redirects`);
});
