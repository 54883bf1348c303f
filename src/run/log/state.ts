/**
 * The state of a run. It is created only by folding events (`reduce.ts`), both live and after a
 * crash. Its size is bounded by the conversation window, and for scripted runs by their script.
 */
import type { FailureCount } from "./failure-count.ts";
import type { Effect } from "../value/effect.ts";
import type { Question } from "./elicitation.ts";
import type { ChildAction, WaitName } from "./event-data.ts";
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
import type { RecalledBlock } from "../memory/recall.ts";
import type { CallCounts } from "../spec/policy.ts";
import type { ExpiryPolicy, RunSpec } from "../spec/spec.ts";
import type { Untrusted } from "../value/trust.ts";

/** The status of a task. The last three are final. */
export type TaskStatus = "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";

/** A model call without its outcome. */
export interface OpenModelCall {
  readonly call_id: string;
  readonly attempt: number;
  /** Cost reserved for the attempt, micro-dollars. */
  readonly reserved: number;
  /** Characters of the request without pictures, to compare with the provider's token count. */
  readonly bodyChars: number | null;
  readonly purpose: "step" | "compact";
  readonly failedAttempts: number;
  /**
   * `in_flight`: an attempt was sent. `due`: the next attempt may be sent at `retryAt`. `dead`: the
   * call failed for good.
   */
  readonly phase: "in_flight" | "due" | "dead";
  /** Milliseconds since the epoch. */
  readonly retryAt: number;
  /** Whether the last attempt was lost to an interruption. `lost` counts all of them. */
  readonly superseded: boolean;
  readonly lost: number;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

/** A tool call of the current turn and its recorded events. */
export interface TurnCall {
  readonly call: ToolCall;
  readonly approval: Approval | null;
  readonly request: ToolRequest | null;
  readonly result: ToolResult | null;
  /** Calls made by its code, in order. */
  readonly inner: readonly InnerCall[];
  /** Questions that the call asked while it ran. */
  readonly questions: readonly Question[];
}

/** A call made by the code of another call. */
export interface InnerCall {
  readonly call_id: string;
  readonly name: string;
  readonly arguments: JsonValue;
  readonly effect: Effect;
  readonly attempt: number;
  /** `seq` of its first event and of its outcome. A replay preserves the order of both. */
  readonly madeAt: number;
  readonly settledAt: number | null;
  readonly result: InnerResult | null;
}

/** The outcome of an inner call, as its code sees it. */
export interface InnerResult extends Pick<ToolResult, "output" | "error" | "untrusted"> {
  /** Key of the stored complete output if this is only its beginning. */
  readonly output_sha256: string | null;
}

/** A request for approval of a call, and its outcome. */
export interface Approval {
  /** The tool to approve. It differs from the call's tool if the call is for another tool. */
  readonly name: string;
  readonly reason: "policy" | "outcome_unknown";
  /** For `policy`: the rule that requires approval. */
  readonly rule: string | null;
  /** `seq` and time of the event that recorded the request. */
  readonly seq: number;
  readonly requestedAt: number;
  readonly expiresAt: number | null;
  /** Null while undecided and not expired. */
  readonly outcome:
    | { readonly kind: "approve" | "deny"; readonly comment: string | null }
    | { readonly kind: "expired"; readonly policy: ExpiryPolicy }
    | null;
  /** The arguments in effect: the model's, or a person's replacement. */
  readonly arguments: JsonValue;
}

/** A task that the run started, until its parent needs nothing more of it. */
export interface Child {
  /** The call that started it. */
  readonly call_id: string;
  readonly agent: string;
  /** False until its submission is known to have succeeded. */
  readonly started: boolean;
  /** What happens to it when the run ends first. */
  readonly onEnd: "cancel" | "continue";
  /** Whether the run went on without waiting for it. */
  readonly background: boolean;
  /** Whether it is to be cancelled. */
  readonly unwanted: boolean;
  /** How often it has told that it waits. */
  readonly waits: number;
  readonly end: ChildEnd | null;
}

/** How a child ended. */
export interface ChildEnd {
  readonly status: "completed" | "failed" | "cancelled";
  /** The answer of a completed task, or the beginning of a long one. */
  readonly answer: string;
  /** Absent if the answer is not data. */
  readonly data?: JsonValue;
  /** Key of the stored complete answer; null if `answer` is complete. */
  readonly sha256: string | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly untrusted: boolean;
}

/** What a call does with children. */
export interface ChildrenRequest {
  readonly action: ChildAction;
  readonly mode: "all" | "any";
  readonly asAnswer: boolean;
  readonly tasks: readonly string[];
  /** The tasks that have not been submitted yet. */
  readonly unstarted: readonly string[];
  /** The tasks that have not ended. */
  readonly open: readonly string[];
  /** Failed submissions, and when the next one is due, milliseconds since the epoch. */
  readonly delays: number;
  readonly retryAt: number;
}

/** The last intent of a tool call. */
export interface ToolRequest {
  /** The tool that runs. It differs from the call's tool if the call is for another tool. */
  readonly name: string;
  readonly attempt: number;
  readonly effect: Effect;
  readonly arguments: JsonValue;
  readonly requestedAt: number;
  /** `seq` of this intent. */
  readonly seq: number;
  /** The reason for the wait if no tool runs. */
  readonly waitsFor: "timer" | "input" | "children" | null;
  /** For `children`: what the call does with them. */
  readonly children: ChildrenRequest | null;
  readonly until: number | null;
  /** True if the outcome is unknown and a person must decide. */
  readonly held: boolean;
  /** The answer to a call that waits for input. */
  readonly answer: { readonly content: string; readonly data: JsonObject | null } | null;
}

/** Totals of a run. */
export interface Usage {
  readonly steps: number;
  readonly model_calls: number;
  readonly tool_calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_micro_usd: number;
}

/** Usage of one model on one day (UTC). */
export interface UsageEntry {
  readonly day: string;
  readonly model: string;
  readonly model_calls: number;
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  readonly cost_micro_usd: number;
}

/** A pause of the run. Times are milliseconds since the epoch. */
export interface Wait {
  readonly for: WaitName;
  readonly since: number;
  /** `seq` of the event that began the wait. */
  readonly seq: number;
  readonly until: number | null;
  readonly call_id: string | null;
  readonly limit: string | null;
  /** For `tree_cost`: the task above the run whose limit was reached. */
  readonly task_id: string | null;
  /** Whether a limit was changed since the wait began. */
  readonly changed: boolean;
}

/** The interruptions of a run. Interruptions in close succession form one incident. */
export interface Interruptions {
  readonly incidents: number;
  /** Interruptions in the newest incident. */
  readonly inIncident: number;
  readonly lastAt: number;
  /** Consecutive interruptions, up to the last, caused by a lack of memory. */
  readonly ofMemory: number;
  /** No work starts before this time: a crash loop slows down with each interruption. */
  readonly pauseUntil: number;
}

/** The end of a run, by status. */
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

/** What a run remembers from earlier tasks, since its first model call. */
export interface RunMemory {
  /** The blocks of its prompt. They change only when the conversation is compacted. */
  readonly blocks: readonly RecalledBlock[];
  /** Blocks that the run has edited since, oldest first. */
  readonly edits: readonly RecalledBlock[];
}

/** Calls of scripted tools, newest first: a linked list, which grows without being copied. */
export interface ScriptedCalls {
  readonly name: string;
  readonly call_id: string;
  readonly arguments: JsonValue;
  readonly earlier: ScriptedCalls | null;
}

/** The folded state of a run. Times are milliseconds since the epoch. */
export interface RunState {
  readonly seq: number;
  /** Time of the last event. It never decreases. */
  readonly at: number;
  readonly spec: RunSpec | null;
  readonly status: TaskStatus;
  readonly epoch: number;
  readonly interruptions: Interruptions;
  /** Recoveries after an interruption. */
  readonly recoveries: number;
  /** Failed attempts of model calls: one entry for each provider and code. */
  readonly failures: readonly FailureCount[];
  readonly usage: Usage;
  /** The usage by day and model: one entry for each pair. */
  readonly ledger: readonly UsageEntry[];
  /** Number of switches to a fallback model. */
  readonly switches: number;
  /** Number of the first call after the last switch. Earlier ones are of other models. */
  readonly ownCallsFrom: number;
  /**
   * The last request with a token count from the provider: tokens, characters without pictures, and
   * number of pictures.
   */
  readonly counted: {
    readonly tokens: number;
    readonly chars: number;
    readonly pictures: number;
  } | null;
  /** Whether the run ever reserved money. */
  readonly reservedOnce: boolean;
  /** Model calls that ended in a reply. */
  readonly replies: number;
  readonly nextCall: number;
  readonly conversation: Conversation;
  readonly model: OpenModelCall | null;
  readonly turn: { readonly modelCallId: string; readonly calls: readonly TurnCall[] } | null;
  /** The final answer in the last reply, with its data if it is JSON. */
  readonly answer: { readonly answer: string; readonly data?: JsonValue } | null;
  /** Calls of tools that `input_data.script_tools` defines; see `script.ts`. */
  readonly scripted: ScriptedCalls | null;
  /** Messages that the model has not seen yet. */
  readonly inbox: readonly Turn[];
  readonly repeats: Repeats;
  /** Tasks that the run started and still may wait for or cancel, by id. */
  readonly children: Readonly<Record<string, Child>>;
  /** Number of tasks that the run ever started. */
  readonly childrenMade: number;
  /** When the run last heard of its children or began to wait for them, milliseconds. */
  readonly childrenHeardAt: number;
  /** Source of the first untrusted content in the conversation; null while there is none. */
  readonly untrusted: Untrusted | null;
  readonly untrustedAt: number | null;
  /** Past calls that the policy counts. */
  readonly rates: CallCounts;
  /** What the run recalled; null before its first model call, and without long-term memory. */
  readonly memory: RunMemory | null;
  /** Number of calls that wrote to long-term memory. */
  readonly memoryWrites: number;
  /** Listings of the run's MCP servers by name. */
  readonly mcp: McpServerListings;
  readonly wait: Wait | null;
  /** Since when the current model call waits for its provider; null if it has not waited. */
  readonly providerSince: number | null;
  /** Active time before `activeSince`, and the start of the current activity. Milliseconds. */
  readonly activeMs: number;
  readonly activeSince: number | null;
  /** `seq` of the last event that changed the task's row in D1. */
  readonly statusSeq: number;
  /** `seq` of the last event that opened or closed a question to a person; 0 without one. */
  readonly questionSeq: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly end: RunEnd | null;
}

/** The state of an empty log. */
export const INITIAL_STATE: RunState = {
  seq: 0,
  at: 0,
  spec: null,
  status: "pending",
  epoch: 0,
  interruptions: { incidents: 0, inIncident: 0, lastAt: 0, ofMemory: 0, pauseUntil: 0 },
  recoveries: 0,
  failures: [],
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
  ownCallsFrom: 0,
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
  children: {},
  childrenMade: 0,
  childrenHeardAt: 0,
  untrusted: null,
  untrustedAt: null,
  rates: {},
  memory: null,
  memoryWrites: 0,
  mcp: {},
  wait: null,
  providerSince: null,
  activeMs: 0,
  activeSince: null,
  statusSeq: 0,
  questionSeq: 0,
  createdAt: 0,
  startedAt: null,
  endedAt: null,
  end: null,
};

/** Returns the active time of the run at `now`, in milliseconds. Waits do not count. */
export function activeTime(state: RunState, now: number): number {
  return state.activeMs + (state.activeSince === null ? 0 : Math.max(0, now - state.activeSince));
}

/**
 * Returns the model that the run currently uses, with its provider: the agent's own, or a fallback.
 */
export function modelOf({ spec, switches }: Pick<RunState, "spec" | "switches">): string {
  const { model = "", fallback_models = [] } = spec?.config ?? {};
  return switches === 0 ? model : (fallback_models[switches - 1] ?? model);
}

/** Returns the next fallback model, or null. */
export function nextModel({ spec, switches }: Pick<RunState, "spec" | "switches">): string | null {
  return spec?.config.fallback_models?.[switches] ?? null;
}
