/**
 * Tools whose code came with their registration: the body of an async function in which `input` is
 * the call's arguments. It runs in an isolate without network and without tools, so it computes; a
 * declared effect other than `pure` is believed all the same.
 */
import type { CodeDefinition } from "../../../run/spec/tool-definition.ts";
import { compileCode } from "./compile-code.ts";
import type { Isolate } from "./isolate.ts";
import { jsonSchemaCheck } from "../schema/json-schema.ts";
import { inIsolate } from "./run-code.ts";
import type { RunTool } from "../tool.ts";

/** A registered definition, ready to be run. */
export function codeTool(definition: CodeDefinition, isolate: Isolate): RunTool {
  const { name, description, input_schema, output_schema, effect, approval, timeout_ms, code } =
    definition;
  return Object.freeze({
    kind: "run" as const,
    name,
    description,
    inputSchema: input_schema,
    outputSchema: output_schema,
    effect,
    approval,
    timeoutMs: timeout_ms,
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
