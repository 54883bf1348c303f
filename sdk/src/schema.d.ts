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
    readonly types?:
      | {
          readonly input: unknown;
          readonly output: Output;
        }
      | undefined;
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown>;
    };
  };
}
type StandardResult<Output> =
  | {
      readonly value: Output;
      readonly issues?: undefined;
    }
  | {
      readonly issues: readonly SchemaIssue[];
    };
/** Whether a schema validates by itself. */
export declare function isStandardSchema(
  schema: JsonSchema | StandardSchema,
): schema is StandardSchema;
/** Returns the JSON Schema for `output_schema`. @throws TypeError if the library cannot make one */
export declare function jsonSchemaOf(
  schema: JsonSchema | StandardSchema,
  given?: JsonSchema,
): JsonSchema;
export {};
