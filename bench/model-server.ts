/**
 * A scripted model server with the shape of OpenAI's chat completions: the first message says
 * which run it is and how many tool calls to make before the answer. It looks at the beginning of
 * a body only, so that its own work does not grow with the conversation.
 */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ModelServer {
  readonly url: string;
  /** When the first request of a run came, by `performance.now()`; undefined if none did. */
  firstRequestAt(run: string): number | undefined;
  close(): void;
}

/** Starts the server on a free port of the loopback interface. */
export async function startModelServer(): Promise<ModelServer> {
  const calls = new Map<string, number>();
  const firsts = new Map<string, number>();
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(Buffer.concat(chunks), response, calls, firsts));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    firstRequestAt: (run) => firsts.get(run),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const GOAL = /run ([\w-]+)(?: with (\d+) tool calls)?(?: and (\d+) bytes of text)?/;
/** How much of a body is read. The goal is in the first message. */
const HEAD_BYTES = 8000;

function answer(
  body: Buffer,
  response: ServerResponse,
  calls: Map<string, number>,
  firsts: Map<string, number>,
): void {
  const head = body.toString("utf8", 0, HEAD_BYTES);
  const [, run = "", tools = "0", bytes = "0"] = GOAL.exec(head) ?? [];
  const made = calls.get(run) ?? 0;
  calls.set(run, made + 1);
  if (made === 0) {
    firsts.set(run, performance.now());
  }
  const message =
    made < Number(tools)
      ? {
          role: "assistant",
          content: `Step ${made + 1}.`.padEnd(Number(bytes), " Adding."),
          tool_calls: [
            {
              index: 0,
              id: `call_${run}_${made}`,
              type: "function",
              function: { name: "add_numbers", arguments: `{"a":${made},"b":1}` },
            },
          ],
        }
      : { role: "assistant", content: "Done." };
  const finish_reason = "tool_calls" in message ? "tool_calls" : "stop";
  const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
  const base = { id: "chatcmpl-1", created: 1, model: "bench" };
  // The flag comes after the messages in some bodies.
  if (!body.includes('"stream":true')) {
    response.setHeader("Content-Type", "application/json");
    const choices = [{ index: 0, message, finish_reason }];
    response.end(JSON.stringify({ ...base, object: "chat.completion", choices, usage }));
    return;
  }
  const object = "chat.completion.chunk";
  const chunks = [
    { ...base, object, choices: [{ index: 0, delta: message, finish_reason: null }] },
    { ...base, object, choices: [{ index: 0, delta: {}, finish_reason }] },
    { ...base, object, choices: [], usage },
  ];
  response.setHeader("Content-Type", "text/event-stream");
  response.end(
    `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`,
  );
}
