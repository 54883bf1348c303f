/**
 * The conversation of a run as it is remembered: turns in a form of our own, which each planner
 * and each provider's adapter renders in its way. Built only by folding the log.
 */
import type { JsonObject, JsonValue } from "./json.ts";

/** One tool call as the model asked for it. */
export interface ToolCall {
  /** Our id, unique in the run. */
  readonly call_id: string;
  readonly name: string;
  /** Parsed arguments; absent where the model's text was not JSON. */
  readonly arguments?: JsonValue;
  /** What the model sent where it did not parse. */
  readonly arguments_text?: string;
  /** The provider's own id for the call, to be sent back with its result. */
  readonly provider_id?: string;
}

/** What a tool call came to, as the model is told. */
export interface ToolResult {
  readonly call_id: string;
  readonly name: string;
  readonly provider_id?: string;
  readonly output?: JsonValue;
  readonly error?: { readonly code: string; readonly message: string };
}

export type Turn =
  | { readonly role: "user"; readonly text: string }
  | {
      readonly role: "assistant";
      readonly text: string;
      readonly tool_calls: readonly ToolCall[];
    }
  | { readonly role: "tool"; readonly results: readonly ToolResult[] }
  /** Something the loop tells the model about its last reply; providers see it as the user's. */
  | { readonly role: "notice"; readonly text: string };

/** How many turns a window may hold before its older half is left out. */
export const DEFAULT_WINDOW = 100;

/**
 * The conversation as far as the model is shown it. `pinned` (what the client said at the start)
 * always stays; of `recent`, the older half is dropped when it outgrows the window. Dropping by
 * halves keeps the prefix of consecutive requests the same, which is what prompt caches live on,
 * and bounds the work of a step however long the run has become.
 */
export interface Conversation {
  readonly pinned: readonly Turn[];
  readonly recent: readonly Turn[];
  /** Turns left out so far. */
  readonly dropped: number;
}

/** The conversation with one more turn, trimmed to the window. */
export function extend(conversation: Conversation, turn: Turn, window: number): Conversation {
  const recent = [...conversation.recent, turn];
  if (recent.length <= window) {
    return { ...conversation, recent };
  }
  let from = recent.length - Math.floor(window / 2);
  while (from < recent.length && recent[from]?.role !== "assistant") {
    from += 1;
  }
  return {
    pinned: conversation.pinned,
    recent: recent.slice(from),
    dropped: conversation.dropped + from,
  };
}

/** A tool as a model is told of it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly input_schema: JsonObject;
}

/** What a model is shown in one call, provider-neutral. */
export interface Prompt {
  readonly system: string;
  readonly turns: readonly Turn[];
  /** Tools offered for native calling; a planner that calls tools by text offers none. */
  readonly tools: readonly ToolDescription[];
  readonly stop: readonly string[];
}

/** A whole reply, as an adapter assembled it. */
export interface Reply {
  readonly text: string;
  readonly reasoning: string;
  readonly tool_calls: readonly {
    readonly name: string;
    /** The arguments as the model wrote them, to be parsed by the planner. */
    readonly arguments_text: string;
    readonly provider_id?: string;
  }[];
  readonly finish_reason: "stop" | "tool_calls" | "length";
}
