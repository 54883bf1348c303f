/** Prepares tool outputs for events: plain JSON, validated, and shortened if too long. */
import { cutPoint } from "../../run/value/cut.ts";
import type { NewEvent } from "../../run/log/event.ts";
import { clipMessage, TOOL_FAILURES, type ToolFailureCode } from "../../run/value/failure.ts";
import { jsonDefect, wellFormed, type JsonValue } from "../../run/value/json.ts";
import { fitImages, type Picture } from "../../run/value/picture.ts";
import type { Untrusted } from "../../run/value/trust.ts";
import { FromUntrusted, WithImages, type RunTool } from "./tool.ts";

/**
 * Maximum size of an output in an event, in bytes of JSON: each later model call pays for it. An
 * event holds the start of a longer output, and the whole is stored next to the log.
 */
export const MAX_OUTPUT_BYTES = 64 * 1024;

/**
 * Maximum size of a stored output, in characters of JSON: a larger one would fill the memory that
 * runs share.
 */
const MAX_KEPT_CHARS = 16_000_000;

/** The result of a call, before it becomes an event. */
export type Outcome =
  | {
      readonly ok: true;
      readonly output: JsonValue;
      readonly images: readonly Picture[];
      readonly untrusted?: Untrusted;
    }
  | {
      readonly ok: false;
      readonly code: StopCode;
      readonly message: string;
      readonly untrusted?: Untrusted;
    };

/**
 * `outcome_unknown`: the tool was stopped while it might have acted. `suspended`: the call waits
 * for a person.
 */
export type StopCode = ToolFailureCode | "outcome_unknown" | "suspended";

/** Returns the output as plain JSON data. It is a copy, so the tool cannot change it later. */
export function checkOutput(tool: RunTool, returned: unknown): Outcome {
  if (returned instanceof FromUntrusted) {
    return { ...checkOutput(tool, returned.output), untrusted: returned.untrusted };
  }
  const { output, images } =
    returned instanceof WithImages ? returned : { output: returned, images: [] };
  const plain = toJson(output);
  const checked = plain.ok ? tool.checkOutput(plain.value) : plain;
  if (!checked.ok) {
    return plain.ok || plain.code === undefined
      ? invalid(checked.reason)
      : { ok: false, code: plain.code, message: checked.reason };
  }
  const { kept, leftOut } = fitImages(images);
  const [unfit] = leftOut;
  return unfit === undefined
    ? { ok: true, output: checked.value, images: kept }
    : invalid(`of picture ${unfit.index + 1}, ${unfit.reason}`);
}

function invalid(reason: string): Outcome {
  return {
    ok: false,
    code: "invalid_output",
    message: `The tool's output is invalid: ${reason}`,
  };
}

type Plain =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly reason: string; readonly code?: ToolFailureCode };

function toJson(output: unknown): Plain {
  try {
    const text: string | undefined = JSON.stringify(output, refuseNonJson);
    if (text === undefined) {
      return { ok: false, reason: "it is undefined" };
    }
    if (text.length > MAX_KEPT_CHARS) {
      const code = "output_too_large";
      return { ok: false, reason: TOOL_FAILURES[code].message, code };
    }
    const value: unknown = JSON.parse(text);
    const defect = jsonDefect(value);
    return defect === null
      ? { ok: true, value: wellFormed(value as JsonValue) }
      : { ok: false, reason: defect };
  } catch (thrown) {
    return { ok: false, reason: messageOf(thrown) };
  }
}

/**
 * Rejects values that `JSON.stringify` would silently drop or change. An absent member is no loss.
 */
function refuseNonJson(_key: string, value: unknown): unknown {
  if (typeof value === "function" || typeof value === "symbol") {
    throw new TypeError(`it holds a ${typeof value}`);
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TypeError(`it holds the number ${value}`);
  }
  return value;
}

/**
 * Returns an output that fits in an event, and the rest if it is longer. A string is truncated; any
 * other value is replaced by the start of its JSON.
 */
export function shorten(output: JsonValue): {
  readonly output: JsonValue;
  readonly rest: Rest | null;
} {
  const text = JSON.stringify(output);
  const bytes = sizeOf(text);
  if (bytes <= MAX_OUTPUT_BYTES) {
    return { output, rest: null };
  }
  if (typeof output === "string") {
    const head = cutToFit(output, (part) => part);
    return { output: head, rest: { whole: output.toWellFormed(), from: head.length } };
  }
  const wrap = (preview: string) => ({ preview, bytes });
  const preview = cutToFit(text, wrap);
  return { output: wrap(preview), rest: { whole: text, from: preview.length } };
}

/** The complete text of an output, and the offset at which it continues after the shown part. */
interface Rest {
  readonly whole: string;
  readonly from: number;
}

/** Returns the longest prefix of a text that fits after `wrap`. Never splits a surrogate pair. */
function cutToFit(text: string, wrap: (head: string) => JsonValue): string {
  let fits = 0;
  let tooLong = Math.min(text.length, MAX_OUTPUT_BYTES) + 1;
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (sizeOf(JSON.stringify(wrap(text.slice(0, middle)))) <= MAX_OUTPUT_BYTES) {
      fits = middle;
    } else {
      tooLong = middle;
    }
  }
  return text.slice(0, cutPoint(text, fits));
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/** Converts a thrown value to a message. Never throws itself. */
export function messageOf(thrown: unknown): string {
  try {
    const text =
      thrown instanceof Error ? thrown.message : typeof thrown === "string" ? thrown : "";
    return text.trim() === "" ? TOOL_FAILURES.tool_error.message : text;
  } catch {
    return TOOL_FAILURES.tool_error.message;
  }
}

/** Returns the event of a failed call. Shortens the message to what an event can hold. */
export function toolFailed(
  call_id: string,
  code: ToolFailureCode,
  message: string,
  duration_ms: number,
): Extract<NewEvent, { type: "tool.failed" }> {
  return {
    type: "tool.failed",
    data: { call_id, code, message: clipMessage(message), duration_ms },
  };
}
