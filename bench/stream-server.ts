/** A server that streams one and the same reply in each provider's protocol: forty small pieces. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ModelServer } from "./model-server.ts";

const PIECES = Array.from({ length: 40 }, (_, n) => `piece ${n} `);

/** Starts the server on a free port of the loopback interface. */
export async function startStreamServer(): Promise<Omit<ModelServer, "firstRequestAt">> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      response.setHeader("Content-Type", "text/event-stream");
      response.end(replyFor(request.url ?? ""));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function replyFor(path: string): string {
  if (path.endsWith("/messages")) {
    return ANTHROPIC;
  }
  if (path.endsWith("/responses")) {
    return RESPONSES;
  }
  return path.includes("streamGenerateContent") ? GOOGLE : CHAT;
}

function sse(...events: readonly object[]): string {
  return events
    .map((event) => {
      const name = "type" in event ? `event: ${String(event.type)}\n` : "";
      return `${name}data: ${JSON.stringify(event)}\n\n`;
    })
    .join("");
}

const ANTHROPIC = sse(
  { type: "message_start", message: { usage: { input_tokens: 10, output_tokens: 1 } } },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  ...PIECES.map((text) => ({
    type: "content_block_delta",
    index: 0,
    delta: { type: "text_delta", text },
  })),
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 80 } },
  { type: "message_stop" },
);

const RESPONSES = sse(
  { type: "response.created", response: { status: "in_progress" } },
  ...PIECES.map((delta) => ({ type: "response.output_text.delta", output_index: 0, delta })),
  {
    type: "response.completed",
    response: {
      status: "completed",
      output: [
        { type: "message", id: "msg_1", content: [{ type: "output_text", text: PIECES.join("") }] },
      ],
      usage: { input_tokens: 10, output_tokens: 80 },
    },
  },
);

const GOOGLE = sse(
  ...PIECES.map((text, n) => ({
    candidates: [
      {
        content: { role: "model", parts: [{ text }] },
        ...(n === PIECES.length - 1 ? { finishReason: "STOP" } : {}),
      },
    ],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2 * n },
  })),
);

const CHAT = `${sse(
  ...PIECES.map((content) => ({ choices: [{ index: 0, delta: { content } }] })),
  { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  { choices: [], usage: { prompt_tokens: 10, completion_tokens: 80 } },
)}data: [DONE]\n\n`;
