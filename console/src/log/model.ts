/** The shapes that a run's log is folded into: what its views show. */
import type { EventOf } from "../../../sdk/src/event.ts";

/** How a call stands. `held`: it waits for a person. `void`: it was lost and does not count. */
export type CallState = "running" | "done" | "failed" | "held" | "unknown" | "void";

/** One attempt of a model call. Times in milliseconds since 1970. */
export interface Attempt {
  readonly attempt: number;
  readonly model: string;
  readonly seq: number;
  readonly from: number;
  /** When its first piece arrived, if it streamed while someone watched. */
  firstAt: number | null;
  to: number | null;
  state: CallState;
  /** Why it failed. */
  failure: { readonly code: string; readonly message: string } | null;
  /** Pause until the next attempt, in milliseconds. */
  retryInMs: number | null;
  usage: EventOf<"usage.recorded">["data"] | null;
  /** Most that it may cost, reserved until it is settled. */
  readonly reserved: number;
}

interface AnyCall {
  readonly id: string;
  readonly step: number;
  /** The event that asked for it to be made; before that, the one that first named it. */
  seq: number;
  readonly from: number;
  to: number | null;
  state: CallState;
  /** The event that ended it. */
  endSeq: number | null;
  /** Counts its changes, so that a view knows when to draw it again. */
  version: number;
}

/** A call of a model, with all of its attempts. */
export interface ModelCall extends AnyCall {
  readonly kind: "model";
  readonly purpose: "step" | "compact";
  readonly attempts: Attempt[];
  /** The text as far as it is known: of the reply, or of the pieces so far. */
  text: string;
  reasoning: string;
  /** The reply's event, once it is complete. */
  replySeq: number | null;
  /** Ids of the calls that it asked for. */
  toolCalls: readonly string[];
  /** Why the reply could not be used. */
  problem: { readonly code: string; readonly message: string } | null;
}

/** A call of a tool. */
export interface ToolCall extends AnyCall {
  readonly kind: "tool";
  readonly name: string;
  arguments: unknown;
  readonly modelCallId: string | null;
  readonly parentId: string | null;
  effect: string | null;
  idempotencyKey: string | null;
  /** Requests of the call: more than one after a crash. */
  attempts: number;
  output: unknown;
  outputSha256: string | null;
  isCut: boolean;
  failure: { readonly code: string; readonly message: string; readonly rule?: string } | null;
  durationMs: number | null;
  untrusted: string | null;
  images: readonly { readonly media_type: string; readonly data: string }[];
  approval: Approval | null;
  /** What it last reported while it ran. */
  progress: string | null;
  logs: string[];
  /** For a call that waits: until when. */
  until: string | null;
  waitsFor: "timer" | "input" | "children" | null;
  /** The tasks that the call started. */
  children: readonly Child[];
  /** Interruptions after which it was not known whether it had run. */
  unknowns: number;
}

/** A task that a call started. */
export interface Child {
  readonly taskId: string;
  readonly agent: string;
  /** The event that started it: at first the request of the call. */
  seq: number;
  from: number;
  to: number | null;
  status: "completed" | "failed" | "cancelled" | null;
}

/** A question of a call to a person, and its answer. */
export interface Approval {
  readonly seq: number;
  readonly at: number;
  readonly reason: string;
  readonly rule: string | null;
  readonly expiresAt: string | null;
  decidedAt: number | null;
  decision: "approve" | "deny" | "expired" | null;
  by: string | null;
  comment: string | null;
}

/** A call of a model or a tool. */
export type Call = ModelCall | ToolCall;

/** A time in which the run waited. */
export interface Wait {
  readonly kind: "wait";
  readonly id: string;
  readonly seq: number;
  readonly for: string;
  readonly from: number;
  to: number | null;
  readonly until: string | null;
  readonly limit: string | null;
  readonly callId: string | null;
  /** What ended it, as a sentence. */
  endedBy: string | null;
  version: number;
}

/** A memory that a run recalled. */
export interface Recollection {
  readonly store: string;
  /** The label of a block, or the id of an item. */
  readonly entry: string;
  readonly content: string;
  readonly trust: "user" | "agent" | "untrusted";
}

/** Something that happened at one moment. */
export interface Mark {
  readonly kind: "mark";
  readonly id: string;
  readonly seq: number;
  readonly at: number;
  readonly what:
    | "message"
    | "limit"
    | "loop"
    | "compaction"
    | "memory"
    | "switch"
    | "recovery"
    | "listing"
    | "child";
  /** For `child`: its task. */
  readonly taskId?: string;
  /** For `memory`: what the run recalled. */
  readonly memories?: readonly Recollection[];
  /** For the beginning and the end of a task, which its span shows. */
  readonly isOfSpan?: boolean;
  readonly text: string;
}

/** A row of the run, in the order of the log. */
export type Item = Call | Wait | Mark;

/** What a step of the run cost. */
export interface Spending {
  readonly seq: number;
  readonly at: number;
  readonly step: number;
  readonly callId: string;
  readonly attempt: number;
  readonly model: string;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
  readonly isEstimated: boolean;
  /** The sum up to this one. */
  readonly totalUsd: number;
}

/** How the run ended. */
export interface End {
  readonly seq: number;
  readonly at: number;
  readonly status: "completed" | "failed" | "cancelled";
  /** The answer, the failure, or who cancelled it. */
  readonly text: string;
  readonly data: unknown;
}
