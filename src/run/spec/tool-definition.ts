/**
 * Tools that a tenant brings, as data: what is stored, what the API shows, and what a run is told at
 * its submission, so that a change of a tool does not reach a running task. Persisted: kinds and
 * fields are added, never changed.
 */
import { z } from "zod";
import { EFFECTS } from "../value/effect.ts";
import { isJsonObject, type JsonObject } from "../value/json.ts";

/** Whether a person must approve each call. */
export const APPROVALS = ["never", "always"] as const;
export type Approval = (typeof APPROVALS)[number];

export const HTTP_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** What every tool is named like. */
export const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/** Tools that a tenant may have, and characters of JSON that one, and all of a run's, may take. */
export const MAX_TENANT_TOOLS = 100;
export const MAX_DEFINITION_CHARS = 32_768;
export const MAX_SNAPSHOT_CHARS = 262_144;

const schemaObject = z.custom<JsonObject>(isJsonObject, "must be an object");

/** What all kinds have. */
const common = {
  name: z.string(),
  /** Counts from 1 with every change. */
  version: z.number().int().min(1),
  description: z.string(),
  input_schema: schemaObject,
  output_schema: schemaObject.nullable(),
  effect: z.enum(EFFECTS),
  approval: z.enum(APPROVALS),
  timeout_ms: z.number().int(),
};

/** A tool whose calls are requests to a server of the tenant's. */
const httpDefinition = z.looseObject({
  ...common,
  kind: z.literal("http"),
  http: z.looseObject({
    method: z.enum(HTTP_METHODS),
    url: z.string(),
    /** Values may name secrets as `${secret:NAME}`; what these stand for is never stored here. */
    headers: z.record(z.string(), z.string()),
  }),
});
export type HttpDefinition = z.infer<typeof httpDefinition>;

/** A tool whose calls run code in an isolate: the body of an async function that is given `input`. */
const codeDefinition = z.looseObject({
  ...common,
  kind: z.literal("code"),
  code: z.looseObject({
    /** JavaScript or TypeScript. */
    source: z.string(),
  }),
});
export type CodeDefinition = z.infer<typeof codeDefinition>;

export const toolDefinition = z.discriminatedUnion("kind", [httpDefinition, codeDefinition]);
export type ToolDefinition = z.infer<typeof toolDefinition>;

export const toolDefinitions = z.array(toolDefinition);
