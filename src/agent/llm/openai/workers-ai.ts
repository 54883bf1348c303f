/**
 * Client for Workers AI through its binding: models that run on Cloudflare, with no setup but the
 * binding. They use chat completions; some answer in an older format.
 */
import { defined } from "../../../run/value/defined.ts";
import { chatBody } from "./chat-body.ts";
import type { ChatPiece } from "./chat-reply.ts";
import type { LlmClient } from "../client.ts";
import { endpointOf } from "../endpoint.ts";
import { chatReply } from "./chat.ts";
import { replyStream } from "../reply-stream.ts";

/** The part of the binding that is used. */
export interface AiBinding {
  run(model: string, input: Record<string, unknown>): Promise<unknown>;
}

/** The prefix of model ids of this provider. */
export const WORKERS_AI = "workers-ai";

/** A piece in the older format. */
interface OlderPiece {
  readonly response?: string | null;
  readonly tool_calls?: readonly { readonly name: string; readonly arguments: unknown }[] | null;
}

/** Returns the client for a binding. */
export function workersAi(ai: AiBinding): LlmClient {
  return {
    body: (request) =>
      JSON.stringify(
        chatBody(request, WORKERS_AI, {
          maxTokens: "max_tokens",
          openAi: false,
          reasoningDetails: false,
        }),
      ),
    stream: (request, body, signal) =>
      replyStream<ChatPiece>(
        endpointOf(WORKERS_AI),
        async () => {
          signal.throwIfAborted();
          const answer = await ai.run(request.model, JSON.parse(body) as Record<string, unknown>);
          return pieces(answer, signal);
        },
        chatReply(request, WORKERS_AI),
      ),
  };
}

async function* pieces(answer: unknown, signal: AbortSignal): AsyncGenerator<ChatPiece> {
  if (answer instanceof ReadableStream) {
    const { Stream } = await import("openai/streaming");
    const controller = new AbortController();
    signal.addEventListener("abort", () => controller.abort(), { once: true });
    const events = Stream.fromSSEResponse<ChatPiece & OlderPiece>(
      new Response(answer),
      controller,
      undefined,
      false,
      "events",
    );
    let older = false;
    for await (const piece of events) {
      older ||= piece.response !== undefined;
      yield toPiece(piece);
    }
    if (older) {
      yield END;
    }
    return;
  }
  const whole = (answer ?? {}) as ChatPiece & OlderPiece;
  yield toPiece(whole);
  if (whole.choices === undefined) {
    yield END;
  }
}

/** Ends a reply in the older format, which has no finish reason and ends with `[DONE]`. */
const END: ChatPiece = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };

function toPiece(piece: ChatPiece & OlderPiece): ChatPiece {
  if (piece.choices !== undefined) {
    return piece;
  }
  const tool_calls = (piece.tool_calls ?? []).map((call, index) => ({
    index,
    function: { name: call.name, arguments: JSON.stringify(call.arguments ?? {}) },
  }));
  return {
    ...defined({ usage: piece.usage, error: piece.error }),
    choices: [{ index: 0, delta: { content: piece.response ?? "", tool_calls } }],
  };
}
