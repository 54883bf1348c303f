/** Recorded outcomes of model calls, as replies that have them again. Pure. */
import type { TokenUsage } from "../agent/llm/client.ts";
import type { RunEvent } from "../run/log/event.ts";
import { defined } from "../run/value/defined.ts";
import { MODEL_FAILURES, type ModelFailureCode } from "../run/value/failure.ts";
import type { Played } from "./model.ts";

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

/** Returns the usage that the provider reported; null if it was estimated. */
export function usageOf({ data }: EventOf<"usage.recorded">): TokenUsage | null {
  const { input_tokens, cached_input_tokens, output_tokens, reasoning_tokens } = data;
  const { cache_write_tokens, cost_micro_usd, estimated } = data;
  return estimated === true
    ? null
    : {
        input_tokens,
        cached_input_tokens,
        output_tokens,
        reasoning_tokens,
        cost_micro_usd,
        ...defined({ cache_write_tokens }),
      };
}

/** Returns the reply or failure that leads to an outcome. */
export function playedOf(event: RunEvent, usage: TokenUsage | null, planner: string): Played {
  switch (event.type) {
    case "model.failed": {
      const { code, message, retry_in_ms } = event.data;
      const failure = {
        code: isModelFailure(code) ? code : "server_error",
        message,
        retryable: retry_in_ms !== null,
        ...(retry_in_ms === null ? {} : { retryAfterMs: retry_in_ms }),
      } as const;
      return { kind: "fail", failure, usage };
    }
    case "model.completed": {
      const { text, reasoning = "", finish_reason, opaque, tool_calls } = event.data;
      const calls = tool_calls.map(({ name, arguments: args, arguments_text, provider_id }) =>
        defined({
          name,
          arguments_text: arguments_text ?? JSON.stringify(args ?? {}),
          provider_id,
        }),
      );
      const reply = {
        text,
        reasoning,
        finish_reason,
        // A planner that reads text found its calls there.
        tool_calls: planner === "native" ? calls : [],
        ...defined({ opaque }),
      };
      return { kind: "reply", reply, usage: usage ?? "uncounted" };
    }
    case "memory.compacted": {
      const reply = {
        text: event.data.summary ?? "",
        reasoning: "",
        finish_reason: "stop",
        tool_calls: [],
      } as const;
      return { kind: "reply", reply, usage: usage ?? "uncounted" };
    }
    default:
      return { kind: "silence" };
  }
}

function isModelFailure(code: string): code is ModelFailureCode {
  return Object.hasOwn(MODEL_FAILURES, code);
}
