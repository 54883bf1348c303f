/**
 * Client for Workers AI through its binding: models that run on Cloudflare, with no setup but the
 * binding. They use chat completions; some answer in an older format.
 */
import { isJsonObject, type JsonObject } from "../../../run/value/json.ts";
import { bodyText } from "../body-parts.ts";
import { chatParts } from "./chat-body.ts";
import type { BodyParts, LlmClient, ModelRequest } from "../client.ts";
import { endpointOf } from "../endpoint.ts";
import { chatReply } from "./chat.ts";
import { replyStream } from "../reply-stream.ts";
import { serverSentPieces, wholePieces, type Pieces } from "../server-sent.ts";

/** The part of the binding that is used. */
export interface AiBinding {
  run(model: string, input: Record<string, unknown>): Promise<unknown>;
}

/** The prefix of model ids of this provider. */
export const WORKERS_AI = "workers-ai";

function parts(request: ModelRequest): BodyParts {
  return chatParts(request, WORKERS_AI, {
    maxTokens: "max_tokens",
    openAi: false,
    reasoningDetails: false,
  });
}

/** Returns the client for a binding. */
export function workersAi(ai: AiBinding): LlmClient {
  return {
    body: (request) => bodyText(parts(request)),
    parts,
    stream: (request, body, signal) =>
      replyStream(
        endpointOf(WORKERS_AI),
        async () => {
          signal.throwIfAborted();
          const answer = await ai.run(request.model, JSON.parse(body) as Record<string, unknown>);
          return { pieces: pieces(answer, signal), limits: null };
        },
        chatReply(request, WORKERS_AI),
      ),
  };
}

function pieces(answer: unknown, signal: AbortSignal): Pieces {
  if (answer instanceof ReadableStream) {
    // The binding takes no signal.
    const body = answer.pipeThrough(new TransformStream(), { signal });
    return serverSentPieces(body, toPiece);
  }
  return wholePieces([toPiece(isJsonObject(answer) ? answer : {})]);
}

/** Converts a piece in the older format, which has no finish reason and ends with `[DONE]`. */
function toPiece(piece: JsonObject): JsonObject {
  if (piece["choices"] !== undefined) {
    return piece;
  }
  const { tool_calls, response, usage = null, error = null } = piece;
  const calls = Array.isArray(tool_calls) ? tool_calls.filter(isJsonObject) : [];
  return {
    usage,
    error,
    choices: [
      {
        index: 0,
        delta: {
          content: response ?? "",
          tool_calls: calls.map(({ name = null, arguments: given = null }, index) => ({
            index,
            function: { name, arguments: given },
          })),
        },
      },
    ],
  };
}
