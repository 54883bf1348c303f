/**
 * Code as a tool. A model writes the body of an async function, which calls the run's other tools
 * and returns a result computed from their outputs, so that only the result goes through the model.
 * Its only effects are these calls. After an interruption it runs again from the start, and calls
 * made before are answered from the log.
 */
import { z } from "zod";
import { clipMessage, ToolStop } from "../../../run/value/failure.ts";
import { compileCode, MAX_SOURCE_CHARS } from "./compile-code.ts";
import type { Isolate, IsolateOutcome } from "./isolate.ts";
import { defineTool, type RunTool, type ToolContext } from "../tool.ts";
import type { JsonValue } from "../../../run/value/json.ts";

/** Timeout of code in milliseconds, including its tool calls. */
const CODE_TIMEOUT_MS = 120_000;

/** Name of the tool that runs code. */
export const RUN_CODE = "run_code";

const tools = new WeakMap<Isolate, RunTool>();

/** Returns the tool `run_code` for deployments with isolates: the same tool for the same isolate. */
export function runCode(isolate: Isolate): RunTool {
  let tool = tools.get(isolate);
  if (tool === undefined) {
    tool = defined(isolate);
    tools.set(isolate, tool);
  }
  return tool;
}

function defined(isolate: Isolate): RunTool {
  const tool = defineTool({
    name: RUN_CODE,
    description:
      "Runs JavaScript or TypeScript: the body of an async function. `return` gives the output (JSON), `console.log` is captured, and `await tools.name(arguments)` calls another tool of yours and gives its output, or throws an Error with a `code`. Use it to call many tools, or to work through large outputs, in one step. There is no network, no file system and nothing to import; time and random numbers stand still within a call.",
    input: z.strictObject({ code: z.string().min(1).max(MAX_SOURCE_CHARS) }),
    output: z.looseObject({ result: z.any(), console: z.string().optional() }),
    effect: "idempotent",
    timeoutMs: CODE_TIMEOUT_MS,
    run: async ({ code }, context) => inIsolate(isolate, code, {}, context),
  });
  return Object.freeze({ ...tool, callsTools: true });
}

/**
 * Compiles and runs a source. Returns its result and its console output.
 * @throws ToolStop with the code of the failure
 */
export async function inIsolate(
  isolate: Isolate,
  source: string,
  input: JsonValue,
  context: ToolContext,
): Promise<{ readonly result: JsonValue; readonly console?: string }> {
  const compiled = await compileCode(source);
  if (!compiled.ok) {
    throw new ToolStop("invalid_code", `The code cannot be compiled: ${compiled.reason}.`);
  }
  const outcome = await isolate.run({
    code: compiled.code,
    input,
    tools: context.calls ?? null,
    seed: context.idempotencyKey,
    now: context.requestedAt ?? 0,
    signal: context.signal,
  });
  if (!outcome.ok) {
    throw new ToolStop(outcome.code, messageOf(outcome));
  }
  const { output, console } = outcome;
  return console === "" ? { result: output } : { result: output, console };
}

/** Appends the end of the console output, which shows best how far the code ran. */
function messageOf({ message, console }: Extract<IsolateOutcome, { ok: false }>): string {
  return console === ""
    ? message
    : `${clipMessage(message)} Its console ends: ${console.slice(-400)}`;
}
