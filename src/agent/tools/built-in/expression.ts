/**
 * Parses and evaluates an arithmetic expression in one pass, by recursive descent. Names resolve
 * only through the caller's `Names`. Precedence from low to high: `+ -`, `* / % mod`, implicit
 * multiplication (`2 pi`), percent, sign, `^` (right associative). A division of two numbers has
 * higher precedence before a name or a parenthesis: `1/2 pi` is half of pi. `a + b%` adds b percent
 * of a.
 */

/** Resolves names in an expression. Both methods throw an Error for an unknown name. */
export interface Names {
  constant(name: string): number;
  call(name: string, args: readonly number[]): number;
}

/** Maximum nesting of parentheses; parsing them recurses. */
const MAX_NESTING = 64;
const TOKEN =
  /\s*(?:(?<number>0x[\da-f]+|0b[01]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|(?<name>[a-z_]\w*)|(?<sign>\S)|$)/iy;
/** Words that are not numbers. */
const VALUES = new Set(["true", "false", "null", "undefined"]);
const WORD_OPERATORS = new Set(["to", "in", "and", "or", "xor", "not"]);

interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  /** Its position, from 1. */
  readonly at: number;
}

/** A value, and its syntactic form as far as later parsing depends on it. */
interface Operand {
  readonly value: number;
  readonly form: "number" | "signed number" | "percent" | "operation" | "closed";
}

/**
 * Returns the value of an expression, which may be NaN or infinite. @throws Error that names the
 * problem
 */
export function evaluate(expression: string, names: Names): number {
  return new Reader(expression, names).whole();
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #names: Names;
  #next = 0;
  #nesting = 0;

  constructor(expression: string, names: Names) {
    this.#tokens = tokensOf(expression);
    this.#names = names;
  }

  whole(): number {
    const value = this.#sum();
    this.#require("end", "");
    return value;
  }

  #sum(): number {
    let { value } = this.#product();
    for (let sign = this.#takeOne("+", "-"); sign !== null; sign = this.#takeOne("+", "-")) {
      const right = this.#product();
      const by = right.form === "percent" ? value * right.value : right.value;
      value = sign === "+" ? value + by : value - by;
    }
    return value;
  }

  #product(): Operand {
    let left = this.#unsignedProduct();
    for (;;) {
      const sign = this.#takeOne("*", "/", "%", "mod");
      if (sign === null) {
        return left;
      }
      if ((sign === "%" || sign === "mod") && this.#isSign("+", "-")) {
        throw new Error(
          "A % before + or - is ambiguous: write 10/100 for ten percent, or put the divisor in parentheses.",
        );
      }
      const right = this.#unsignedProduct().value;
      left = { value: combined(left.value, sign, right), form: "operation" };
    }
  }

  /** Parses implicit multiplication: `2 pi`, `2(3)`, `(2)(3)`, but not `2 3`. */
  #unsignedProduct(): Operand {
    let product = this.#quotient();
    let last = product;
    while (
      this.#isName() ||
      this.#isSign("(") ||
      (this.#peek().kind === "number" && last.form === "closed")
    ) {
      last = this.#quotient();
      product = { value: product.value * last.value, form: "operation" };
    }
    return product;
  }

  /**
   * Parses a number divided by a number before a name or a parenthesis; otherwise a single operand.
   */
  #quotient(): Operand {
    const left = this.#percent();
    const isNumber = left.form === "number" || left.form === "signed number";
    const follows =
      this.#isSign("/") &&
      this.#peek(1).kind === "number" &&
      (this.#isName(2) || this.#peek(2).text === "(");
    if (!isNumber || !follows) {
      return left;
    }
    this.#next += 1;
    return { value: left.value / this.#percent().value, form: "operation" };
  }

  /** Parses percent: a % without a following operand. Otherwise % is modulo. */
  #percent(): Operand {
    const operand = this.#signed();
    const { kind, text } = this.#peek(1);
    const isModulo = kind === "number" || kind === "name" || ["(", "+", "-"].includes(text);
    return !isModulo && this.#takeOne("%") !== null
      ? { value: operand.value / 100, form: "percent" }
      : operand;
  }

  #signed(): Operand {
    const sign = this.#takeOne("+", "-");
    if (sign === null) {
      return this.#power();
    }
    const { value, form } = this.#signed();
    return {
      value: sign === "-" ? -value : value,
      form: form === "number" ? "signed number" : "operation",
    };
  }

  #power(): Operand {
    const base = this.#atom();
    return this.#takeOne("^") === null
      ? base
      : { value: base.value ** this.#signed().value, form: "operation" };
  }

  #atom(): Operand {
    const token = this.#peek();
    if (token.kind === "number") {
      this.#next += 1;
      return { value: Number(token.text), form: "number" };
    }
    if (token.kind === "name") {
      this.#next += 1;
      return { value: this.#named(token.text), form: "closed" };
    }
    if (token.text === ".") {
      throw notArithmetic();
    }
    this.#require("sign", "(");
    this.#open();
    const value = this.#sum();
    this.#close();
    return { value, form: "closed" };
  }

  #named(name: string): number {
    if (VALUES.has(name) || this.#isSign(".")) {
      throw notArithmetic();
    }
    if (this.#takeOne("(") === null) {
      return this.#names.constant(name);
    }
    this.#open();
    const args: number[] = [];
    if (!this.#isSign(")")) {
      do {
        args.push(this.#sum());
      } while (this.#takeOne(",") !== null);
    }
    this.#close();
    return this.#names.call(name, args);
  }

  #open(): void {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) {
      throw new Error("The expression nests too many parentheses; calculate it in parts.");
    }
  }

  #close(): void {
    this.#nesting -= 1;
    this.#require("sign", ")");
  }

  #peek(ahead = 0): Token {
    return this.#tokens[this.#next + ahead] ?? { kind: "end", text: "", at: 0 };
  }

  #isName(ahead = 0): boolean {
    return this.#peek(ahead).kind === "name";
  }

  #isSign(...signs: readonly string[]): boolean {
    const { kind, text } = this.#peek();
    return kind === "sign" && signs.includes(text);
  }

  #takeOne(...signs: readonly string[]): string | null {
    if (!this.#isSign(...signs)) {
      return null;
    }
    this.#next += 1;
    return this.#peek(-1).text;
  }

  #require(kind: Token["kind"], text: string): void {
    const token = this.#peek();
    if (token.kind !== kind || token.text !== text) {
      const what = token.kind === "end" ? "end of expression" : JSON.stringify(token.text);
      throw new Error(`The expression cannot be read: Unexpected ${what} (char ${token.at})`);
    }
    this.#next += 1;
  }
}

function combined(left: number, sign: string, right: number): number {
  switch (sign) {
    case "*":
      return left * right;
    case "/":
      return left / right;
    default:
      // The result has the sign of the divisor, as in mathematics: -1 % 3 is 2.
      return left - right * Math.floor(left / right);
  }
}

/** Returns the tokens of an expression. The last one marks the end. */
function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const match = TOKEN.exec(expression);
    const { number, name, sign } = match?.groups ?? {};
    const text = number ?? name ?? sign;
    const at = TOKEN.lastIndex + 1 - (text?.length ?? 0);
    if (text === undefined) {
      return [...tokens, { kind: "end", text: "", at: expression.length + 1 }];
    }
    if (WORD_OPERATORS.has(text)) {
      throw new Error(`The operator ${text} is not supported.`);
    }
    const kind =
      number !== undefined ? "number" : text !== "mod" && name !== undefined ? "name" : "sign";
    tokens.push({ kind, text, at });
  }
}

function notArithmetic(): Error {
  return new Error("The expression holds something other than numbers, operators and functions.");
}
