/** `opspawn api`: the requests that it sends, and what it prints of the responses. */
import { expect, test } from "vitest";
import { cli, envOf } from "../cli.ts";
import { fakeService, problem, type Asked, type Fake } from "../fake-service.ts";

function anything(): Promise<Fake> {
  return fakeService([], ({ line }) =>
    line.startsWith("DELETE") ? { status: 204 } : { status: 200, body: { id: "id_1" } },
  );
}

function listing(...pages: readonly (readonly unknown[])[]): Promise<Fake> {
  return fakeService([], ({ line }: Asked) => {
    const at = Number(new URL(line.split(" ")[1] ?? "", "http://fake").searchParams.get("cursor"));
    return {
      status: 200,
      body: { data: pages[at], next_cursor: pages[at + 1] ? String(at + 1) : null },
    };
  });
}

test.each<[string, string, unknown]>([
  ["api tasks", "GET /api/v1/tasks", null],
  ["api GET /health", "GET /health", null],
  [
    "api GET tasks?limit=2 -f status=failed -F limit=3",
    "GET /api/v1/tasks?limit=2&status=failed&limit=3",
    null,
  ],
  [
    "api tasks -f input_data[goal]=Add -F limits[max_steps]=3 -F a[]=1 -f a[]=x -F b=null",
    "POST /api/v1/tasks",
    { input_data: { goal: "Add" }, limits: { max_steps: 3 }, a: ["x", 1], b: null },
  ],
  ["api PUT agents/n -F config={} -f __proto__[a]=b", "PUT /api/v1/agents/n", null],
  ["api POST tasks -i -", "POST /api/v1/tasks", { piped: true }],
  ["api DELETE agents/n", "DELETE /api/v1/agents/n", null],
])("%s", async (line, request, body) => {
  const fake = await anything();
  const { code, err } = await cli(line.split(" "), { env: envOf(fake), stdin: '{"piped":true}' });
  expect(code, err).toBe(0);
  expect(fake.requests.map((asked) => asked.line)).toEqual([request]);
  const [asked] = fake.requests;
  expect(asked?.headers["authorization"]).toBe("Bearer opsk_env");
  // The polluting name arrives as a field of the body and changes nothing here.
  expect(line.includes("__proto__") ? null : asked?.body).toEqual(body);
  expect({}).not.toHaveProperty("a");
});

test("api sends headers, and shows the status, the headers and the body", async () => {
  const fake = await fakeService([], () => ({
    status: 200,
    headers: { "Content-Type": "application/json", ETag: '"3"' },
    body: { name: "n" },
  }));
  const around = { env: envOf(fake) };
  const { code, out } = await cli(
    ["api", "PUT", "tools/n", "-H", 'If-Match: "3"', "--include"],
    around,
  );
  expect(code).toBe(0);
  expect(out).toMatch(/^HTTP 200 OK\n[^]*^etag: "3"$[^]*\n\n\{\n {2}"name": "n"\n\}\n$/m);
  expect(fake.requests[0]?.headers["if-match"]).toBe('"3"');
  expect((await cli(["api", "tools/n", "--json"], around)).out).toBe('{"name":"n"}\n');
});

test("api reads all pages of a list, one item a line", async () => {
  const fake = await listing([{ id: 1 }, { id: 2 }], [{ id: 3 }]);
  const around = { env: envOf(fake) };
  const { out } = await cli(["api", "tasks?limit=2", "--paginate"], around);
  expect(out).toBe('{"id":1}\n{"id":2}\n{"id":3}\n');
  expect(fake.requests.map(({ line }) => line)).toEqual([
    "GET /api/v1/tasks?limit=2",
    "GET /api/v1/tasks?limit=2&cursor=1",
  ]);
  const filtered = await listing([{ id: 1 }]);
  await cli(["api", "tasks", "-f", "status=failed", "--paginate"], { env: envOf(filtered) });
  expect(filtered.requests.map(({ line }) => line)).toEqual(["GET /api/v1/tasks?status=failed"]);
  const other = await anything();
  const noList = await fakeService([], () => ({ status: 200, body: {} }));
  expect((await cli(["api", "POST", "tasks", "--paginate"], { env: envOf(other) })).err).toContain(
    "--paginate needs the method GET",
  );
  expect((await cli(["api", "tasks/t", "--paginate"], { env: envOf(noList) })).err).toContain(
    "this response has no pages",
  );
});

test("api takes a method in any case", async () => {
  const fake = await fakeService([], () => ({ status: 200, body: {} }));
  await cli(["api", "post", "tasks", "-f", "a=b"], { env: envOf(fake) });
  expect(fake.requests.map(({ line }) => line)).toEqual(["POST /api/v1/tasks"]);
});

test("api ends with 2 and a sentence where the service refuses, redirects or is not there", async () => {
  const refusing = await fakeService([], () => problem(422, "validation_failed"));
  const refused = await cli(["api", "POST", "tasks"], { env: envOf(refusing) });
  expect(refused).toEqual({ code: 2, out: "", err: "It was refused.\n" });
  const unknown = await fakeService([], () => problem(422, "unknown_tool"));
  expect((await cli(["api", "tasks"], { env: envOf(unknown) })).err).toBe(
    "It was refused. `opspawn tools` lists what exists.\n",
  );
  const elsewhere = await fakeService([], () => ({
    status: 302,
    headers: { Location: "https://b.example/x" },
  }));
  expect((await cli(["api", "tasks"], { env: envOf(elsewhere) })).err).toContain(
    "it redirects to https://b.example",
  );
  const away = { OPSPAWN_URL: "http://127.0.0.1:9", OPSPAWN_KEY: "opsk_env" };
  expect((await cli(["api", "tasks"], { env: away })).err).toContain(
    "Cannot reach Opspawn at http://127.0.0.1:9",
  );
  for (const [args, sentence] of [
    [["api", "tasks", "-f", "goal"], "A field must look like name=value, but is goal."],
    [["api", "tasks", "-f", "a[b=c"], "A field must look like name=value"],
    [["api", "tasks", "-F", "a=x"], "The value of -F must be JSON, but is x. Use -f for a text."],
    [["api", "tasks", "-f", "a=1", "-f", "a[b]=2"], "The field a is used in two ways."],
    [["api", "tasks", "-H", "bad"], "A header must look like 'Name: value'."],
    [["api", "FETCH", "tasks"], "The method must be one of GET,"],
    [["api", "tasks", "-i", "-", "-f", "a=b"], "Use --input or fields, not both."],
    [["api"], "api needs <path>."],
  ] as const) {
    const { code, err } = await cli(args, { env: envOf(refusing) });
    expect([code, err], args.join(" ")).toEqual([2, expect.stringContaining(sentence)]);
  }
  expect(refusing.requests).toHaveLength(1);
  const broken = { ...envOf(refusing), OPSPAWN_KEY: "opsk_a\nb" };
  const { code, err } = await cli(["api", "tasks"], { env: broken });
  expect([code, err]).toEqual([2, expect.not.stringContaining("opsk_a")]);
});

test("api passes on a stream as it comes, safe for a terminal", async () => {
  const fake = await fakeService([], () => ({
    status: 200,
    by: (response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write("id: 1\ndata: \u00e9\u001b[2J\n\n");
      response.end("id: 2\n\n");
    },
  }));
  const { out } = await cli(["api", "tasks/t/events", "-H", "Accept: text/event-stream"], {
    env: envOf(fake),
  });
  expect(out).toBe("id: 1\ndata: \u00e9\u241b[2J\n\nid: 2\n\n");
});
