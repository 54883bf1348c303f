/**
 * What a log amounts to. A state comes about only by folding events (`reduce.ts`), live and after a
 * crash alike. Its size is bounded by the window of its conversation, and for scripted runs by
 * their script.
 */
import type { Effect, WaitName } from "./event.ts";
import type { JsonValue } from "./json.ts";
import { openWith, type Conversation, type ToolCall, type ToolResult } from "./message.ts";
import type { RunSpec } from "./spec.ts";

export type TaskStatus = "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";

/** A model call without its outcome. */
export interface OpenModelCall {
  readonly call_id: string;
  readonly attempt: number;
  readonly failedAttempts: number;
  /** `in_flight`: an attempt is out. `due`: the next attempt may be sent at `retryAt`. */
  readonly phase: "in_flight" | "due" | "dead";
  readonly retryAt: number;
  /** Whether the last attempt was lost to an interruption. */
  readonly superseded: boolean;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

/** A tool call of the current turn, with as much of its life as the log has. */
export interface TurnCall {
  readonly call: ToolCall;
  readonly request: {
    readonly attempt: number;
    readonly effect: Effect;
    readonly arguments: JsonValue;
    readonly requestedAt: number;
    readonly until: number | null;
  } | null;
  readonly result: ToolResult | null;
}

export interface Usage {
  readonly steps: number;
  readonly model_calls: number;
  readonly tool_calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_micro_usd: number;
}

export interface Wait {
  readonly for: WaitName;
  readonly until: number | null;
  readonly call_id: string | null;
}

export type RunEnd =
  | { readonly status: "completed"; readonly result: { readonly answer: string } }
  | {
      readonly status: "failed";
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly details?: JsonValue;
      };
    }
  | { readonly status: "cancelled"; readonly reason: string | null };

/** Calls of scripted tools, newest first: a list that grows without being copied. */
export interface ScriptedCalls {
  readonly name: string;
  readonly call_id: string;
  readonly arguments: JsonValue;
  readonly earlier: ScriptedCalls | null;
}

export interface RunState {
  readonly seq: number;
  /** Time of the last event, milliseconds. */
  readonly at: number;
  readonly spec: RunSpec | null;
  readonly status: TaskStatus;
  readonly epoch: number;
  readonly recoveries: number;
  readonly usage: Usage;
  /** Model calls that came to a reply. */
  readonly replies: number;
  readonly nextCall: number;
  readonly conversation: Conversation;
  readonly model: OpenModelCall | null;
  readonly turn: { readonly modelCallId: string; readonly calls: readonly TurnCall[] } | null;
  /** The final answer that the last reply gave. */
  readonly answer: string | null;
  /** Which calls were made of tools that `input_data.script_tools` defines; see `script.ts`. */
  readonly scripted: ScriptedCalls | null;
  readonly wait: Wait | null;
  /** Active time up to `activeSince`, and since when the run is active now. Milliseconds. */
  readonly activeMs: number;
  readonly activeSince: number | null;
  /** `seq` of the last event that changed what the task's row in D1 shows. */
  readonly statusSeq: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly end: RunEnd | null;
}

export const INITIAL_STATE: RunState = {
  seq: 0,
  at: 0,
  spec: null,
  status: "pending",
  epoch: 0,
  recoveries: 0,
  usage: {
    steps: 0,
    model_calls: 0,
    tool_calls: 0,
    input_tokens: 0,
    output_tokens: 0,
    cost_micro_usd: 0,
  },
  replies: 0,
  nextCall: 1,
  conversation: openWith([]),
  model: null,
  turn: null,
  answer: null,
  scripted: null,
  wait: null,
  activeMs: 0,
  activeSince: null,
  statusSeq: 0,
  createdAt: 0,
  startedAt: null,
  endedAt: null,
  end: null,
};

/** How long the run has been active at `now`, in milliseconds; waits are not counted. */
export function activeTime(state: RunState, now: number): number {
  return state.activeMs + (state.activeSince === null ? 0 : Math.max(0, now - state.activeSince));
}
