/**
 * Assembles a reply of the responses API. Streamed events are for live viewers; the reply is read
 * from the complete items, which the last event repeats. Failures are events here, not SDK errors.
 */
import { isJsonObject, type JsonObject } from "../../../run/value/json.ts";
import type { Opaque, Reply } from "../../../run/value/message.ts";
import type { LlmEvent } from "../client.ts";
import { ReportedError } from "../provider-failure.ts";
import { argumentsIn, idIn, objectsIn, saysError, textOf } from "../field.ts";
import { done, ended, type ReplyReader } from "../reply-stream.ts";
import { openAiUsage } from "./chat-usage.ts";
import { RESPONSES_OPAQUE } from "./responses-body.ts";
import { StopText } from "../stop-text.ts";

export interface ResponsesReading {
  readonly provider: string;
  readonly model: string;
  readonly stop: readonly string[];
  readonly ownName: (name: string) => string;
}

/** An output item as far as it has arrived. */
interface StartedItem {
  readonly index: unknown;
  item: JsonObject;
  /** The arguments of a call so far. */
  json: string;
  /** True if the item is final. */
  isWhole: boolean;
  /** Its index among the calls; null if it was not announced as one. */
  readonly call: number | null;
}

/** Reads one reply. */
export class ResponsesReply implements ReplyReader {
  readonly #reading: ResponsesReading;
  readonly #stop: StopText;
  /** The text of the deltas, and what of it was passed on. */
  #said = "";
  #streamed = "";
  #refused = "";
  readonly #items: StartedItem[] = [];
  #calls = 0;
  /** The response in the last event. */
  #response: JsonObject | null = null;
  /** True if the last event said that the response is incomplete. */
  #isCut = false;

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
        this.#said += delta;
        yield* this.#pass(this.#stop.take(delta));
        break;
      case "response.output_text.done":
        yield* this.#missedText(textOf(piece["text"]));
        break;
      case "response.refusal.delta":
        this.#refused += delta;
        yield { type: "progress" };
        break;
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        yield { type: "reasoning", text: delta };
        break;
      case "response.output_item.added":
        yield* this.#begin(piece);
        break;
      case "response.function_call_arguments.delta":
        yield* this.#join(piece, argumentsIn(piece["delta"]));
        break;
      case "response.function_call_arguments.done": {
        const item = this.#itemOf(piece);
        if (item !== undefined) {
          item.json = argumentsIn(piece["arguments"]) || item.json;
        }
        yield { type: "progress" };
        break;
      }
      case "response.output_item.done":
        this.#complete(piece);
        yield { type: "progress" };
        break;
      case "response.completed":
        yield* this.#finish(piece["response"]);
        break;
      case "response.incomplete":
        this.#isCut = true;
        yield* this.#finish(piece["response"]);
        break;
      case "response.failed":
        yield* this.#finish(piece["response"]);
        throw ended("server_error", "The response ended as failed");
      case "error":
        throw new ReportedError(isJsonObject(piece["error"]) ? piece["error"] : piece);
      default:
        if (piece["object"] === "response" || Array.isArray(piece["output"])) {
          yield* this.#finish(piece);
          this.#checkEnded(piece);
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

  /** Passes on a text of which no delta came. Some servers send only the whole text. */
  *#missedText(text: string): Generator<LlmEvent> {
    if (this.#said === "") {
      this.#said = text;
      yield* this.#pass(this.#stop.take(text));
    }
  }

  *#begin(piece: JsonObject): Generator<LlmEvent> {
    const { item, output_index } = piece;
    if (!isJsonObject(item)) {
      yield { type: "progress" };
      return;
    }
    const call = isCall(item) ? this.#calls : null;
    this.#calls += call === null ? 0 : 1;
    this.#items.push({ index: output_index, item, json: "", isWhole: false, call });
    yield call === null
      ? { type: "progress" }
      : { type: "tool_call", index: call, name: this.#reading.ownName(textOf(item["name"])) };
  }

  *#join(piece: JsonObject, delta: string): Generator<LlmEvent> {
    const item = this.#itemOf(piece);
    if (item === undefined) {
      yield { type: "progress" };
      return;
    }
    item.json += delta;
    yield item.call === null
      ? { type: "progress" }
      : { type: "tool_call", index: item.call, arguments_text: delta };
  }

  /**
   * Returns the item that an event belongs to: by its index, its id, or as the last one. Some
   * servers give an item another id in each event.
   */
  #itemOf({ output_index, item_id, item }: JsonObject): StartedItem | undefined {
    const id = item_id ?? (isJsonObject(item) ? item["id"] : undefined);
    const byIndex =
      output_index === undefined
        ? undefined
        : this.#items.find(({ index }) => index === output_index);
    const byId =
      id === undefined ? undefined : this.#items.find(({ item: { id: own } }) => own === id);
    return byIndex ?? byId ?? (output_index === undefined ? this.#items.at(-1) : undefined);
  }

  /** Replaces an item by its final form. */
  #complete(piece: JsonObject): void {
    const { item, output_index } = piece;
    if (!isJsonObject(item)) {
      return;
    }
    const started = this.#itemOf(piece);
    if (started === undefined || started.isWhole || started.item["type"] !== item["type"]) {
      this.#items.push({ index: output_index, item, json: "", isWhole: true, call: null });
      return;
    }
    started.item = item;
    started.isWhole = true;
  }

  *#finish(response: unknown): Generator<LlmEvent> {
    const whole = isJsonObject(response) ? response : {};
    if (isJsonObject(whole["usage"])) {
      // Only chat completions state a cost in a known unit.
      const { cost_micro_usd: _cost, ...usage } = openAiUsage(whole["usage"]);
      yield { type: "usage", usage };
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

  /** @throws ReportedError for a response that its server is still working on */
  #checkEnded({ status }: JsonObject): void {
    if (status === "in_progress" || status === "queued") {
      throw ended("cut_stream", `The response has the status ${status}`);
    }
  }

  #reply(): Reply {
    const response = this.#response ?? {};
    const output = objectsIn(response["output"]);
    const streamed = this.#items.map(({ item }) => item);
    // Some servers leave items out of the last event.
    const items = output.length >= streamed.length ? output : streamed;
    const refusal = items.flatMap(refusals).join("") || this.#refused;
    if (refusal !== "") {
      throw ended("refused", `The model refused: ${refusal}`);
    }
    const inItems = items.flatMap(texts).join("") || textOf(response["output_text"]);
    const whole = inItems.length < this.#said.length ? this.#said : inItems;
    const limit = new StopText(this.#reading.stop);
    const text = limit.take(whole) + limit.end();
    const streamedCalls = this.#items.filter(({ item }) => isCall(item));
    const called = items.filter(isCall);
    const tool_calls = called.map((item, at) => this.#call(item, streamedCalls[at]));
    const isCut =
      this.#isCut ||
      response["status"] === "incomplete" ||
      called.some(({ status }) => status === "incomplete");
    const opaque = text === inItems ? this.#opaque(items) : null;
    return {
      text,
      reasoning: items.flatMap(thoughts).join("\n\n"),
      tool_calls,
      finish_reason: isCut ? "length" : tool_calls.length > 0 ? "tool_calls" : "stop",
      ...(opaque !== null && { opaque }),
    };
  }

  /** @param streamed the same call as it was streamed, for fields that its final form lacks */
  #call(item: JsonObject, streamed: StartedItem | undefined): Reply["tool_calls"][number] {
    const given = argumentsIn(item["arguments"] ?? item["input"]);
    const call_id = idIn(item["call_id"]);
    return {
      name: this.#reading.ownName(textOf(item["name"])),
      arguments_text: given === "" ? (streamed?.json ?? "") : given,
      ...(call_id !== "" && { provider_id: call_id }),
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
  return typeof content === "string" ? [{ type: "text", text: content }] : objectsIn(content);
}

function texts(item: JsonObject): string[] {
  return contentOf(item).flatMap(({ type, text }) =>
    (type === "output_text" || type === "text") && typeof text === "string" ? [text] : [],
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
