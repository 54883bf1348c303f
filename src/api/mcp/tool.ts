/** What a tool of `/mcp` is, and its JSON Schema from a zod schema. */
import { z } from "@hono/zod-openapi";
import { ToolSchema, type CallToolResult, type Tool } from "@modelcontextprotocol/sdk/types.js";
import type { Caller, Scope } from "../../store/keys.ts";
import type { TraceContext } from "../../run/value/trace-context.ts";
import type { ApiDeps } from "../context.ts";
import { validationProblem } from "../http/validation.ts";
import type { LoggedEvent } from "./log-page.ts";

/** The context of a tool call. */
export interface ToolCall {
  readonly deps: ApiDeps;
  readonly caller: Caller;
  /** Aborted when the client cancels the call or disconnects. */
  readonly gone: AbortSignal;
  /** The caller's place in a trace: `traceparent` and `tracestate` in `_meta`; null without one. */
  readonly trace: TraceContext | null;
  /** Sends an event to the client as progress. Absent without a progress token or `tasks:read`. */
  readonly tell?: (event: LoggedEvent) => Promise<void>;
}

export interface TaskTool {
  /** Scope that a call requires. */
  readonly scope: Scope;
  readonly definition: Tool;
  /** @throws Problem */
  run(args: unknown, call: ToolCall): Promise<CallToolResult>;
}

/** JSON Schema documents by zod schema. */
const documents = new WeakMap<z.ZodType, Tool["inputSchema"]>();

interface ToolSpec<S extends z.ZodType> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly scope: Scope;
  readonly annotations: NonNullable<Tool["annotations"]>;
  readonly schema: S;
  run(args: z.output<S>, call: ToolCall): Promise<CallToolResult>;
}

/** Returns a tool. Arguments that do not fit its schema are refused. */
export function tool<S extends z.ZodType>(spec: ToolSpec<S>): TaskTool {
  const { name, title, description, scope, annotations, schema } = spec;
  return {
    scope,
    definition: { name, title, description, annotations, inputSchema: jsonSchema(schema) },
    run: (args, call) => {
      const parsed = schema.safeParse(args);
      if (!parsed.success) {
        throw validationProblem(parsed.error, "call");
      }
      return spec.run(parsed.data, call);
    },
  };
}

/** Returns the JSON Schema of a zod schema. Cached, because all agents share one. */
function jsonSchema(schema: z.ZodType): Tool["inputSchema"] {
  const document = documents.get(schema) ?? documentOf(schema);
  documents.set(schema, document);
  return document;
}

function documentOf(schema: z.ZodType): Tool["inputSchema"] {
  const document = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema: part }) => {
      // The format is enough; the pattern takes half a kilobyte.
      if (part.format === "date-time") {
        delete part.pattern;
      }
      // Equivalent, and more clients can pass it on to their models.
      if (isEmpty(part.additionalProperties)) {
        part.additionalProperties = true;
      }
    },
  });
  return ToolSchema.shape.inputSchema.parse(document);
}

function isEmpty(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && Object.keys(schema).length === 0;
}

/** Returns the result of a call: a text for models, and data. */
export function result(text: string, structuredContent: Record<string, unknown>): CallToolResult {
  return { content: [{ type: "text", text }], structuredContent };
}
