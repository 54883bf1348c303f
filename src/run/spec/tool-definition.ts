/**
 * Definitions of a tenant's tools: what is stored, what the API shows, and what a run's spec holds.
 * A run stores the definitions of its submission, so a later change does not reach a running task.
 * Persisted: kinds and fields are added, never changed.
 */
import { z } from "zod";
import { EFFECTS } from "../value/effect.ts";
import { isJsonObject, type JsonObject } from "../value/json.ts";

/** Whether a person must approve each call. */
export const APPROVALS = ["never", "always"] as const;
/** One of `APPROVALS`. */
export type Approval = (typeof APPROVALS)[number];

/** Methods that a registered HTTP tool may use. */
export const HTTP_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Name of a tool. */
export const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** Maximum tools of a tenant. */
export const MAX_TENANT_TOOLS = 100;
/** Maximum characters of JSON of one definition. */
export const MAX_DEFINITION_CHARS = 32_768;
/** Maximum characters of JSON of all definitions in one run. */
export const MAX_SNAPSHOT_CHARS = 262_144;

const schemaObject = z
  .custom<JsonObject>(isJsonObject, "must be an object")
  .meta({ type: "object" });

/** Fields of all kinds. */
const common = {
  name: z.string().describe("The name of the tool."),
  version: z.number().int().min(1).describe("Starts at 1 and increases with each change."),
  description: z.string().describe("What the tool does, for the model."),
  input_schema: schemaObject.describe("JSON Schema of the arguments."),
  output_schema: schemaObject
    .nullable()
    .describe("JSON Schema of the output; null if it can be anything."),
  effect: z.enum(EFFECTS).describe("What repeating a call would do outside the run."),
  approval: z.enum(APPROVALS).describe("`always`: a person must approve each call."),
  timeout_ms: z.number().int().describe("Timeout of each attempt, in milliseconds."),
};

/** A tool whose calls are requests to a tenant's server. */
const httpDefinition = z.looseObject({
  ...common,
  kind: z.literal("http").describe("Each call is an HTTP request."),
  http: z
    .looseObject({
      method: z.enum(HTTP_METHODS).describe("The method of each request."),
      url: z.string().describe("The address of each request."),
      headers: z
        .record(z.string(), z.string())
        .describe(
          "Values may refer to secrets as `${secret:NAME}`. The secrets themselves are never stored here.",
        ),
    })
    .describe("The request that a call makes."),
});
/** The definition of an HTTP tool. */
export type HttpDefinition = z.infer<typeof httpDefinition>;

/**
 * A tool whose calls run code in an isolate. The code is the body of an async function with the
 * parameter `input`.
 */
const codeDefinition = z.looseObject({
  ...common,
  kind: z.literal("code").describe("Each call runs code in an isolate."),
  code: z
    .looseObject({
      source: z.string().describe("JavaScript or TypeScript."),
    })
    .describe("The code that a call runs."),
});
/** The definition of a code tool. */
export type CodeDefinition = z.infer<typeof codeDefinition>;

/** The definition of one tenant's tool, in D1 or in a run's spec. */
export const toolDefinition = z.discriminatedUnion("kind", [httpDefinition, codeDefinition]);
/** The definition of a tenant's tool. */
export type ToolDefinition = z.infer<typeof toolDefinition>;

/** The definitions that a run's spec holds. */
export const toolDefinitions = z.array(toolDefinition);
