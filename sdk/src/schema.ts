/** Schemas of a task's answer: JSON Schema, or a schema of a library that has a standard interface. */

/** A JSON Schema, such as `{ type: "object", … }`. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What is wrong with a value. */
export interface SchemaIssue {
  readonly message: string;
}

/**
 * A schema of zod, Valibot, ArkType or another library that implements Standard Schema 1
 * (standardschema.dev). `jsonSchema` is of Standard JSON Schema; zod has it since 4.2.
 */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown>;
    };
  };
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** Whether a schema validates by itself. */
export function isStandardSchema(schema: JsonSchema | StandardSchema): schema is StandardSchema {
  return "~standard" in schema;
}

/** Returns the JSON Schema for `output_schema`. @throws TypeError if the library cannot make one */
export function jsonSchemaOf(schema: JsonSchema | StandardSchema, given?: JsonSchema): JsonSchema {
  if (given !== undefined) {
    return given;
  }
  if (!isStandardSchema(schema)) {
    return schema;
  }
  const { jsonSchema, vendor } = schema["~standard"];
  if (jsonSchema === undefined) {
    throw new TypeError(
      `The schema of ${vendor} cannot make a JSON Schema: pass it as jsonSchema too.`,
    );
  }
  return jsonSchema.input({ target: "draft-2020-12" });
}
