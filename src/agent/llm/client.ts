/**
 * The model port. An adapter speaks one wire protocol; it streams a small union of events, never
 * throws, and ends in exactly one `done` or `failed`. It does not retry: attempts are the run's.
 */
import type { ModelFailure } from "../../run/value/failure.ts";
import type { Prompt, Reply } from "../../run/value/message.ts";

/** One model call, provider-neutral. */
export interface ModelRequest extends Prompt {
  /** The model's id at its provider, without the provider's name. */
  readonly model: string;
  readonly temperature?: number;
  readonly max_output_tokens?: number;
  readonly seed?: number;
  /** Replies the run has had so far, and attempts of this call that failed. */
  readonly position: { readonly replies: number; readonly failedAttempts: number };
}

/** What one attempt consumed, as the provider counts it. */
export interface TokenUsage {
  /** All input, also what came from the provider's cache or was written to it. */
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  /** Part of the output. */
  readonly reasoning_tokens: number;
  readonly cache_write_tokens?: number;
  /** What the provider says it charges, micro-dollars; most do not say. */
  readonly cost_micro_usd?: number;
}

export type LlmEvent =
  /** The provider is there and works on it; says nothing yet. */
  | { readonly type: "progress" }
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

export interface LlmClient {
  /**
   * The exact body that `stream` sends for this request, as text. Pure: the log keeps its hash,
   * and the body can be rebuilt from the log at any time.
   */
  body(request: ModelRequest): string;
  /** @param body the result of `body(request)` */
  stream(request: ModelRequest, body: string, signal: AbortSignal): AsyncIterable<LlmEvent>;
}
