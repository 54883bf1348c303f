/** Tools that answer from a script: `input_data.script_tools` of a run of `local/script`. */
import { defined } from "../../../run/value/defined.ts";
import type { JsonObject, JsonValue } from "../../../run/value/json.ts";
import { ScriptedOutputs, scriptToolsSchema, type ScriptTool } from "../../../run/spec/script.ts";
import type { ScriptedCalls } from "../../../run/log/state.ts";
import { jsonSchemaCheck } from "../schema/json-schema.ts";
import { DEFAULT_TOOL_TIMEOUT_MS, type RunTool } from "../tool.ts";
import { sleep } from "../../../timing.ts";

const ANY_OBJECT: JsonObject = { type: "object" };

/**
 * Creates the tools that a script defines.
 * @param definitions `input_data.script_tools`, validated at submission; absent means none
 * @param calls returns their calls in the log; read again for each call
 * @throws ZodError if the definitions are invalid
 */
export function scriptTools(
  definitions: JsonValue | undefined,
  calls: () => ScriptedCalls | null,
): RunTool[] {
  return scriptToolsSchema.parse(definitions ?? []).map((script) => scriptedTool(script, calls));
}

/** Returns the calls of one tool since the last read, oldest first. */
function newCalls(
  name: string,
  newest: ScriptedCalls | null,
  known: ScriptedCalls | null,
): ScriptedCalls[] {
  const calls: ScriptedCalls[] = [];
  for (let call = newest; call !== null && call !== known; call = call.earlier) {
    if (call.name === name) {
      calls.push(call);
    }
  }
  return calls.toReversed();
}

function scriptedTool(script: ScriptTool, calls: () => ScriptedCalls | null): RunTool {
  const outputs = new ScriptedOutputs(script);
  let known: ScriptedCalls | null = null;
  const inputSchema = script.input_schema ?? ANY_OBJECT;
  const output = (callId: string): JsonValue => {
    const newest = calls();
    for (const call of newCalls(script.name, newest, known)) {
      outputs.assign(call);
    }
    known = newest;
    const entry = outputs.of(callId);
    if (entry === null) {
      throw new Error(`The script has no output left for this call of ${script.name}.`);
    }
    if ("error" in entry) {
      throw new Error(entry.error);
    }
    return entry.output;
  };
  return {
    kind: "run",
    name: script.name,
    description: script.description ?? "Answers from the task's script.",
    inputSchema,
    outputSchema: null,
    effect: script.effect ?? "once",
    timeoutMs: DEFAULT_TOOL_TIMEOUT_MS + (script.delay_ms ?? 0),
    ...defined({ untrusted: script.untrusted }),
    checkInput: jsonSchemaCheck(inputSchema),
    checkOutput: jsonSchemaCheck({}),
    run: async (_input, context) => {
      await sleep(script.delay_ms ?? 0, context.signal);
      return output(context.callId);
    },
    probe: async (_input, context) => {
      const state = script.probe ?? "not_done";
      return state === "done" ? { state, output: output(context.callId) } : { state };
    },
  };
}
