/** Renders schemas of the OpenAPI document as tables of fields. */
import { html } from "hono/html";

/** The keywords of a schema that the page shows. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export type Html = ReturnType<typeof html>;

/** Renders the fields of a schema, with those of its parts below them. */
export function fieldsOf(schema: Schema): Html {
  const variants = schema.oneOf ?? schema.anyOf ?? [];
  const { properties } = schema;
  return html`${properties === undefined ? "" : fieldTable(properties, schema.required ?? [])}
  ${variants.map((variant) =>
    variant.$ref === undefined
      ? html`<p>One of:</p>
          ${fieldsOf(variant)}`
      : html`<p>One of: ${typeOf(variant)}</p>`,
  )}`;
}

function fieldTable(fields: Readonly<Record<string, Schema>>, required: readonly string[]): Html {
  return html`<table>
    ${Object.entries(fields).map(
      ([name, field]) =>
        html`<tr>
          <th><code>${name}</code>${required.includes(name) ? requiredMark() : ""}</th>
          <td>${typeOf(field)} ${boundsOf(field)}</td>
          <td>${prose(descriptionOf(field))} ${partsOf(field)}</td>
        </tr>`,
    )}
  </table>`;
}

/** Renders the fields inside a field, if its schema is not a component of its own. */
function partsOf(field: Schema): Html | string {
  const { additionalProperties: each } = field;
  const inner = field.items ?? (typeof each === "object" ? each : field);
  const hasParts = inner.$ref === undefined && (inner.properties ?? inner.oneOf ?? inner.anyOf);
  return hasParts
    ? html`<details>
        <summary>Fields</summary>
        ${fieldsOf(inner)}
      </details>`
    : "";
}

/** Returns the mark of a required field or parameter. */
export function requiredMark(): Html {
  return html` <b class="required">required</b>`;
}

function descriptionOf({ description, allOf = [] }: Schema): string {
  return description ?? allOf.map((part) => part.description ?? "").join("");
}

/** Renders the type of a schema, with a link if it is a component. */
export function typeOf(schema: Schema): Html {
  const { $ref, items, allOf = [], oneOf, anyOf, additionalProperties: each } = schema;
  const name = $ref?.split("/").at(-1);
  if (name !== undefined) {
    return html`<a href="#${name}"><code>${name}</code></a>`;
  }
  const whole = allOf.find((part) => part.$ref !== undefined);
  if (whole !== undefined) {
    return typeOf(whole);
  }
  if (schema.enum !== undefined || schema.const !== undefined) {
    const values = schema.enum ?? [schema.const];
    return html`${values.map((value, at) => html`${at > 0 ? " | " : ""}<code>${literal(value)}</code>`)}`;
  }
  const types = [schema.type ?? ((oneOf ?? anyOf === undefined) ? "any" : "one of")].flat();
  if (types.includes("array") && !types.includes("object") && items !== undefined) {
    return html`list of ${typeOf(items)}${types.includes("null") ? " or null" : ""}`;
  }
  if (typeof each === "object" && each.type !== undefined && schema.properties === undefined) {
    return html`map of ${typeOf(each)}${types.includes("null") ? " or null" : ""}`;
  }
  const all = types.length > 4 ? "any JSON" : types.join(" or ");
  return html`${all}${schema.format === undefined ? "" : ` (${schema.format})`}`;
}

/** Renders the bounds and the default of a schema. */
export function boundsOf(schema: Schema): Html {
  const { items } = schema;
  const texts = [
    range(schema.minimum, schema.maximum, ""),
    range(schema.minLength, schema.maxLength, " characters"),
    range(schema.minItems, schema.maxItems, " entries"),
    items === undefined ? "" : range(items.minLength, items.maxLength, " characters each"),
  ].filter((text) => text !== "");
  return html`${texts.map((text) => html`<br /><small>${text}</small>`)}
  ${schema.pattern === undefined ? "" : html`<br /><small><code>${schema.pattern}</code></small>`}
  ${schema.default === undefined ? "" : html`<br /><small>Default: <code>${literal(schema.default)}</code></small>`}`;
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  // Bounds of every whole number in JSON say nothing.
  const from = least === Number.MIN_SAFE_INTEGER ? undefined : least?.toLocaleString("en-US");
  const to = most === Number.MAX_SAFE_INTEGER ? undefined : most?.toLocaleString("en-US");
  if (to === undefined) {
    return from === undefined ? "" : `at least ${from}${unit}`;
  }
  return from === undefined ? `at most ${to}${unit}` : `${from} to ${to}${unit}`;
}

function literal(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Renders text with its `backticked` parts as code. */
export function prose(text: string): (Html | string)[] {
  return text.split("`").map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}
