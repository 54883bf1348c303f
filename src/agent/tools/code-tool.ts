/**
 * Tools whose code came with their registration: the body of an async function in which `input` is
 * the call's arguments. It runs in an isolate without network and without tools, so it computes; a
 * declared effect other than `pure` is believed all the same.
 */
import type { Effect } from "../../run/effect.ts";
import type { JsonObject } from "../../run/json.ts";
import { compileCode } from "./compile-code.ts";
import type { Isolate } from "./isolate.ts";
import { jsonSchemaCheck } from "./json-schema.ts";
import { inIsolate } from "./run-code.ts";
import { DEFAULT_TOOL_TIMEOUT_MS, type RunTool } from "./tool.ts";

export interface CodeDefinition {
  readonly name: string;
  readonly description: string;
  readonly input_schema: JsonObject;
  readonly output_schema?: JsonObject | null;
  readonly effect: Effect;
  readonly timeout_ms?: number;
  readonly code: { readonly source: string };
}

/** A registered definition, ready to be run. */
export function codeTool(definition: CodeDefinition, isolate: Isolate): RunTool {
  const { name, description, input_schema, output_schema, effect, timeout_ms, code } = definition;
  return Object.freeze({
    kind: "run" as const,
    name,
    description,
    inputSchema: input_schema,
    outputSchema: output_schema ?? null,
    effect,
    timeoutMs: timeout_ms ?? DEFAULT_TOOL_TIMEOUT_MS,
    checkInput: jsonSchemaCheck(input_schema),
    checkOutput: jsonSchemaCheck(output_schema ?? {}),
    run: async (input, context) => {
      const { calls: _none, ...alone } = context;
      return (await inIsolate(isolate, code.source, input, alone)).result;
    },
  } satisfies RunTool);
}

/** Why a source cannot be registered, or null. It is compiled and not run. */
export async function sourceDefect(source: string): Promise<string | null> {
  const compiled = await compileCode(source);
  return compiled.ok ? null : compiled.reason;
}
