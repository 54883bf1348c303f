/**
 * Whole numbers in JSON text that JavaScript cannot represent exactly, beyond 2^53. Parsed, they
 * would become other numbers: another record's id, for example.
 */

import type { JsonObject, JsonValue } from "./json.ts";
import { pointerTo, type JsonPointer } from "./json-pointer.ts";

/** A text or a number of valid JSON. Texts are matched so that digits in them are not. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Shorter numbers are exact. */
const LONG = /\d[\d.]{15}/;

/** Returns JSON text in which each whole number that would be rounded is a text of its digits. */
export function withTextDigits(json: string): string {
  return LONG.test(json)
    ? json.replaceAll(TOKEN, (token) => (isRounded(token) ? `"${token}"` : token))
    : json;
}

declare global {
  interface JSON {
    /** Returns an object that `JSON.stringify` writes as this text. */
    rawJSON(text: string): JsonObject;
    isRawJSON(value: unknown): boolean;
  }
}

/**
 * Parses JSON text. Each whole number that would be rounded becomes an object that `JSON.stringify`
 * writes as its digits: a value that is written as JSON again is exact. @throws SyntaxError
 */
export function parseExact(json: string): unknown {
  return roundedNumber(json) === null ? JSON.parse(json) : JSON.parse(json, exactValue);
}

function exactValue(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const digits = context?.source ?? "";
  return typeof value === "number" && isRounded(digits) ? JSON.rawJSON(digits) : value;
}

/** Returns the first whole number in JSON text that would be rounded, or null. */
export function roundedNumber(json: string): string | null {
  return LONG.test(json) ? (json.match(TOKEN)?.find(isRounded) ?? null) : null;
}

/** Returns the place of a whole number in JSON text that would be rounded; null if there is none. */
export function roundedPlace(json: string): JsonPointer | null {
  if (roundedNumber(json) === null) {
    return null;
  }
  const left: { at: JsonPointer; read: unknown; exact: unknown }[] = [
    { at: "", read: JSON.parse(json), exact: JSON.parse(withTextDigits(json)) },
  ];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { at, read, exact } = next;
    if (typeof read !== typeof exact) {
      return at;
    }
    const exacts = new Map(Object.entries(exact ?? {}));
    for (const [name, value] of typeof read === "object" ? Object.entries(read ?? {}) : []) {
      left.push({ at: pointerTo([name], at), read: value, exact: exacts.get(name) });
    }
  }
  // A later member with the same name replaced it.
  return null;
}

/** Returns why a client's request with such a number is refused, after its place. */
export const WOULD_BE_ROUNDED = "is a whole number that would be rounded: send it as a text";

/**
 * Returns the place of a number that may have been rounded before it arrived: a whole one from 2^53
 * on. For protocols whose numbers are doubles, where the digits are lost. Null if there is none.
 * @param value JSON whose depth is bounded
 */
export function unsafePlace(value: JsonValue, at: JsonPointer = ""): JsonPointer | null {
  if (typeof value === "number") {
    const isPlain = Number.isInteger(value) && Math.abs(value) < PLAIN_DIGITS;
    return isPlain && !Number.isSafeInteger(value) ? at : null;
  }
  if (typeof value === "object" && value !== null) {
    for (const [name, child] of Object.entries<JsonValue>(value)) {
      const place = unsafePlace(child, pointerTo([name], at));
      if (place !== null) {
        return place;
      }
    }
  }
  return null;
}

/** Larger numbers are written with an exponent, so they are not ids. */
const PLAIN_DIGITS = 1e21;

/** Returns whether a number is whole and would be rounded. A text never is. */
function isRounded(token: string): boolean {
  if (!LONG.test(token) || token.startsWith('"')) {
    return false;
  }
  const written = decimal(token);
  const parsed = Number(token);
  return (
    written.exponent >= 0 && Number.isFinite(parsed) && !isEqual(written, decimal(`${parsed}`))
  );
}

interface Decimal {
  /** Without zeros at either end. */
  readonly digits: string;
  /** The number is `digits` times ten to this power. */
  readonly exponent: number;
}

function decimal(number: string): Decimal {
  const [mantissa = "", power = "0"] = number
    .replace("-", "")
    .toLowerCase()
    .split(/e(?=[+-]?\d)/);
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = `${whole}${fraction}`.replace(/^0+/, "");
  const digits = withoutZeros(all);
  return {
    digits,
    exponent: Number(power) - fraction.length + all.length - digits.length,
  };
}

function withoutZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") {
    end -= 1;
  }
  return digits.slice(0, end);
}

function isEqual(a: Decimal, b: Decimal): boolean {
  return a.digits === b.digits && a.exponent === b.exponent;
}
