/** The open questions of a run: what a person has to decide, answer or raise before it continues. */
import type { TaskEvent } from "../event.ts";
/** A tool call that waits for approval. */
export interface ApprovalQuestion {
  readonly kind: "approval";
  readonly callId: string;
  readonly tool: string;
  readonly arguments: unknown;
  /** `policy`: before the first attempt. `outcome_unknown`: before another attempt. */
  readonly reason: "policy" | "outcome_unknown";
  /** The policy rule that requires approval. */
  readonly rule: string | null;
  /** RFC 3339; null if the question does not expire. */
  readonly expiresAt: string | null;
}
/** A question of the model, which a message answers. */
export interface InputQuestion {
  readonly kind: "question";
  readonly callId: string;
  /** The question, or "" if the tool has none. */
  readonly question: string;
  /** RFC 3339; null if the question does not expire. */
  readonly expiresAt: string | null;
}
/** A question of an MCP server: a form, or an address to open. Its texts are untrusted. */
export interface ServerQuestion {
  readonly kind: "form" | "address";
  readonly callId: string;
  readonly key: string;
  readonly server: string;
  readonly question: string;
  /** JSON Schema of the answer, for a form. */
  readonly schema: Readonly<Record<string, unknown>> | null;
  /** The address, if the person must open one. */
  readonly url: string | null;
}
/** A limit or a budget that was reached. Raising it continues the run. */
export interface BudgetQuestion {
  readonly kind: "budget";
  /** A limit of the run, such as `max_cost_usd`, or a budget above it, such as `tenant_day`. */
  readonly limit: string;
  /** Its value, in its own unit. */
  readonly value: number;
}
/** An open question, by `kind`. */
export type Question = ApprovalQuestion | InputQuestion | ServerQuestion | BudgetQuestion;
/** Tracks the open questions of a log. Pass every event in order. */
export declare class OpenQuestions {
  #private;
  /** Applies one event. */
  observe(event: TaskEvent): void;
  /** Closes a question before its event arrives. */
  close(question: Question): void;
  /** The open questions, oldest first. */
  get list(): readonly Question[];
}
