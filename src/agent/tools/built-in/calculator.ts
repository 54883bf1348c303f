/**
 * Arithmetic as a tool. An expression can use only the names in the tables below, so it cannot
 * reach JavaScript functions.
 */
import { z } from "zod";
import { ownValue } from "../../../run/value/json.ts";
import { defineTool } from "../tool.ts";
import { evaluate } from "./expression.ts";

const MAX_LENGTH = 1000;
/** Significant digits of a result: 17/100*2340 is 397.8, not 397.80000000000007. */
const DIGITS = 14;
/** Evaluates an arithmetic expression. */
export const calculator = defineTool({
  name: "calculator",
  description:
    "Evaluates an arithmetic expression and returns the number. Use it for every calculation. " +
    "It knows + - * / ^ and parentheses, % as modulo (17 % 5) or as percent where no number " +
    "follows (17% * 20), pi, e, and sqrt, abs, round, floor, ceil, min, max, exp, ln, log, log2, " +
    "log10, sin, cos, tan (radians).",
  input: z.strictObject({
    expression: z
      .string()
      .min(1)
      .max(MAX_LENGTH)
      .describe("For example 17/100*2340; no thousands separators"),
  }),
  output: z.strictObject({ result: z.number() }),
  effect: "pure",
  run: ({ expression }) => ({ result: calculate(expression) }),
});

interface MathFunction {
  readonly most: number;
  of(...xs: number[]): number;
}

const FUNCTIONS: Readonly<Record<string, MathFunction>> = {
  sqrt: { most: 1, of: Math.sqrt },
  abs: { most: 1, of: Math.abs },
  round: { most: 2, of: round },
  floor: { most: 1, of: Math.floor },
  ceil: { most: 1, of: Math.ceil },
  min: { most: Number.POSITIVE_INFINITY, of: Math.min },
  max: { most: Number.POSITIVE_INFINITY, of: Math.max },
  exp: { most: 1, of: Math.exp },
  ln: { most: 1, of: Math.log },
  log: {
    most: 2,
    of: (x = NaN, base) => (base === undefined ? Math.log(x) : Math.log(x) / Math.log(base)),
  },
  log2: { most: 1, of: Math.log2 },
  log10: { most: 1, of: Math.log10 },
  sin: { most: 1, of: Math.sin },
  cos: { most: 1, of: Math.cos },
  tan: { most: 1, of: Math.tan },
};

const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

/** Returns the value of an expression. @throws Error with a message that names the problem */
export function calculate(expression: string): number {
  const odd = /[^\w\s.,+\-*/^%()]/.exec(expression);
  if (odd !== null) {
    throw new Error(`The character ${JSON.stringify(odd[0])} has no place in arithmetic.`);
  }
  const result = evaluate(expression, { constant, call });
  if (!Number.isFinite(result)) {
    throw new Error(
      "The result is not a finite real number: a division by zero, a root or logarithm of a negative number, or too large.",
    );
  }
  return Number(result.toPrecision(DIGITS));
}

function constant(name: string): number {
  const known = ownValue(CONSTANTS, name);
  if (known === undefined) {
    throw new Error(`There is no number named ${name}; only pi and e have names.`);
  }
  return known;
}

function call(name: string, args: readonly number[]): number {
  const known = ownValue(FUNCTIONS, name);
  if (known === undefined) {
    throw new Error(
      `There is no function ${name}; the functions are ${Object.keys(FUNCTIONS).join(", ")}.`,
    );
  }
  if (args.length < 1 || args.length > known.most) {
    throw new Error(`The function ${name} does not take ${args.length} arguments.`);
  }
  return known.of(...args);
}

function round(x = NaN, digits = 0): number {
  if (!Number.isInteger(digits) || digits < 0 || digits > DIGITS) {
    throw new Error(`The function round takes 0 to ${DIGITS} digits.`);
  }
  return Number(x.toFixed(digits));
}
