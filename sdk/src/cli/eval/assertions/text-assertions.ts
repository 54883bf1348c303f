/** Assertions on the text of an answer, its cost and its latency. */
import { isDeepStrictEqual } from "node:util";
import { createContext, runInContext } from "node:vm";
import { verdict, type Answer, type Assertion, type AssertionType } from "./assertion.ts";
import { jsonIn, jsonValues } from "./json-in-text.ts";
import { schemaFault } from "./json-schema.ts";
import { levenshtein, rouge1, wordCount } from "./text-metrics.ts";

/** Longest time that a pattern may take, since a pattern can backtrack without end. */
const REGEX_MS = 1000;
const DISTANCE = 5;
const ROUGE = 0.75;
const SHOWN_CHARS = 120;

const needsText = ({ value }: Assertion): string | null =>
  (typeof value === "string" && value !== "") || typeof value === "number"
    ? null
    : "needs a text as its value";
const needsList = ({ value }: Assertion): string | null =>
  listOf(value).length > 0 ? null : "needs a list of texts as its value";
const needsThreshold = ({ threshold }: Assertion): string | null =>
  threshold === undefined ? "needs a threshold" : null;
const needsNothing = (): null => null;

/** A check of yes or no: what the answer should do, and whether it does. */
function holding(
  fault: AssertionType["fault"],
  what: (assertion: Assertion) => string,
  holds: (assertion: Assertion, answer: Answer) => boolean,
): AssertionType {
  return {
    fault,
    check: (assertion, answer) => {
      const not = assertion.inverse ? "not " : "";
      const reason = `expected ${shown(answer.text)} ${not}to ${what(assertion)}`;
      return verdict(assertion, holds(assertion, answer), reason);
    },
  };
}

const lower = (text: string): string => text.toLowerCase();
const same = (text: string): string => text;

function containing(fold: (text: string) => string): AssertionType {
  return holding(
    needsText,
    ({ value }) => `contain ${shown(value)}`,
    ({ value }, { text }) => fold(text).includes(fold(String(value))),
  );
}

function containingSome(fold: (text: string) => string, kind: "all" | "any"): AssertionType {
  return holding(
    needsList,
    ({ value }) => `contain ${kind} of ${shown(listOf(value))}`,
    ({ value }, { text }) => {
      const has = (one: string) => fold(text).includes(fold(one));
      return kind === "all" ? listOf(value).every(has) : listOf(value).some(has);
    },
  );
}

function atMost(unit: string, measure: (answer: Answer) => number): AssertionType {
  return {
    fault: needsThreshold,
    check: (assertion, answer) => {
      const { threshold = 0 } = assertion;
      const measured = measure(answer);
      const reason = `the ${unit} is ${measured}, and the threshold ${threshold}`;
      return verdict(assertion, measured <= threshold, reason);
    },
  };
}

/** Assertions by type. */
export const TEXT_ASSERTIONS: Readonly<Record<string, AssertionType>> = {
  equals: holding(
    ({ value }) => (value === undefined ? "needs a value" : null),
    ({ value }) => `equal ${shown(value)}`,
    ({ value }, { text }) =>
      typeof value === "object"
        ? jsonIn(text).some((found) => isDeepStrictEqual(found, value))
        : texted(value) === text,
  ),
  contains: containing(same),
  icontains: containing(lower),
  "contains-all": containingSome(same, "all"),
  "contains-any": containingSome(same, "any"),
  "icontains-all": containingSome(lower, "all"),
  "icontains-any": containingSome(lower, "any"),
  "starts-with": holding(
    needsText,
    ({ value }) => `start with ${shown(value)}`,
    ({ value }, { text }) => text.startsWith(String(value)),
  ),
  regex: holding(
    (assertion) => needsText(assertion) ?? patternFault(String(assertion.value)),
    ({ value }) => `match /${texted(value)}/`,
    ({ value }, { text }) => matches(String(value), text),
  ),
  "is-json": jsonAssertion("be JSON", jsonIn),
  "contains-json": jsonAssertion("contain JSON", jsonValues),
  "word-count": holding(
    ({ value }) => (countRange(value) === null ? "needs a number, or min and max" : null),
    ({ value }) => `have ${shown(value)} words`,
    ({ value }, { text }) => {
      const { min = 0, max = Infinity } = countRange(value) ?? {};
      const words = wordCount(text);
      return words >= min && words <= max;
    },
  ),
  levenshtein: {
    fault: needsText,
    check: (assertion, { text }) => {
      const { value, threshold = DISTANCE } = assertion;
      const distance = levenshtein(text, String(value));
      const reason = `the distance to ${shown(value)} is ${distance}, and the threshold ${threshold}`;
      return verdict(assertion, distance <= threshold, reason);
    },
  },
  "rouge-n": {
    fault: needsText,
    check: ({ inverse, value, threshold = ROUGE }, { text }) => {
      const score = rouge1(text, String(value));
      const reason = `ROUGE is ${score.toFixed(2)}, and the threshold ${threshold}`;
      return { pass: score >= threshold !== inverse, score: inverse ? 1 - score : score, reason };
    },
  },
  cost: atMost("cost in dollars", ({ cost }) => cost),
  latency: atMost("latency in milliseconds", ({ latencyMs }) => latencyMs),
};

function jsonAssertion(
  what: string,
  valuesIn: (text: string) => readonly unknown[],
): AssertionType {
  return {
    fault: ({ value }) =>
      value === undefined || typeof value === "boolean" || isObject(value)
        ? needsNothing()
        : "needs a JSON Schema as its value, or none",
    check: (assertion, { text }) => {
      const { value: schema, inverse } = assertion;
      const values = valuesIn(text);
      const faults = values.map((one) =>
        typeof schema === "boolean" || isObject(schema) ? schemaFault(schema, one) : null,
      );
      const first = faults.find((fault) => fault !== null) ?? null;
      const why = first === null ? "" : ` that matches the schema (${first})`;
      const reason = `expected ${shown(text)} ${inverse ? "not " : ""}to ${what}${why}`;
      return verdict(assertion, faults.includes(null), reason);
    },
  };
}

function patternFault(pattern: string): string | null {
  try {
    void new RegExp(pattern);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Runs a pattern with a time limit. @throws Error if it takes longer */
function matches(pattern: string, text: string): boolean {
  const context = createContext({ pattern, text });
  try {
    return runInContext("new RegExp(pattern).test(text)", context, { timeout: REGEX_MS }) === true;
  } catch {
    throw new Error(`the pattern /${pattern}/ takes longer than ${REGEX_MS} ms`);
  }
}

/** A list of texts; a text is split at commas. */
function listOf(value: unknown): readonly string[] {
  const items = typeof value === "string" ? value.split(",").map((one) => one.trim()) : value;
  return Array.isArray(items) ? items.map(String).filter((one) => one !== "") : [];
}

function countRange(value: unknown): { readonly min?: number; readonly max?: number } | null {
  if (typeof value === "number") {
    return { min: value, max: value };
  }
  const { min, max } = isObject(value) ? value : {};
  const isKnown = [min, max].every((one) => one === undefined || typeof one === "number");
  return isKnown && (min !== undefined || max !== undefined)
    ? { min: Number(min ?? 0), max: Number(max ?? Infinity) }
    : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text, a number or a flag as text. */
function texted(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
