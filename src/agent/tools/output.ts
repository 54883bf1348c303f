/** What a tool gave back, as an event can hold it: plain JSON, checked, and shortened where it is long. */
import type { NewEvent } from "../../run/log/event.ts";
import { clipMessage, TOOL_FAILURES, type ToolFailureCode } from "../../run/value/failure.ts";
import { jsonDefect, type JsonValue } from "../../run/value/json.ts";
import { fitImages, type Picture } from "../../run/value/picture.ts";
import { WithImages, type RunTool } from "./tool.ts";

/**
 * The longest output in an event, in bytes of its JSON text: each later model call pays for it. Of a
 * longer one the event has the beginning, and the whole is kept next to the log.
 */
export const MAX_OUTPUT_BYTES = 64 * 1024;

/** Characters of JSON beyond which no output is kept: it would fill the memory that runs share. */
const MAX_KEPT_CHARS = 16_000_000;

/** The result of a call, before it is an event. */
export type Outcome =
  | { readonly ok: true; readonly output: JsonValue; readonly images: readonly Picture[] }
  | { readonly ok: false; readonly code: StopCode; readonly message: string };

/**
 * A tool that was stopped while it might act: its effect is unknown. A suspended one waits
 * for a person.
 */
export type StopCode = ToolFailureCode | "outcome_unknown" | "suspended";

/** The output as plain JSON data. What the tool still holds a reference to cannot change it later. */
export function checkOutput(tool: RunTool, returned: unknown): Outcome {
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
      ? { ok: true, value: value as JsonValue }
      : { ok: false, reason: defect };
  } catch (thrown) {
    return { ok: false, reason: messageOf(thrown) };
  }
}

/** `JSON.stringify` would drop or change these in silence; an absent member is no loss. */
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
 * An output that fits an event, and the rest of it if it is longer. A string is cut; of
 * anything else the first part of its JSON is shown.
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

/** The text of a whole output, and the offset at which it continues after the shown part. */
interface Rest {
  readonly whole: string;
  readonly from: number;
}

/** The longest beginning of a text that fits as `wrap` writes it. Never half a surrogate pair. */
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
  const last = text.charCodeAt(fits - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff && fits < text.length;
  return text.slice(0, splitsPair ? fits - 1 : fits);
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

/** The outcome of a call that failed. The message is shortened to what an event holds. */
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
