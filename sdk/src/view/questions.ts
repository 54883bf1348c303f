/** The open questions of a run: what a person has to decide, answer or raise before it continues. */
import type { EventOf, TaskEvent } from "../event.ts";

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

const BUDGET = "budget";

/** Tracks the open questions of a log. Pass every event in order. */
export class OpenQuestions {
  readonly #open = new Map<string, Question>();

  /** Applies one event. */
  observe(event: TaskEvent): void {
    switch (event.type) {
      case "approval.requested":
        this.#open.set(event.data.call_id, approvalOf(event.data));
        break;
      case "tool.requested":
        if (event.data.wait === "input") {
          this.#open.set(event.data.call_id, inputOf(event.data));
        }
        break;
      case "input.requested":
        this.#open.set(keyOf(event.data), serverQuestionOf(event.data));
        break;
      case "limit.reached":
        this.#open.set(BUDGET, { kind: "budget", ...event.data });
        break;
      case "input.withdrawn":
        this.#open.delete(keyOf(event.data));
        break;
      case "message.received":
        this.#close(event.data.call_id, event.data.key);
        break;
      case "approval.decided":
      case "approval.expired":
      case "tool.completed":
      case "tool.failed":
        this.#close(event.data.call_id, undefined);
        break;
      case "run.resumed":
        this.#open.delete(BUDGET);
        break;
      case "run.completed":
      case "run.failed":
      case "run.cancelled":
        this.#open.clear();
        break;
      default:
      // Other events neither ask nor answer.
    }
  }

  /** Closes a question before its event arrives. */
  close(question: Question): void {
    for (const [name, open] of this.#open) {
      if (open === question) {
        this.#open.delete(name);
      }
    }
  }

  /** The open questions, oldest first. */
  get list(): readonly Question[] {
    return [...this.#open.values()];
  }

  /** Closes one question of a call, or all of them. */
  #close(callId: string | undefined, key: string | undefined): void {
    for (const [name, question] of this.#open) {
      const isAsked = question.kind !== "budget" && question.callId === callId;
      const fits = key === undefined || !("key" in question) || question.key === key;
      if (isAsked && fits) {
        this.#open.delete(name);
      }
    }
  }
}

function keyOf({ call_id, key }: { readonly call_id: string; readonly key: string }): string {
  return JSON.stringify([call_id, key]);
}

function approvalOf(data: EventOf<"approval.requested">["data"]): ApprovalQuestion {
  return {
    kind: "approval",
    callId: data.call_id,
    tool: data.name,
    arguments: data.arguments,
    reason: data.reason,
    rule: data.rule ?? null,
    expiresAt: data.expires_at ?? null,
  };
}

function inputOf({ call_id, arguments: given, until }: EventOf<"tool.requested">["data"]) {
  const { question } = (given ?? {}) as { readonly question?: unknown };
  return {
    kind: "question",
    callId: call_id,
    question: typeof question === "string" ? question : "",
    expiresAt: until ?? null,
  } as const;
}

function serverQuestionOf(data: EventOf<"input.requested">["data"]): ServerQuestion {
  return {
    kind: data.schema === undefined ? "address" : "form",
    callId: data.call_id,
    key: data.key,
    server: data.server,
    question: data.message,
    schema: data.schema ?? null,
    url: data.url ?? null,
  };
}
