/**
 * Writes `docs/reference/agent-config.md` from `docs/openapi.json`, which is made from the schemas
 * that validate a config; with `--check` only says whether the page is current.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { DEFAULT_LIMITS } from "../src/run/spec/agent.ts";

const root = resolve(import.meta.dirname, "..");
const FILE = resolve(root, "docs/reference/agent-config.md");

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const { schemas } = (
  JSON.parse(readFileSync(resolve(root, "docs/openapi.json"), "utf8")) as Document
).components;

/** Sections in the order of the page: heading and schema. */
const SECTIONS: readonly (readonly [heading: string, schema: Schema])[] = [
  ["`agent_config`", named("AgentConfig")],
  ["`agent_config.profile`", named("Profile")],
  ["`agent_config.policy`", named("Policy")],
  ["`limits`", named("Limits")],
];

function named(name: string): Schema {
  const schema = schemas[name];
  if (schema === undefined) {
    throw new Error(`The document has no schema ${name}.`);
  }
  return schema;
}

function target(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : named(schema.$ref.split("/").at(-1) ?? "");
}

/** Returns the rows of a schema's fields, and below each those of the fields inside it. */
function rowsOf(schema: Schema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    return [rowOf(path, field)].concat(rowsInside(field, path));
  });
}

function rowsInside(field: Schema, path: string): string[] {
  const { additionalProperties: each } = field;
  return typeof each === "object" && each.properties !== undefined
    ? rowsOf(each, `${path}.*.`)
    : rowsOf(field, `${path}.`);
}

function sectionOf([heading, schema]: (typeof SECTIONS)[number]): string[] {
  const { description = "" } = schema;
  const head = ["| field | type | bounds | default | meaning |", "| --- | --- | --- | --- | --- |"];
  return ["", `## ${heading}`, "", description, ""].concat(head, rowsOf(schema, ""));
}

function rowOf(path: string, field: Schema): string {
  const whole = target(field).description ?? "";
  // The section of a component has the rest of its description.
  const description = field.$ref === undefined ? whole : whole.replace(/(?<=\.) .*$/, "");
  const [text, fallback] = withoutDefault(description);
  const cells = [`\`${path}\``, typeOf(field), boundsOf(field), fallback, text];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Splits a description into its text and its default, which it names in one of two forms. */
function withoutDefault(description: string): [text: string, fallback: string] {
  const sentence = / ?Default: (?<value>.+?)\.(?= |$)/.exec(description);
  if (sentence !== null) {
    return [description.replace(sentence[0], "").trim(), sentence.groups?.["value"] ?? ""];
  }
  return [
    description,
    /(?<value>`\w+`) \(the default\)/.exec(description)?.groups?.["value"] ?? "",
  ];
}

function typeOf(field: Schema): string {
  if (field.$ref !== undefined) {
    return "object, see below";
  }
  if (field.enum !== undefined) {
    return field.enum.map((value) => `\`${String(value)}\``).join(", ");
  }
  const types = [field.type ?? "any"].flat();
  return types
    .map((type) => (type === "array" ? `list of ${plural(field.items)}` : type))
    .join(" or ");
}

function plural(items: Schema = {}): string {
  return `${[items.type ?? "value"].flat().join(" or ")}s`;
}

function boundsOf(field: Schema): string {
  const { items = {} } = field;
  return [
    range(field.minimum, field.maximum, ""),
    range(field.minLength, field.maxLength, " characters"),
    range(undefined, field.maxItems, " entries"),
    field.maxItems === undefined ? "" : range(items.minLength, items.maxLength, " characters each"),
  ]
    .filter((bound) => bound !== "")
    .join("; ");
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  // Bounds of every whole number in JSON say nothing.
  const from = least === Number.MIN_SAFE_INTEGER ? undefined : least;
  const to = most === Number.MAX_SAFE_INTEGER ? undefined : most;
  if (to === undefined) {
    return from === undefined ? "" : `at least ${grouped(from)}${unit}`;
  }
  return from === undefined
    ? `at most ${grouped(to)}${unit}`
    : `${grouped(from)} to ${grouped(to)}${unit}`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

// The texts name the defaults, so a changed default must change its text.
for (const [name, value] of Object.entries(DEFAULT_LIMITS)) {
  const text = named("Limits").properties?.[name]?.description ?? "";
  if (!text.includes(`Default: ${typeof value === "number" ? grouped(value) : value}.`)) {
    throw new Error(`The text of limits.${name} does not name its default, ${value}.`);
  }
}

const page = [
  "# Agent config and limits",
  "",
  "Every field of a task's `agent_config` and `limits`, which are also the `config` and `limits` of an [agent](../how-to/agents.md). All fields are optional. A field of the task overrides that of the agent, and the agent's overrides the default. An unknown field, or a value outside its bounds, is rejected with `validation_failed`.",
  "",
  "This page is generated from the schemas by `npm run docs:reference`.",
  ...SECTIONS.flatMap(sectionOf),
  "",
  "A run that fails at a limit has `limit_reached` as the code of its `error`, and the limit with its value in `error.details`. Raise a limit of a live run with `PATCH /api/v1/tasks/{id}/limits`; a run that waits for `budget` then resumes ([limits](../how-to/waits-and-limits.md#limit-cost)).",
  "",
].join("\n");

if (process.argv.includes("--check")) {
  console.log(`${page.match(/^\| `/gm)?.length ?? 0} fields`);
  if (readFileSync(FILE, "utf8") !== page) {
    console.error("docs/reference/agent-config.md is not current: run npm run docs:reference.");
    process.exitCode = 1;
  }
} else {
  writeFileSync(FILE, page);
}
