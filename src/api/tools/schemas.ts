/** Zod schemas of tools; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { EFFECTS } from "../../run/value/effect.ts";
import { isJsonObject, type JsonObject } from "../../run/value/json.ts";
import { APPROVALS, HTTP_METHODS, TOOL_NAME } from "../../run/spec/tool-definition.ts";
import { UNTRUSTED } from "../../run/value/trust.ts";
import { listOf } from "../schemas.ts";
import { type Examples, AT } from "../openapi/examples.ts";

const MAX_TIMEOUT_MS = 600_000;
const DEFAULT_TIMEOUT_MS = 60_000;

const name = z.string().regex(TOOL_NAME, "must be 1 to 128 letters, digits, _ . or -").openapi({
  description: "Identifies the tool: 1 to 128 letters, digits, `_`, `.` or `-`. The model sees it.",
  example: "weather",
});

/** A JSON Schema. `definitionDefects` checks later whether it is valid, with pointers into it. */
const jsonSchema = z
  .custom<JsonObject>(isJsonObject, "must be a JSON Schema object")
  .openapi({ type: "object", description: "JSON Schema 2020-12. References must stay within it." });

const http = z.strictObject({
  method: z.enum(HTTP_METHODS).describe("The method of each request."),
  url: z.string().min(1).max(2048).openapi({
    description:
      "The address of each request. With GET and DELETE, the arguments follow as a query.",
    example: "https://api.example.com/weather",
  }),
  headers: z
    .record(z.string(), z.string().max(4096))
    .default({})
    .openapi({ description: "Values refer to secrets of the deployment as `${secret:NAME}`." }),
});

const code = z.strictObject({
  source: z.string().min(1).openapi({
    description:
      "The body of an async function in JavaScript or TypeScript. `input` contains the arguments.",
    example: "return { celsius: (input.fahrenheit - 32) / 1.8 };",
  }),
});

const fields = {
  description: z.string().min(1).max(4096).describe("What the tool does, for the model."),
  input_schema: jsonSchema.openapi({
    description: "JSON Schema 2020-12 of the arguments. References must stay within it.",
  }),
  output_schema: jsonSchema.nullish().openapi({
    description: "JSON Schema of the output. An output that does not match fails the call.",
  }),
  approval: z
    .enum(APPROVALS)
    .default("never")
    .describe("`always`: a person must approve each call."),
  timeout_ms: z
    .number()
    .int()
    .min(10)
    .max(MAX_TIMEOUT_MS)
    .default(DEFAULT_TIMEOUT_MS)
    .describe("Timeout of each attempt, in milliseconds."),
  enabled: z.boolean().default(true).describe("A disabled tool is not used by new tasks."),
};

const effect = z
  .enum(["pure", "idempotent", "once"], "must be pure, idempotent or once")
  .openapi({ description: "What a second call with the same arguments would do." });
const httpFields = {
  ...fields,
  kind: z.literal("http").describe("Each call is an HTTP request."),
  effect: effect.default("once"),
  http: http.openapi({ description: "The request that a call makes." }),
};
/** Code has no network access, so its default effect is `pure`. */
const codeFields = {
  ...fields,
  kind: z.literal("code").describe("Each call runs code in an isolate."),
  effect: effect.default("pure"),
  code: code.openapi({ description: "The code that a call runs." }),
};

const KINDS = "must be http or code";

export const registerBody = z
  .discriminatedUnion(
    "kind",
    [z.strictObject({ name, ...httpFields }), z.strictObject({ name, ...codeFields })],
    { error: KINDS },
  )
  .openapi("RegisterTool");

export const replaceBody = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({ name: name.optional(), ...httpFields }),
      z.strictObject({ name: name.optional(), ...codeFields }),
    ],
    { error: KINDS },
  )
  .openapi("ReplaceTool");

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
/** The fields of a tool except its name. */
export type ToolBody = Without<z.output<typeof replaceBody>, "name" | "enabled">;

export const enableBody = z
  .strictObject({ enabled: z.boolean().describe("Whether new tasks can use the tool.") })
  .openapi("EnableTool");

export const toolPath = z.object({
  name: z.string().openapi({
    param: { name: "name", in: "path" },
    description: "The name of the tool.",
    example: "weather",
  }),
});

export const ifMatch = z.object({
  "if-match": z.string().max(1024).optional().openapi({
    description: "The `ETag` that the tool must have.",
  }),
});

const freeObject = z.record(z.string(), z.any());

export const tool = z
  .object({
    name: z.string().describe("The name of the tool."),
    kind: z
      .enum(["built_in", "http", "code"])
      .describe(
        "What a call does: run code of the service, send a request, or run the tenant's code.",
      ),
    version: z.number().int().nullable().openapi({ description: "null for a built-in tool." }),
    enabled: z.boolean().describe("Whether new tasks can use the tool."),
    description: z.string().describe("What the tool does, for the model."),
    input_schema: freeObject.describe("JSON Schema of the arguments."),
    output_schema: freeObject
      .nullable()
      .describe("JSON Schema of the output; null if it can be anything."),
    effect: z.enum(EFFECTS).openapi({
      description:
        "The worst effect that any call can have. The event of each call contains its own.",
    }),
    approval: z.enum(APPROVALS).describe("`always`: a person must approve each call."),
    untrusted: z.enum(UNTRUSTED).nullable().openapi({
      description: "The source of its output, if that is untrusted.",
    }),
    timeout_ms: z.number().int().describe("Timeout of each attempt, in milliseconds."),
    http: z
      .object({
        method: z.enum(HTTP_METHODS).describe("The method of each request."),
        url: z.string().describe("The address of each request."),
        headers: z.record(z.string(), z.string()).describe("Headers, with secrets by name only."),
      })
      .optional()
      .openapi({ description: "For the kind `http`: the request that a call makes." }),
    code: z
      .object({ source: z.string().describe("JavaScript or TypeScript.") })
      .optional()
      .openapi({ description: "For the kind `code`: the code that a call runs." }),
    created_at: z
      .string()
      .optional()
      .describe("When the tool was registered, RFC 3339. Absent for a built-in tool."),
    updated_at: z.string().optional().describe("When its latest version was created, RFC 3339."),
  })
  .openapi("Tool");
export type ToolJson = z.output<typeof tool>;

export const toolList = listOf(tool).openapi("ToolList");

const exampleHttpTool = {
  kind: "http",
  description: "The weather at a place.",
  input_schema: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
  effect: "pure",
  http: {
    method: "GET",
    url: "https://api.example.com/weather",
    headers: { Accept: "application/json" },
  },
};

const exampleTool = {
  ...exampleHttpTool,
  name: "weather",
  version: 1,
  enabled: true,
  output_schema: null,
  approval: "never",
  untrusted: "web",
  timeout_ms: 60_000,
  created_at: AT,
  updated_at: AT,
};

/** Examples by schema name. */
export const examples: Examples = {
  RegisterTool: { name: "weather", ...exampleHttpTool },
  ReplaceTool: exampleHttpTool,
  EnableTool: { enabled: false },
  Tool: exampleTool,
  ToolList: { data: [exampleTool], next_cursor: null },
};
