/**
 * Whole numbers in JSON text that JavaScript cannot represent exactly, beyond 2^53. Parsed, they
 * would become other numbers: another record's id, for example.
 */

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
