/**
 * Chooses traces after their runs have ended, by one expression over what is then known:
 * `status != "completed" or recoveries > 0 or cost_usd > 0.5 or random < 0.05`. Pure.
 */

/** What an expression can name. `random` is from 0 to 1 and the same for every export of a trace. */
export interface SampledFacts {
  readonly status: string;
  readonly error_code: string;
  readonly agent: string;
  readonly duration_s: number;
  readonly active_s: number;
  readonly cost_usd: number;
  readonly steps: number;
  readonly model_calls: number;
  readonly tool_calls: number;
  readonly recoveries: number;
  /** Whether the caller's `traceparent` had the sampled flag; true without one. */
  readonly parent_sampled: boolean;
  readonly random: number;
}

/** The type of each name in an expression. */
const NAMES: Readonly<Record<keyof SampledFacts, "text" | "number" | "boolean">> = {
  status: "text",
  error_code: "text",
  agent: "text",
  duration_s: "number",
  active_s: "number",
  cost_usd: "number",
  steps: "number",
  model_calls: "number",
  tool_calls: "number",
  recoveries: "number",
  parent_sampled: "boolean",
  random: "number",
};

/** The names that an expression can use. */
export const SAMPLING_NAMES: readonly string[] = Object.keys(NAMES);
/** Maximum characters of an expression. */
export const MAX_SAMPLING_CHARS = 1000;
/** Maximum nesting of parentheses and `not`. */
const MAX_DEPTH = 20;

/** Decides whether a trace is exported. */
export type Sampling = (facts: SampledFacts) => boolean;

/** A compiled expression, or why it is none. */
export type SamplingResult =
  | { readonly ok: true; readonly sampling: Sampling }
  | { readonly ok: false; readonly reason: string };

/** Without an expression, a trace is exported unless its caller is not sampled. */
export const SAMPLE_AS_PARENT: Sampling = ({ parent_sampled }) => parent_sampled;

/** Returns a number from 0 to 1 that depends on the trace alone. @param traceId hex */
export function randomOf(traceId: string): number {
  return Number.parseInt(traceId.slice(-13), 16) / 2 ** 52;
}

/** Compiles an expression. */
export function compileSampling(text: string): SamplingResult {
  try {
    const sampling = new Parser(tokensOf(text)).parse();
    return { ok: true, sampling };
  } catch (error) {
    if (error instanceof Defect) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}

/** Why a text is no expression. */
class Defect extends Error {}

const TOKEN =
  /\s*(?:(?<number>\d+(?:\.\d+)?)|"(?<text>[^"\\]*)"|(?<name>[a-z_]+)|(?<sign><=|>=|==|!=|<|>|\(|\)))/gy;

interface Token {
  readonly kind: "number" | "text" | "name" | "sign";
  readonly value: string;
}

function tokensOf(text: string): Token[] {
  if (text.length > MAX_SAMPLING_CHARS) {
    throw new Defect(`it is longer than ${MAX_SAMPLING_CHARS} characters`);
  }
  const tokens: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    end = match.index + match[0].length;
    const { number, text: quoted, name, sign = "" } = match.groups ?? {};
    tokens.push(
      number !== undefined
        ? { kind: "number", value: number }
        : quoted !== undefined
          ? { kind: "text", value: quoted }
          : name !== undefined
            ? { kind: "name", value: name }
            : { kind: "sign", value: sign },
    );
  }
  if (text.slice(end).trim() !== "") {
    throw new Defect(
      `it has something unknown at ${JSON.stringify(text.slice(end).trim().slice(0, 20))}`,
    );
  }
  return tokens;
}

type Value = string | number | boolean;

/** A side of a comparison. */
interface Operand {
  readonly type: "text" | "number" | "boolean";
  readonly of: (facts: SampledFacts) => Value;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Sampling {
    const sampling = this.#either();
    const [rest] = this.#tokens.slice(this.#at);
    if (rest !== undefined) {
      throw new Defect(`it should end before ${JSON.stringify(rest.value)}`);
    }
    return sampling;
  }

  #either(): Sampling {
    let left = this.#both();
    while (this.#takes("or")) {
      const [first, second] = [left, this.#both()];
      left = (facts) => first(facts) || second(facts);
    }
    return left;
  }

  #both(): Sampling {
    let left = this.#single();
    while (this.#takes("and")) {
      const [first, second] = [left, this.#single()];
      left = (facts) => first(facts) && second(facts);
    }
    return left;
  }

  #single(): Sampling {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      throw new Defect(`it is nested deeper than ${MAX_DEPTH} levels`);
    }
    const sampling = this.#inner();
    this.#depth -= 1;
    return sampling;
  }

  #inner(): Sampling {
    if (this.#takes("not")) {
      const negated = this.#single();
      return (facts) => !negated(facts);
    }
    if (this.#takes("(")) {
      const inner = this.#either();
      if (!this.#takes(")")) {
        throw new Defect("a parenthesis is not closed");
      }
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Sampling {
    const left = this.#operand();
    const sign = this.#tokens[this.#at];
    if (sign?.kind !== "sign" || !Object.hasOwn(COMPARE, sign.value)) {
      if (left.type === "boolean") {
        return (facts) => left.of(facts) === true;
      }
      throw new Defect("a comparison has no <, <=, >, >=, == or !=");
    }
    this.#at += 1;
    const right = this.#operand();
    if (left.type !== right.type) {
      throw new Defect(`it compares a ${left.type} with a ${right.type}`);
    }
    if (left.type !== "number" && sign.value !== "==" && sign.value !== "!=") {
      throw new Defect(`it compares a ${left.type} with ${sign.value}`);
    }
    const compare = COMPARE[sign.value];
    return (facts) => compare?.(left.of(facts), right.of(facts)) === true;
  }

  #operand(): Operand {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    switch (token?.kind) {
      case "number": {
        const number = Number(token.value);
        return { type: "number", of: () => number };
      }
      case "text":
        return { type: "text", of: () => token.value };
      case "name": {
        if (token.value === "true" || token.value === "false") {
          return { type: "boolean", of: () => token.value === "true" };
        }
        const name = token.value;
        if (!isName(name)) {
          throw new Defect(
            `it names ${JSON.stringify(name)}; there are ${SAMPLING_NAMES.join(", ")}`,
          );
        }
        return { type: NAMES[name], of: (facts) => facts[name] };
      }
      default:
        throw new Defect("a name or a value is missing");
    }
  }

  #takes(value: string): boolean {
    const token = this.#tokens[this.#at];
    const isNext = token?.value === value && (token.kind === "name" || token.kind === "sign");
    this.#at += isNext ? 1 : 0;
    return isNext;
  }
}

const COMPARE: Readonly<Record<string, (left: Value, right: Value) => boolean>> = {
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
};

function isName(name: string): name is keyof SampledFacts {
  return Object.hasOwn(NAMES, name);
}
