/**
 * What HTTP itself asks of every address: methods, conditions, sizes, keys for requests that are sent
 * twice. What goes for all is generated from the document.
 */
import { request as rawRequest } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { routesOf, writtenDocument } from "../openapi-document.ts";
import { RESOURCE_VARS, Resources } from "../resources.ts";
import { Service } from "../service.ts";
import { getJson, listTasks, logOf, ofType, play, scripted, submit } from "../tasks.ts";

const MIB = 1_048_576;
const ORIGIN = "https://app.example.com";
const OTHER = "opsk_other_tenant";
const document = writtenDocument();
const routes = routesOf(document);
const paths = [...new Set(routes.map(({ path }) => path))];
const idempotent = routes.filter(({ operation }) =>
  operation.parameters?.some(({ name }) => name === "idempotency-key"),
);

let service: Service;
let resources: Resources;

beforeAll(async () => {
  service = await Service.start({
    vars: { ...RESOURCE_VARS, OPSPAWN_CORS_ORIGINS: ORIGIN },
    keys: [{ key: OTHER, tenant: "other", scopes: "tasks:read tasks:write tools:write" }],
  });
  resources = new Resources(service);
});
afterAll(() => service.stop());

test.for(paths)("%s says what it allows, to whoever asks, and refuses the rest", async (path) => {
  const address = await resources.address({ path });
  const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
  const heads = methods.includes("GET") ? ["HEAD"] : [];
  const allow = [...methods, ...heads, "OPTIONS"].toSorted().join(", ");
  const anonymous = { Authorization: "none" };
  const asked = await service.request(address, { method: "OPTIONS", headers: anonymous });
  expect([asked.status, asked.headers.get("Allow")]).toEqual([204, allow]);
  const wrong = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"].filter(
    (method) => !allow.split(", ").includes(method),
  );
  expect(wrong).not.toEqual([]);
  for (const method of wrong) {
    const refused = await service.request(address, { method });
    expect([refused.status, refused.headers.get("Allow")]).toEqual([405, allow]);
  }
});

test.for(routes.filter(({ method }) => method === "GET"))(
  "$operation.operationId answers HEAD as it answers GET, without the body",
  async (route) => {
    const address = await resources.address(route);
    for (const accept of ["application/json", "text/event-stream"]) {
      const headers = { Accept: accept };
      const whole = await service.request(address, { headers });
      await whole.body?.cancel();
      const head = await service.request(address, { method: "HEAD", headers });
      expect(head.status).toBe(whole.status);
      expect(head.headers.get("Content-Type")).toBe(whole.headers.get("Content-Type"));
      expect(head.headers.get("ETag")).toBe(whole.headers.get("ETag"));
      expect(await head.text()).toBe("");
    }
  },
);

/** Files have limits and media types of their own: `attachments.test.ts`. */
const inJson = routes.filter(({ operation }) => operation.operationId !== "uploadAttachment");

test.for(inJson.filter(({ method }) => method !== "GET"))(
  "$operation.operationId refuses a body that says it is too large, whoever sends it",
  async (route) => {
    const refused = await service.request(await resources.address(route), {
      method: route.method,
      headers: { Authorization: "none" },
      body: "y".repeat(MIB + 1),
    });
    expect([refused.status, await codeOf(refused)]).toEqual([413, "payload_too_large"]);
  },
);

test.for(inJson.filter(({ operation }) => operation.requestBody !== undefined))(
  "$operation.operationId stops reading a body that does not say how large it is",
  async (route) => {
    const pieces = Array.from({ length: 40 }, () => "y".repeat(32_768));
    expect(await chunked(route.method, await resources.address(route), pieces)).toBe(413);
  },
);

test("whoever is refused before the body was read hears of it, and is served again", async () => {
  for (const [path, authorization, status] of [
    ["/api/v1/tasks", "none", 401],
    ["/api/v1/nothing", `Bearer ${service.key}`, 404],
    ["/api/v1/usage", `Bearer ${service.key}`, 405],
  ] as const) {
    for (let i = 0; i < 10; i += 1) {
      const headers = { Authorization: authorization };
      const body = "y".repeat(MIB - 1);
      const refused = await service.request(path, { method: "POST", headers, body });
      expect(refused.status).toBe(status);
      expect((await service.request("/health")).status).toBe(200);
    }
  }
});

test("a preflight is answered for the configured origins and no others", async () => {
  const known = await preflight(ORIGIN);
  expect(known.status).toBe(204);
  expect(known.headers.get("Access-Control-Allow-Origin")).toBe(ORIGIN);
  const unknown = await preflight("https://elsewhere.example.com");
  expect(unknown.headers.get("Access-Control-Allow-Origin")).toBeNull();
});

test("a task that a client has already is not sent again until it changes", async () => {
  const { task_id } = await submit(service, scripted([{ tool_calls: [ASK] }, { text: "Done." }]), {
    Prefer: "wait=30",
  });
  const path = `/api/v1/tasks/${task_id}`;
  const get = (tag: string | null) =>
    service.request(path, tag === null ? {} : { headers: { "If-None-Match": tag } });
  const tag = String((await get(null)).headers.get("ETag"));
  expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
  for (const named of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
    const unchanged = await get(named);
    expect([unchanged.status, unchanged.headers.get("ETag")]).toEqual([304, tag]);
    expect(await unchanged.text()).toBe("");
  }
  await service.request(`${path}/messages`, { method: "POST", body: '{"content":"Blue."}' });
  const changed = await service.request(path, {
    headers: { "If-None-Match": tag, Prefer: "wait=30" },
  });
  expect(changed.status).toBe(200);
  expect(changed.headers.get("ETag")).not.toBe(tag);
});

test("the document says of the right routes that they take a key", () => {
  expect(idempotent.map(({ operation }) => operation.operationId)).toEqual(
    expect.arrayContaining([
      "submitTask",
      "retryTask",
      "sendMessage",
      "decideApproval",
      "registerTool",
      "createMcpServer",
      "createAgent",
    ]),
  );
});

test("a tool is registered once for its key, and the same answer is given again", async () => {
  const body = toolNamed("once");
  const first = await keyed("tool-1", body);
  expect(first.status).toBe(201);
  const again = await keyed('"tool-1"', JSON.stringify(JSON.parse(body), null, 2));
  expect(again.status).toBe(201);
  expect(again.headers.get("Idempotent-Replayed")).toBe("true");
  expect(first.headers.get("Idempotent-Replayed")).toBeNull();
  for (const name of ["Location", "ETag", "Content-Type"]) {
    expect(again.headers.get(name)).toBe(first.headers.get(name));
  }
  expect(await again.text()).toBe(await first.text());
  const other = await keyed("tool-1", toolNamed("other"));
  expect([other.status, await codeOf(other)]).toEqual([422, "idempotency_key_reused"]);
  expect(await toolNames()).not.toContain("other");
});

test("a key is a tenant's and a route's own", async () => {
  const body = toolNamed("shared");
  expect((await keyed("mine", body)).status).toBe(201);
  const theirs = await keyed("mine", body, { Authorization: `Bearer ${OTHER}` });
  expect([theirs.status, theirs.headers.get("Idempotent-Replayed")]).toEqual([201, null]);
  const server = JSON.stringify({ name: "mine", url: "https://mcp.example.com/mcp" });
  const made = await keyed("mine", server, {}, "/api/v1/mcp/servers");
  expect([made.status, made.headers.get("Idempotent-Replayed")]).toEqual([201, null]);
});

test("a refused request leaves its key for the one that is mended", async () => {
  const broken = toolNamed("mended").replace('"code"', '"http"');
  expect((await keyed("mend", broken)).status).toBe(422);
  expect((await keyed("mend", toolNamed("mended"))).status).toBe(201);
  expect((await keyed("x".repeat(256), toolNamed("long"))).status).toBe(400);
});

test("of requests with one key at once, one does the work and none does it again", async () => {
  const { task_id } = await submit(service, scripted([{ tool_calls: [ASK] }, { text: "Done." }]), {
    Prefer: "wait=30",
  });
  const path = `/api/v1/tasks/${task_id}/messages`;
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => keyed("say-it", '{"content":"Blue."}', {}, path)),
  );
  const fresh = answers.filter(({ status, headers }) => {
    return status === 202 && headers.get("Idempotent-Replayed") === null;
  });
  expect(fresh).toHaveLength(1);
  const rest = answers.filter((answer) => answer !== fresh[0]);
  for (const answer of rest.filter(({ status }) => status !== 202)) {
    expect([answer.status, answer.headers.get("Retry-After")]).toEqual([409, "1"]);
    expect(await codeOf(answer)).toBe("idempotency_in_progress");
  }
  const later = await keyed("say-it", '{"content":"Blue."}', {}, path);
  expect([later.status, later.headers.get("Idempotent-Replayed")]).toEqual([202, "true"]);
  expect(ofType(await logOf(service, task_id), "message.received")).toHaveLength(1);
});

test("an approval that is sent twice with its key is taken once, and answered twice", async () => {
  const address = await resources.address({ path: APPROVAL });
  const first = await keyed("approve-1", '{"decision":"deny"}', {}, address);
  const again = await keyed("approve-1", '{"decision":"deny"}', {}, address);
  expect([first.status, again.status]).toEqual([202, 202]);
  expect(again.headers.get("Idempotent-Replayed")).toBe("true");
  const without = await service.request(address, { method: "POST", body: '{"decision":"deny"}' });
  expect(without.status).toBe(409);
});

test("pages of a list stay right while tasks are added", async () => {
  for (let i = 0; i < 5; i += 1) {
    await play(service, { input_data: { goal: "1 + 1" }, metadata: { list: "paged" } });
  }
  const query = "?limit=2&metadata.list=paged";
  const seen: string[] = [];
  let page = await listTasks(service, query);
  for (;;) {
    seen.push(...page.data.map((task) => task.task_id));
    if (page.next_cursor === null) {
      break;
    }
    await submit(service, { input_data: { goal: "1 + 1" }, metadata: { list: "paged" } });
    page = await listTasks(service, `${query}&cursor=${encodeURIComponent(page.next_cursor)}`);
  }
  expect(seen).toHaveLength(5);
  expect(new Set(seen).size).toBe(5);
  expect(page.total).toBeNull();
});

const APPROVAL = "/api/v1/tasks/{id}/approvals/{call_id}";
const ASK = { name: "ask_human", arguments: { question: "Which colour?" } };

/** What a browser asks before it lets a page of another origin submit. */
function preflight(origin: string): Promise<Response> {
  return service.request("/api/v1/tasks", {
    method: "OPTIONS",
    headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
  });
}

function toolNamed(name: string): string {
  return JSON.stringify({
    name,
    description: "Nothing.",
    kind: "code",
    input_schema: { type: "object" },
    code: { source: "return 1;" },
  });
}

function keyed(
  key: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  path = "/api/v1/tools",
): Promise<Response> {
  return service.request(path, {
    method: "POST",
    headers: { "Idempotency-Key": key, ...headers },
    body,
  });
}

async function codeOf(response: Response): Promise<string> {
  return (await response.json<{ code: string }>()).code;
}

async function toolNames(): Promise<string[]> {
  const { data: tools } = await getJson<{ data: { name: string }[] }>(
    service,
    "/api/v1/tools?limit=100",
  );
  return tools.map(({ name }) => name);
}

/** The status of a request whose body is sent in pieces, without a declared length. */
function chunked(
  method: string,
  path: string,
  pieces: readonly string[],
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const headers = {
    Authorization: `Bearer ${service.key}`,
    "Content-Type": "application/json",
    "Transfer-Encoding": "chunked",
  };
  const sent = rawRequest(`${service.url}${path}`, { method, headers }, ({ statusCode }) => {
    resolve(statusCode);
    sent.destroy();
  });
  sent.on("error", reject);
  for (const piece of pieces) {
    sent.write(piece);
  }
  sent.end();
  return promise;
}
