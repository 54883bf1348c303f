/**
 * What a recorded response says, read without our adapters: the whole text is split into its
 * events and folded by the provider's documentation. Failures are told by hand, file by file.
 */
import type { Exchange, Recording } from "./recordings.ts";

export interface ExpectedReply {
  readonly kind: "reply";
  readonly text: string;
  readonly calls: readonly {
    readonly name: string;
    readonly args: unknown;
    readonly id: string | null;
  }[];
  readonly finish: string;
  readonly usage: {
    readonly input_tokens: number;
    readonly cached_input_tokens: number;
    readonly output_tokens: number;
    readonly reasoning_tokens: number;
    readonly cache_write_tokens: number;
    readonly cost_micro_usd: number | null;
  };
  /** Texts that must come back unchanged with the next request. */
  readonly secrets: readonly string[];
}

export interface ExpectedFailure {
  readonly kind: "failure";
  readonly code: string;
  readonly retryAfterMs?: number;
}

export type Expected = ExpectedReply | ExpectedFailure;

/** By file, or by file and exchange. */
const FAILURES: Readonly<Record<string, ExpectedFailure>> = {
  "openai/chat-refusal.json": fail("refused"),
  "openai/chat-error-400.json": fail("invalid_request"),
  "openai/chat-error-401.json": fail("authentication_failed"),
  "openai/responses-error-400-context-length.json": fail("context_too_long"),
  "openai/responses-error-400-stream.json": fail("invalid_request"),
  "openai/responses-error-401.json": fail("authentication_failed"),
  "openai/responses-error-429-insufficient-quota.json": fail("quota_exhausted"),
  "openai/reported-429-tpm.json": fail("rate_limited", 3890),
  "openai/reported-stream-response-failed-server-error.json": fail("server_error"),
  "anthropic/error-400-context-length.json": fail("context_too_long"),
  "anthropic/error-400-invalid.json": fail("invalid_request"),
  "anthropic/error-401.json": fail("authentication_failed"),
  "anthropic/error-404-model.json": fail("model_not_found"),
  "anthropic/stream-refusal.json": fail("refused"),
  "anthropic/refusal.json": fail("refused"),
  "anthropic/reported-529-overloaded.json": fail("overloaded"),
  "anthropic/reported-429-input-tokens.json": fail("rate_limited"),
  "anthropic/reported-stream-midstream-overloaded.json": fail("overloaded"),
  "google/safety-block.json": fail("content_filtered"),
  "google/vertex-unexpected-tool-call.json#3": fail("invalid_request"),
  "google/error-400-bad-key.json": fail("authentication_failed"),
  "google/error-404-model.json": fail("model_not_found"),
  "google/error-429-quota.json": fail("rate_limited", 48_000),
  "google/error-429-quota-crew.json": fail("rate_limited"),
  "google/stream-error-400.json": fail("authentication_failed"),
  "google/reported-503-overloaded.json": fail("overloaded"),
  "google/reported-503-high-demand.json": fail("overloaded"),
  "openrouter/stream-midstream-error.json": fail("invalid_request"),
  "openrouter/error-429-retries.json": fail("rate_limited"),
  "openrouter/error-401.json": fail("authentication_failed"),
  "openrouter/error-400-context-length.json": fail("context_too_long"),
  "openrouter/reported-stream-midstream-provider-disconnected.json": fail("server_error"),
};

function fail(code: string, retryAfterMs?: number): ExpectedFailure {
  return { kind: "failure", code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** What an exchange must come to. */
export function expectedOf(recording: Recording, at: number): Expected {
  const { file, provider, api } = recording;
  const failure = FAILURES[`${file}#${at}`] ?? FAILURES[file];
  const exchange = recording.exchanges[at];
  if (failure !== undefined || exchange === undefined) {
    return failure ?? fail("no such exchange");
  }
  switch (provider) {
    case "anthropic":
      return fromAnthropic(exchange);
    case "google":
      return fromGoogle(exchange);
    default:
      return api === "responses" && !exchange.request.url.includes("/chat/")
        ? fromResponses(exchange)
        : fromChat(exchange);
  }
}

/** A JSON tree of foreign make. */
// oxlint-disable-next-line typescript/no-explicit-any -- it is read by path, and a wrong path fails the test
type Tree = any;

/** The data of all events, or the one JSON text. */
function pieces({ response }: Exchange): Tree[] {
  const body = response.body_text;
  if (!/^(?:data|event|:)/m.test(body)) {
    return [JSON.parse(body)];
  }
  return body
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:") && !line.includes("[DONE]"))
    .map((line) => JSON.parse(line.slice("data:".length)));
}

function reply(
  part: Partial<ExpectedReply> & Pick<ExpectedReply, "text" | "usage">,
): ExpectedReply {
  const calls = part.calls ?? [];
  const finish = part.finish ?? (calls.length > 0 ? "tool_calls" : "stop");
  return { kind: "reply", secrets: [], ...part, calls, finish };
}

function fromAnthropic(exchange: Exchange): ExpectedReply {
  const all = pieces(exchange);
  const whole = all.find((piece) => piece.type === "message");
  const blocks: Tree[] = [];
  for (const piece of all) {
    if (piece.type === "content_block_start") {
      blocks[piece.index] = { json: "", ...piece.content_block };
    }
    if (piece.type === "content_block_delta") {
      const block = blocks[piece.index];
      const { delta } = piece;
      block.text = (block.text ?? "") + (delta.text ?? "");
      block.json += delta.partial_json ?? "";
      block.signature = (block.signature ?? "") + (delta.signature ?? "");
    }
  }
  const content: Tree[] = whole?.content ?? blocks;
  const stop =
    whole?.stop_reason ??
    all.findLast((piece) => piece.type === "message_delta")?.delta.stop_reason;
  const usage = {
    ...all.find((piece) => piece.type === "message_start")?.message.usage,
    ...all.findLast((piece) => piece.type === "message_delta")?.usage,
    ...whole?.usage,
  };
  const cached = usage.cache_read_input_tokens ?? 0;
  const written = usage.cache_creation_input_tokens ?? 0;
  return reply({
    text: content
      .filter((block) => block.type === "text")
      .map((block) => block.text)
      .join(""),
    calls: content
      .filter((block) => block.type === "tool_use")
      .map(({ id, name, json, input }) => ({ id, name, args: json ? JSON.parse(json) : input })),
    ...(stop === "max_tokens" ? { finish: "length" } : {}),
    ...(stop === "pause_turn" ? { finish: "pause" } : {}),
    usage: {
      input_tokens: usage.input_tokens + cached + written,
      cached_input_tokens: cached,
      output_tokens: usage.output_tokens,
      reasoning_tokens: usage.output_tokens_details?.thinking_tokens ?? 0,
      cache_write_tokens: written,
      cost_micro_usd: null,
    },
    secrets: content.flatMap((block) =>
      block.type === "thinking"
        ? [block.signature]
        : block.type === "redacted_thinking"
          ? [block.data]
          : block.type === "server_tool_use"
            ? [block.id]
            : [],
    ),
  });
}

function fromGoogle(exchange: Exchange): ExpectedReply {
  const all = pieces(exchange);
  const parts: Tree[] = all.flatMap((piece) => piece.candidates?.[0]?.content?.parts ?? []);
  const finish = all.findLast((piece) => piece.candidates?.[0]?.finishReason)?.candidates[0]
    .finishReason;
  const usage = all.findLast((piece) => piece.usageMetadata)?.usageMetadata ?? {};
  const thoughts = usage.thoughtsTokenCount ?? 0;
  return reply({
    text: parts
      .filter((part) => part.text !== undefined && part.thought !== true)
      .map((part) => part.text)
      .join(""),
    calls: parts
      .filter((part) => part.functionCall)
      .map(({ functionCall: { name, args, id } }) => ({ name, args: args ?? {}, id: id ?? null })),
    ...(finish === "MAX_TOKENS" ? { finish: "length" } : {}),
    usage: {
      input_tokens: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
      cached_input_tokens: usage.cachedContentTokenCount ?? 0,
      output_tokens: (usage.candidatesTokenCount ?? 0) + thoughts,
      reasoning_tokens: thoughts,
      cache_write_tokens: 0,
      cost_micro_usd: null,
    },
    secrets: parts.flatMap((part) => part.thoughtSignature ?? []),
  });
}

function fromResponses(exchange: Exchange): ExpectedReply {
  const all = pieces(exchange);
  const last = all.at(-1);
  const response = last.object === "response" ? last : last.response;
  const output: Tree[] = response.output;
  const { usage } = response;
  return reply({
    text: output
      .filter((item) => item.type === "message")
      .flatMap((item) => item.content)
      .filter((part: Tree) => part.type === "output_text")
      .map((part: Tree) => part.text)
      .join(""),
    calls: output
      .filter((item) => item.type === "function_call" || item.type === "custom_tool_call")
      .map((item) => ({
        name: item.name,
        id: item.call_id,
        args: item.type === "function_call" ? JSON.parse(item.arguments || "{}") : item.input,
      })),
    ...(response.status === "incomplete" ? { finish: "length" } : {}),
    usage: {
      input_tokens: usage.input_tokens,
      cached_input_tokens: usage.input_tokens_details?.cached_tokens ?? 0,
      output_tokens: usage.output_tokens,
      reasoning_tokens: usage.output_tokens_details?.reasoning_tokens ?? 0,
      cache_write_tokens: usage.input_tokens_details?.cache_write_tokens ?? 0,
      cost_micro_usd: null,
    },
    secrets: output.flatMap((item) =>
      item.type === "reasoning" ? [item.id, item.encrypted_content ?? item.id] : [],
    ),
  });
}

function fromChat(exchange: Exchange): ExpectedReply {
  const all = pieces(exchange);
  const deltas: Tree[] = all.flatMap((piece) => {
    const choice = piece.choices?.[0];
    return choice === undefined ? [] : [choice.delta ?? choice.message];
  });
  const calls: Tree[] = [];
  for (const part of deltas.flatMap((delta) => delta.tool_calls ?? [])) {
    const at = part.index ?? calls.length;
    calls[at] ??= { id: part.id, name: "", json: "" };
    calls[at].name += part.function?.name ?? "";
    calls[at].json += part.function?.arguments ?? "";
  }
  const finish = all.findLast((piece) => piece.choices?.[0]?.finish_reason)?.choices[0]
    .finish_reason;
  const usage = all.findLast((piece) => piece.usage)?.usage ?? {};
  return reply({
    text: deltas.map((delta) => delta.content ?? "").join(""),
    calls: calls.map(({ id, name, json }) => ({ id, name, args: JSON.parse(json || "{}") })),
    ...(finish === "length" ? { finish: "length" } : {}),
    usage: {
      input_tokens: usage.prompt_tokens ?? 0,
      cached_input_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
      output_tokens: usage.completion_tokens ?? 0,
      reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
      cache_write_tokens: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
      cost_micro_usd: usage.cost === undefined ? null : Math.ceil(usage.cost * 1e6 - 1e-6),
    },
    secrets: deltas
      .flatMap((delta) => delta.reasoning_details ?? [])
      .flatMap((detail: Tree) =>
        detail.signature ? [detail.signature] : detail.data ? [detail.data] : [],
      ),
  });
}
