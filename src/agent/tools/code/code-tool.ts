/**
 * Tools registered with code: the body of an async function in which `input` is the call's
 * arguments. The code runs in an isolate without network and tools, so it can only compute. A
 * declared effect other than `pure` is used all the same.
 */
import type { CodeDefinition } from "../../../run/spec/tool-definition.ts";
import { compileCode } from "./compile-code.ts";
import type { Isolate } from "./isolate.ts";
import { jsonSchemaCheck } from "../schema/json-schema.ts";
import { inIsolate } from "./run-code.ts";
import type { RunTool } from "../tool.ts";

/** Creates a tool from a registered definition. */
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

/** Returns why a source cannot be registered, or null. Compiles it, but does not run it. */
export async function sourceDefect(source: string): Promise<string | null> {
  const compiled = await compileCode(source);
  return compiled.ok ? null : compiled.reason;
}
