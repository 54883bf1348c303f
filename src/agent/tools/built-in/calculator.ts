/**
 * Arithmetic, exactly. mathjs parses the expression; what it may hold is the tables below, and
 * they alone are evaluated, so no expression can reach a function of mathjs or of JavaScript.
 */
import {
  create,
  isConstantNode,
  isFunctionNode,
  isOperatorNode,
  isParenthesisNode,
  isSymbolNode,
  parseDependencies,
  type MathNode,
} from "mathjs/number";
import { z } from "zod";
import { defineTool } from "../tool.ts";

const MAX_LENGTH = 1000;
/** Digits of a result that are kept: 17/100*2340 is 397.8, not 397.80000000000007. */
const DIGITS = 14;
/** Parentheses inside each other; the parser and `evaluate` recurse. */
const MAX_NESTING = 64;
/** See `refuseSlowParse`. */
const MAX_PERCENT_NESTING = 6;

/** Works out an expression. */
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

const OPERATORS: Readonly<Record<string, (...xs: number[]) => number>> = {
  add: (x = NaN, y = NaN) => x + y,
  subtract: (x = NaN, y = NaN) => x - y,
  multiply: (x = NaN, y = NaN) => x * y,
  divide: (x = NaN, y = NaN) => x / y,
  pow: (x = NaN, y = NaN) => x ** y,
  // As in mathematics, the sign is the divisor's: -1 % 3 is 2.
  mod: (x = NaN, y = NaN) => x - y * Math.floor(x / y),
  unaryMinus: (x = NaN) => -x,
  unaryPlus: (x = NaN) => x,
};

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

/** The value of an expression. @throws Error with a sentence that says what is wrong with it */
export function calculate(expression: string): number {
  const result = evaluate(parse(expression));
  if (!Number.isFinite(result)) {
    throw new Error(
      "The result is not a finite real number: a division by zero, a root or logarithm of a negative number, or too large.",
    );
  }
  return Number(result.toPrecision(DIGITS));
}

/** Made at the first use: most runs calculate nothing, and a Worker's start should not pay for it. */
let parser: ReturnType<typeof create> | undefined;

function parse(expression: string): MathNode {
  const odd = /[^\w\s.,+\-*/^%()]/.exec(expression);
  if (odd !== null) {
    throw new Error(`The character ${JSON.stringify(odd[0])} has no place in arithmetic.`);
  }
  refuseSlowParse(expression);
  // Of mathjs only what the parser needs goes into the bundle. Its types call that optional.
  parser ??= create(parseDependencies ?? {});
  try {
    return parser.parse(expression);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    throw new Error(`The expression cannot be read: ${reason}`, { cause: error });
  }
}

/**
 * The parser reads what follows a % twice, to see whether it means percent or modulo; where
 * parentheses nest behind it the time doubles with each level, up to for ever.
 */
function refuseSlowParse(expression: string): void {
  let depth = 0;
  let deepest = 0;
  let percents = 0;
  for (const char of expression) {
    depth += char === "(" ? 1 : char === ")" ? -1 : 0;
    deepest = Math.max(deepest, depth);
    percents += char === "%" ? 1 : 0;
  }
  if (deepest > MAX_NESTING || Math.min(deepest, percents) > MAX_PERCENT_NESTING) {
    throw new Error("The expression nests too many parentheses; calculate it in parts.");
  }
}

function evaluate(node: MathNode): number {
  if (isConstantNode(node) && typeof node.value === "number") {
    return node.value;
  }
  if (isParenthesisNode(node)) {
    return evaluate(node.content);
  }
  if (isOperatorNode(node)) {
    const operator = own(OPERATORS, node.fn);
    if (operator === undefined) {
      throw new Error(`The operator ${node.op} is not supported.`);
    }
    refuseSignedModulo(node.fn, node.args);
    return operator(...node.args.map(evaluate));
  }
  if (isSymbolNode(node)) {
    const constant = own(CONSTANTS, node.name);
    if (constant === undefined) {
      throw new Error(`There is no number named ${node.name}; only pi and e have names.`);
    }
    return constant;
  }
  if (isFunctionNode(node) && isSymbolNode(node.fn)) {
    return call(node.fn.name, node.args.map(evaluate));
  }
  throw new Error("The expression holds something other than numbers, operators and functions.");
}

/** The parser takes 10% + 5 for 10 modulo +5. Nobody means that, and a wrong number is worse than none. */
function refuseSignedModulo(fn: string, args: readonly MathNode[]): void {
  const divisor = args[1];
  if (fn === "mod" && isOperatorNode(divisor) && divisor.isUnary()) {
    throw new Error(
      "A % before + or - is ambiguous: write 10/100 for ten percent, or put the divisor in parentheses.",
    );
  }
}

function call(name: string, args: number[]): number {
  const known = own(FUNCTIONS, name);
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

/** Looks a name up without reaching what every object inherits. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function round(x = NaN, digits = 0): number {
  if (!Number.isInteger(digits) || digits < 0 || digits > DIGITS) {
    throw new Error(`The function round takes 0 to ${DIGITS} digits.`);
  }
  return Number(x.toFixed(digits));
}
