/** Results of MCP servers in other forms than the protocol's: no data of them is lost. */
import { expect, test } from "vitest";
import { promptOutput, resourceOutput, toolOutput } from "../../src/agent/mcp/result.ts";
import type { ToolStop } from "../../src/run/value/failure.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import { mcpDouble, result } from "../mcp-double.ts";
import { outcomes, scripted } from "../mcp-runs.ts";

function text(said: string) {
  return { type: "text", text: said };
}

test.each<readonly [what: string, given: JsonObject, output: JsonObject]>([
  [
    "a structured list",
    { content: [], structuredContent: [{ id: 1 }, { id: 2 }] },
    { structuredContent: [{ id: 1 }, { id: 2 }] },
  ],
  ["structured content alone", { structuredContent: { a: 1 } }, { structuredContent: { a: 1 } }],
  ["a structured text", { content: [], structuredContent: "yes" }, { structuredContent: "yes" }],
  ["a structured zero", { structuredContent: 0 }, { structuredContent: 0 }],
  ["a structured false", { structuredContent: false }, { structuredContent: false }],
  [
    "a list that a text repeats",
    { content: [text("[1, 2]"), text("two")], structuredContent: [1, 2] },
    { content: [text("two")], structuredContent: [1, 2] },
  ],
  [
    "null content beside structured content",
    { content: null, structuredContent: { a: 1 } },
    { structuredContent: { a: 1 } },
  ],
  ["content that is a text", { content: "plain words" }, { content: [text("plain words")] }],
  ["content that is one block", { content: text("x") }, { content: [text("x")] }],
  ["content that is a number", { content: 42 }, { content: [text("42")] }],
  ["texts in the list", { content: ["a", 2, ["b"]] }, { content: ["a", "2", '["b"]'].map(text) }],
  [
    "a text block with an object",
    { content: [{ type: "text", text: { a: 1 } }] },
    { content: [text('{"a":1}')] },
  ],
  [
    "a text block with a number",
    { content: [{ type: "text", text: 7 }] },
    { content: [text("7")] },
  ],
  [
    "a text block without a text",
    { content: [{ type: "text" }] },
    { content: [{ type: "text", left_out: "it has no text" }] },
  ],
  [
    "a block of JSON",
    { content: [{ type: "json", json: { a: 1 } }] },
    { content: [{ type: "json", json: { a: 1 } }] },
  ],
  ["a block without a type", { content: [{ text: "hi" }] }, { content: [{ text: "hi" }] }],
  [
    "a block with data of an unknown kind",
    { content: [{ type: "video", mimeType: "video/mp4", data: "AAAA" }] },
    {
      content: [
        { type: "video", mimeType: "video/mp4", left_out: "it is of a kind that is not known" },
      ],
    },
  ],
  [
    "a resource without its content",
    { content: [{ type: "resource" }] },
    { content: [{ type: "resource", left_out: "it has no resource" }] },
  ],
  ["the first revision's field", { toolResult: { a: 1 } }, { structuredContent: { a: 1 } }],
  [
    "data beside empty content",
    { content: [], rows: [1, 2], _meta: {}, resultType: "complete" },
    { content: [], other_fields: { rows: [1, 2] } },
  ],
  ["nothing to say", { content: [], isError: false }, { content: [] }],
  ["an error that is a text", { content: [text("x")], isError: "true" }, { content: [text("x")] }],
])("a result with %s is an output with it", (_, given, output) => {
  expect(toolOutput(given)).toEqual(output);
});

test.each<readonly [given: JsonObject, code: string, said: RegExp]>([
  [{}, "mcp_protocol_error", /It is empty/],
  [{ content: null }, "mcp_protocol_error", /It has content/],
  [{ result: { a: 1 } }, "mcp_protocol_error", /It has result/],
  [{ output: "x", ok: true }, "mcp_protocol_error", /It has output, ok/],
  [
    { isError: true, content: [], structuredContent: { error: "quota" } },
    "mcp_tool_error",
    /quota/,
  ],
  [{ isError: true, structuredContent: ["quota"] }, "mcp_tool_error", /quota/],
  [{ isError: true, content: "over quota" }, "mcp_tool_error", /^over quota$/],
  [{ isError: true, content: text("over quota") }, "mcp_tool_error", /^over quota$/],
  [{ isError: true, error: { reason: "quota" } }, "mcp_tool_error", /quota/],
  [
    { isError: true, content: [text("failed")], structuredContent: { retry: 5 } },
    "mcp_tool_error",
    /^failed\n\{"retry":5\}$/,
  ],
  [{ isError: true, content: [] }, "mcp_tool_error", /reported that its tool failed/],
])("the result %j fails as %s, with what it says", (given, code, said) => {
  const stop = stopOf(() => toolOutput(given));
  expect(stop.code).toBe(code);
  expect(stop.message).toMatch(said);
});

test.each<readonly [given: JsonObject, contents: readonly object[]]>([
  [
    { contents: { uri: "a://1", text: "one" } },
    [{ type: "resource", uri: "a://1", mimeType: null, text: "one" }],
  ],
  [{ contents: "one" }, [{ type: "resource", uri: null, mimeType: null, text: "one" }]],
  [{ contents: ["one"] }, [{ type: "resource", uri: null, mimeType: null, text: "one" }]],
  [{ content: [text("one")] }, [text("one")]],
  [
    { contents: [{ uri: "a://1", text: { a: 1 } }] },
    [{ type: "resource", uri: "a://1", mimeType: null, text: '{"a":1}' }],
  ],
  [{ contents: [] }, []],
])("a resource read as %j is shown", (given, contents) => {
  expect(resourceOutput(given)).toEqual({ contents });
});

test.each<readonly [given: JsonObject, messages: readonly object[]]>([
  [{ messages: { role: "user", content: text("a") } }, [{ role: "user", content: text("a") }]],
  [{ messages: [{ role: "user", content: "a" }] }, [{ role: "user", content: text("a") }]],
  [
    { messages: [{ role: "assistant", content: [text("a"), text("b")] }] },
    ["a", "b"].map((said) => ({ role: "assistant", content: text(said) })),
  ],
  [{ messages: ["a"] }, [{ role: "user", content: text("a") }]],
])("a prompt got as %j is shown", (given, messages) => {
  expect(promptOutput(given)).toEqual({ messages });
});

test("a resource and a prompt without data are failures", () => {
  expect(stopOf(() => resourceOutput({ resource: "x" })).code).toBe("mcp_protocol_error");
  expect(stopOf(() => promptOutput({ description: "x" })).code).toBe("mcp_protocol_error");
});

test.each([
  [{ content: [], structuredContent: [{ id: "row-7" }] }, "row-7"],
  [{ content: "row-8" }, "row-8"],
  [{ isError: true, content: [], structuredContent: { error: "quota-9" } }, "quota-9"],
])("the data of %j is in the log and in the model's next request", async (value, data) => {
  const { fetch } = mcpDouble([[]], (message) =>
    message.method === "tools/call" ? result(message, value) : null,
  );
  const { run } = scripted({ fetch, calls: [{ name: "docs.echo", arguments: { text: "a" } }] });
  await run.drive();
  expect(JSON.stringify(outcomes(run))).toContain(data);
  expect(JSON.stringify(run.log.state.conversation.recent)).toContain(data);
});

function stopOf(work: () => unknown): ToolStop {
  try {
    work();
  } catch (thrown) {
    return thrown as ToolStop;
  }
  return expect.unreachable("it did not fail");
}

const ID = "2512292042121000001";

test.each(["application/json", "text/event-stream"])(
  "a whole number that would be rounded comes as a text of its digits: %s",
  async (type) => {
    const repeated = JSON.stringify(`{"id":${ID}}`);
    const content = `[{"type":"text","text":${repeated}},{"type":"text","text":"${ID}"}]`;
    const double = mcpDouble([], ({ method, id }) => {
      const said = `{"content":${content},"structuredContent":{"id":${ID}}}`;
      const json = `{"jsonrpc":"2.0","id":${id},"result":${said}}`;
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          // The stream stays open: what it says is passed on at once.
          const sent = type === "application/json" ? json : `: x\ndata: ${json}\n\n`;
          for (const byte of new TextEncoder().encode(sent)) {
            controller.enqueue(new Uint8Array([byte]));
          }
          if (type === "application/json") {
            controller.close();
          }
        },
      });
      return method === "tools/call"
        ? new Response(stream, { headers: { "Content-Type": type } })
        : null;
    });
    const { run } = scripted({
      calls: [{ name: "docs.echo", arguments: { text: "x" } }],
      fetch: double.fetch,
    });
    await run.drive();
    expect(outcomes(run)).toMatchObject([
      { output: { content: [{ text: ID }], structuredContent: { id: ID } } },
    ]);
  },
);
