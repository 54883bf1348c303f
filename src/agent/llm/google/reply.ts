/** Assembles a reply of Gemini's `generateContent` from streamed responses. */
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import type { Opaque, Reply } from "../../../run/value/message.ts";
import type { LlmEvent, TokenUsage } from "../client.ts";
import { count, idIn, isCutByLength, objectsIn, reasonIn, saysError, textOf } from "../field.ts";
import { ReportedError } from "../provider-failure.ts";
import { done, ended, type ReplyReader } from "../reply-stream.ts";
import { StopText } from "../stop-text.ts";
import { unfenced } from "../strict-schema.ts";

export interface GoogleReading {
  readonly provider: string;
  readonly model: string;
  readonly prompted: boolean;
  readonly stop: readonly string[];
  readonly ownName: (name: string) => string;
}

/** Finish reasons of the content filter. */
const FILTERED = new Set(
  "SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII LANGUAGE IMAGE_SAFETY".split(" "),
);

/** Reads one reply. */
export class GoogleReply implements ReplyReader {
  readonly #reading: GoogleReading;
  readonly #stop: StopText;
  #text = "";
  #reasoning = "";
  readonly #calls: { name: string; arguments_text: string; provider_id?: string }[] = [];
  /** The parts to send back: a text as its length, a call as a marker. */
  readonly #parts: Record<string, JsonValue>[] = [];
  #finish: string | null = null;
  #blocked: string | null = null;

  constructor(reading: GoogleReading) {
    this.#reading = reading;
    this.#stop = new StopText(reading.stop);
  }

  get complete(): boolean {
    return this.#finish !== null || this.#blocked !== null;
  }

  /** Usage may follow the finish reason. */
  get over(): boolean {
    return false;
  }

  /** The protocol has no sentinel: the last piece has the finish reason. */
  sentinel(): void {}

  /** @param piece a response of the API, which holds a part of the reply */
  *take(piece: JsonObject): Generator<LlmEvent> {
    const { candidates, promptFeedback, usageMetadata } = piece;
    if (isJsonObject(usageMetadata)) {
      yield { type: "usage", usage: toUsage(usageMetadata) };
    }
    if (saysError(piece)) {
      throw new ReportedError(piece);
    }
    const feedback = isJsonObject(promptFeedback) ? promptFeedback : {};
    this.#blocked = reasonIn(feedback["blockReason"]) ?? this.#blocked;
    const [candidate = {}] = objectsIn(candidates);
    const content = isJsonObject(candidate["content"]) ? candidate["content"] : {};
    const parts = objectsIn(content["parts"]);
    for (const part of parts) {
      yield* this.#takePart(part);
    }
    this.#finish = reasonIn(candidate["finishReason"])?.toUpperCase() ?? this.#finish;
    if (parts.length === 0) {
      yield { type: "progress" };
    }
  }

  *end(): Generator<LlmEvent> {
    yield* this.#pass(this.#stop.end());
    if (this.#blocked !== null && this.#finish === null) {
      throw ended("content_filtered", `The prompt was blocked (${this.#blocked})`);
    }
    const finish = this.#finish ?? "";
    if (FILTERED.has(finish)) {
      throw ended("content_filtered", `The content filter stopped the reply (${finish})`);
    }
    // A received call is validated by its name and schema, so the finish reason is ignored.
    const isEnd = finish === "STOP" || isCutByLength(finish) || this.#calls.length > 0;
    if (!isEnd) {
      throw ended("server_error", `The reply ended with ${finish}`);
    }
    yield done(this.#reply());
  }

  *#takePart(part: JsonObject): Generator<LlmEvent> {
    const { functionCall, text, thoughtSignature: signed } = part;
    const thoughtSignature = typeof signed === "string" ? signed : undefined;
    if (isJsonObject(functionCall)) {
      if (typeof text === "string" && text !== "") {
        yield* this.#takePart({ text });
      }
      const id = idIn(functionCall["id"]);
      const call = {
        name: this.#reading.ownName(textOf(functionCall["name"])),
        arguments_text: JSON.stringify(functionCall["args"] ?? {}),
        ...(id !== "" && { provider_id: id }),
      };
      this.#calls.push(call);
      this.#parts.push({ call: true, ...(thoughtSignature !== undefined && { thoughtSignature }) });
      const { name, arguments_text } = call;
      yield { type: "tool_call", index: this.#calls.length - 1, name, arguments_text };
    } else if (typeof text === "string" && part["thought"] === true) {
      this.#reasoning += text;
      if (thoughtSignature !== undefined) {
        this.#parts.push({ ...part });
      }
      yield { type: "reasoning", text };
    } else if (typeof text === "string") {
      const passed = this.#stop.take(text);
      this.#keepText(text.length, thoughtSignature);
      yield* this.#pass(passed);
    } else {
      // Output of the provider's own tools is sent back unchanged.
      this.#parts.push({ ...part });
      yield { type: "progress" };
    }
  }

  /**
   * The text of one part arrives in many pieces, which are joined. A piece with a signature stays a
   * separate part.
   */
  #keepText(length: number, thoughtSignature: string | undefined): void {
    const last = this.#parts.at(-1);
    const before = last?.["text"];
    if (thoughtSignature !== undefined) {
      this.#parts.push({ text: length, thoughtSignature });
    } else if (last !== undefined && typeof before === "number" && !("thoughtSignature" in last)) {
      last["text"] = before + length;
    } else if (length > 0) {
      this.#parts.push({ text: length });
    }
  }

  *#pass(text: string): Generator<LlmEvent> {
    if (text !== "") {
      this.#text += text;
      yield { type: "text", text };
    }
  }

  #reply(): Reply {
    const text = this.#reading.prompted ? unfenced(this.#text) : this.#text;
    const opaque = this.#opaque(text);
    return {
      text,
      reasoning: this.#reasoning,
      tool_calls: this.#calls,
      finish_reason: isCutByLength(this.#finish)
        ? "length"
        : this.#calls.length > 0
          ? "tool_calls"
          : "stop",
      ...(opaque !== null && { opaque }),
    };
  }

  /** Returns null if the turn alone is sufficient: one text, then calls, no signature. */
  #opaque(text: string): Opaque | null {
    const parts = this.#parts;
    const length = parts.reduce((sum, part) => sum + Number(part["text"] ?? 0), 0);
    const ordinary = parts.every(
      (part, at) =>
        !("thoughtSignature" in part) &&
        ("call" in part || (typeof part["text"] === "number" && at === 0)),
    );
    const { provider, model } = this.#reading;
    return ordinary || length !== text.length ? null : { provider, data: { model, parts } };
  }
}

function toUsage(usage: JsonObject): TokenUsage {
  const input = count(usage["promptTokenCount"]) + count(usage["toolUsePromptTokenCount"]);
  const thoughts = count(usage["thoughtsTokenCount"]);
  // Google counts thoughts separately and bills them as output. Some counts lack them, not the total.
  const output = count(usage["candidatesTokenCount"]) + thoughts;
  return {
    input_tokens: input,
    cached_input_tokens: count(usage["cachedContentTokenCount"]),
    output_tokens: Math.max(output, count(usage["totalTokenCount"]) - input),
    reasoning_tokens: thoughts,
  };
}
