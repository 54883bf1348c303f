/** Assembles a reply of Anthropic's messages API, from stream events or from a complete message. */
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import type { FinishReason, Opaque, Reply } from "../../../run/value/message.ts";
import type { LlmEvent, TokenUsage } from "../client.ts";
import { ReportedError } from "../provider-failure.ts";
import {
  argumentsIn,
  count,
  idIn,
  isCutByLength,
  objectsIn,
  reasonIn,
  saysError,
  textOf,
} from "../field.ts";
import { withTextDigits } from "../../../run/value/whole-numbers.ts";
import { done, ended, type ReplyReader } from "../reply-stream.ts";
import { unfenced } from "../strict-schema.ts";

export interface AnthropicReading {
  readonly provider: string;
  readonly model: string;
  /** True if the prompt asked for JSON. */
  readonly prompted: boolean;
  readonly ownName: (name: string) => string;
}

interface Block {
  /** The initial block. Deltas of text, thinking and signature are appended to it. */
  readonly value: Record<string, JsonValue>;
  /** The tool's arguments received so far. */
  json: string;
  /** Its index among the calls; null if the block is not a call. */
  readonly call: number | null;
}

/** Reads one reply. */
export class AnthropicReply implements ReplyReader {
  readonly #reading: AnthropicReading;
  /** In the order of their start. */
  readonly #blocks: Block[] = [];
  /** The newest block of each index: some proxies use one index for all. */
  readonly #places = new Map<string, Block>();
  #usage: Record<string, JsonValue> = {};
  #stopReason: string | null = null;
  #details: JsonValue | undefined;
  #calls = 0;
  complete = false;

  constructor(reading: AnthropicReading) {
    this.#reading = reading;
  }

  get over(): boolean {
    return this.complete;
  }

  /** Some proxies end the stream with the sentinel of another protocol. */
  sentinel(): void {
    this.complete ||= this.#stopReason !== null;
  }

  /** @param piece a stream event, or a complete message from a server that does not stream */
  *take(piece: JsonObject): Generator<LlmEvent> {
    switch (piece["type"]) {
      case "message_start":
        yield* this.#started(piece["message"]);
        break;
      case "content_block_start":
        yield* this.#begin(piece["index"], piece["content_block"]);
        break;
      case "content_block_delta":
        yield* this.#join(piece["index"], piece["delta"]);
        break;
      case "message_delta":
        this.#stopped(piece["delta"]);
        this.#stopped(piece);
        yield* this.#meter(piece["usage"]);
        break;
      case "message_stop":
        this.complete = this.#stopReason !== null || this.#callsAreWhole;
        break;
      case "error":
        throw new ReportedError(piece["error"] ?? piece);
      case "message":
        yield* this.#whole(piece);
        break;
      default:
        if (saysError(piece)) {
          throw new ReportedError(piece);
        }
        yield { type: "progress" };
    }
  }

  *end(): Generator<LlmEvent> {
    if (this.#stopReason === "refusal") {
      const why = isJsonObject(this.#details) ? this.#details["explanation"] : undefined;
      const says = typeof why === "string" ? why : "it gave no reason";
      throw ended("refused", `The model refused: ${says}`);
    }
    yield done(this.#reply());
  }

  /** False if a call may be unfinished. Some proxies send the end and no reason. */
  get #callsAreWhole(): boolean {
    return this.#blocks.every(({ call, json }) => call === null || isWhole(json));
  }

  /** The output tokens of the first event are those of its first piece, not of the reply. */
  *#started(message: unknown): Generator<LlmEvent> {
    const usage = isJsonObject(message) ? message["usage"] : undefined;
    yield* this.#meter(isJsonObject(usage) ? { ...usage, output_tokens: 0 } : undefined);
  }

  *#whole(message: JsonObject): Generator<LlmEvent> {
    const { content } = message;
    const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
    for (const [index, block] of objectsIn(blocks).entries()) {
      yield* this.#begin(index, block);
    }
    this.#stopped(message);
    yield* this.#meter(message["usage"]);
    this.complete = true;
  }

  *#begin(index: unknown, started: unknown): Generator<LlmEvent> {
    const value: Record<string, JsonValue> = isJsonObject(started) ? { ...started } : {};
    const isCall = value["type"] === "tool_use";
    const call = isCall ? this.#calls : null;
    this.#calls += isCall ? 1 : 0;
    const block: Block = { value, json: "", call };
    this.#blocks.push(block);
    this.#places.set(placeOf(index), block);
    const text = value["text"];
    if (call !== null) {
      const name = this.#reading.ownName(textOf(value["name"]));
      yield { type: "tool_call", index: call, name };
    } else if (value["type"] === "text" && typeof text === "string" && text !== "") {
      yield { type: "text", text };
    } else {
      yield { type: "progress" };
    }
  }

  *#join(index: unknown, delta: unknown): Generator<LlmEvent> {
    if (!isJsonObject(delta)) {
      return;
    }
    const kind = kindOf(delta);
    const block = this.#blockFor(index, kind);
    if (block === undefined) {
      yield { type: "progress" };
      return;
    }
    const { value } = block;
    switch (kind) {
      case "text_delta":
        yield { type: "text", text: append(value, "text", delta["text"]) };
        break;
      case "thinking_delta":
        yield { type: "reasoning", text: append(value, "thinking", delta["thinking"]) };
        break;
      case "signature_delta":
        append(value, "signature", delta["signature"]);
        break;
      case "input_json_delta": {
        const { partial_json } = delta;
        const text = argumentsIn(partial_json);
        const replaces = isJsonObject(partial_json) && block.json === "{}";
        block.json = (replaces ? "" : block.json) + text;
        if (block.call !== null) {
          yield { type: "tool_call", index: block.call, arguments_text: text };
        }
        break;
      }
      case "compaction_delta":
        append(value, "content", delta["content"]);
        yield { type: "progress" };
        break;
      case "citations_delta": {
        const before = Array.isArray(value["citations"]) ? value["citations"] : [];
        value["citations"] = [...(before as JsonValue[]), delta["citation"] ?? null];
        break;
      }
      default:
        yield { type: "progress" };
    }
  }

  /**
   * Returns the block that a delta belongs to. Some proxies leave out the start of a block, or its
   * index. @throws ReportedError for arguments of a call that did not begin
   */
  #blockFor(index: unknown, kind: unknown): Block | undefined {
    const known = this.#places.get(placeOf(index)) ?? this.#blocks.at(-1);
    const type = BEGUN_BY.get(kind);
    if (type === undefined || (known !== undefined && fits(known, type))) {
      return known;
    }
    const last = this.#blocks.findLast((block) => fits(block, type));
    if (type === "tool_use") {
      if (last === undefined) {
        throw ended("cut_stream", "Arguments of a call came without the call");
      }
      return last;
    }
    const block: Block = { value: { type }, json: "", call: null };
    this.#blocks.push(block);
    this.#places.set(placeOf(index), block);
    return block;
  }

  #stopped(delta: unknown): void {
    const reason = isJsonObject(delta) ? reasonIn(delta["stop_reason"]) : null;
    if (isJsonObject(delta) && reason !== null) {
      this.#stopReason = reason;
      this.#details = delta["stop_details"];
    }
  }

  /** Later counts replace earlier ones: they are totals. */
  *#meter(usage: unknown): Generator<LlmEvent> {
    if (isJsonObject(usage)) {
      const told = Object.entries(usage).filter(([, value]) => value !== null);
      this.#usage = { ...this.#usage, ...Object.fromEntries(told) };
      yield { type: "usage", usage: toUsage(this.#usage) };
    } else {
      yield { type: "progress" };
    }
  }

  #reply(): Reply {
    const blocks = this.#blocks;
    const { prompted } = this.#reading;
    const said = joined(blocks, "text");
    const text = prompted ? unfenced(said) : said;
    const tool_calls = blocks.filter(({ call }) => call !== null).map((block) => this.#call(block));
    const opaque = text === said ? this.#opaque(blocks) : null;
    return {
      text,
      reasoning: joined(blocks, "thinking"),
      tool_calls,
      finish_reason: this.#finishReason(tool_calls.length),
      ...(opaque !== null && { opaque }),
    };
  }

  #call({ value, json }: Block): Reply["tool_calls"][number] {
    const id = idIn(value["id"]);
    return {
      name: this.#reading.ownName(textOf(value["name"])),
      arguments_text: json === "" ? JSON.stringify(value["input"] ?? {}) : json,
      ...(id !== "" && { provider_id: id }),
    };
  }

  #finishReason(calls: number): FinishReason {
    if (isCutByLength(this.#stopReason)) {
      return "length";
    }
    switch (this.#stopReason) {
      case "pause_turn":
      case "compaction":
        return "pause";
      default:
        return calls > 0 ? "tool_calls" : "stop";
    }
  }

  /**
   * Returns the blocks in order. A text is stored as its length and a call as a marker, since the
   * turn holds both; other blocks are stored unchanged. Null if the turn alone is sufficient.
   */
  #opaque(blocks: readonly Block[]): Opaque | null {
    const paused = this.#finishReason(0) === "pause";
    const kinds = blocks.map(({ value }) => value["type"]);
    const inOrder = kinds.every((kind, at) => kind === "tool_use" || (kind === "text" && at === 0));
    if (inOrder && !paused) {
      return null;
    }
    const { provider, model } = this.#reading;
    const kept = blocks.flatMap(({ value, json, call }): JsonValue[] => {
      if (call !== null) {
        return ["call"];
      }
      if (value["type"] === "text") {
        const { length } = textOf(value["text"]);
        return length === 0 ? [] : [length];
      }
      // The input of the provider's own tools streams in like other arguments.
      return [json === "" ? value : { ...value, input: parsed(json) }];
    });
    return { provider, data: { model, blocks: kept, ...(paused ? { paused } : {}) } };
  }
}

/** The types of blocks that deltas belong to, by the type of the delta. */
const BEGUN_BY: ReadonlyMap<unknown, string> = new Map([
  ["text_delta", "text"],
  ["thinking_delta", "thinking"],
  ["input_json_delta", "tool_use"],
]);

/** Returns the type of a delta, by its fields if it has none. */
function kindOf({ type, text, thinking, partial_json }: JsonObject): unknown {
  return (
    type ??
    (text !== undefined
      ? "text_delta"
      : thinking !== undefined
        ? "thinking_delta"
        : partial_json !== undefined
          ? "input_json_delta"
          : undefined)
  );
}

/** Returns whether deltas of a type of block can belong to a block. */
function fits({ value, call }: Block, type: string): boolean {
  return type === "tool_use"
    ? call !== null || value["input"] !== undefined
    : value["type"] === type;
}

/** Returns a key for an index, which may be a text. */
function placeOf(index: unknown): string {
  return JSON.stringify(Number(index ?? 0));
}

function isWhole(json: string): boolean {
  try {
    return typeof JSON.parse(json) === "object";
  } catch {
    return false;
  }
}

/** Appends to a text of a block. Returns the added text. */
function append(value: Record<string, JsonValue>, key: string, more: unknown): string {
  const text = typeof more === "string" ? more : "";
  const before = value[key];
  value[key] = (typeof before === "string" ? before : "") + text;
  return text;
}

function joined(blocks: readonly Block[], key: "text" | "thinking"): string {
  return blocks
    .filter(({ value }) => value["type"] === key)
    .map(({ value }) => textOf(value[key]))
    .join("");
}

function parsed(json: string): JsonValue {
  try {
    return JSON.parse(withTextDigits(json)) as JsonValue;
  } catch {
    return {};
  }
}

/** Anthropic counts cache reads and cache writes separately from other input. */
function toUsage(usage: JsonObject): TokenUsage {
  const cached = count(usage["cache_read_input_tokens"]);
  const written = count(usage["cache_creation_input_tokens"]);
  const details = usage["output_tokens_details"];
  return {
    input_tokens: count(usage["input_tokens"]) + cached + written,
    cached_input_tokens: cached,
    output_tokens: count(usage["output_tokens"]),
    reasoning_tokens: isJsonObject(details) ? count(details["thinking_tokens"]) : 0,
    ...(written !== 0 && { cache_write_tokens: written }),
  };
}
