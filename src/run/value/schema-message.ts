/**
 * Plain sentences for values that do not match a schema. Importing this module makes them zod's
 * messages everywhere: each names the bound and what was sent, and follows the place of the fault.
 */
import { z } from "zod";
import { cut } from "./cut.ts";
import { pointerTo, type JsonPointer } from "./json-pointer.ts";

/** One fault of a value. */
export interface SchemaFault {
  readonly pointer: JsonPointer;
  /** Follows the pointer, such as "must have at most 5 characters, but has 7". */
  readonly detail: string;
}

/** Longest part of a sent value that a message repeats, in characters. */
const MAX_SHOWN = 60;

type RawIssue = z.core.$ZodRawIssue;

z.config({ localeError: messageOf });

/** Returns the faults of a failed parse. Each unknown field is a fault of its own. */
export function schemaFaults(error: Pick<z.core.$ZodError, "issues">): SchemaFault[] {
  return error.issues.flatMap((issue) => faultsOf(issue, []));
}

/** Returns all faults of a failed parse as text, for a reader without a list of faults. */
export function schemaReason(error: z.core.$ZodError): string {
  return schemaFaults(error).map(faultText).join("; ");
}

/** Returns the place and what is wrong there; a sentence follows a colon. The whole value has no place. */
export function faultText({
  pointer,
  detail,
}: Pick<SchemaFault, "detail"> & { readonly pointer: string }): string {
  const isSentence = /^\p{Lu}/u.test(detail);
  return pointer === "" ? detail : `${pointer}${isSentence ? ":" : ""} ${detail}`;
}

/** Returns "must be …" for a value of another type. @param sent name of its type, or the value */
export function typeMessage(expected: readonly string[], sent: string): string {
  return `must be ${listed(expected.map(typeName), "or")}, but is ${typeName(sent)}`;
}

/** Returns "must be …" for a value that is none of a fixed set. */
function choiceMessage(choices: readonly unknown[], sent: unknown): string {
  const shown = choices.map(valueText);
  const wanted = shown.length === 1 ? `${shown[0]}` : `one of ${shown.join(", ")}`;
  if (sent === undefined) {
    return `is required: ${wanted}`;
  }
  return `must be ${wanted}, but is ${typeof sent === "string" ? valueText(sent) : sentText(sent)}`;
}

/** A bound of a length or of a number. */
export interface Bound {
  readonly end: "at least" | "at most" | "more than" | "less than" | "exactly";
  readonly limit: number | bigint;
}

/** Returns "must have …" for a length outside of its bound. @param unit singular, such as `item` */
export function lengthMessage({ end, limit }: Bound, unit: string, sent: number | null): string {
  const noun = Number(limit) === 1 ? unit : pluralOf(unit);
  const but = sent === null ? "" : `, but has ${sent.toLocaleString("en-US")}`;
  return `must have ${end} ${limit.toLocaleString("en-US")} ${noun}${but}`;
}

/** Returns "must be …" for a number outside of its bound. */
export function numberMessage({ end, limit }: Bound, sent: unknown): string {
  return `must be ${end} ${limit}${isNumeric(sent) ? `, but is ${sent}` : ""}`;
}

function faultsOf(issue: z.core.$ZodIssue, before: readonly PropertyKey[]): SchemaFault[] {
  const path = [...before, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...path, key]),
      detail: "is not a known field",
    }));
  }
  const inner = issue.code === "invalid_union" ? onlyForm(issue.errors) : null;
  return inner === null
    ? [{ pointer: pointerTo(path), detail: issue.message }]
    : inner.flatMap((one) => faultsOf(one, path));
}

/** Returns the faults of the only form of a union that takes values of the sent type, or null. */
function onlyForm(forms: readonly (readonly z.core.$ZodIssue[])[]) {
  const near = forms.filter((issues) => !issues.some(isOfAnotherKind));
  const [form] = near;
  return near.length === 1 && form !== undefined ? form : null;
}

function isOfAnotherKind({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function messageOf(issue: RawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "is required"
        : typeMessage([issue.expected], sentText(issue.input));
    case "invalid_value":
      return choiceMessage(issue.values, issue.input);
    case "too_big":
      return sizeMessage(issue, issue.maximum, issue.inclusive === false ? "less than" : "at most");
    case "too_small":
      return sizeMessage(
        issue,
        issue.minimum,
        issue.inclusive === false ? "more than" : "at least",
      );
    case "invalid_format":
      return formatMessage(issue.format);
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}${isNumeric(issue.input) ? `, but is ${issue.input}` : ""}`;
    case "unrecognized_keys":
      return `must not have the ${issue.keys.length === 1 ? "field" : "fields"} ${listed(issue.keys.map(valueText), "and")}`;
    case "invalid_key":
      return "has a name that is not allowed";
    case "invalid_union":
      return unionMessage(issue);
    default:
      return "is invalid";
  }
}

function sizeMessage(
  issue: Extract<RawIssue, { code: "too_big" | "too_small" }>,
  limit: number | bigint,
  end: Bound["end"],
): string {
  const { origin, input } = issue;
  const bound: Bound = { end: issue.exact === true ? "exactly" : end, limit };
  const unit = UNITS[origin];
  if (unit === undefined) {
    return numberMessage(bound, input);
  }
  return issue.code === "too_small" && Number(limit) === 1 && origin === "string"
    ? "must not be empty"
    : lengthMessage(bound, unit, lengthOf(input));
}

/** What a length counts, by zod's name of the type. */
const UNITS: Readonly<Record<string, string>> = {
  string: "character",
  array: "item",
  set: "item",
  map: "entry",
  object: "entry",
  file: "byte",
};

function formatMessage(format: string): string {
  const name = FORMATS[format];
  return name === undefined ? "has the wrong form" : `must be ${name}`;
}

const FORMATS: Readonly<Record<string, string>> = {
  base64: "text in base64",
  base64url: "text in base64url",
  date: "a date, such as 2026-01-31",
  datetime: "an RFC 3339 time",
  email: "an email address",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  time: "a time of day",
  url: "a URL",
  uuid: "a UUID",
};

function unionMessage({ errors, input }: Extract<RawIssue, { code: "invalid_union" }>): string {
  const expected = errors.flatMap((issues) => {
    const [first] = issues;
    return first?.code === "invalid_type" && first.path.length === 0 ? [first.expected] : [];
  });
  if (input === undefined) {
    return "is required";
  }
  return expected.length > 0 && expected.length === errors.length
    ? typeMessage([...new Set(expected)], sentText(input))
    : "has none of the allowed forms";
}

/** Names of types as people read them. Others stand for themselves. */
const TYPES: Readonly<Record<string, string>> = {
  array: "an array",
  boolean: "a boolean",
  int: "a whole number",
  integer: "a whole number",
  nan: "not a number",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a string",
};

function typeName(type: string): string {
  return TYPES[type] ?? type;
}

/** What was sent, in a few words: texts may be long or secret, so only their type is shown. */
function sentText(value: unknown): string {
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint"
    ? String(value)
    : typeName(z.core.util.parsedType(value));
}

function lengthOf(input: unknown): number | null {
  if (typeof input === "string" || Array.isArray(input)) {
    return input.length;
  }
  return typeof input === "object" && input !== null ? Object.keys(input).length : null;
}

function pluralOf(unit: string): string {
  return unit.endsWith("y") ? `${unit.slice(0, -1)}ies` : `${unit}s`;
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** A value as JSON; a long text is cut. */
function valueText(value: unknown): string {
  return JSON.stringify(typeof value === "string" ? cut(value, MAX_SHOWN) : value) ?? "undefined";
}

function listed(words: readonly string[], conjunction: "and" | "or"): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}
