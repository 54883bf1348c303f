/** Assertions on the steps of a task: `trajectory:*` of promptfoo, over the spans of its trace. */
import { isDeepStrictEqual } from "node:util";
import { verdict, type Assertion, type AssertionType, type Verdict } from "./assertion.ts";
import type { Span } from "./trace.ts";

/** Which steps are meant: a glob pattern of names, and types. */
interface Matcher {
  readonly pattern: string;
  readonly types: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The types that spans of a task can have. */
const TYPES = ["tool", "span"];

/** Assertions by type. */
export const TRAJECTORY_ASSERTIONS: Readonly<Record<string, AssertionType>> = {
  "trajectory:tool-used": {
    needsTrace: true,
    fault: ({ value }) =>
      isTexts([value].flat()) || (isFields(value) && patternOf(value) !== null)
        ? boundsFault(value)
        : "needs the name of a tool, a list of names, or {pattern, min, max}",
    check: toolUsed,
  },
  "trajectory:tool-args-match": {
    needsTrace: true,
    fault: ({ value }) => argsFault(value),
    check: toolArgsMatch,
  },
  "trajectory:tool-sequence": {
    needsTrace: true,
    fault: ({ value }) => sequenceFault(value),
    check: toolSequence,
  },
  "trajectory:step-count": {
    needsTrace: true,
    fault: ({ value }) => {
      if (!isFields(value) || (value["min"] === undefined && value["max"] === undefined)) {
        return "needs {type, pattern, min, max} with min or max";
      }
      const other = [value["type"] ?? []].flat().find((type) => !TYPES.some((one) => one === type));
      return other === undefined
        ? boundsFault(value)
        : `counts steps of the types ${TYPES.join(" and ")}, and not ${JSON.stringify(other)}`;
    },
    check: (assertion, { spans }) => {
      const value = fieldsOf(assertion.value);
      const types = [value["type"] ?? []].flat().map(String);
      const matcher = { pattern: patternOf(value) ?? "*", types };
      const count = spans.filter((span) => isMatch(span, matcher)).length;
      return counted(assertion, "steps", count, value, 0);
    },
  },
};

function toolUsed(assertion: Assertion, { spans }: { readonly spans: readonly Span[] }): Verdict {
  const { value, inverse } = assertion;
  const tools = spans.filter(({ tool }) => tool !== null);
  if (isFields(value)) {
    const matcher = { pattern: patternOf(value) ?? "*", types: ["tool"] };
    const count = tools.filter((span) => isMatch(span, matcher)).length;
    return counted(assertion, `calls of ${matcher.pattern}`, count, value, 1);
  }
  const wanted = [value].flat().map(String);
  const used = wanted.filter((pattern) =>
    tools.some((span) => isMatch(span, { pattern, types: ["tool"] })),
  );
  // Of forbidden tools, each one is.
  const pass = inverse ? used.length === 0 : used.length === wanted.length;
  const list = wanted.join(", ");
  return {
    pass,
    score: pass ? 1 : 0,
    reason: `expected ${inverse ? "no call" : "calls"} of ${list}; the calls are ${namesOf(tools)}`,
  };
}

function counted(
  assertion: Assertion,
  what: string,
  count: number,
  { min: least, max: most }: Fields,
  defaultMin: number,
): Verdict {
  const min = typeof least === "number" ? least : defaultMin;
  const max = typeof most === "number" ? most : Infinity;
  const range = max === Infinity ? `at least ${min}` : `${min} to ${max}`;
  const not = assertion.inverse ? "not " : "";
  const reason = `expected ${not}${range} ${what}; there are ${count}`;
  return verdict(assertion, count >= min && count <= max, reason);
}

function toolSequence(
  assertion: Assertion,
  { spans }: { readonly spans: readonly Span[] },
): Verdict {
  const { value } = assertion;
  const { steps = [], mode } = isFields(value) ? value : { steps: value };
  const wanted = [steps].flat().map((step) => ({
    pattern: typeof step === "string" ? step : (patternOf(fieldsOf(step)) ?? "*"),
    types: ["tool"],
  }));
  const tools = spans.filter(({ tool }) => tool !== null);
  let next = 0;
  for (const span of tools) {
    const matcher = wanted[next];
    if (matcher !== undefined && isMatch(span, matcher)) {
      next += 1;
    } else if (mode === "exact") {
      break;
    }
  }
  const isAll = next === wanted.length && (mode !== "exact" || tools.length === wanted.length);
  const order = wanted.map(({ pattern }) => pattern).join(", ");
  const not = assertion.inverse ? "not " : "";
  const exactly = mode === "exact" ? "exactly " : "";
  const reason = `expected ${not}${exactly}${order}; the calls are ${namesOf(tools)}`;
  return verdict(assertion, isAll, reason);
}

function toolArgsMatch(
  assertion: Assertion,
  { spans }: { readonly spans: readonly Span[] },
): Verdict {
  const value = fieldsOf(assertion.value);
  const matcher = { pattern: patternOf(value) ?? "*", types: ["tool"] };
  const expected = Object.hasOwn(value, "args") ? value["args"] : value["arguments"];
  const ignored = [value["ignore"] ?? []].flat().map(String);
  const defaults = fieldsOf(value["defaults"]);
  const kept = (given: unknown) => without(given, (key) => ignored.some((one) => isKey(key, one)));
  const wanted = kept(expected);
  const calls = spans.filter((span) => isMatch(span, matcher) && span.args !== undefined);
  const isFound = calls.some(({ args }) => {
    const actual = without(
      kept(args),
      (key, one) => Object.hasOwn(defaults, key) && isDeepStrictEqual(one, defaults[key]),
    );
    return value["mode"] === "exact" ? isDeepStrictEqual(actual, wanted) : isPart(actual, wanted);
  });
  const found = calls.map(({ args }) => JSON.stringify(args)).join(", ") || "none";
  const not = assertion.inverse ? "not " : "";
  const reason = `expected ${not}a call of ${matcher.pattern} with ${JSON.stringify(expected)}; the arguments are ${found}`;
  return verdict(assertion, isFound, reason);
}

/** Whether all that is expected is in a value. Lists have the same length. */
function isPart(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((one, i) => isPart(actual[i], one))
    );
  }
  if (isFields(expected)) {
    return (
      isFields(actual) &&
      Object.entries(expected).every(
        ([key, one]) => Object.hasOwn(actual, key) && isPart(actual[key], one),
      )
    );
  }
  return isDeepStrictEqual(actual, expected);
}

/** Leaves out fields of an object. A field `__proto__` stays a field. */
function without(value: unknown, isOut: (key: string, one: unknown) => boolean): unknown {
  return isFields(value)
    ? Object.fromEntries(Object.entries(value).filter(([key, one]) => !isOut(key, one)))
    : value;
}

function isKey(key: string, ignored: string): boolean {
  return key === ignored || (/[*?]/.test(ignored) && isGlob(key, ignored));
}

function isMatch({ name, tool }: Span, { pattern, types }: Matcher): boolean {
  const type = tool === null ? "span" : "tool";
  return (
    (types.length === 0 || types.includes(type)) &&
    [name, ...(tool === null ? [] : [tool])].some((one) => isGlob(one, pattern))
  );
}

/** Matches `*` and `?`, ignoring case. */
function isGlob(text: string, pattern: string): boolean {
  // Stars in a row mean the same as one, and would take long.
  const expression = pattern
    .replaceAll(/\*+/g, "*")
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "is").test(text);
}

function argsFault(value: unknown): string | null {
  if (!isFields(value) || patternOf(value) === null) {
    return "needs {name or pattern, args}";
  }
  const { args, arguments: given, mode, defaults, ignore } = value;
  if (args === undefined && given === undefined) {
    return "needs args";
  }
  if (defaults !== undefined && !isFields(defaults)) {
    return "needs an object in defaults";
  }
  if (ignore !== undefined && !isTexts([ignore].flat())) {
    return "needs names in ignore";
  }
  return modeFault(mode, ["partial", "exact"]);
}

function sequenceFault(value: unknown): string | null {
  const { steps, mode } = isFields(value) ? value : { steps: value };
  const list = Array.isArray(steps) ? steps : [];
  const isNamed = list.every((step) => isTexts([step]) || (isFields(step) && patternOf(step)));
  return list.length === 0 || !isNamed
    ? "needs a list of tools, or {steps, mode}"
    : modeFault(mode, ["in_order", "exact"]);
}

function modeFault(mode: unknown, modes: readonly string[]): string | null {
  return mode === undefined || modes.some((one) => one === mode)
    ? null
    : `has the unknown mode ${JSON.stringify(mode)}. There are ${modes.join(" and ")}`;
}

function boundsFault(value: unknown): string | null {
  const { min, max } = fieldsOf(value);
  const isNumbers = [min, max].every((one) => one === undefined || typeof one === "number");
  return isNumbers ? null : "needs numbers in min and max";
}

function patternOf({ pattern, name }: Fields): string | null {
  const given = pattern ?? name;
  return typeof given === "string" && given !== "" ? given : null;
}

function namesOf(tools: readonly Span[]): string {
  return tools.map(({ tool }) => tool).join(", ") || "none";
}

function isTexts(values: readonly unknown[]): boolean {
  return values.length > 0 && values.every((one) => typeof one === "string" && one !== "");
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
