/**
 * Pure: the fields of a form from a JSON Schema. It knows what forms of MCP servers and arguments of
 * common tools are made of; anything else becomes a field of JSON. No value is ever without a field.
 */

/** What can be chosen, with its text. */
export interface FormOption {
  readonly value: unknown;
  readonly text: string;
}

/** What all fields have. */
interface Common {
  /** JSON pointer of the value. */
  readonly pointer: string;
  /** Name in its object, or place in its list; "" for the root. */
  readonly name: string;
  readonly label: string;
  readonly hint: string | null;
  readonly isRequired: boolean;
  /** Whether its label says if it is required: those that differ from most of their neighbours do. */
  readonly isMarked: boolean;
  readonly isNullable: boolean;
  /** What null is called. */
  readonly nullText: string;
  /** What an absent value is called: the default, if the schema names one. */
  readonly absentText: string;
}

/** A field, by `kind`. */
export type FormNode =
  | (Common & { readonly kind: "text"; readonly isLong: boolean; readonly format: string | null })
  | (Common & { readonly kind: "number"; readonly isWhole: boolean })
  | (Common & { readonly kind: "boolean" })
  | (Common & { readonly kind: "choice"; readonly options: readonly FormOption[] })
  | (Common & { readonly kind: "several"; readonly options: readonly FormOption[] })
  | (Common & {
      readonly kind: "list";
      readonly items: readonly FormNode[];
      /** A new item. */
      readonly empty: unknown;
    })
  | (Common & { readonly kind: "object"; readonly fields: readonly FormNode[] })
  | (Common & { readonly kind: "json" });

type Schema = Readonly<Record<string, unknown>>;

/** A keyword of the page's own: what null means for this field. */
export const NULL_TEXT = "x-null";

/** Objects below this depth are fields of JSON. */
const MOST_DEPTH = 3;
const MOST_FIELDS = 60;
const MOST_ITEMS = 50;
const MOST_REFS = 8;
const LONG_TEXT = 64;
const SCALARS: ReadonlySet<string> = new Set(["string", "number", "integer", "boolean"]);
const EMPTY: Readonly<Record<string, unknown>> = { number: 0, integer: 0, boolean: false };
const LONG_NAME =
  /^(?:body|content|message|text|comment|description|notes?|query|prompt|code|source|instructions|persona|goal)$/i;

interface At {
  readonly root: unknown;
  readonly pointer: string;
  readonly name: string;
  readonly isRequired: boolean;
  readonly isMarked: boolean;
  readonly depth: number;
}

/**
 * Returns the fields of a value.
 * @param schema its JSON Schema, or null if it is not known
 * @param value the value now; its members without a schema get fields too
 */
export function formOf(schema: unknown, value: unknown): FormNode {
  return nodeOf(schema, value, {
    root: schema,
    pointer: "",
    name: "",
    isRequired: true,
    isMarked: false,
    depth: 0,
  });
}

function nodeOf(given: unknown, value: unknown, at: At): FormNode {
  const { schema, isNullable } = resolved(given, at.root);
  const common: Common = {
    pointer: at.pointer,
    name: at.name,
    label: textIn(schema, "title") ?? at.name,
    hint: textIn(schema, "description"),
    isRequired: at.isRequired,
    isMarked: at.isMarked,
    isNullable,
    nullText: textIn(schema, NULL_TEXT) ?? "null",
    absentText: absentText(schema["default"]),
  };
  const options = optionsOf(schema);
  if (options !== null && (value === undefined || value === null || isOne(options, value))) {
    return { ...common, kind: "choice", options };
  }
  const type = typeOf(schema, value);
  if (value !== undefined && !(value === null && isNullable) && !isOfType(type, value)) {
    return { ...common, kind: "json" };
  }
  switch (type) {
    case "string":
      return {
        ...common,
        kind: "text",
        isLong: isLong(schema, value, at.name),
        format: textIn(schema, "format"),
      };
    case "number":
    case "integer":
      return { ...common, kind: "number", isWhole: type === "integer" };
    case "boolean":
      return { ...common, kind: "boolean" };
    case "array":
      return listOf(schema, value, common, at);
    case "object":
      return objectOf(schema, value, common, at);
    default:
      return { ...common, kind: "json" };
  }
}

function objectOf(schema: Schema, value: unknown, common: Common, at: At): FormNode {
  const properties = recordIn(schema["properties"]) ?? {};
  const given = recordIn(value) ?? {};
  // An object without named fields is free: a JSON Schema, a template, metadata.
  const isFree = at.depth > 0 && schema["type"] === "object" && !("properties" in schema);
  const names = new Set([...Object.keys(properties), ...Object.keys(given)]);
  if (at.depth >= MOST_DEPTH || names.size > MOST_FIELDS || names.size === 0 || isFree) {
    return { ...common, kind: "json" };
  }
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  // Required fields are marked where they are the fewer ones, otherwise the optional ones.
  const isRare = required.length * 2 < names.size;
  const fields = Array.from(names, (name) =>
    nodeOf(own(properties, name), own(given, name), {
      root: at.root,
      pointer: `${at.pointer}/${escaped(name)}`,
      name,
      isRequired: required.includes(name),
      isMarked: required.includes(name) === isRare,
      depth: at.depth + 1,
    }),
  );
  return { ...common, kind: "object", fields };
}

function listOf(schema: Schema, value: unknown, common: Common, at: At): FormNode {
  const given = Array.isArray(value) ? value : [];
  const { schema: item } = resolved(schema["items"] ?? {}, at.root);
  const options = optionsOf(item);
  if (options !== null && given.every((one) => isOne(options, one))) {
    return { ...common, kind: "several", options };
  }
  const items = given.slice(0, MOST_ITEMS).map((one, i) =>
    nodeOf(schema["items"] ?? {}, one, {
      root: at.root,
      pointer: `${at.pointer}/${i}`,
      name: `${i + 1}`,
      isRequired: true,
      isMarked: false,
      depth: at.depth + 1,
    }),
  );
  const isList = given.length <= MOST_ITEMS && SCALARS.has(typeOf(item, given[0]) ?? "");
  return isList && items.every(isScalar)
    ? { ...common, kind: "list", items, empty: EMPTY[typeOf(item, given[0]) ?? ""] ?? "" }
    : { ...common, kind: "json" };
}

function isScalar({ kind }: FormNode): boolean {
  return kind === "text" || kind === "number" || kind === "boolean" || kind === "choice";
}

/** A schema without references, and without its alternative of null. */
function resolved(given: unknown, root: unknown): { schema: Schema; isNullable: boolean } {
  let schema = recordIn(given) ?? {};
  let isNullable = false;
  for (let step = 0; step < MOST_REFS; step += 1) {
    const reference = schema["$ref"];
    const both = schema["anyOf"] ?? schema["oneOf"];
    if (typeof reference === "string" && reference.startsWith("#/")) {
      const { $ref: _, ...rest } = schema;
      schema = { ...recordIn(valueAt(root, reference.slice(1))), ...rest };
    } else if (Array.isArray(schema["allOf"])) {
      const { allOf, ...rest } = schema;
      schema = { ...merged(allOf as unknown[], root), ...rest };
    } else if (Array.isArray(both) && both.length === 2 && both.some(isNullSchema)) {
      const { anyOf: _, oneOf: __, ...rest } = schema;
      schema = { ...recordIn(both.find((one) => !isNullSchema(one))), ...rest };
      isNullable = true;
    } else {
      break;
    }
  }
  const types = schema["type"];
  if (Array.isArray(types) && types.length === 2 && types.includes("null")) {
    schema = { ...schema, type: types.find((one) => one !== "null") };
    isNullable = true;
  }
  return { schema, isNullable };
}

/** Schemas that all hold, as one: the later ones add to the earlier ones. */
function merged(schemas: readonly unknown[], root: unknown): Schema {
  const parts = schemas.map((one) => {
    const reference = recordIn(one)?.["$ref"];
    return typeof reference === "string" && reference.startsWith("#/")
      ? (recordIn(valueAt(root, reference.slice(1))) ?? {})
      : (recordIn(one) ?? {});
  });
  return Object.assign({}, ...parts) as Schema;
}

function optionsOf(schema: Schema): FormOption[] | null {
  const { enum: values, const: only, oneOf, anyOf } = schema;
  if (Array.isArray(values)) {
    const names = Array.isArray(schema["enumNames"]) ? schema["enumNames"] : [];
    return values.map((value, i) => ({ value, text: String(names[i] ?? wordOf(value)) }));
  }
  if (only !== undefined) {
    return [{ value: only, text: wordOf(only) }];
  }
  const titled = Array.isArray(oneOf) ? oneOf : Array.isArray(anyOf) ? anyOf : [];
  const options = titled.map((one) => recordIn(one) ?? {});
  return options.length > 0 && options.every((one) => "const" in one)
    ? options.map((one) => ({
        value: one["const"],
        text: textIn(one, "title") ?? wordOf(one["const"]),
      }))
    : null;
}

/** The type of a field; that of its value where the schema has none. */
function typeOf(schema: Schema, value: unknown): string | null {
  const { type } = schema;
  if (typeof type === "string") {
    return type;
  }
  if (recordIn(schema["properties"]) !== null) {
    return "object";
  }
  const isOpen = ["type", "anyOf", "oneOf", "allOf", "not", "$ref"].every(
    (name) => !(name in schema),
  );
  if (!isOpen || value === undefined || value === null) {
    return null;
  }
  return Array.isArray(value) ? "array" : typeof value;
}

function isOfType(type: string | null, value: unknown): boolean {
  switch (type) {
    case "integer":
    case "number":
      return typeof value === "number";
    case "array":
      return Array.isArray(value);
    case "object":
      return recordIn(value) !== null;
    default:
      return typeof value === type;
  }
}

function isLong(schema: Schema, value: unknown, name: string): boolean {
  const most = schema["maxLength"];
  const isTall = typeof value === "string" && (value.length > LONG_TEXT || value.includes("\n"));
  return isTall || (typeof most === "number" && most > 4000) || LONG_NAME.test(name);
}

/** Returns the value at a JSON pointer; undefined if there is none. */
export function valueAt(root: unknown, pointer: string): unknown {
  return partsOf(pointer).reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? own(value, name) : undefined),
    root,
  );
}

/** The parts of a JSON pointer. */
export function partsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name)
    ? (object as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function isNullSchema(schema: unknown): boolean {
  const { type, const: only } = recordIn(schema) ?? {};
  return type === "null" || only === null;
}

function isOne(options: readonly FormOption[], value: unknown): boolean {
  return options.some((option) => JSON.stringify(option.value) === JSON.stringify(value));
}

function absentText(value: unknown): string {
  const isPlain = ["string", "number", "boolean"].includes(typeof value) && value !== "";
  const text = isPlain ? wordOf(value) : "not set";
  return isPlain && text !== "default" ? `${text} (default)` : text;
}

function textIn(schema: Schema, name: string): string | null {
  const text = schema[name];
  return typeof text === "string" && text.trim() !== "" ? text : null;
}

function wordOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function recordIn(value: unknown): Schema | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Schema)
    : null;
}
