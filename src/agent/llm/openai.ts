/**
 * OpenAI chat completions over the official SDK; also any server that speaks the same protocol at
 * another base URL (Ollama, vLLM, LM Studio). The SDK's retries are off: attempts are the run's.
 * The SDK is loaded when the first call is made, not when the Worker starts.
 */
import type OpenAI from "openai";
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
} from "openai/resources/chat/completions";
import type { ModelFailure, ModelFailureCode } from "../../run/failure.ts";
import type { Reply, Turn } from "../../run/message.ts";
import type { LlmClient, LlmEvent, ModelRequest, TokenUsage } from "./client.ts";

export interface OpenAiSettings {
  /** Absent for a server that needs none. */
  readonly apiKey?: string;
  /** With its version path; absent: OpenAI itself. */
  readonly baseUrl?: string;
  /** How the provider is called in messages. */
  readonly provider: string;
}

type Body = ChatCompletionCreateParamsStreaming;
type Message = Body["messages"][number];

/** A client for one provider. Creating it does nothing and cannot fail. */
export function openAiClient(settings: OpenAiSettings): LlmClient {
  let sdk: Promise<OpenAI> | undefined;
  return {
    body: (request) => JSON.stringify(toBody(request)),
    async *stream(_request, body, signal) {
      const state = new ReplyBuilder();
      let answered = false;
      try {
        sdk ??= loadSdk(settings);
        const client = await sdk;
        // The text that was hashed is the text that is sent.
        const chunks = await client.post<AsyncIterable<ChatCompletionChunk>>("/chat/completions", {
          body,
          headers: { "Content-Type": "application/json" },
          stream: true,
          signal,
        });
        answered = true;
        for await (const chunk of chunks) {
          yield* state.take(chunk);
        }
        yield state.end();
      } catch (error) {
        yield { type: "failed", failure: failureOf(error, settings, answered) };
      }
    },
  };
}

async function loadSdk(settings: OpenAiSettings): Promise<OpenAI> {
  const { OpenAI: Sdk } = await import("openai");
  return new Sdk({
    // A local server needs no key, but the SDK insists on some text.
    apiKey: settings.apiKey ?? "none",
    baseURL: settings.baseUrl ?? null,
    maxRetries: 0,
    // Both may come from the environment of the process otherwise.
    organization: null,
    project: null,
  });
}

/** The request as the protocol has it. Keys are always in the same order: the body is hashed. */
function toBody(request: ModelRequest): Body {
  const messages: Message[] = request.turns.flatMap(toMessages);
  return {
    model: request.model,
    messages:
      request.system === "" ? messages : [{ role: "system", content: request.system }, ...messages],
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map(({ name, description, input_schema }) => ({
            type: "function",
            function: { name, description, parameters: input_schema },
          })),
        }),
    ...(request.stop.length === 0 ? {} : { stop: [...request.stop] }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.max_output_tokens === undefined
      ? {}
      : { max_completion_tokens: request.max_output_tokens }),
    // oxlint-disable-next-line typescript/no-deprecated -- compatible servers still honour it
    ...(request.seed === undefined ? {} : { seed: request.seed }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

function toMessages(turn: Turn): Message[] {
  switch (turn.role) {
    case "user":
    case "notice":
      return [{ role: "user", content: turn.text }];
    case "assistant":
      return [
        {
          role: "assistant",
          content: turn.text,
          ...(turn.tool_calls.length === 0
            ? {}
            : {
                tool_calls: turn.tool_calls.map((call) => ({
                  id: call.provider_id ?? call.call_id,
                  type: "function",
                  function: {
                    name: call.name,
                    arguments: call.arguments_text ?? JSON.stringify(call.arguments ?? {}),
                  },
                })),
              }),
        },
      ];
    case "tool":
      return turn.results.map((result) => ({
        role: "tool",
        tool_call_id: result.provider_id ?? result.call_id,
        content:
          result.error === undefined
            ? textOf(result.output ?? null)
            : `Error (${result.error.code}): ${result.error.message}`,
      }));
    default:
      return turn satisfies never;
  }
}

function textOf(output: unknown): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}

interface CallParts {
  name: string;
  arguments_text: string;
  provider_id?: string;
}

/** Assembles one reply from its chunks. */
class ReplyBuilder {
  #text = "";
  #reasoning = "";
  #refusal = "";
  #finish: string | null = null;
  readonly #calls: CallParts[] = [];
  /** Where in the list a server's index has its call. */
  readonly #places = new Map<number, number>();

  *take(chunk: ChatCompletionChunk): Generator<LlmEvent> {
    if (chunk.usage !== null && chunk.usage !== undefined) {
      yield { type: "usage", usage: toUsage(chunk.usage) };
    }
    const choice = chunk.choices?.[0];
    if (choice === undefined) {
      return;
    }
    this.#finish = choice.finish_reason ?? this.#finish;
    // Local servers stream their reasoning in a field that the SDK's types do not know.
    const delta: typeof choice.delta & {
      reasoning_content?: string | null;
      reasoning?: string | null;
    } = choice.delta ?? {};
    const reasoning = delta.reasoning_content ?? delta.reasoning;
    if (typeof reasoning === "string" && reasoning !== "") {
      this.#reasoning += reasoning;
      yield { type: "reasoning", text: reasoning };
    }
    if (typeof delta.content === "string" && delta.content !== "") {
      this.#text += delta.content;
      yield { type: "text", text: delta.content };
    }
    this.#refusal += delta.refusal ?? "";
    for (const part of delta.tool_calls ?? []) {
      yield this.#takeCall(part);
    }
  }

  /** `done`, or `failed` where the stream ended without its end or says that it failed. */
  end(): LlmEvent {
    if (this.#refusal !== "") {
      return failed("refused", `The model refused: ${this.#refusal}`);
    }
    switch (this.#finish) {
      case null:
        return failed("cut_stream", "The reply ended before it was complete.");
      case "content_filter":
        return failed("content_filtered", "The provider's content filter stopped the reply.");
      case "error":
        return failed("server_error", "The provider reported an error in mid-stream.");
      default:
        return { type: "done", reply: this.#reply(this.#finish) };
    }
  }

  #reply(finish: string): Reply {
    const calls = this.#calls;
    return {
      text: this.#text,
      reasoning: this.#reasoning,
      tool_calls: calls,
      finish_reason: finish === "length" ? "length" : calls.length > 0 ? "tool_calls" : "stop",
    };
  }

  /**
   * A part with a new id begins a call, whatever its index says, and a part without an index
   * belongs to the last one: servers leave the index out, or send 0 for every call. Our own places
   * are dense, so nothing a server sends makes work.
   */
  #takeCall(part: ToolCallPart): LlmEvent {
    const id = part.id === "" ? undefined : part.id;
    const known = part.index === undefined ? this.#calls.length - 1 : this.#places.get(part.index);
    const current = known === undefined ? undefined : this.#calls[known];
    const another =
      id !== undefined && current?.provider_id !== undefined && current.provider_id !== id;
    const fresh = current === undefined || another;
    const place = fresh ? this.#calls.length : (known ?? 0);
    const call = fresh ? { name: "", arguments_text: "" } : current;
    this.#calls[place] = call;
    if (part.index !== undefined) {
      this.#places.set(part.index, place);
    }
    if (id !== undefined) {
      call.provider_id = id;
    }
    const name = part.function?.name ?? "";
    const text = part.function?.arguments ?? "";
    call.name += name;
    call.arguments_text += text;
    return {
      type: "tool_call",
      index: place,
      ...(name === "" ? {} : { name }),
      arguments_text: text,
    };
  }
}

/** As the protocol has it, but for the index, which not every server sends. */
type ToolCallPart = Omit<
  NonNullable<ChatCompletionChunk["choices"][number]["delta"]["tool_calls"]>[number],
  "index"
> & { readonly index?: number };

function toUsage(usage: NonNullable<ChatCompletionChunk["usage"]>): TokenUsage {
  return {
    input_tokens: tokens(usage.prompt_tokens),
    cached_input_tokens: tokens(usage.prompt_tokens_details?.cached_tokens),
    output_tokens: tokens(usage.completion_tokens),
    reasoning_tokens: tokens(usage.completion_tokens_details?.reasoning_tokens),
  };
}

/** A count as the log takes it, whatever a server sent. */
function tokens(count: unknown): number {
  return typeof count === "number" && Number.isSafeInteger(count) && count > 0 ? count : 0;
}

function failed(code: ModelFailureCode, message: string): LlmEvent {
  return { type: "failed", failure: { code, message } };
}

interface ApiErrorLike {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly name?: unknown;
  readonly headers?: unknown;
}

/** Classifies what the SDK threw by its fields: its classes are loaded lazily. */
function failureOf(
  thrown: unknown,
  { provider, apiKey }: OpenAiSettings,
  answered: boolean,
): ModelFailure {
  const error: ApiErrorLike = typeof thrown === "object" && thrown !== null ? thrown : {};
  // Some servers quote the key they were sent; it must not reach the log.
  const said = typeof error.message === "string" ? error.message : String(thrown);
  const says = apiKey === undefined ? said : said.replaceAll(apiKey, "[key]");
  const code = codeOf(error, answered);
  const retryAfterMs = retryHint(error.headers);
  return {
    code,
    message: `${provider}: ${says}${advice(code, provider)}`,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}

/** @param answered whether the provider had begun to answer: a loss after that cuts a stream */
function codeOf({ status, code, name }: ApiErrorLike, answered: boolean): ModelFailureCode {
  if (code === "insufficient_quota") {
    return "quota_exhausted";
  }
  if (code === "context_length_exceeded") {
    return "context_too_long";
  }
  switch (status) {
    case 401:
    case 403:
      return "authentication_failed";
    case 404:
      return "model_not_found";
    case 408:
      return "timeout";
    case 429:
      return "rate_limited";
    case 503:
    case 529:
      return "overloaded";
    default:
  }
  if (typeof status === "number") {
    return status >= 500 ? "server_error" : "invalid_request";
  }
  if (name === "APIUserAbortError" || name === "AbortError") {
    return "timeout";
  }
  // An error object inside a stream that began with 200 has no status.
  if (code === "rate_limit_exceeded") {
    return "rate_limited";
  }
  return answered ? "cut_stream" : "connection_failed";
}

function advice(code: ModelFailureCode, provider: string): string {
  const setting = provider.toUpperCase();
  switch (code) {
    case "authentication_failed":
      return ` Set ${setting}_API_KEY to a valid key.`;
    case "connection_failed":
      return ` Check ${setting}_BASE_URL and that the server is running.`;
    default:
      return "";
  }
}

function retryHint(headers: unknown): number | null {
  if (!(headers instanceof Headers)) {
    return null;
  }
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) {
    return ms;
  }
  const after = headers.get("retry-after");
  if (after === null) {
    return null;
  }
  const seconds = Number(after);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
