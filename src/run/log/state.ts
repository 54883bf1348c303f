/**
 * What a log amounts to. A state comes about only by folding events (`reduce.ts`), live and after a
 * crash alike. Its size is bounded by the window of its conversation, and for scripted runs by
 * their script.
 */
import type { Effect } from "../value/effect.ts";
import type { Question } from "./elicitation.ts";
import type { WaitName } from "./event.ts";
import type { JsonObject, JsonValue } from "../value/json.ts";
import { NO_REPEATS, type Repeats } from "./loop-detection.ts";
import type { McpServerListings } from "../value/mcp-listing.ts";
import {
  newConversation,
  type Conversation,
  type ToolCall,
  type ToolResult,
  type Turn,
} from "../value/message.ts";
import type { CallCounts } from "../spec/policy.ts";
import type { ExpiryPolicy, RunSpec } from "../spec/spec.ts";
import type { Untrusted } from "../value/trust.ts";

export type TaskStatus = "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";

/** A model call without its outcome. */
export interface OpenModelCall {
  readonly call_id: string;
  readonly attempt: number;
  /** What the attempt holds back from the budgets, micro-dollars. */
  readonly reserved: number;
  /** Characters of the request without pictures, for what a provider counts to be compared with. */
  readonly bodyChars: number | null;
  readonly purpose: "step" | "compact";
  readonly failedAttempts: number;
  /** `in_flight`: an attempt is out. `due`: the next attempt may be sent at `retryAt`. */
  readonly phase: "in_flight" | "due" | "dead";
  readonly retryAt: number;
  /** Whether the last attempt was lost to an interruption, and how many were. */
  readonly superseded: boolean;
  readonly lost: number;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

/** A tool call of the current turn, with as much of its life as the log has. */
export interface TurnCall {
  readonly call: ToolCall;
  readonly approval: Approval | null;
  readonly request: ToolRequest | null;
  readonly result: ToolResult | null;
  /** The calls that its code made, in their order. */
  readonly inner: readonly InnerCall[];
  /** What the call asked people while it was under way. */
  readonly questions: readonly Question[];
}

/** A call that the code of another call made. */
export interface InnerCall {
  readonly call_id: string;
  readonly name: string;
  readonly arguments: JsonValue;
  readonly effect: Effect;
  readonly attempt: number;
  /** `seq` of its first event, and of its outcome: the order of both is the order of a replay. */
  readonly madeAt: number;
  readonly settledAt: number | null;
  readonly result: InnerResult | null;
}

/** What an inner call came to, as its code is told. */
export interface InnerResult extends Pick<ToolResult, "output" | "error" | "untrusted"> {
  /** Where the whole output is kept, if this is its beginning. */
  readonly output_sha256: string | null;
}

/** What a person was asked about a call, and what became of it. */
export interface Approval {
  /** The tool that is asked about: what the call stands for, where that is another than it names. */
  readonly name: string;
  readonly reason: "policy" | "outcome_unknown";
  readonly expiresAt: number | null;
  /** Null while nobody has decided and the time is not up. */
  readonly outcome:
    | { readonly kind: "approve" | "deny"; readonly comment: string | null }
    | { readonly kind: "expired"; readonly policy: ExpiryPolicy }
    | null;
  /** The arguments that count from now on: the model's, or a person's. */
  readonly arguments: JsonValue;
}

/** The last intent of a tool call. */
export interface ToolRequest {
  /** The tool that is run: what the call stands for, where that is another than it names. */
  readonly name: string;
  readonly attempt: number;
  readonly effect: Effect;
  readonly arguments: JsonValue;
  readonly requestedAt: number;
  /** What the call waits for where nothing runs it. */
  readonly waitsFor: "timer" | "input" | null;
  readonly until: number | null;
  /** Nobody knows what became of it, and a person is asked. */
  readonly held: boolean;
  /** What somebody said to a call that waits for input. */
  readonly answer: { readonly content: string; readonly data: JsonObject | null } | null;
}

export interface Usage {
  readonly steps: number;
  readonly model_calls: number;
  readonly tool_calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_micro_usd: number;
}

/** What a run has used of one model on one day (UTC). */
export interface UsageEntry {
  readonly day: string;
  readonly model: string;
  readonly model_calls: number;
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  readonly cost_micro_usd: number;
}

export interface Wait {
  readonly for: WaitName;
  readonly until: number | null;
  readonly call_id: string | null;
  readonly limit: string | null;
  /** Whether a limit was changed since the wait began. */
  readonly changed: boolean;
}

/** The interruptions of a run. An incident is all of them that follow each other closely. */
export interface Interruptions {
  readonly incidents: number;
  /** Interruptions in the newest incident. */
  readonly inIncident: number;
  readonly lastAt: number;
  /** How many of the last ones in a row were of memory. */
  readonly ofMemory: number;
  /** Nothing is done before this: a run that dies again and again does so ever more slowly. */
  readonly pauseUntil: number;
}

export type RunEnd =
  | {
      readonly status: "completed";
      readonly result: { readonly answer: string; readonly data?: JsonValue };
    }
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
  readonly interruptions: Interruptions;
  readonly usage: Usage;
  /** The same by day and model: as many entries as there were of both. */
  readonly ledger: readonly UsageEntry[];
  /** How many of the agent's fallback models were switched to. */
  readonly switches: number;
  /** The last request that a provider counted: its tokens, its characters without pictures, and those. */
  readonly counted: {
    readonly tokens: number;
    readonly chars: number;
    readonly pictures: number;
  } | null;
  /** Whether anything was ever held back from a budget. */
  readonly reservedOnce: boolean;
  /** Model calls that came to a reply. */
  readonly replies: number;
  readonly nextCall: number;
  readonly conversation: Conversation;
  readonly model: OpenModelCall | null;
  readonly turn: { readonly modelCallId: string; readonly calls: readonly TurnCall[] } | null;
  /** The final answer that the last reply gave, with its data where it is JSON. */
  readonly answer: { readonly answer: string; readonly data?: JsonValue } | null;
  /** Which calls were made of tools that `input_data.script_tools` defines; see `script.ts`. */
  readonly scripted: ScriptedCalls | null;
  /** What was said to the run and the model has not been shown yet. */
  readonly inbox: readonly Turn[];
  readonly repeats: Repeats;
  /** Where untrusted content in the conversation came from first; null while there is none. */
  readonly untrusted: Untrusted | null;
  /** The calls so far that the policy counts. */
  readonly rates: CallCounts;
  /** What the run's MCP servers offer, by their names. */
  readonly mcp: McpServerListings;
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
  interruptions: { incidents: 0, inIncident: 0, lastAt: 0, ofMemory: 0, pauseUntil: 0 },
  usage: {
    steps: 0,
    model_calls: 0,
    tool_calls: 0,
    input_tokens: 0,
    output_tokens: 0,
    cost_micro_usd: 0,
  },
  ledger: [],
  switches: 0,
  counted: null,
  reservedOnce: false,
  replies: 0,
  nextCall: 1,
  conversation: newConversation([]),
  model: null,
  turn: null,
  answer: null,
  scripted: null,
  inbox: [],
  repeats: NO_REPEATS,
  untrusted: null,
  rates: {},
  mcp: {},
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

/** The model that the run asks now, with its provider: the agent's own, or a fallback. */
export function modelOf({ spec, switches }: Pick<RunState, "spec" | "switches">): string {
  const { model = "", fallback_models = [] } = spec?.config ?? {};
  return switches === 0 ? model : (fallback_models[switches - 1] ?? model);
}

/** The model that takes over if the one of now cannot answer, or null. */
export function nextModel({ spec, switches }: Pick<RunState, "spec" | "switches">): string | null {
  return spec?.config.fallback_models?.[switches] ?? null;
}
