/** What is made of what a server says that it offers, be it wrong, huge, slow or no MCP at all. */
import { expect, test } from "vitest";
import type { GuardedFetch } from "../../src/agent/fetch/guarded-fetch.ts";
import { LIST_BOUNDS, listTools, type Listing } from "../../src/agent/mcp/list.ts";
import type { McpTool } from "../../src/run/spec/mcp-catalogue.ts";
import { MAX_PART_CHARS } from "../../src/run/spec/mcp-catalogue.ts";
import type { ToolStop } from "../../src/run/value/failure.ts";
import {
  definitionOf,
  hang,
  mcpDouble,
  plainTool,
  result,
  type Otherwise,
  type Sent,
} from "../mcp-double.ts";

/** Small enough for a test to wait for. */
const QUICK = { ...LIST_BOUNDS, requestMs: 150, totalMs: 1_000 };

test("every page is read, the session is ended, and the server's headers go with each request", async () => {
  const double = mcpDouble([[plainTool("a")], [plainTool("b")], [plainTool("c")]]);
  const listing = await list(double.fetch, { headers: new Headers({ "X-Key": "k-1" }) });
  expect(namesOf(listing)).toEqual(["a", "b", "c"]);
  expect(listing).toMatchObject({
    tool_count: 3,
    problem_count: 0,
    instructions: "Search first.",
    capabilities: { tools: { listChanged: true } },
  });
  expect(double.sent.map(({ method }) => method)).toEqual([
    "initialize",
    "notifications/initialized",
    "tools/list",
    "tools/list",
    "tools/list",
  ]);
  expect(double.requests.every(({ headers }) => headers.get("x-key") === "k-1")).toBe(true);
  expect(double.requests.at(-1)?.method).toBe("DELETE");
  expect(double.requests.map(({ method }) => method)).not.toContain("GET");
});

test("the client says who it is and that it can ask people", async () => {
  const double = mcpDouble([[]]);
  await list(double.fetch);
  expect(double.sent[0]?.params).toMatchObject({
    clientInfo: { name: "opspawn" },
    capabilities: { elicitation: { form: { applyDefaults: true }, url: {} } },
  });
});

test("a broken tool is left out with its reason, and the others stay as they are", async () => {
  const schema = { type: "object", properties: { a: { $ref: "#/$defs/x" } }, $defs: { x: {} } };
  const deep: unknown = JSON.parse(`${'{"properties":{"a":'.repeat(70)}1${"}}".repeat(70)}`);
  const double = mcpDouble([
    [
      { ...plainTool("good"), inputSchema: schema, title: "dropped" },
      plainTool("with space"),
      plainTool("x".repeat(124)),
      plainTool("good"),
      "not a tool",
      { description: "no name" },
      { name: "no_schema" },
      { name: "list_schema", inputSchema: [] },
      { name: "string_schema", inputSchema: { type: "string" } },
      { name: "remote", inputSchema: { type: "object", $ref: "https://evil.example/s" } },
      { name: "circle", inputSchema: { type: "object", $ref: "#" } },
      { name: "deep", inputSchema: deep },
      { name: "big", inputSchema: { type: "object", description: "x".repeat(40_000) } },
      plainTool("hints", {
        annotations: { readOnlyHint: true, title: "T", idempotentHint: "yes" },
      }),
      plainTool("output", { outputSchema: { type: "nonsense" } }),
      plainTool("long", { description: "d".repeat(5_000) }),
    ],
  ]);
  const listing = await list(double.fetch);
  expect(toolsOf(listing).map(({ name }) => name)).toEqual(["good", "hints", "output", "long"]);
  expect(toolsOf(listing)[0]).toEqual({
    name: "good",
    description: "The tool good.",
    inputSchema: schema,
  });
  expect(toolsOf(listing)[1]?.annotations).toEqual({ readOnlyHint: true });
  expect(toolsOf(listing)[2]).not.toHaveProperty("outputSchema");
  expect(toolsOf(listing)[3]?.description).toHaveLength(4_096);
  expect(listing.problem_count).toBe(14);
  expect(listing.problems.map(({ name }) => name.slice(0, 20))).toEqual([
    "with space",
    "x".repeat(20),
    "good",
    "?",
    "?",
    "no_schema",
    "list_schema",
    "string_schema",
    "remote",
    "circle",
    "deep",
    "big",
    "output",
    "long",
  ]);
});

test("of ten thousand tools five thousand are kept, in parts that fit a row, and the rest is counted", async () => {
  const double = mcpDouble(pagesOf(100, 100));
  const listing = await list(double.fetch);
  expect(listing.tool_count).toBe(5_000);
  expect(namesOf(listing)).toHaveLength(5_000);
  expect(listing.parts.every((part) => part.length <= MAX_PART_CHARS)).toBe(true);
  expect(listing.parts.length).toBeGreaterThan(1);
  expect(listing.problem_count).toBeGreaterThan(100);
  expect(listing.problems).toHaveLength(100);
  expect(listing.problems[0]?.reason).toMatch(/more than 5000 tools/);
});

test("pages without end, and in circles, come to one, which is told", async () => {
  const endless = mcpDouble([], (message) =>
    message.method === "tools/list"
      ? result(message, {
          tools: [plainTool(`t${Number(message.params?.["cursor"] ?? 0)}`)],
          nextCursor: String(Number(message.params?.["cursor"] ?? 0) + 1),
        })
      : null,
  );
  const first = await list(endless.fetch);
  expect(first.tool_count).toBe(100);
  expect(first.problems).toEqual([
    { name: "*", reason: expect.stringMatching(/more than 100 pages/) as string },
  ]);

  const circle = mcpDouble([], (message) =>
    message.method === "tools/list" ? result(message, { tools: [], nextCursor: "again" }) : null,
  );
  const second = await list(circle.fetch);
  expect(second.problems).toEqual([
    { name: "*", reason: expect.stringMatching(/circles/) as string },
  ]);
});

const three = ["a", "b", "c"].map((name) => plainTool(name));
const cursorOf = (message: Sent): unknown => message.params?.["cursor"];

/** A server that answers each request for a page with what `answer` returns for its cursor. */
function pagesBy(answer: (cursor: unknown, nth: number) => object): ReturnType<typeof mcpDouble> {
  let nth = 0;
  return mcpDouble([], (message) => {
    if (message.method !== "tools/list") {
      return null;
    }
    nth += 1;
    const page = answer(cursorOf(message), nth);
    return page instanceof Response
      ? page
      : "error" in page
        ? Response.json({ jsonrpc: "2.0", id: message.id, ...page })
        : result(message, page);
  });
}

const invalidCursor = { error: { code: -32_602, message: "Invalid cursor" } };

test.each<
  readonly [
    what: string,
    answer: (cursor: unknown, nth: number) => object,
    names: readonly string[],
    requests: number,
    problems: number,
  ]
>([
  ["empty on every page", () => ({ tools: three, nextCursor: "" }), ["a", "b", "c"], 2, 0],
  [
    "empty and a page",
    (cursor) => (cursor === "" ? { tools: [three[1]] } : { tools: [three[0]], nextCursor: "" }),
    ["a", "b"],
    2,
    0,
  ],
  [
    "empty, followed by an empty page",
    (cursor) => ({ tools: cursor === "" ? [] : three, nextCursor: "" }),
    ["a", "b", "c"],
    2,
    0,
  ],
  [
    "empty and rejected",
    (cursor) => (cursor === "" ? invalidCursor : { tools: three, nextCursor: "" }),
    ["a", "b", "c"],
    2,
    0,
  ],
  [
    "empty, then an error of the server",
    (cursor) =>
      cursor === ""
        ? { error: { code: -32_603, message: "boom" } }
        : { tools: three, nextCursor: "" },
    ["a", "b", "c"],
    2,
    1,
  ],
  [
    "empty, then no list",
    (cursor) => (cursor === "" ? { tools: "none" } : { tools: three, nextCursor: "" }),
    ["a", "b", "c"],
    2,
    1,
  ],
  [
    "empty, then status 500",
    (cursor) =>
      cursor === "" ? new Response("no", { status: 500 }) : { tools: three, nextCursor: "" },
    ["a", "b", "c"],
    2,
    1,
  ],
  ["x on every page", () => ({ tools: three, nextCursor: "x" }), ["a", "b", "c"], 2, 1],
  [
    "new on every page of the same tools",
    (_, nth) => ({ tools: three, nextCursor: `c${nth}` }),
    ["a", "b", "c"],
    3,
    1,
  ],
  ["zero", () => ({ tools: three, nextCursor: 0 }), ["a", "b", "c"], 1, 0],
  ["false", () => ({ tools: three, nextCursor: false }), ["a", "b", "c"], 1, 0],
  ["null", () => ({ tools: three, nextCursor: null }), ["a", "b", "c"], 1, 0],
  ["a number", () => ({ tools: three, nextCursor: 3 }), ["a", "b", "c"], 1, 1],
  ["an object", () => ({ tools: three, nextCursor: { offset: 3 } }), ["a", "b", "c"], 1, 1],
])(
  "with a next cursor that is %s each tool is listed once, with one problem at most",
  async (_, answer, names, requests, problems) => {
    const double = pagesBy(answer);
    const listing = await list(double.fetch);
    expect(namesOf(listing)).toEqual(names);
    expect(double.sent.filter(({ method }) => method === "tools/list")).toHaveLength(requests);
    expect(listing.problem_count).toBe(problems);
  },
);

test("a broken tool is one problem, however often the server repeats its page", async () => {
  const tools = [...three, { description: "no name" }, plainTool("with space")];
  const double = pagesBy(() => ({ tools, nextCursor: "" }));
  const listing = await list(double.fetch);
  expect(listing.problems.map(({ name }) => name)).toEqual(["?", "with space"]);
});

test("one repeated page does not hide the tools of the page after it", async () => {
  const pages = [[three[0]], [three[0]], [three[1]], [three[2]]];
  const double = pagesBy((cursor) => {
    const page = Number(cursor ?? 0);
    return {
      tools: pages[page] ?? [],
      ...(page + 1 < pages.length && { nextCursor: String(page + 1) }),
    };
  });
  expect(namesOf(await list(double.fetch))).toEqual(["a", "b", "c"]);
});

test("a server that falls silent after an empty cursor keeps what it listed", async () => {
  const double = mcpDouble([], (message, request) => {
    if (message.method !== "tools/list") {
      return null;
    }
    return cursorOf(message) === ""
      ? hang(request)
      : result(message, { tools: three, nextCursor: "" });
  });
  const listing = await list(double.fetch, { timeout: 150 });
  expect(namesOf(listing)).toEqual(["a", "b", "c"]);
  expect(listing.problems).toEqual([
    { name: "*", reason: "the page after an empty cursor could not be read (tool_timeout)" },
  ]);
});

test("tools beyond four million characters are left out", async () => {
  const inputSchema = { type: "object", description: "x".repeat(30_000) };
  const double = mcpDouble(pagesOf(10, 20, { inputSchema }));
  const listing = await list(double.fetch);
  expect(listing.total_chars).toBeLessThanOrEqual(4_000_000);
  expect(listing.tool_count).toBeGreaterThan(100);
  expect(listing.problems[0]?.reason).toMatch(/more than 4000000 characters/);
});

test("a server without tools has none, and is not asked", async () => {
  const double = mcpDouble([[plainTool("a")]], (message) =>
    message.method === "initialize"
      ? result(message, {
          protocolVersion: "2025-06-18",
          capabilities: {},
          serverInfo: { name: "s", version: "1" },
        })
      : null,
  );
  expect(await list(double.fetch)).toMatchObject({ tool_count: 0, parts: [], problem_count: 0 });
  expect(double.sent.some(({ method }) => method === "tools/list")).toBe(false);
});

const html = () =>
  new Response("<!doctype html><p>hello", { headers: { "content-type": "text/html" } });
const at =
  (
    method: string,
    answer: (message: Parameters<Otherwise>[0], request: Request) => Response | Promise<Response>,
  ): Otherwise =>
  (message, request) =>
    message.method === method ? answer(message, request) : null;

test.each<readonly [what: string, code: string, otherwise: Otherwise]>([
  ["a web page", "mcp_protocol_error", html],
  [
    "JSON that is no message",
    "mcp_protocol_error",
    at("initialize", () => Response.json({ a: 1 })),
  ],
  [
    "no JSON",
    "mcp_protocol_error",
    at("initialize", () => new Response("{", { headers: { "content-type": "application/json" } })),
  ],
  [
    "a version that nobody knows",
    "mcp_protocol_error",
    at("initialize", (message) =>
      result(message, {
        protocolVersion: "1999-01-01",
        capabilities: {},
        serverInfo: { name: "s", version: "1" },
      }),
    ),
  ],
  [
    "a greeting of another form",
    "mcp_protocol_error",
    at("initialize", (m) => result(m, { a: 1 })),
  ],
  [
    "an error for a list",
    "mcp_error",
    at("tools/list", ({ id }) =>
      Response.json({ jsonrpc: "2.0", id, error: { code: -32_601, message: "no such method" } }),
    ),
  ],
  [
    "a list of another form",
    "mcp_protocol_error",
    at("tools/list", (m) => result(m, { tools: 1 })),
  ],
  ["another id", "tool_timeout", at("tools/list", (m) => result({ ...m, id: 77 }, { tools: [] }))],
  ["nothing", "tool_timeout", at("tools/list", () => new Response(null, { status: 202 }))],
  [
    "an empty stream",
    "tool_timeout",
    at("tools/list", () => new Response("", { headers: { "content-type": "text/event-stream" } })),
  ],
  ["no greeting", "tool_timeout", at("initialize", (_, request) => hang(request))],
  [
    "no answer after the greeting",
    "tool_timeout",
    at("notifications/initialized", (_, request) => hang(request)),
  ],
  ["no list", "tool_timeout", at("tools/list", (_, request) => hang(request))],
  ["401", "unauthorized", () => new Response("who?", { status: 401 })],
  ["403", "unauthorized", () => new Response("no", { status: 403 })],
  ["404", "http_error", () => new Response("no", { status: 404 })],
  ["500", "http_error", at("tools/list", () => new Response("no", { status: 500 }))],
  [
    "a redirect elsewhere",
    "mcp_protocol_error",
    () => Response.redirect("https://other.example/", 307),
  ],
])("a server that answers with %s fails as %s", async (_, code, otherwise) => {
  const double = mcpDouble([[plainTool("a")]], otherwise);
  const stop = await stopOf(list(double.fetch, { timeout: 150 }));
  expect(stop.code).toBe(code);
  expect(stop.message).not.toMatch(/undefined|\[object/);
});

test("a server that cannot be reached, or may not be, fails as the guard says", async () => {
  const { ToolStop: Stop } = await import("../../src/run/value/failure.ts");
  for (const code of ["server_unreachable", "url_refused", "response_too_large"] as const) {
    expect((await stopOf(list(() => Promise.reject(new Stop(code))))).code).toBe(code);
  }
  // A stream that becomes too large while it is read.
  const cut = mcpDouble([[]], (message) =>
    message.method === "tools/list"
      ? new Response(
          new ReadableStream({
            pull(controller) {
              controller.error(new Stop("response_too_large"));
            },
          }),
          { headers: { "content-type": "text/event-stream" } },
        )
      : null,
  );
  expect((await stopOf(list(cut.fetch))).code).toBe("response_too_large");
});

test("a listing as a whole has a time, and ends with whoever asked for it", async () => {
  const slow = mcpDouble([], async (message) => {
    if (message.method !== "tools/list") {
      return null as never;
    }
    await new Promise((wake) => setTimeout(wake, 100));
    const next = Number(message.params?.["cursor"] ?? 0) + 1;
    return result(message, { tools: [], nextCursor: String(next) });
  });
  expect((await stopOf(list(slow.fetch))).message).toMatch(/did not list its tools in time/);

  const given = new AbortController();
  const waiting = mcpDouble(
    [[]],
    at("tools/list", (_, request) => {
      given.abort(new Error("over"));
      return hang(request);
    }),
  );
  await expect(list(waiting.fetch, { signal: given.signal })).rejects.toThrow("over");
});

function list(
  fetch: GuardedFetch,
  more: { headers?: Headers; signal?: AbortSignal; timeout?: number } = {},
): Promise<Listing> {
  const { headers = new Headers(), signal = new AbortController().signal } = more;
  const definition = definitionOf({ timeout_ms: more.timeout ?? 30_000 });
  const bounds =
    more.timeout === undefined && more.signal === undefined
      ? { ...QUICK, requestMs: 15_000, totalMs: 1_500 }
      : QUICK;
  return listTools(definition, { headers, fetch, signal }, bounds);
}

function pagesOf(pages: number, tools: number, more: object = {}): object[][] {
  return Array.from({ length: pages }, (_p, n) =>
    Array.from({ length: tools }, (_t, i) => plainTool(`tool_${n}_${i}`, more)),
  );
}

function toolsOf({ parts }: Listing): McpTool[] {
  return parts.flatMap((part) => JSON.parse(part) as McpTool[]);
}

function namesOf(listing: Listing): string[] {
  return toolsOf(listing).map(({ name }) => name);
}

async function stopOf(work: Promise<unknown>): Promise<ToolStop> {
  return work.then(
    () => expect.unreachable("it did not fail"),
    (thrown: unknown) => thrown as ToolStop,
  );
}
