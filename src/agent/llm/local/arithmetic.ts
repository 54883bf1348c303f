/**
 * Finds arithmetic in plain English: "17% of 2,340", "add 2 and 3", "the square root of 144". Words
 * become operators; precedence is left to the calculator. At each position the longest expression
 * wins.
 */

/** A calculation found in a text. */
export interface Arithmetic {
  /** Its offset in the text. */
  readonly start: number;
  /** Its wording in a sentence. */
  readonly phrase: string;
  /** The expression in the calculator's syntax. */
  readonly expression: string;
}

interface Token {
  /** In lower case. A number in digits. */
  readonly text: string;
  readonly isNumber: boolean;
  readonly start: number;
  readonly end: number;
}

/** A part of an expression. A `compound` part needs parentheses next to an operator. */
interface Part {
  readonly text: string;
  readonly compound: boolean;
}

interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
  /** The number of operations so far. A bare number has none and is not a calculation. */
  operations: number;
  depth: number;
}

/** Maximum nesting of parentheses and phrases. */
const MAX_DEPTH = 20;
/** Matches, in this order: dates, times, numbers, `x` as an operator, words, single characters. */
const TOKEN =
  /\d{4}-\d{2}-\d{2}\S*|\d{1,2}(?::\d{2})+|(?<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)|x(?=\s*\d)|[A-Za-z_]\w*|\S/g;
const NUMBER_NAMES = "zero one two three four five six seven eight nine ten eleven twelve".split(
  " ",
);
const FUNCTIONS = new Set(
  "sqrt abs round floor ceil min max exp ln log log2 log10 sin cos tan".split(" "),
);
/** Words between two numbers, and their operator. */
const SIGNS = [
  { sign: " + ", words: ["+", "plus"] },
  { sign: " - ", words: ["-", "−", "minus"] },
  { sign: "*", words: ["*", "×", "x", "times", "multiplied by"] },
  { sign: "/", words: ["/", "÷", "divided by"] },
  { sign: " % ", words: ["%", "mod", "modulo"] },
  { sign: "^", words: ["^", "to the power of"] },
];
/** Words before and between two numbers, and their operator. */
const PHRASES = [
  { before: "add", between: ["and", "to"], sign: " + ", swapped: false },
  { before: "sum of", between: ["and"], sign: " + ", swapped: false },
  { before: "subtract", between: ["from"], sign: " - ", swapped: true },
  { before: "difference between", between: ["and"], sign: " - ", swapped: false },
  { before: "multiply", between: ["by", "and", "with"], sign: "*", swapped: false },
  { before: "product of", between: ["and"], sign: "*", swapped: false },
  { before: "divide", between: ["by"], sign: "/", swapped: false },
];

/** Returns the digits of a numeral or of a small number's name; null for any other word. */
export function numeral(word: string): string | null {
  const named = NUMBER_NAMES.indexOf(word.toLowerCase());
  const digits = named === -1 ? word.replaceAll(",", "") : String(named);
  return /^[\d.]+$/.test(digits) ? digits : null;
}

/** Returns all calculations in a text, in order. */
export function findArithmetic(text: string): Arithmetic[] {
  const cursor: Cursor = { tokens: tokenize(text), at: 0, operations: 0, depth: 0 };
  const found: Arithmetic[] = [];
  while (cursor.at < cursor.tokens.length) {
    const from = cursor.at;
    cursor.operations = 0;
    const part = expression(cursor);
    const first = cursor.tokens[from];
    const last = cursor.tokens[cursor.at - 1];
    if (part === null || first === undefined || last === undefined) {
      cursor.at = from + 1;
    } else if (cursor.operations > 0) {
      const phrase = sayable(text.slice(first.start, last.end), part.text);
      found.push({ start: first.start, phrase, expression: part.text });
    }
  }
  return found;
}

function tokenize(text: string): Token[] {
  return Array.from(text.matchAll(TOKEN), (match) => {
    const word = match[0].toLowerCase();
    const isNumber = match.groups?.["number"] !== undefined || NUMBER_NAMES.includes(word);
    return {
      text: (isNumber ? numeral(word) : null) ?? word,
      isNumber,
      start: match.index,
      end: match.index + match[0].length,
    };
  });
}

/**
 * Returns the wording for a sentence: "17% of 2,340" is unchanged, "add 2 and 3" becomes "2 + 3",
 * and "sum of …" gets an article.
 */
function sayable(source: string, written: string): string {
  if (/^(?:add|subtract|multiply|divide)\b/i.test(source)) {
    return written;
  }
  const said = source.replaceAll(/\s+/g, " ");
  return /^(?:square|sum|difference|product)\b/i.test(said) ? `the ${said}` : said;
}

/** Parses operands with operators between them. */
function expression(cursor: Cursor): Part | null {
  const first = operand(cursor);
  if (first === null) {
    return null;
  }
  let text = asOperand(first);
  let signs = 0;
  for (let next = signed(cursor); next !== null; next = signed(cursor)) {
    text += next;
    signs += 1;
  }
  return signs === 0 ? first : { text, compound: true };
}

/** Parses an operator and its operand. Consumes nothing if no operand follows. */
function signed(cursor: Cursor): string | null {
  const from = cursor.at;
  const sign = SIGNS.find(({ words }) => words.some((word) => take(cursor, word)))?.sign;
  const part = sign === undefined ? null : operand(cursor);
  if (sign === undefined || part === null) {
    cursor.at = from;
    return null;
  }
  cursor.operations += 1;
  return `${sign}${asOperand(part)}`;
}

/** Parses an operand and its suffix: a percent sign, "squared", "cubed". */
function operand(cursor: Cursor): Part | null {
  const minus = take(cursor, "-") ? "-" : "";
  const part = atom(cursor);
  if (part === null) {
    return null;
  }
  const text = `${minus}${asOperand(part)}`;
  for (const [word, exponent] of [["squared", 2] as const, ["cubed", 3] as const]) {
    if (take(cursor, word)) {
      cursor.operations += 1;
      return { text: `${text}^${exponent}`, compound: true };
    }
  }
  return percent(cursor, text) ?? (minus === "" ? part : { text, compound: false });
}

/**
 * Parses "17% of 2,340", or "17%" alone. Null if there is no percent sign, or if it means modulo.
 */
function percent(cursor: Cursor, text: string): Part | null {
  const from = cursor.at;
  if (!take(cursor, "%") && !take(cursor, "percent")) {
    return null;
  }
  const behind = cursor.at;
  const whole = take(cursor, "of") ? operand(cursor) : null;
  if (whole !== null) {
    cursor.operations += 1;
    return { text: `${text}/100*${asOperand(whole)}`, compound: true };
  }
  const follows = cursor.tokens[behind];
  const isModulo = follows?.isNumber === true || follows?.text === "(";
  cursor.at = isModulo ? from : behind;
  return isModulo ? null : { text: `${text}/100`, compound: true };
}

function atom(cursor: Cursor): Part | null {
  const token = cursor.tokens[cursor.at];
  if (token === undefined || cursor.depth >= MAX_DEPTH) {
    return null;
  }
  const from = cursor.at;
  cursor.depth += 1;
  const part = nested(cursor, token);
  cursor.depth -= 1;
  if (part === null) {
    cursor.at = from;
  }
  return part;
}

function nested(cursor: Cursor, token: Token): Part | null {
  if (token.isNumber) {
    cursor.at += 1;
    return { text: token.text, compound: false };
  }
  if (take(cursor, "(")) {
    return closed(cursor, "(");
  }
  if (FUNCTIONS.has(token.text) && take(cursor, `${token.text} (`)) {
    cursor.operations += 1;
    return closed(cursor, `${token.text}(`);
  }
  if (take(cursor, "square root of")) {
    const part = operand(cursor);
    cursor.operations += 1;
    return part === null ? null : { text: `sqrt(${part.text})`, compound: false };
  }
  const known = PHRASES.find(({ before }) => take(cursor, before));
  const first = known === undefined ? null : expression(cursor);
  const second = known?.between.some((word) => take(cursor, word)) ? expression(cursor) : null;
  if (known === undefined || first === null || second === null) {
    return null;
  }
  cursor.operations += 1;
  const [left, right] = known.swapped ? [second, first] : [first, second];
  return { text: `${asOperand(left)}${known.sign}${asOperand(right)}`, compound: true };
}

/** Parses the arguments up to the closing parenthesis. */
function closed(cursor: Cursor, opened: string): Part | null {
  const parts = [expression(cursor)?.text];
  while (take(cursor, ",")) {
    parts.push(expression(cursor)?.text);
  }
  const whole = !parts.includes(undefined) && take(cursor, ")");
  return whole ? { text: `${opened}${parts.join(", ")})`, compound: false } : null;
}

function asOperand(part: Part): string {
  return part.compound ? `(${part.text})` : part.text;
}

/** Consumes these words if they come next. */
function take(cursor: Cursor, words: string): boolean {
  const wanted = words.split(" ");
  if (!wanted.every((word, index) => cursor.tokens[cursor.at + index]?.text === word)) {
    return false;
  }
  cursor.at += wanted.length;
  return true;
}
