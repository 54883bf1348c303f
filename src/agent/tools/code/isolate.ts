/**
 * The isolate port: where code of models and clients runs. What runs there has no network, no
 * bindings and nothing of the service; it can compute, write to its console, and call the tools it
 * is given.
 */
import type { JsonValue } from "../../../run/value/json.ts";
import type { ToolFailureCode } from "../../../run/value/failure.ts";
import type { ToolCaller } from "../tool.ts";

/** Code that is ready to be run: what `compileCode` gives. */
export interface CompiledCode {
  /** A module whose default export is the code as `async (tools, input) => …`, metered. */
  readonly module: string;
}

export interface IsolateJob {
  readonly code: CompiledCode;
  /** What the code sees as `input`. */
  readonly input: JsonValue;
  /** What the code sees as `tools`; null: it has none. */
  readonly tools: ToolCaller | null;
  /** The same job is shown the same time and the same random numbers, however often it runs. */
  readonly seed: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Aborted when the caller no longer waits for the code. */
  readonly signal: AbortSignal;
}

export type IsolateOutcome =
  | { readonly ok: true; readonly output: JsonValue; readonly console: string }
  | {
      readonly ok: false;
      readonly code: ToolFailureCode;
      readonly message: string;
      readonly console: string;
    };

export interface Isolate {
  /** Runs code to its end; whatever it does is an outcome. */
  run(job: IsolateJob): Promise<IsolateOutcome>;
}
