/** Runs that use MCP servers: what they are offered, what calls come to, and what becomes of questions. */
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { traceparentOf } from "../../src/run/trace/identity.ts";
import { expect, test } from "vitest";
import { expectRebuilt } from "../contract/rebuild.ts";
import { hang, mcpDouble, result, type Sent } from "../mcp-double.ts";
import { DOCS, ECHO, outcomes, scripted } from "../mcp-runs.ts";
import { sdkServer, textResult, type SdkTool } from "../mcp-sdk-server.ts";

test("a server's tool is called by its own name and by the proxy, and the log has the tool's", async () => {
  const { run, double } = scripted({
    config: { mcp_tools: "both" },
    calls: [
      { name: "docs.echo", arguments: { text: "hello" } },
      {
        name: "mcp_proxy_tool",
        arguments: { server_name: "docs", tool_name: "echo", arguments: { text: "again" } },
      },
    ],
  });
  expect((await run.drive()).kind).toBe("over");
  expect(outcomes(run)).toMatchObject([
    { output: { content: [{ type: "text", text: "hello" }] }, untrusted: "mcp" },
    { output: { content: [{ type: "text", text: "again" }] }, untrusted: "mcp" },
  ]);
  const requested = run.events().filter(({ type }) => type === "tool.requested");
  expect(requested.map(({ data }) => data)).toMatchObject([
    { name: "docs.echo", arguments: { text: "hello" }, effect: "once" },
    { name: "docs.echo", arguments: { text: "again" }, effect: "once" },
  ]);
  // One session served both calls, and none is left.
  expect(double.requests.filter((one) => one === "POST initialize")).toHaveLength(1);
  await expect.poll(() => double.sessions.size).toBe(0);
});

test("a call tells the server its key, the same for every attempt, and its span", async () => {
  const metas: unknown[] = [];
  const tool: SdkTool = {
    ...ECHO,
    run: (_args, { meta }) => {
      metas.push(meta["opspawn/idempotency-key"], meta["traceparent"]);
      return textResult("ok");
    },
  };
  const { run } = scripted({
    tools: [tool],
    calls: [{ name: "docs.echo", arguments: { text: "a" } }],
  });
  await run.drive();
  const identity = { task_id: "task_test", tenant_id: "test" };
  const traceparent = traceparentOf(identity, "call_2", 1, sha256Hex);
  expect(metas).toEqual(["task_test:call_2", traceparent]);
});

test("a policy that denies a server's tools denies them by the proxy too", async () => {
  const { run, double } = scripted({
    config: { inject_mcp_proxy: true, policy: { deny: ["docs.*"] } },
    calls: [
      {
        name: "mcp_proxy_tool",
        arguments: { server_name: "docs", tool_name: "echo", arguments: { text: "x" } },
      },
    ],
  });
  await run.drive();
  expect(outcomes(run)).toMatchObject([{ code: "denied_by_policy", rule: 'deny "docs.*"' }]);
  expect(double.requests).toEqual([]);
});

test("an approval by proxy is about the tool, and edited arguments are the tool's", async () => {
  const { run } = scripted({
    config: { inject_mcp_proxy: true, policy: { approve: ["docs.echo"] } },
    calls: [
      {
        name: "mcp_proxy_tool",
        arguments: { server_name: "docs", tool_name: "echo", arguments: { text: "mine" } },
      },
    ],
  });
  await run.drive();
  const asked = run.events().find(({ type }) => type === "approval.requested");
  expect(asked?.data).toMatchObject({ name: "docs.echo", arguments: { text: "mine" } });
  const refused = run.tell({
    kind: "decide",
    call_id: "call_2",
    decision: "approve",
    arguments: { text: 1 },
    comment: null,
    by: "key",
  });
  expect(refused).toBe("invalid_arguments");
  run.tell({
    kind: "decide",
    call_id: "call_2",
    decision: "approve",
    arguments: { text: "theirs" },
    comment: null,
    by: "key",
  });
  await run.drive();
  expect(outcomes(run)).toMatchObject([{ output: { content: [{ text: "theirs" }] } }]);
});

test.each([
  [
    "a server that the run does not have",
    { server_name: "nobody", tool_name: "echo" },
    /no MCP server "nobody"/,
  ],
  [
    "a tool that does not exist",
    { server_name: "docs", tool_name: "nothing" },
    /Unknown tool "docs.nothing"/,
  ],
  ["arguments that do not fit", { server_name: "docs", tool_name: "echo" }, /required/],
  ["no tool at all", { server_name: "docs" }, /tool_name/],
])("by proxy, %s is an observation", async (_what, args, message) => {
  const { run, double } = scripted({
    config: { inject_mcp_proxy: true },
    calls: [{ name: "mcp_proxy_tool", arguments: args }],
  });
  expect((await run.drive()).kind).toBe("over");
  const [outcome] = outcomes(run);
  expect(outcome).toMatchObject({ message: expect.stringMatching(message) });
  expect(double.requests).toEqual([]);
});

test("what the agent did not choose of a server's tools cannot be called, by the proxy neither", async () => {
  const other = { ...ECHO, name: "other" };
  const { run, double } = scripted({
    tools: [ECHO, other],
    config: { tools: ["docs.ec*"], mcp_tools: "both" },
    calls: [
      { name: "docs.other", arguments: { text: "x" } },
      {
        name: "mcp_proxy_tool",
        arguments: { server_name: "docs", tool_name: "other", arguments: { text: "x" } },
      },
    ],
  });
  await run.drive();
  expect(outcomes(run)).toMatchObject([{ code: "unknown_tool" }, { code: "unknown_tool" }]);
  expect(double.requests).toEqual([]);
});

test("the proxy lists what there is, by words and in pages", async () => {
  const many = Array.from({ length: 60 }, (_, i): SdkTool => ({ ...ECHO, name: `tool_${i}` }));
  const { run } = scripted({
    tools: [...many, { ...ECHO, name: "find_me" }],
    config: { inject_mcp_proxy: true },
    calls: [list({}), list({ cursor: "25" }), list({ query: "find ME" })],
  });
  await run.drive();
  const pages = outcomes(run) as unknown as {
    output: { tools: { name: string }[]; next_cursor: string | null };
  }[];
  expect(
    pages.map(({ output }) => [output.tools[0]?.name, output.tools.length, output.next_cursor]),
  ).toEqual([
    ["tool_0", 25, "25"],
    ["tool_25", 25, "50"],
    ["find_me", 1, null],
  ]);
});

function byProxy(more: object) {
  return {
    name: "mcp_proxy_tool",
    arguments: { server_name: "docs", tool_name: "now", ...more },
  };
}

test("null and missing arguments of a call by the proxy are none", async () => {
  const now: SdkTool = {
    name: "now",
    inputSchema: { type: "object", properties: {} },
    run: (args) => textResult(JSON.stringify(args)),
  };
  const { run } = scripted({
    tools: [now, ECHO],
    config: { inject_mcp_proxy: true },
    calls: [
      byProxy({ arguments: null }),
      byProxy({}),
      byProxy({ tool_name: "echo", arguments: null }),
      byProxy({ tool_name: "list", arguments: null }),
      byProxy({ arguments: [] }),
    ],
  });
  await run.drive();
  const nothing = { content: [{ type: "text", text: "{}" }] };
  expect(outcomes(run)).toMatchObject([
    { output: nothing },
    { output: nothing },
    { code: "invalid_arguments", message: expect.stringContaining("text") },
    { output: { tools: [{ name: "now" }, { name: "echo" }] } },
    { code: "invalid_arguments" },
  ]);
});

function list(args: object) {
  return {
    name: "mcp_proxy_tool",
    arguments: { server_name: "docs", tool_name: "list", arguments: args },
  };
}

test("a question is answered while the call is held, and the call goes on", async () => {
  const { run, double } = scripted({ tools: [ASKS], holdMs: 5_000, calls: [ASK] });
  const end = run.drive();
  await expect.poll(() => run.types()).toContain("input.requested");
  expect(run.tell({ kind: "message", content: "", data: { age: "old" }, by: "key" })).toBe(
    "invalid_arguments",
  );
  expect(run.tell({ kind: "message", content: "", data: { age: 7 }, by: "key" })).toBeNull();
  expect((await end).kind).toBe("over");
  expect(outcomes(run)).toMatchObject([
    { output: { content: [{ text: 'accept {"name":"Ada","age":7}' }] } },
  ]);
  expect(double.requests.filter((one) => one === "POST tools/call")).toHaveLength(1);
});

test("a question that nobody answers soon is a wait, and the call is made again with the answer", async () => {
  const { run, double } = scripted({ tools: [ASKS], calls: [ASK] });
  expect(await run.drive()).toEqual({ kind: "rest", until: null });
  expect(run.log.state.wait?.for).toBe("input");
  await expect.poll(() => double.sessions.size).toBe(0);
  run.die();
  expect(run.tell({ kind: "message", content: "", data: { age: 7 }, by: "key" })).toBeNull();
  expect((await run.drive()).kind).toBe("over");
  expect(run.types().filter((type) => /^(tool|input|message|run)\./.test(type))).toEqual([
    "run.created",
    "run.started",
    "tool.requested",
    "input.requested",
    "tool.suspended",
    "run.waiting",
    "message.received",
    "run.resumed",
    "tool.requested",
    "tool.completed",
    "run.completed",
  ]);
  expect(outcomes(run).at(-1)).toMatchObject({
    output: { content: [{ text: 'accept {"name":"Ada","age":7}' }] },
  });
});

test("a question can be declined, and expires as the agent says", async () => {
  const declined = scripted({ tools: [ASKS], calls: [ASK] });
  await declined.run.drive();
  declined.run.tell({ kind: "message", content: "", data: null, action: "decline", by: "key" });
  await declined.run.drive();
  expect(outcomes(declined.run).at(-1)).toMatchObject({
    output: { content: [{ text: "decline undefined" }] },
  });
  const expired = scripted({
    tools: [ASKS],
    calls: [ASK],
    config: { waits: { input_expires_s: 60 } },
  });
  expect((await expired.run.drive()).kind).toBe("over");
  expect(outcomes(expired.run).at(-1)).toMatchObject({ code: "input_expired" });
});

const ASK = { name: "docs.ask", arguments: {} };
const ASKS: SdkTool = {
  name: "ask",
  inputSchema: { type: "object" },
  run: async (_args, { elicit }) => {
    const { action, content } = await elicit({
      mode: "form",
      message: "How old?",
      requestedSchema: {
        type: "object",
        properties: { age: { type: "integer" }, name: { type: "string", default: "Ada" } },
        required: ["age", "name"],
      },
    });
    return textResult(`${action} ${JSON.stringify(content)}`);
  },
};

test("progress and what a server logs are events of the call, a bounded number of them", async () => {
  const chatty: SdkTool = {
    ...ECHO,
    run: async (_args, { progress, log }) => {
      await log("info", { step: "begin" });
      for (let i = 1; i <= 300; i += 1) {
        await progress(i, 300, `part ${i}`);
      }
      return textResult("ok");
    },
  };
  const { run } = scripted({
    tools: [chatty],
    calls: [{ name: "docs.echo", arguments: { text: "a" } }],
  });
  await run.drive();
  const events = run.events();
  expect(events.filter(({ type }) => type === "tool.logged").map(({ data }) => data)).toEqual([
    { call_id: "call_2", level: "info", data: { step: "begin" } },
  ]);
  const progressed = events.filter(({ type }) => type === "tool.progressed");
  expect(progressed).toHaveLength(199);
  expect(progressed[0]?.data).toMatchObject({ progress: 1, total: 300, message: "part 1" });
  expect(outcomes(run)).toMatchObject([{ output: { content: [{ text: "ok" }] } }]);
});

test("what a server tells of a call that was given up is nothing to the log", async () => {
  const late = Promise.withResolvers<void>();
  const slow: SdkTool = {
    ...ECHO,
    run: async (_args, { progress }) => {
      setTimeout(() => void progress(1, 2, "too late").finally(late.resolve), 80);
      await late.promise;
      return textResult("too late");
    },
  };
  const { run } = scripted({
    tools: [slow],
    server: { ...DOCS, timeout_ms: 30 },
    calls: [
      { name: "docs.echo", arguments: { text: "a" } },
      { name: "wait", arguments: { seconds: 1 } },
    ],
  });
  await run.drive();
  await late.promise;
  expect(run.types()).not.toContain("tool.progressed");
  expect(outcomes(run)).toMatchObject([{ code: "tool_timeout" }, {}]);
  expect(run.log.state.status).toBe("completed");
});

test("secrets that a server sends back are in no event", async () => {
  const leaky: SdkTool = {
    ...ECHO,
    run: async (_args, { progress, log, elicit }) => {
      await progress(1, 2, "s3cret");
      await log("info", { key: "s3cret" });
      await elicit({
        mode: "form",
        message: "s3cret?",
        requestedSchema: { type: "object", properties: {} },
      });
      return textResult("it was s3cret");
    },
  };
  const { run } = scripted({
    tools: [leaky],
    calls: [{ name: "docs.echo", arguments: { text: "a" } }],
  });
  await run.drive();
  run.tell({ kind: "message", content: "", data: {}, by: "key" });
  await run.drive();
  expect(run.types()).toEqual(expect.arrayContaining(["tool.progressed", "tool.logged"]));
  expect(outcomes(run).at(-1)).toMatchObject({
    output: { content: [{ text: "it was [secret]" }] },
  });
  expect(JSON.stringify(run.events())).not.toContain("s3cret");
});

test("a server that forgot the session is asked in a new one; the call is made once", async () => {
  let calls = 0;
  const once: SdkTool = {
    ...ECHO,
    run: () => {
      calls += 1;
      double.restart();
      return textResult(`call ${calls}`);
    },
  };
  const double = sdkServer([once]);
  const { run } = scripted({
    tools: [once],
    double,
    calls: [
      { name: "docs.echo", arguments: { text: "a" } },
      { name: "docs.echo", arguments: { text: "b" } },
    ],
  });
  await run.drive();
  expect(outcomes(run)).toMatchObject([
    { output: { content: [{ text: "call 1" }] } },
    { output: { content: [{ text: "call 2" }] } },
  ]);
  expect(double.requests.filter((one) => one === "POST initialize")).toHaveLength(2);
});

test("a tool that says it failed is a failure with its words; one whose server is down says that nothing was sent", async () => {
  const fails: SdkTool = {
    ...ECHO,
    run: () => ({ isError: true, content: [{ type: "text", text: "no such page" }] }),
  };
  const failed = scripted({
    tools: [fails],
    calls: [{ name: "docs.echo", arguments: { text: "a" } }],
  });
  await failed.run.drive();
  expect(outcomes(failed.run)).toMatchObject([
    { code: "mcp_tool_error", message: "no such page", untrusted: "mcp" },
  ]);
  const double = sdkServer([ECHO]);
  double.down = true;
  const down = scripted({ double, calls: [{ name: "docs.echo", arguments: { text: "a" } }] });
  expect((await down.run.drive()).kind).toBe("over");
  expect(outcomes(down.run)).toMatchObject([
    { code: "server_unreachable", message: "The server could not be reached." },
  ]);
});

test("structured content, pictures, resources and sound come to the model as far as it takes them", async () => {
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
  const rich: SdkTool = {
    ...ECHO,
    run: () => ({
      structuredContent: { celsius: 21 },
      content: [
        { type: "text", text: '{ "celsius": 21 }' },
        { type: "text", text: "warm" },
        { type: "image", mimeType: "image/png", data: png },
        { type: "image", mimeType: "image/tiff", data: png },
        { type: "audio", mimeType: "audio/wav", data: "AAAA" },
        { type: "resource", resource: { uri: "doc://1", mimeType: "text/plain", text: "one" } },
        { type: "resource", resource: { uri: "doc://2", blob: "AAAAAAAA" } },
        { type: "resource_link", uri: "doc://3", name: "three" },
      ],
    }),
  };
  const { run } = scripted({
    tools: [rich],
    calls: [{ name: "docs.echo", arguments: { text: "a" } }],
  });
  await run.drive();
  expect(outcomes(run)).toMatchObject([
    {
      images: [{ media_type: "image/png", data: png }],
      output: {
        structuredContent: { celsius: 21 },
        content: [
          { type: "text", text: "warm" },
          { type: "image", mimeType: "image/png", picture: 1 },
          { type: "image", mimeType: "image/tiff", left_out: expect.any(String) },
          { type: "audio", left_out: "sound is not handed to models" },
          { type: "resource", uri: "doc://1", text: "one" },
          { type: "resource", uri: "doc://2", left_out: "it is 6 bytes of no text" },
          { type: "resource_link", uri: "doc://3", name: "three" },
        ],
      },
    },
  ]);
});

test("a server that cannot be listed is told to the model, and listed again when its time is up", async () => {
  const health = {
    status: "down",
    code: "server_unreachable",
    message: "docs.example could not be reached.",
    checked_at: "2026-11-22T12:00:00.000Z",
  } as const;
  const { run, asked } = scripted({
    head: { health, expires_at: "2026-11-22T12:01:00.000Z" },
    calls: [
      { name: "wait", arguments: { seconds: 30 } },
      { name: "wait", arguments: { seconds: 60 } },
    ],
  });
  await run.drive();
  const listed = run.events().filter(({ type }) => type === "mcp.listed");
  expect(listed.map(({ data }) => data)).toEqual(
    Array.from({ length: 2 }, () => ({
      server: "docs",
      expires_at: "2026-11-22T12:01:00.000Z",
      error: { code: health.code, message: health.message },
    })),
  );
  expect(asked.times).toBe(2);
  const notices = run.log.state.conversation.recent.filter(({ role }) => role === "notice");
  expect(notices).toEqual([
    { role: "notice", text: expect.stringContaining("docs cannot be used now") },
  ]);
});

test("a catalogue that changes in the middle of a run is seen when its time is up", async () => {
  const listing = { revision: "r1", tools: [ECHO], expires_at: "2026-11-22T12:05:00.000Z" };
  const { run, head } = scripted({
    tools: listing.tools,
    calls: [
      { name: "wait", arguments: { seconds: 600 } },
      { name: "docs.echo", arguments: { text: "a" } },
      { name: "wait", arguments: { seconds: 1 } },
    ],
  });
  await run.slice();
  head.current = { ...head.current, revision: "r2", expires_at: "2026-11-22T13:00:00.000Z" };
  head.tools = [{ name: "other", description: "", inputSchema: { type: "object" } }];
  run.now += 600_000;
  await run.drive();
  const listed = run.events().filter(({ type }) => type === "mcp.listed");
  expect(listed.map(({ data }) => data)).toMatchObject([
    { revision: "r1", tools: [{ name: "echo" }] },
    { revision: "r2", tools: [{ name: "other" }] },
  ]);
  // It is gone, and that is said before anybody is asked.
  expect(outcomes(run)).toMatchObject([{}, { code: "unknown_tool" }, {}]);
  expect(expectRebuilt(run.events(), run.tools)).toBe(4);
});

test("a run that wakes asks for no catalogue while the one it has is fresh", async () => {
  const { run, asked } = scripted({
    calls: [
      { name: "wait", arguments: { seconds: 60 } },
      { name: "docs.echo", arguments: { text: "a" } },
    ],
  });
  while ((await run.slice()).kind === "rest") {
    run.die();
    run.now += 60_000;
  }
  expect(run.log.state.status).toBe("completed");
  expect(asked.times).toBe(1);
});

const HEADERS = { "content-type": "text/event-stream" };

test.each([
  [
    "another id",
    ({ id }: Sent) => result({ method: "", id: (id ?? 0) + 1000 }, {}),
    "tool_timeout",
  ],
  [
    "a web page",
    () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    "mcp_protocol_error",
  ],
  [
    "no JSON",
    () => new Response("{", { headers: { "content-type": "application/json" } }),
    "mcp_protocol_error",
  ],
  ["nothing", () => new Response(null, { status: 202 }), "tool_timeout"],
  ["an empty stream", () => new Response("", { headers: HEADERS }), "server_unreachable"],
  [
    "a stream that breaks off",
    () => new Response("event: mess", { headers: HEADERS }),
    "server_unreachable",
  ],
  ["a status of 500", () => new Response("oh", { status: 500 }), "http_error"],
  ["a status of 401", () => new Response("no", { status: 401 }), "unauthorized"],
  ["no end", (_sent: Sent, request: Request) => hang(request), "tool_timeout"],
  [
    "a redirect",
    () => new Response(null, { status: 302, headers: { location: "https://docs.example/" } }),
    "mcp_protocol_error",
  ],
])(
  "a call that is answered with %s is an observation, and not made again",
  async (_what, answer, code) => {
    const double = mcpDouble([[]], (message, request) =>
      message.method === "tools/call" ? answer(message, request) : null,
    );
    const { run } = scripted({
      fetch: double.fetch,
      server: { ...DOCS, timeout_ms: 400 },
      calls: [{ name: "docs.echo", arguments: { text: "a" } }],
    });
    expect((await run.drive()).kind).toBe("over");
    expect(outcomes(run)).toMatchObject([{ code }]);
    expect(double.sent.filter(({ method }) => method === "tools/call")).toHaveLength(1);
    expect(run.log.state.status).toBe("completed");
  },
);
