/** Assembles a reply of chat completions, from chunks or from a complete response. */
import { defined } from "../../../run/value/defined.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import type { Opaque, Reply } from "../../../run/value/message.ts";
import type { LlmEvent } from "../client.ts";
import type { ModelFailureCode } from "../../../run/value/failure.ts";
import { ReportedError } from "../provider-failure.ts";
import { isCutByLength, objectsIn, reasonIn, saysError, textOf } from "../field.ts";
import { done, ended, type ReplyReader } from "../reply-stream.ts";
import { StopText } from "../stop-text.ts";
import { ChatCalls, type CallAddition } from "./chat-calls.ts";
import { reasoningContent } from "./chat-body.ts";
import { contentIn } from "./chat-content.ts";
import { usageIn } from "./chat-usage.ts";

export interface ChatReading {
  /** The provider's name in data that must be sent back to it; null if none must. */
  readonly opaqueFor: string | null;
  /** Identifies the model in its `reasoning_content`, which must be sent back only to it. */
  readonly model: { readonly provider: string; readonly model: string };
  /** Stop sequences that were not sent to the server. */
  readonly stop: readonly string[];
  /** Names of the tools in the request, as they are on the wire. */
  readonly offered: ReadonlySet<string>;
  readonly ownName: (name: string) => string;
}

/**
 * Reasons that mean that the server did not finish the reply, and those of content filters: OpenAI,
 * OpenRouter, DeepSeek, vLLM and SGLang, GLM, Gemini's endpoint.
 */
const FAILED_REASONS: ReadonlyMap<string, ModelFailureCode> = new Map([
  ["content_filter", "content_filtered"],
  ["content_filtered", "content_filtered"],
  ["safety", "content_filtered"],
  ["recitation", "content_filtered"],
  ["prohibited_content", "content_filtered"],
  ["sensitive", "content_filtered"],
  ["error", "server_error"],
  ["network_error", "server_error"],
  ["abort", "cut_stream"],
  ["aborted", "cut_stream"],
  ["cancelled", "cut_stream"],
  ["timeout", "timeout"],
  ["insufficient_system_resource", "overloaded"],
]);

/** Reads one reply. */
export class ChatReply implements ReplyReader {
  readonly #reading: ChatReading;
  readonly #stop: StopText;
  #text = "";
  #reasoning = "";
  /** The part of it that came as `reasoning_content`. */
  #reasoningContent = "";
  #refusal = "";
  #finish: string | null = null;
  #details: JsonObject[] = [];
  readonly #calls: ChatCalls;
  /** The call in the field that came before `tool_calls`. Some servers send both. */
  readonly #olderCalls: ChatCalls;
  /** The fields of the deltas that had a content. */
  readonly #streamed = new Set<string>();

  constructor(reading: ChatReading) {
    this.#reading = reading;
    this.#stop = new StopText(reading.stop);
    this.#calls = new ChatCalls(reading.offered);
    this.#olderCalls = new ChatCalls(reading.offered);
  }

  get complete(): boolean {
    return this.#finish !== null;
  }

  /** Usage may follow the finish reason. */
  get over(): boolean {
    return false;
  }

  /** Some servers send no finish reason but the sentinel, after text or a call. */
  sentinel(): void {
    const isReply =
      this.#text !== "" ||
      this.#refusal !== "" ||
      this.#calls.areWhole ||
      (this.#calls.areNone && this.#olderCalls.areWhole);
    this.#finish ??= isReply ? "stop" : null;
  }

  /** @param piece a chunk, or a complete response */
  *take(piece: JsonObject): Generator<LlmEvent> {
    const choices = sameChoices(piece["choices"]);
    const usage = usageIn(piece, choices);
    if (usage !== null) {
      yield { type: "usage", usage };
    }
    const failed = [piece, ...choices].find(saysError);
    if (failed !== undefined) {
      throw new ReportedError(failed);
    }
    if (choices.length === 0) {
      yield { type: "progress" };
    }
    for (const choice of choices) {
      yield* this.#takeChoice(choice);
    }
  }

  *#takeChoice(choice: JsonObject): Generator<LlmEvent> {
    this.#finish = reasonIn(choice["finish_reason"]) ?? this.#finish;
    const { delta, message } = choice;
    if (isJsonObject(delta)) {
      for (const field of Object.keys(delta).filter((name) => saysSomething(delta[name]))) {
        this.#streamed.add(field);
      }
      yield* this.#takeDelta(delta, (part) => this.#calls.take(part));
    }
    if (isJsonObject(message)) {
      // After deltas, a message repeats them.
      const fields = Object.entries(message).filter(([name]) => !this.#streamed.has(name));
      yield* this.#takeDelta(Object.fromEntries(fields), (part) => this.#calls.add(part));
    }
  }

  *end(): Generator<LlmEvent> {
    yield* this.#pass(this.#stop.end());
    if (this.#refusal !== "") {
      throw ended("refused", `The model refused: ${this.#refusal}`);
    }
    const failed = FAILED_REASONS.get(this.#finish?.toLowerCase() ?? "");
    if (failed === "content_filtered") {
      throw ended(failed, "The provider's content filter stopped the reply");
    }
    if (failed !== undefined) {
      throw ended(failed, `The provider ended the reply in mid-stream (${this.#finish})`);
    }
    yield done(this.#reply());
  }

  #reply(): Reply {
    const { ownName } = this.#reading;
    const calls = this.#calls.areNone ? this.#olderCalls : this.#calls;
    const tool_calls = calls.calls(ownName);
    return {
      text: this.#text,
      reasoning: this.#reasoning,
      tool_calls,
      finish_reason: isCutByLength(this.#finish)
        ? "length"
        : tool_calls.length > 0
          ? "tool_calls"
          : "stop",
      ...defined({ opaque: this.#opaque(tool_calls.length > 0) }),
    };
  }

  /** Returns what the server requires back. Only a reply with calls needs its `reasoning_content`. */
  #opaque(hasCalls: boolean): Opaque | undefined {
    const { opaqueFor, model } = this.#reading;
    if (opaqueFor !== null) {
      return this.#details.length === 0
        ? undefined
        : { provider: opaqueFor, data: this.#details.map(withoutBlanks) };
    }
    return hasCalls && this.#reasoningContent !== ""
      ? reasoningContent(model.provider, model.model, this.#reasoningContent)
      : undefined;
  }

  *#pass(text: string): Generator<LlmEvent> {
    if (text !== "") {
      this.#text += text;
      yield { type: "text", text };
    }
  }

  *#takeDelta(
    delta: JsonObject,
    takeCall: (part: unknown) => CallAddition | null,
  ): Generator<LlmEvent> {
    // Local servers and OpenRouter stream reasoning under these names.
    this.#reasoningContent += textOf(delta["reasoning_content"]);
    yield* this.#think(textOf(delta["reasoning_content"]) || textOf(delta["reasoning"]));
    for (const detail of objectsIn(delta["reasoning_details"])) {
      this.#takeDetail(detail);
    }
    for (const { kind, text } of contentIn(delta["content"])) {
      yield* kind === "text" ? this.#pass(this.#stop.take(text)) : this.#think(text);
    }
    this.#refusal += textOf(delta["refusal"]);
    this.#olderCalls.take(delta["function_call"]);
    for (const part of objectsIn(delta["tool_calls"])) {
      const added = takeCall(part);
      if (added === null) {
        yield { type: "progress" };
      } else {
        const { place: index, name, arguments_text } = added;
        const named = name === undefined ? {} : { name: this.#reading.ownName(name) };
        yield { type: "tool_call", index, ...named, arguments_text };
      }
    }
  }

  *#think(text: string): Generator<LlmEvent> {
    if (text !== "") {
      this.#reasoning += text;
      yield { type: "reasoning", text };
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
}

function saysSomething(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null && value !== "";
}

/**
 * Returns the choices that belong to the reply: one is asked for, and some servers put text and
 * calls into a choice each.
 */
function sameChoices(value: unknown): JsonObject[] {
  const choices = objectsIn(value);
  const index = choices[0]?.["index"] ?? 0;
  return choices.filter((choice) => (choice["index"] ?? 0) === index);
}

/** Removes an empty signature: a stream starts each detail with one, and it may stay empty. */
function withoutBlanks(detail: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(detail).filter(([key, value]) => key !== "signature" || value !== ""),
  );
}
