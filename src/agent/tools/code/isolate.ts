/**
 * The isolate port: runs code of models and clients. The code has no network, no bindings and no
 * access to the service. It can compute, write to its console, and call the given tools.
 */
import type { JsonValue } from "../../../run/value/json.ts";
import type { ToolFailureCode } from "../../../run/value/failure.ts";
import type { ToolCaller } from "../tool.ts";

/** Code that is ready to run: the output of `compileCode`. */
export interface CompiledCode {
  /** A module whose default export is the code as `async (tools, input) => …`, metered. */
  readonly module: string;
}

export interface IsolateJob {
  readonly code: CompiledCode;
  /** The value of `input` in the code. */
  readonly input: JsonValue;
  /** The tools available to the code. Null: none. */
  readonly tools: ToolCaller | null;
  /**
   * Seed of random numbers: a job that runs again has the same time and the same random numbers.
   */
  readonly seed: string;
  /** The time that the code sees, in milliseconds since the epoch. */
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
  /** Runs code to its end. Every failure is an outcome. */
  run(job: IsolateJob): Promise<IsolateOutcome>;
}
