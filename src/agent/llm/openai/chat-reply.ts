/** Assembles a reply of chat completions, from chunks or from a complete response. */
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import type { Reply } from "../../../run/value/message.ts";
import type { LlmEvent, TokenUsage } from "../client.ts";
import { ReportedError } from "../provider-failure.ts";
import { count, reasonIn } from "../field.ts";
import { done, ended, type ReplyReader } from "../reply-stream.ts";
import { StopText } from "../stop-text.ts";

type Choice = ChatCompletionChunk["choices"][number];
type Usage = NonNullable<ChatCompletionChunk["usage"]>;

/**
 * A chunk in the form that servers send: with fields that the SDK's types lack, and without others.
 */
export interface ChatPiece {
  readonly choices?: readonly (Partial<Choice> & { readonly message?: Delta })[] | null;
  readonly usage?: (Usage & { readonly cost?: unknown }) | null;
  readonly error?: unknown;
}

interface Delta extends Partial<Omit<Choice["delta"], "tool_calls">> {
  readonly tool_calls?: readonly CallPart[] | null;
  /** Reasoning streamed by local servers and OpenRouter. */
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
  readonly reasoning_details?: readonly JsonValue[] | null;
}

/** A part of a tool call. Some servers omit the index. */
interface CallPart {
  readonly index?: number;
  readonly id?: string;
  readonly function?: { readonly name?: string | null; readonly arguments?: string | null };
}

interface CallParts {
  name: string;
  arguments_text: string;
  provider_id?: string;
}

export interface ChatReading {
  /** The provider's name in data that must be sent back to it; null if none must. */
  readonly opaqueFor: string | null;
  /** Stop sequences that were not sent to the server. */
  readonly stop: readonly string[];
  readonly ownName: (name: string) => string;
}

/** Reads one reply. */
export class ChatReply implements ReplyReader<ChatPiece> {
  readonly #reading: ChatReading;
  readonly #stop: StopText;
  #text = "";
  #reasoning = "";
  #refusal = "";
  #finish: string | null = null;
  #details: JsonObject[] = [];
  readonly #calls: CallParts[] = [];
  /** Positions in `#calls` by the server's index. */
  readonly #places = new Map<number, number>();

  constructor(reading: ChatReading) {
    this.#reading = reading;
    this.#stop = new StopText(reading.stop);
  }

  get complete(): boolean {
    return this.#finish !== null;
  }

  *take(piece: ChatPiece): Generator<LlmEvent> {
    if (isJsonObject(piece.usage)) {
      yield { type: "usage", usage: toUsage(piece.usage) };
    }
    if (piece.error !== undefined && piece.error !== null) {
      throw new ReportedError(piece.error);
    }
    const choice = piece.choices?.[0];
    if (choice === undefined) {
      yield { type: "progress" };
      return;
    }
    this.#finish = reasonIn(choice.finish_reason) ?? this.#finish;
    const delta: Delta = choice.delta ?? choice.message ?? {};
    yield* this.#takeReasoning(delta);
    if (typeof delta.content === "string" && delta.content !== "") {
      yield* this.#pass(this.#stop.take(delta.content));
    }
    this.#refusal += delta.refusal ?? "";
    for (const part of delta.tool_calls ?? []) {
      yield this.#takeCall(part);
    }
  }

  *end(): Generator<LlmEvent> {
    yield* this.#pass(this.#stop.end());
    if (this.#refusal !== "") {
      throw ended("refused", `The model refused: ${this.#refusal}`);
    }
    if (this.#finish === "content_filter") {
      throw ended("content_filtered", "The provider's content filter stopped the reply");
    }
    if (this.#finish === "error") {
      throw ended("server_error", "The provider reported an error in mid-stream");
    }
    yield done(this.#reply());
  }

  #reply(): Reply {
    const { ownName, opaqueFor } = this.#reading;
    const tool_calls = this.#calls.map((call) => ({ ...call, name: ownName(call.name) }));
    return {
      text: this.#text,
      reasoning: this.#reasoning,
      tool_calls,
      finish_reason:
        this.#finish === "length" ? "length" : tool_calls.length > 0 ? "tool_calls" : "stop",
      ...(opaqueFor === null || this.#details.length === 0
        ? {}
        : { opaque: { provider: opaqueFor, data: this.#details.map(withoutBlanks) } }),
    };
  }

  *#pass(text: string): Generator<LlmEvent> {
    if (text !== "") {
      this.#text += text;
      yield { type: "text", text };
    }
  }

  *#takeReasoning(delta: Delta): Generator<LlmEvent> {
    const text = delta.reasoning_content ?? delta.reasoning;
    if (typeof text === "string" && text !== "") {
      this.#reasoning += text;
      yield { type: "reasoning", text };
    }
    for (const detail of delta.reasoning_details ?? []) {
      if (isJsonObject(detail)) {
        this.#takeDetail(detail);
      }
    }
  }

  /** Joins the texts of consecutive pieces with the same type and index into one detail. */
  #takeDetail(piece: JsonObject): void {
    const last = this.#details.at(-1);
    const same =
      last !== undefined &&
      last["type"] === piece["type"] &&
      last["index"] === piece["index"] &&
      (last["id"] ?? null) === (piece["id"] ?? last["id"] ?? null) &&
      piece["type"] !== "reasoning.encrypted";
    if (!same) {
      this.#details.push(piece);
      return;
    }
    const joined: Record<string, JsonValue> = { ...last };
    for (const [key, value] of Object.entries(piece)) {
      const before = last[key];
      if ((key === "text" || key === "summary") && typeof value === "string") {
        joined[key] = (typeof before === "string" ? before : "") + value;
      } else if (value !== null && value !== "") {
        joined[key] = value;
      }
    }
    this.#details[this.#details.length - 1] = joined;
  }

  /**
   * A part with a new id starts a call; its index is ignored. A part without an index belongs to
   * the last call. Some servers omit the index or send 0 for every call. Our own positions are
   * dense, so a large index from a server costs nothing.
   */
  #takeCall(part: CallPart): LlmEvent {
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
      ...(name !== "" && { name: this.#reading.ownName(name) }),
      arguments_text: text,
    };
  }
}

/** Removes an empty signature: a stream starts each detail with one, and it may stay empty. */
function withoutBlanks(detail: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(detail).filter(([key, value]) => key !== "signature" || value !== ""),
  );
}

function toUsage(usage: NonNullable<ChatPiece["usage"]>): TokenUsage {
  const prompt: { readonly cached_tokens?: unknown; readonly cache_write_tokens?: unknown } =
    usage.prompt_tokens_details ?? {};
  const written = count(prompt.cache_write_tokens);
  const { cost } = usage;
  return {
    input_tokens: count(usage.prompt_tokens),
    cached_input_tokens: count(prompt.cached_tokens),
    output_tokens: count(usage.completion_tokens),
    reasoning_tokens: count(usage.completion_tokens_details?.reasoning_tokens),
    ...(written !== 0 && { cache_write_tokens: written }),
    // OpenRouter reports its cost in dollars.
    ...(typeof cost === "number" && Number.isFinite(cost) && cost >= 0
      ? { cost_micro_usd: microDollars(cost) }
      : {}),
  };
}

/**
 * Returns micro-dollars, rounded up. `toFixed` first removes the floating-point error of products
 * such as 0.001191 × 10⁶.
 */
function microDollars(dollars: number): number {
  return Math.ceil(Number((dollars * 1_000_000).toFixed(3)));
}
