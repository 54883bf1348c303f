/**
 * The model port. An adapter implements one wire protocol. It streams a small union of events,
 * never throws, and ends with exactly one `done` or `failed`. It does not retry; the run does.
 */
import type { ModelFailure } from "../../run/value/failure.ts";
import type { Prompt, Reply } from "../../run/value/message.ts";
import type { ReportedLimits } from "../../run/value/rate-limits.ts";

/** One model call, provider-neutral. */
export interface ModelRequest extends Prompt {
  /** The model's id at its provider, without the provider's name. */
  readonly model: string;
  readonly temperature?: number;
  readonly max_output_tokens?: number;
  readonly seed?: number;
  /**
   * Number of the first call (`call_<number>`) that this model may have made: earlier ones are of
   * the models before it. Absent: all calls are its own.
   */
  readonly own_calls_from?: number;
  /** The number of replies in the run so far, and of failed attempts of this call. */
  readonly position: { readonly replies: number; readonly failedAttempts: number };
}

/** Token usage of one attempt, as the provider reports it. */
export interface TokenUsage {
  /** All input tokens, including those read from or written to the provider's cache. */
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  /** Included in `output_tokens`. */
  readonly reasoning_tokens: number;
  readonly cache_write_tokens?: number;
  /** The cost that the provider reports, in micro-dollars. Most providers report none. */
  readonly cost_micro_usd?: number;
}

export type LlmEvent =
  /** The provider has started to process the request. There is no output yet. */
  | { readonly type: "progress" }
  /** The rate limits that the response states. */
  | { readonly type: "limits"; readonly limits: ReportedLimits }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | {
      readonly type: "tool_call";
      readonly index: number;
      readonly name?: string;
      readonly arguments_text?: string;
    }
  | { readonly type: "usage"; readonly usage: TokenUsage }
  | { readonly type: "done"; readonly reply: Reply }
  | { readonly type: "failed"; readonly failure: ModelFailure };

/** A body: its head, the items with commas between them, and its tail. */
export interface BodyParts {
  readonly head: string;
  readonly items: readonly string[];
  readonly tail: string;
  /** Number of first items that the next request repeats unless the conversation is cut. */
  readonly stable: number;
}

export interface LlmClient {
  /**
   * Returns the exact body that `stream` sends for this request. Pure: the log stores its hash, and
   * the body can be rebuilt from the log at any time.
   */
  body(request: ModelRequest): string;
  /** Returns the same body in parts, if most of it is that of the request before. */
  parts?(request: ModelRequest): BodyParts;
  /**
   * Sends the request and streams the events of one attempt. Closes the connection after the last
   * event, and when the caller stops.
   * @param body the result of `body(request)`
   */
  stream(request: ModelRequest, body: string, signal: AbortSignal): AsyncIterable<LlmEvent>;
}
