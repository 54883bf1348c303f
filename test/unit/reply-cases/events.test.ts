/** Server-sent events in every form that the standard allows, and proxies send, on all protocols. */
import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import type { LlmEvent } from "../../../src/agent/llm/client.ts";
import { endpointOf } from "../../../src/agent/llm/endpoint.ts";
import { replyIn, requestOf, sse, type Answer } from "../../wire.ts";
import {
  chat,
  CLIENTS,
  DONE,
  gemini,
  play,
  PROTOCOLS,
  SAYS,
  type ProtocolName,
} from "./protocols.ts";

/** The events of a reply, each written by a function. */
function written(protocol: ProtocolName, write: (data: string, at: number) => string): string {
  return SAYS[protocol]("one ", "two")
    .map((event, at) => write(JSON.stringify(event), at))
    .join("");
}

const FORMS: Readonly<Record<string, (data: string, at: number) => string>> = {
  "a comment in the block": (data) => `: ping\ndata: ${data}\n\n`,
  "an empty comment in the block": (data) => `:\ndata: ${data}\n\n`,
  "an id in the block": (data, at) => `id: ${at}\ndata: ${data}\n\n`,
  "a retry time in the block": (data) => `retry: 10\ndata: ${data}\n\n`,
  "a name, an id and a comment": (data, at) => `event: message\nid: ${at}\n:x\ndata:${data}\n\n`,
  "an unknown field": (data) => `trace: abc\ndata: ${data}\n\n`,
  "fields after the data": (data, at) => `data: ${data}\nid: ${at}\nevent: message\n\n`,
  CRLF: (data) => `event: message\r\ndata: ${data}\r\n\r\n`,
  "CR alone": (data) => `: x\rdata: ${data}\r\r`,
  "many empty lines": (data) => `\n\n\ndata: ${data}\n\n\n\n`,
  "data in two lines": (data) => `data: ${data.slice(0, 1)}\ndata: ${data.slice(1)}\n\n`,
  "a mark at the beginning": (data, at) => `${at === 0 ? "\uFEFF" : ""}data: ${data}\n\n`,
  "events without data": (data) => `data:\n\ndata: \n\ndata:   \n\ndata: ${data}\n\n`,
  "a field name alone": (data) => `data\n\ndata:\ndata:\n\nevent: ping\n\ndata: ${data}\n\n`,
  "pings without data": (data) => `event: ping\ndata:\n\ndata: ${data}\n\ndata: null\n\n`,
  "CRLF without data": (data) => `data:\r\n\r\ndata: ${data}\r\n\r\n`,
};

test.each(
  PROTOCOLS.flatMap((protocol) =>
    Object.keys(FORMS).flatMap((form) =>
      [false, true].map((bytes) => [protocol, form, bytes] as const),
    ),
  ),
)("%s reads the whole reply: %s, byte by byte: %s", async (protocol, form, bytes) => {
  const write = FORMS[form] ?? String;
  const end = protocol === "chat" ? `data:\n\n${DONE}` : "";
  const answer: Answer = { body: written(protocol, write) + end, bytes };
  expect(replyIn(await play(protocol, answer)).text).toBe("one two");
});

test("a call of Gemini's behind a comment is not lost", async () => {
  const call = gemini([{ functionCall: { name: "add", args: { a: 1 } } }]);
  const body = `${sse(gemini([{ text: "I add. " }]))}: ping\nretry: 5\ndata: ${JSON.stringify(call)}\n\n${sse(gemini([], "STOP"))}`;
  const reply = replyIn(await play("google", { body }));
  expect(reply).toMatchObject({ text: "I add. ", tool_calls: [{ name: "add" }] });
});

test.each(PROTOCOLS)("an event that is not JSON cuts the reply: %s", async (protocol) => {
  const [first = {}, ...rest] = SAYS[protocol]("one ", "two");
  for (const broken of ["data: {oops\n\n", "data: {}{}\n\n", "data: {}\ndata: {}\n\n"]) {
    const { end } = await play(protocol, { body: sse(first) + broken + sse(...rest) });
    expect(end).toMatchObject({ type: "failed", failure: { code: "cut_stream" } });
  }
});

test.each(PROTOCOLS)("an event that is cut short cuts the reply: %s", async (protocol) => {
  const events = SAYS[protocol]("one ", "two");
  const whole = sse(...events);
  for (const body of [whole.slice(0, -4), sse(...events.slice(0, -1)), whole.slice(0, -20)]) {
    const { end } = await play(protocol, { body });
    expect(end).toMatchObject({ type: "failed", failure: { code: "cut_stream" } });
  }
});

/** What comes after the end of a reply. */
const AFTER = [
  DONE,
  "data: [DONE]\n",
  "data: {oops\n\n",
  "event: done\ndata: bye\n\n",
  'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"late"}}\n\n',
];

test.each(
  (["anthropic", "responses"] as const).flatMap((one) => AFTER.map((x) => [one, x] as const)),
)("what comes after a complete message means nothing: %s, %j", async (protocol, after) => {
  for (const cut of [false, true]) {
    const body = sse(...SAYS[protocol]("one ", "two")) + after;
    expect(replyIn(await play(protocol, { body, cut })).text).toBe("one two");
  }
});

test("a message of Anthropic's that has its reason may end with the sentinel", async () => {
  const events = SAYS.anthropic("one ", "two").slice(0, -1);
  const named = "event: message_stop\ndata: [DONE]\n\n";
  const bare = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  for (const body of [sse(...events) + DONE, sse(...events) + named, bare + DONE]) {
    expect(replyIn(await play("anthropic", { body })).text).toBe("one two");
  }
  const call = sse(
    {
      type: "content_block_start",
      index: 0,
      content_block: { type: "tool_use", id: "t", name: "add", input: {} },
    },
    {
      type: "content_block_delta",
      index: 0,
      delta: { type: "input_json_delta", partial_json: '{"a":1}' },
    },
    { type: "message_delta", delta: { stop_reason: "tool_use" } },
  );
  const reply = replyIn(await play("anthropic", { body: call + DONE }));
  expect(reply.tool_calls).toEqual([{ name: "add", arguments_text: '{"a":1}', provider_id: "t" }]);
});

test("a message of Anthropic's without its reason is cut, sentinel or not", async () => {
  const events = SAYS.anthropic("one ", "two");
  const without = sse(...events.slice(0, -2));
  const empty = sse({ type: "message_delta", delta: { stop_reason: "" } });
  const reason = sse(...events.slice(0, -1));
  for (const body of [without + DONE, without + empty + DONE, reason]) {
    const { end } = await play("anthropic", { body });
    expect(end).toMatchObject({ type: "failed", failure: { code: "cut_stream" } });
  }
});

/** A part of a call. */
const part = (args: string) => ({ tool_calls: [{ function: { name: "add", arguments: args } }] });

test("the sentinel ends a chat that has text or a whole call, and no reason", async () => {
  const text = sse(chat({ delta: { content: "one two" }, finish_reason: "" })) + DONE;
  expect(replyIn(await play("chat", { body: text }))).toMatchObject({
    text: "one two",
    finish_reason: "stop",
  });
  const whole = sse(chat({ delta: part('{"a":1}') })) + DONE;
  expect(replyIn(await play("chat", { body: whole })).finish_reason).toBe("tool_calls");
  for (const body of [
    sse(chat({ delta: part('{"a":') })) + DONE,
    sse(chat({ delta: { content: "one" } }, {}), { detail: "broken" }) + DONE,
    sse(chat({ delta: { role: "assistant" } })) + DONE,
    sse(chat({ delta: { content: "one" } })),
  ]) {
    expect((await play("chat", { body })).end).toMatchObject({ type: "failed" });
  }
});

test("a complete JSON answer needs no reason", async () => {
  for (const finish_reason of ["", null]) {
    const body = JSON.stringify(chat({ message: { content: "one two" }, finish_reason }));
    expect(replyIn(await play("chat", { status: 200, body })).text).toBe("one two");
  }
});

/** The events of a reply whose server leaves the connection open, and whether the client closed it. */
async function openEnded(protocol: ProtocolName, body: string): Promise<[LlmEvent[], boolean]> {
  const closed = Promise.withResolvers<boolean>();
  const server = createServer((_incoming, outgoing) => {
    outgoing.once("close", () => closed.resolve(true));
    outgoing.writeHead(200, { "Content-Type": "text/event-stream" });
    outgoing.write(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const llm = CLIENTS[protocol](endpointOf(protocol, { baseUrl: `http://127.0.0.1:${port}` }));
  const request = requestOf();
  const { signal } = new AbortController();
  const events: LlmEvent[] = [];
  for await (const event of llm.stream(request, llm.body(request), signal)) {
    events.push(event);
  }
  const isClosed = await closed.promise;
  server.close();
  return [events, isClosed];
}

test.each(PROTOCOLS)(
  "a server that does not close its stream does not hold a reply: %s",
  async (protocol) => {
    const [events, isClosed] = await openEnded(protocol, sse(...SAYS[protocol]("one ", "two")));
    expect(events.at(-1)).toMatchObject({ type: "done", reply: { text: "one two" } });
    expect(isClosed).toBe(true);
  },
);
