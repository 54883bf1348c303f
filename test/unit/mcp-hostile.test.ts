/** Runs whose MCP server, or whose model, is not on their side, and people who answer at the same time. */
import { expect, test } from "vitest";
import type { GuardedFetch } from "../../src/agent/fetch/guarded-fetch.ts";
import { Killed, type Harness } from "../harness.ts";
import { hang, mcpDouble, result, type Sent } from "../mcp-double.ts";
import { DOCS, ECHO, outcomes, scripted } from "../mcp-runs.ts";
import { sdkServer, textResult, type SdkContext, type SdkTool } from "../mcp-sdk-server.ts";

const CONFIRM = {
  type: "object" as const,
  properties: { ok: { type: "boolean" as const } },
  required: ["ok"],
};
const YES = { kind: "message", content: "", data: { ok: true }, by: "key" } as const;

function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}

function confirmed({ elicit }: SdkContext, message: string) {
  return elicit({ mode: "form", message, requestedSchema: CONFIRM });
}

/** A tool that asks these questions, one after the other. */
function asks(name: string, ...messages: readonly string[]): SdkTool {
  return {
    name,
    inputSchema: { type: "object" },
    run: async (_args, context) => {
      const actions: string[] = [];
      for (const message of messages) {
        actions.push((await confirmed(context, message)).action);
      }
      return textResult(actions.join(" "));
    },
  };
}

function call(name: string, args: object = {}) {
  return { name: `docs.${name}`, arguments: args };
}

function byProxy(tool_name: string, args: object = {}) {
  return {
    name: "mcp_proxy_tool",
    arguments: { server_name: "docs", tool_name, arguments: args },
  };
}

const MANY = Array.from({ length: 70 }, (_, i): SdkTool => ({ ...ECHO, name: `tool_${i}` }));

function questions(run: Harness) {
  return run.events().flatMap((event) => (event.type === "input.requested" ? [event.data] : []));
}

/** A notification in a stream. */
function line(method: string, params: object): string {
  return `data: ${JSON.stringify({ jsonrpc: "2.0", method, params })}\n\n`;
}

/** An answer as a stream, which may come late and end later. */
function stream({ id }: Sent, value: object, answerAfter: number, endAfter: number): Response {
  const text = JSON.stringify({ jsonrpc: "2.0", id, result: value });
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      await pause(answerAfter);
      controller.enqueue(new TextEncoder().encode(`event: message\ndata: ${text}\n\n`));
      await pause(endAfter);
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

test("a stream of an earlier request that ends late ends no later call", async () => {
  let calls = 0;
  const { fetch } = mcpDouble([[]], (message) => {
    if (message.method !== "tools/call") {
      return null;
    }
    calls += 1;
    return calls === 1
      ? stream(message, { content: [] }, 0, 100)
      : stream(message, { content: [] }, 500, 0);
  });
  const { run } = scripted({
    fetch,
    calls: [call("echo", { text: "a" }), call("echo", { text: "b" })],
  });
  await run.drive();
  expect(outcomes(run)).toMatchObject([{ output: {} }, { output: {} }]);
});

test("of several open questions an answer has to name the one that it answers", async () => {
  const tools = [asks("delete_all", "Delete?"), asks("send_mail", "Send?")];
  const { run } = scripted({ tools, calls: [[call("delete_all"), call("send_mail")]] });
  await run.drive();
  expect(run.tell(YES)).toBe("invalid_arguments");
  const send = questions(run).find(({ message }) => message === "Send?");
  const { call_id = "", key = "" } = send ?? {};
  expect(run.tell({ ...YES, call_id, key })).toBeNull();
  expect(run.tell({ ...YES, call_id, key })).toBe("question_answered");
  expect(run.tell({ ...YES, key: "no-such" })).toBe("no_such_call");
  const deleting = questions(run).find(({ message }) => message === "Delete?");
  run.tell({ ...YES, data: null, action: "decline", call_id: deleting?.call_id ?? "" });
  await run.drive();
  expect(outcomes(run).slice(-2)).toMatchObject([
    { output: { content: [{ text: "decline" }] } },
    { output: { content: [{ text: "accept" }] } },
  ]);
});

test("a second answer to one question is none to the next", async () => {
  const { run } = scripted({
    tools: [asks("two", "Look?", "Delete?")],
    calls: [call("two")],
    holdMs: 300,
  });
  const end = run.drive();
  await expect.poll(() => questions(run)).toHaveLength(1);
  expect(run.tell(YES)).toBeNull();
  await expect.poll(() => questions(run)).toHaveLength(2);
  expect(run.tell(YES)).toBe("invalid_arguments");
  await end;
  expect(outcomes(run)).toMatchObject([{ call_id: "call_2" }]);
  expect(run.log.state.wait?.for).toBe("input");
});

test("two questions at once, asked in another order the second time, are the same questions", async () => {
  let attempts = 0;
  const tool: SdkTool = {
    name: "both",
    inputSchema: { type: "object" },
    run: async (_args, context) => {
      attempts += 1;
      const order = attempts === 1 ? ["a?", "b?"] : ["b?", "a?"];
      const answers = await Promise.all(order.map((message) => confirmed(context, message)));
      return textResult(answers.map(({ action }) => action).join(" "));
    },
  };
  const { run } = scripted({ tools: [tool], calls: [call("both")], holdMs: 50 });
  await run.drive();
  for (const { key } of questions(run)) {
    expect(run.tell({ ...YES, key })).toBeNull();
  }
  await run.drive();
  expect(run.log.state.status).toBe("completed");
  expect(attempts).toBe(2);
});

test("a server that asks something new each time is called ten times at most", async () => {
  let attempts = 0;
  const tool: SdkTool = {
    name: "nonce",
    inputSchema: { type: "object" },
    run: async (_args, context) => {
      attempts += 1;
      return textResult((await confirmed(context, `Sure? (${attempts})`)).action);
    },
  };
  const { run } = scripted({ tools: [tool], calls: [call("nonce")] });
  await run.drive();
  while (run.log.state.status === "waiting") {
    run.tell({ ...YES, key: questions(run).at(-1)?.key ?? "" });
    await run.drive();
  }
  expect(attempts).toBe(10);
  expect(outcomes(run).at(-1)).toMatchObject({ code: "questions_without_end" });
  expect(run.log.state.status).toBe("completed");
});

test("an answer gets through to a call that waits, however much the model has still to read", async () => {
  const tool: SdkTool = {
    ...asks("ask"),
    run: async (_args, context) => {
      await pause(100);
      return textResult((await confirmed(context, "ok?")).action);
    },
  };
  const { run } = scripted({ tools: [tool], calls: [call("ask")] });
  const end = run.drive();
  await expect.poll(() => run.types()).toContain("tool.requested");
  for (let told: string | null = null; told === null;) {
    told = run.tell({ kind: "message", content: "x", data: null, by: "key" });
  }
  await end;
  expect(run.tell(YES)).toBeNull();
  await run.drive();
  expect(run.log.state.status).toBe("completed");
});

test("a question that its server takes back holds up nobody", async () => {
  const back = new AbortController();
  const tool: SdkTool = {
    ...asks("ask"),
    run: async (_args, context) => {
      // The SDK's client does not hear of the end of a request whose id is 0, the first one's.
      await confirmed(context, "first?");
      const old = confirmed(
        { ...context, elicit: (asked) => context.elicit(asked, back.signal) },
        "old?",
      );
      await pause(50);
      back.abort();
      await old.catch(() => undefined);
      return textResult((await confirmed(context, "new?")).action);
    },
  };
  const { run } = scripted({ tools: [tool], calls: [call("ask")], holdMs: 5_000 });
  const end = run.drive();
  await expect.poll(() => questions(run)).toHaveLength(1);
  run.tell(YES);
  await expect.poll(() => questions(run)).toHaveLength(3);
  expect(run.types()).toContain("input.withdrawn");
  expect(run.tell({ ...YES, key: questions(run)[1]?.key ?? "" })).toBe("question_answered");
  expect(run.tell({ ...YES, key: questions(run)[2]?.key ?? "" })).toBeNull();
  await end;
  expect(outcomes(run)).toMatchObject([{ output: { content: [{ text: "accept" }] } }]);
});

test.each(["yes", "anything"])(
  "a question without fields is answered by %j alone",
  async (content) => {
    const tool: SdkTool = {
      ...asks("ask"),
      run: async (_args, { elicit }) => {
        const requestedSchema = { type: "object" as const, properties: {} };
        return textResult((await elicit({ mode: "form", message: "ok?", requestedSchema })).action);
      },
    };
    const { run } = scripted({ tools: [tool], calls: [call("ask")] });
    await run.drive();
    expect(run.tell({ ...YES, data: null, content })).toBeNull();
  },
);

test("time that people take is not the tool's, and what they are asked survives a stop", async () => {
  const slow = scripted({
    tools: [asks("ask", "ok?")],
    calls: [call("ask")],
    holdMs: 600,
    server: { ...DOCS, timeout_ms: 100 },
  });
  const end = slow.run.drive();
  await expect.poll(() => questions(slow.run)).toHaveLength(1);
  await pause(300);
  slow.run.tell(YES);
  await end;
  expect(outcomes(slow.run)).toMatchObject([{ output: { content: [{ text: "accept" }] } }]);
  const stopped = scripted({ tools: [asks("ask", "ok?")], calls: [call("ask")], holdMs: 5_000 });
  const stop = stopped.run.drive();
  await expect.poll(() => questions(stopped.run)).toHaveLength(1);
  stopped.run.abort.abort();
  await stop;
  expect(stopped.run.types()).toContain("tool.suspended");
});

test("a suspended call that is cancelled may have acted, and so it is told", async () => {
  const { run } = scripted({ tools: [asks("ask", "ok?")], calls: [call("ask")] });
  await run.drive();
  run.tell({ kind: "cancel", reason: null, by: "key" });
  expect(run.types().slice(-2)).toEqual(["tool.outcome_unknown", "run.cancelled"]);
});

/** A network that takes its time, as those outside of tests do. */
function delayed(fetch: GuardedFetch, seen: string[]): GuardedFetch {
  return async (input, init) => {
    const body =
      typeof init?.body === "string" ? (JSON.parse(init.body) as { method: string }) : null;
    await pause(20);
    init?.signal?.throwIfAborted();
    seen.push(body?.method ?? init?.method ?? "GET");
    return fetch(input, init);
  };
}

test("a call that is given up is cancelled at its server, and its session ended", async () => {
  const asked: string[] = [];
  const server = sdkServer([asks("ask", "ok?")]);
  const suspended = scripted({
    tools: [asks("ask", "ok?")],
    fetch: delayed(server.fetch, asked),
    calls: [call("ask")],
  });
  await suspended.run.drive();
  await expect.poll(() => server.sessions.size).toBe(0);
  expect(asked).toEqual(expect.arrayContaining(["notifications/cancelled", "DELETE"]));
  const hung: string[] = [];
  const double = mcpDouble([[]], ({ method }, request) =>
    method === "tools/call" ? hang(request) : null,
  );
  const cancelled = scripted({
    fetch: delayed(double.fetch, hung),
    calls: [call("echo", { text: "a" })],
  });
  const end = cancelled.run.drive();
  await expect.poll(() => hung).toContain("tools/call");
  cancelled.run.tell({ kind: "cancel", reason: null, by: "key" });
  cancelled.run.abort.abort();
  await end;
  await expect.poll(() => hung).toContain("DELETE");
  expect(hung).toContain("notifications/cancelled");
});

/** A server without sessions that never answers a call. */
function sessionless(sent: Sent[]): GuardedFetch {
  const double = mcpDouble([[]], (message, request) => {
    sent.push(message);
    if (message.method === "tools/call") {
      return hang(request);
    }
    const { params } = message;
    return message.method === "initialize"
      ? result(message, {
          protocolVersion: params?.["protocolVersion"],
          capabilities: { tools: {} },
          serverInfo: { name: "s", version: "1" },
        })
      : null;
  });
  return double.fetch;
}

test.each(["timeout", "cancellation", "stop"] as const)(
  "a server without sessions is notified of a call that ends by a %s",
  async (by) => {
    const sent: Sent[] = [];
    const { run } = scripted({
      fetch: delayed(sessionless(sent), []),
      server: { ...DOCS, timeout_ms: by === "timeout" ? 300 : 30_000 },
      calls: [call("echo", { text: "a" })],
    });
    const end = run.drive();
    await expect.poll(() => sent.map(({ method }) => method)).toContain("tools/call");
    if (by === "cancellation") {
      run.tell({ kind: "cancel", reason: null, by: "key" });
    }
    if (by !== "timeout") {
      run.abort.abort();
    }
    await end;
    await expect
      .poll(() => sent.find(({ method }) => method === "notifications/cancelled")?.params)
      .toMatchObject({ requestId: sent.find(({ method }) => method === "tools/call")?.id });
  },
);

test("a server that does not take the notification holds the end of a session for seconds at most", async () => {
  const sent: Sent[] = [];
  const silent = sessionless(sent);
  const { run, mcp } = scripted({
    fetch: (input, init) =>
      typeof init?.body === "string" && init.body.includes("notifications/cancelled")
        ? hang(new Request(input, init))
        : silent(input, init),
    server: { ...DOCS, timeout_ms: 100 },
    calls: [call("echo", { text: "a" })],
  });
  await run.drive();
  const began = Date.now();
  await mcp.close();
  expect(Date.now() - began).toBeLessThan(20_000);
  expect(outcomes(run)).toMatchObject([{ code: "tool_timeout" }]);
});

test("a name of every object is no tool's effect: such a call is `once`, also after a crash", async () => {
  let made = 0;
  let killed = false;
  const { fetch } = mcpDouble([[]], (message) => {
    made += message.method === "tools/call" ? 1 : 0;
    return message.method === "tools/call" ? result(message, { content: [] }) : null;
  });
  const { run } = scripted({
    tools: MANY,
    fetch,
    config: { inject_mcp_proxy: true },
    calls: [byProxy("constructor")],
    onWrite: (_n, when) => {
      if (when === "before" && made === 1 && !killed) {
        killed = true;
        throw new Killed();
      }
    },
  });
  await run.driveThroughKills();
  const requested = run.events().find(({ type }) => type === "tool.requested");
  expect(requested?.data).toMatchObject({ name: "docs.constructor", effect: "once" });
  expect(made).toBe(1);
  expect(run.types()).toContain("tool.outcome_unknown");
});

test("names that only look like others do not get around the policy", async () => {
  const { run, double } = scripted({
    tools: MANY,
    config: { inject_mcp_proxy: true, policy: { deny: ["docs.delete_all"] } },
    calls: ["delete_all\n", " delete_all", "x".repeat(10_000), "../delete_all"].map((name) =>
      byProxy(name),
    ),
  });
  await run.drive();
  expect(outcomes(run)).toMatchObject(Array.from({ length: 4 }, () => ({ code: "unknown_tool" })));
  expect(double.requests).toEqual([]);
});

test("what is read of a server needs the same approval, and has an effect unless its hints are believed", async () => {
  const read = byProxy("read_resource", { uri: "db://customers?drop=1" });
  const asked = scripted({
    server: { ...DOCS, approval: "always" },
    config: { inject_mcp_proxy: true },
    calls: [read],
  });
  await asked.run.drive();
  expect(asked.run.log.state.wait?.for).toBe("approval");
  expect(asked.double.requests).toEqual([]);
  for (const [trust_annotations, effect] of [
    [false, "once"],
    [true, "pure"],
  ] as const) {
    const { run } = scripted({
      server: { ...DOCS, trust_annotations },
      config: { inject_mcp_proxy: true },
      calls: [read],
    });
    await run.drive();
    const requested = run.events().find(({ type }) => type === "tool.requested");
    expect(requested?.data).toMatchObject({ name: "docs.mcp_read_resource", effect });
  }
});

test("a 400 that answers the call itself is no reason to make it again", async () => {
  let made = 0;
  const { fetch } = mcpDouble([[]], (message) => {
    if (message.method !== "tools/call") {
      return null;
    }
    made += 1;
    const error = { code: -32_602, message: "the checkout session is paid already" };
    return made === 1
      ? result(message, { content: [] })
      : Response.json({ jsonrpc: "2.0", id: message.id, error }, { status: 400 });
  });
  const { run } = scripted({
    fetch,
    calls: [call("echo", { text: "a" }), call("echo", { text: "b" })],
  });
  await run.drive();
  expect(made).toBe(2);
});

test("secrets of digits, and secrets where a text is cut, stay hidden and break nothing", async () => {
  const secret = "sk-live-0123456789abcdefghijklmnop";
  const hide = (text: string) => text.replaceAll(secret, "[key]").replaceAll("10023", "[account]");
  let made = 0;
  const { fetch } = mcpDouble([[]], (message) => {
    if (message.method !== "tools/call") {
      return null;
    }
    made += 1;
    return made === 1
      ? result(message, { content: [], structuredContent: { account: 10023, sum: 5 } })
      : new Response(`${"x".repeat(280)}${secret}`, { status: 500 });
  });
  const { run } = scripted({
    fetch,
    hide,
    calls: [call("echo", { text: "a" }), call("echo", { text: "b" })],
  });
  await run.drive();
  expect(outcomes(run)).toMatchObject([
    { output: { structuredContent: { account: "[account]", sum: 5 } } },
    { code: "http_error" },
  ]);
  expect(JSON.stringify(run.events())).not.toContain("sk-live");
});

test("a flood on the way of a call is bounded, and its levels are those of the protocol", async () => {
  const { fetch } = mcpDouble([[]], (message) => {
    if (message.method !== "tools/call") {
      return null;
    }
    const text = [
      line("notifications/message", { level: "x".repeat(100_000), data: "y".repeat(100_000) }),
      line("notifications/tools/list_changed", {}).repeat(2000),
      line("notifications/message", { level: "info", data: 1 }).repeat(2000),
      `data: ${JSON.stringify({ jsonrpc: "2.0", id: message.id, result: { content: [] } })}\n\n`,
    ].join("");
    return new Response(text, { headers: { "content-type": "text/event-stream" } });
  });
  const { run, asked } = scripted({ fetch, calls: [call("echo", { text: "a" })] });
  await run.drive();
  const logged = run.events().filter(({ type }) => type === "tool.logged");
  expect(logged).toHaveLength(200);
  expect(JSON.stringify(logged).length).toBeLessThan(60_000);
  expect(logged[0]?.data).toMatchObject({ level: "info" });
  expect(asked.changes).toBe(1);
});

test("an error of the server is its own words, whatever its code is", async () => {
  const { fetch } = mcpDouble([[]], ({ method, id }) =>
    method === "tools/call"
      ? Response.json({ jsonrpc: "2.0", id, error: { code: -32_001, message: "no such customer" } })
      : null,
  );
  const { run } = scripted({ fetch, calls: [call("echo", { text: "a" })] });
  await run.drive();
  expect(outcomes(run)).toMatchObject([
    { code: "mcp_error", message: expect.stringMatching(/no such customer$/) },
  ]);
});

test("a call that is refused until a person has been at an address asks them to go there", async () => {
  let been = false;
  const { fetch, sent } = mcpDouble([[]], (message) => {
    if (message.method !== "tools/call") {
      return null;
    }
    const elicitations = [
      { mode: "url", url: "https://docs.example/go", elicitationId: "1", message: "Agree there" },
    ];
    const error = { code: -32_042, message: "agree first", data: { elicitations } };
    return been
      ? result(message, { content: [] })
      : Response.json({ jsonrpc: "2.0", id: message.id, error });
  });
  const { run } = scripted({ fetch, calls: [call("echo", { text: "a" })] });
  await run.drive();
  expect(questions(run)).toMatchObject([
    { url: "https://docs.example/go", message: "Agree there" },
  ]);
  been = true;
  expect(run.tell({ kind: "message", content: "done", data: null, by: "key" })).toBeNull();
  await run.drive();
  expect(outcomes(run).at(-1)).toMatchObject({ output: { content: [] } });
  expect(sent.filter(({ method }) => method === "tools/call")).toHaveLength(2);
});

test("a session whose connection has died meanwhile is not used again", async () => {
  const { fetch, sent } = mcpDouble([[]], (message) =>
    message.method === "tools/call" ? result(message, { content: [] }) : null,
  );
  const { ToolStop } = await import("../../src/run/value/failure.ts");
  const dying: GuardedFetch = async (input, init) =>
    init?.method === "GET"
      ? new Response(
          new ReadableStream({
            async start(controller) {
              await pause(50);
              controller.error(new ToolStop("response_too_large"));
            },
          }),
          { headers: { "content-type": "text/event-stream" } },
        )
      : fetch(input, init);
  const slow = { ...call("echo", { text: "a" }) };
  const { run } = scripted({
    fetch: async (input, init) => {
      const body = typeof init?.body === "string" ? init.body : "";
      if (body.includes('"text":"b"')) {
        await pause(100);
      }
      return dying(input, init);
    },
    calls: [[slow, call("echo", { text: "b" })], call("echo", { text: "c" })],
  });
  await run.drive();
  expect(outcomes(run).every((outcome) => "output" in outcome)).toBe(false);
  expect(outcomes(run).at(-1)).toMatchObject({ output: { content: [] } });
  expect(sent.filter(({ method }) => method === "initialize").length).toBeGreaterThan(2);
});
