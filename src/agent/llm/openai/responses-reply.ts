/**
 * Assembles a reply of the responses API. Streamed events are for live viewers; the reply is read
 * from the complete items, which the last event repeats. Failures are events here, not SDK errors.
 */
import { isJsonObject, type JsonObject } from "../../../run/value/json.ts";
import type { Opaque, Reply } from "../../../run/value/message.ts";
import type { LlmEvent, TokenUsage } from "../client.ts";
import { ReportedError } from "../provider-failure.ts";
import { argumentsIn, count, saysError, textOf } from "../field.ts";
import { done, ended, type ReplyReader } from "../reply-stream.ts";
import { RESPONSES_OPAQUE } from "./responses-body.ts";
import { StopText } from "../stop-text.ts";

export interface ResponsesReading {
  readonly provider: string;
  readonly model: string;
  readonly stop: readonly string[];
  readonly ownName: (name: string) => string;
}

/** Reads one reply. */
export class ResponsesReply implements ReplyReader {
  readonly #reading: ResponsesReading;
  readonly #stop: StopText;
  #streamed = "";
  readonly #items: JsonObject[] = [];
  /** Indexes of calls by their index among the output items. */
  readonly #places = new Map<unknown, number>();
  /** Arguments as they were streamed, by the id of their item. */
  readonly #arguments = new Map<string, string>();
  /** The response in the last event. */
  #response: JsonObject | null = null;

  constructor(reading: ResponsesReading) {
    this.#reading = reading;
    this.#stop = new StopText(reading.stop);
  }

  get complete(): boolean {
    return this.#response !== null;
  }

  get over(): boolean {
    return this.complete;
  }

  /** The protocol has no sentinel: its last event is the complete response. */
  sentinel(): void {}

  /** @param piece a stream event, or a complete response from a server that does not stream */
  *take(piece: JsonObject): Generator<LlmEvent> {
    const delta = typeof piece["delta"] === "string" ? piece["delta"] : "";
    switch (piece["type"]) {
      case "response.output_text.delta":
        yield* this.#pass(this.#stop.take(delta));
        break;
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        yield { type: "reasoning", text: delta };
        break;
      case "response.output_item.added":
        yield* this.#begin(piece);
        break;
      case "response.function_call_arguments.delta": {
        const item = textOf(piece["item_id"]);
        this.#arguments.set(item, (this.#arguments.get(item) ?? "") + delta);
        const index = this.#places.get(piece["output_index"]);
        yield index === undefined
          ? { type: "progress" }
          : { type: "tool_call", index, arguments_text: delta };
        break;
      }
      case "response.output_item.done":
        if (isJsonObject(piece["item"])) {
          this.#items.push(piece["item"]);
        }
        break;
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
        yield* this.#finish(piece["response"]);
        break;
      case "error":
        throw new ReportedError(isJsonObject(piece["error"]) ? piece["error"] : piece);
      default:
        if (piece["object"] === "response") {
          yield* this.#finish(piece);
        } else if (saysError(piece)) {
          throw new ReportedError(piece);
        } else {
          yield { type: "progress" };
        }
    }
  }

  *end(): Generator<LlmEvent> {
    yield* this.#pass(this.#stop.end());
    const reply = this.#reply();
    // If the response was not streamed, no text has been emitted yet.
    if (this.#streamed === "") {
      yield* this.#pass(reply.text);
    }
    yield done(reply);
  }

  *#pass(text: string): Generator<LlmEvent> {
    if (text !== "") {
      this.#streamed += text;
      yield { type: "text", text };
    }
  }

  *#begin(piece: JsonObject): Generator<LlmEvent> {
    const item = piece["item"];
    if (!isJsonObject(item) || !isCall(item)) {
      yield { type: "progress" };
      return;
    }
    const index = this.#places.size;
    this.#places.set(piece["output_index"], index);
    yield { type: "tool_call", index, name: this.#reading.ownName(textOf(item["name"])) };
  }

  *#finish(response: unknown): Generator<LlmEvent> {
    const whole = isJsonObject(response) ? response : {};
    if (isJsonObject(whole["usage"])) {
      yield { type: "usage", usage: toUsage(whole["usage"]) };
    }
    if (isJsonObject(whole["error"])) {
      throw new ReportedError(whole["error"]);
    }
    if (whole["status"] === "failed" || whole["status"] === "cancelled") {
      throw ended("server_error", `The response ended as ${whole["status"]}`);
    }
    if (reasonOf(whole) === "content_filter") {
      throw ended("content_filtered", "The provider's content filter stopped the reply");
    }
    this.#response = whole;
  }

  #reply(): Reply {
    const response = this.#response ?? {};
    const output = Array.isArray(response["output"]) ? response["output"].filter(isJsonObject) : [];
    const items = output.length > 0 ? output : this.#items;
    const refusal = items.flatMap(refusals).join("");
    if (refusal !== "") {
      throw ended("refused", `The model refused: ${refusal}`);
    }
    const whole = items.flatMap(texts).join("");
    const limit = new StopText(this.#reading.stop);
    const text = whole === "" ? this.#streamed : limit.take(whole) + limit.end();
    const tool_calls = items.filter(isCall).map((item) => this.#call(item));
    const opaque = text === whole ? this.#opaque(items) : null;
    return {
      text,
      reasoning: items.flatMap(thoughts).join("\n\n"),
      tool_calls,
      finish_reason:
        response["status"] === "incomplete"
          ? "length"
          : tool_calls.length > 0
            ? "tool_calls"
            : "stop",
      ...(opaque !== null && { opaque }),
    };
  }

  #call(item: JsonObject): Reply["tool_calls"][number] {
    const { call_id, id } = item;
    const given = item["arguments"] ?? item["input"] ?? this.#arguments.get(textOf(id));
    return {
      name: this.#reading.ownName(textOf(item["name"])),
      arguments_text: argumentsIn(given),
      ...(typeof call_id === "string" ? { provider_id: call_id } : {}),
    };
  }

  /**
   * Stores reasoning unchanged, and of messages and calls only what the turn does not hold. Null if
   * the turn alone is sufficient.
   */
  #opaque(items: readonly JsonObject[]): Opaque | null {
    if (!items.some((item) => item["type"] !== "message" && !isCall(item))) {
      return null;
    }
    const { provider, model } = this.#reading;
    return {
      provider: `${provider}/${RESPONSES_OPAQUE}`,
      data: { model, items: items.map(kept) },
    };
  }
}

function kept(item: JsonObject): JsonObject {
  // The status of an item belongs to the response and is not sent back.
  const { status: _status, ...rest } = item;
  switch (item["type"]) {
    case "message": {
      const { content: _content, role: _role, ...more } = rest;
      return { ...more, text: texts(item).join("").length };
    }
    case "function_call": {
      const { arguments: _arguments, call_id: _id, name: _name, ...more } = rest;
      return more;
    }
    default:
      return rest;
  }
}

function isCall(item: JsonObject): boolean {
  return item["type"] === "function_call" || item["type"] === "custom_tool_call";
}

function contentOf(item: JsonObject): JsonObject[] {
  const content = item["type"] === "message" ? item["content"] : [];
  return Array.isArray(content) ? content.filter(isJsonObject) : [];
}

function texts(item: JsonObject): string[] {
  return contentOf(item).flatMap(({ type, text }) =>
    type === "output_text" && typeof text === "string" ? [text] : [],
  );
}

function refusals(item: JsonObject): string[] {
  return contentOf(item).flatMap(({ type, refusal }) =>
    type === "refusal" && typeof refusal === "string" ? [refusal] : [],
  );
}

/** Returns the visible reasoning: summaries or, from open models, the text. */
function thoughts(item: JsonObject): string[] {
  if (item["type"] !== "reasoning") {
    return [];
  }
  return [item["summary"], item["content"]].flatMap((list) =>
    (Array.isArray(list) ? list : []).flatMap((part) =>
      isJsonObject(part) && typeof part["text"] === "string" ? [part["text"]] : [],
    ),
  );
}

function reasonOf(response: JsonObject): unknown {
  const details = response["incomplete_details"];
  return isJsonObject(details) ? details["reason"] : undefined;
}

function toUsage(usage: JsonObject): TokenUsage {
  const input = isJsonObject(usage["input_tokens_details"]) ? usage["input_tokens_details"] : {};
  const output = isJsonObject(usage["output_tokens_details"]) ? usage["output_tokens_details"] : {};
  const written = count(input["cache_write_tokens"]);
  return {
    input_tokens: count(usage["input_tokens"]),
    cached_input_tokens: count(input["cached_tokens"]),
    output_tokens: count(usage["output_tokens"]),
    reasoning_tokens: count(output["reasoning_tokens"]),
    ...(written !== 0 && { cache_write_tokens: written }),
  };
}
