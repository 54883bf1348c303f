/**
 * Pure: what a person has typed into a form. The value is the truth; a text that is no number or no
 * JSON yet is kept next to it, so that nothing typed is lost and nothing half-typed is sent.
 */
import { partsOf, valueAt } from "./form-schema.ts";

/** The state of a form. */
export interface FormState {
  readonly value: unknown;
  /** Texts as they were typed, by pointer, of fields whose value is no text. */
  readonly texts: Readonly<Record<string, TypedText>>;
}

/** A text as it was typed, and why it is no value yet. */
interface TypedText {
  readonly text: string;
  readonly error: string | null;
}

/** What is wrong with a field. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** How a typed text becomes a value. */
export type TextKind = "number" | "whole" | "json";

/** A form with a value in which nothing has been typed. */
export function startOf(value: unknown): FormState {
  return { value, texts: {} };
}

/** Sets the value at a pointer; undefined takes it out of its object. What was typed there is void. */
export function setAt(state: FormState, pointer: string, value: unknown): FormState {
  const texts = Object.fromEntries(
    Object.entries(state.texts).filter(([at]) => at !== pointer && !at.startsWith(`${pointer}/`)),
  );
  return { value: replaced(state.value, partsOf(pointer), value), texts };
}

/** Sets what was typed at a pointer: the value too, if the text is one. */
export function typeAt(state: FormState, pointer: string, text: string, kind: TextKind): FormState {
  const parsed = parse(text, kind);
  const next = "value" in parsed ? setAt(state, pointer, parsed.value) : state;
  const error = "value" in parsed ? null : parsed.error;
  return { value: next.value, texts: { ...next.texts, [pointer]: { text, error } } };
}

/** The text of a field: as it was typed, otherwise that of its value. */
export function textAt(state: FormState, pointer: string, kind: TextKind): string {
  if (Object.hasOwn(state.texts, pointer)) {
    return state.texts[pointer]?.text ?? "";
  }
  const value = valueAt(state.value, pointer);
  return value === undefined ? "" : (JSON.stringify(value, null, kind === "json" ? 2 : 0) ?? "");
}

/** Why the text of a field is no value; null if it is one. An empty text leaves the field out. */
export function textError({ texts }: FormState, pointer: string): string | null {
  return Object.hasOwn(texts, pointer) ? (texts[pointer]?.error ?? null) : null;
}

/** Whether every typed text is a value. */
export function isTyped({ texts }: FormState): boolean {
  return Object.values(texts).every(({ error }) => error === null);
}

/** Takes an item out of a list. */
export function removeAt(state: FormState, pointer: string, index: number): FormState {
  const list = valueAt(state.value, pointer);
  return setAt(state, pointer, Array.isArray(list) ? list.toSpliced(index, 1) : list);
}

/** Adds an item to a list, which begins with it if there is none. */
export function addAt(state: FormState, pointer: string, item: unknown): FormState {
  const list = valueAt(state.value, pointer);
  return setAt(state, pointer, Array.isArray(list) ? [...list, item] : [item]);
}

/** Whether two JSON values are the same, whatever the order of names. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([x], [y]) => (x < y ? -1 : 1)))
      : one,
  );
}

function parse(text: string, kind: TextKind): { value: unknown } | { error: string } {
  const trimmed = text.trim();
  if (trimmed === "") {
    return { value: undefined };
  }
  if (kind === "json") {
    try {
      return { value: JSON.parse(trimmed) as unknown };
    } catch (error) {
      return { error: `Not JSON yet: ${error instanceof Error ? error.message : ""}` };
    }
  }
  const isNumber = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(trimmed);
  const value = Number(trimmed);
  if (!isNumber || !Number.isFinite(value)) {
    return { error: "This is not a number." };
  }
  return kind === "whole" && !Number.isInteger(value)
    ? { error: "This is not a whole number." }
    : { value };
}

function replaced(root: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) {
    return value;
  }
  if (Array.isArray(root)) {
    return root.map((one: unknown, i) => (String(i) === name ? replaced(one, rest, value) : one));
  }
  const object = typeof root === "object" && root !== null ? root : {};
  const inner = replaced(valueAt(object, `/${escaped(name)}`), rest, value);
  const isKnown = Object.hasOwn(object, name);
  // In its old place, and as an own member whatever it is called.
  const entries = isKnown
    ? Object.entries(object).map(([at, one]) => [at, at === name ? inner : one] as const)
    : [...Object.entries(object), [name, inner] as const];
  return Object.fromEntries(entries.filter(([at, one]) => at !== name || one !== undefined));
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
