/**
 * Fills `{{ name }}` in texts, as promptfoo does with nunjucks. Paths and a few filters are
 * supported; anything else is refused, so that no expression is evaluated.
 */

/** Values by name. */
export type Vars = Readonly<Record<string, unknown>>;

const PLACE = /\{\{-?([\s\S]*?)-?\}\}/g;
const OTHER = /\{%|\{#/;
const PATH = /^[A-Za-z_]\w*(?:\.\w+|\[\d+\]|\["[^"]*"\]|\['[^']*'\])*$/;
const STEP = /\w+|"[^"]*"|'[^']*'/g;

const FILTERS: Readonly<Record<string, (value: unknown) => unknown>> = {
  dump: (value) => JSON.stringify(value),
  lower: (value) => textOf(value).toLowerCase(),
  safe: (value) => value,
  trim: (value) => textOf(value).trim(),
  upper: (value) => textOf(value).toUpperCase(),
};

/** Fills a text. @throws Error for an unknown name and for syntax that is not supported */
export function filledText(text: string, vars: Vars): string {
  if (OTHER.test(text)) {
    throw new Error("tags such as {% … %} and {# … #} are not supported: use {{ name }}");
  }
  return text.replace(PLACE, (_, inside: string) => textOf(valueOf(inside.trim(), vars)));
}

/** Fills all texts in a value. A text that is one `{{ name }}` becomes a text, too. */
export function filled(value: unknown, vars: Vars): unknown {
  if (typeof value === "string") {
    return filledText(value, vars);
  }
  if (Array.isArray(value)) {
    return value.map((one) => filled(one, vars));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, vars)]))
    : value;
}

function valueOf(inside: string, vars: Vars): unknown {
  const [path = "", ...filters] = inside.split("|").map((part) => part.trim());
  if (!PATH.test(path)) {
    throw new Error(`{{ ${inside} }} is not supported: write a name or a path, such as {{ a.b }}`);
  }
  let value: unknown = vars;
  for (const [step] of path.matchAll(STEP)) {
    const name = step.replace(/^["']|["']$/g, "");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
      const known = Object.keys(vars).filter((one) => one !== "env");
      throw new Error(`{{ ${path} }} is unknown. The variables are ${known.join(", ") || "none"}`);
    }
    value = Reflect.get(value, name);
  }
  for (const name of filters) {
    const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (filter === undefined) {
      const names = Object.keys(FILTERS).join(", ");
      throw new Error(`the filter ${name} is not supported. There are ${names}`);
    }
    value = filter(value);
  }
  return value;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
