/**
 * What somebody outside may say to a run, and what it leads to. Pure: a command comes to events or
 * to a refusal, by the state alone; whoever accepts one appends its events before anything else
 * happens to the run.
 */
import type { NewEvent } from "../log/event.ts";
import { answerTo, type InputAction, type Question } from "../log/elicitation.ts";
import type { JsonObject, JsonValue } from "../value/json.ts";
import { isOwnLimit, LIMIT_NAMES } from "./limits.ts";
import { abandon, presumed } from "./recover.ts";
import type { RunLimits } from "../spec/spec.ts";
import type { RunState, TurnCall } from "../log/state.ts";

/** `by` is the id of the key that was used. */
export type RunCommand =
  | { readonly kind: "cancel"; readonly reason: string | null; readonly by: string }
  | {
      readonly kind: "message";
      readonly content: string;
      readonly data: JsonObject | null;
      /** What is done with a question of a call; absent: it is answered. */
      readonly action?: InputAction;
      /** The call, or the question, that it answers; absent: the only one there is. */
      readonly call_id?: string;
      readonly key?: string;
      readonly by: string;
    }
  | {
      readonly kind: "decide";
      readonly call_id: string;
      readonly decision: "approve" | "deny";
      /** Arguments that take the place of the model's. */
      readonly arguments?: JsonValue;
      readonly comment: string | null;
      readonly by: string;
    }
  | { readonly kind: "limits"; readonly changes: LimitChanges; readonly by: string }
  /** A budget above the run has room again, or it was given a slot: the run asks once more. */
  | { readonly kind: "resume"; readonly by: "budget" | "concurrency" };

/** New values; null lifts a limit. */
export type LimitChanges = { readonly [K in keyof RunLimits]?: RunLimits[K] | null };

/** Why a command is not carried out. */
export type CommandRefusal = {
  readonly code:
    | "not_started"
    | "task_over"
    | "no_such_call"
    | "approval_decided"
    | "inbox_full"
    | "invalid_arguments"
    | "question_answered"
    | "unpriced_model";
  readonly message: string;
};

export type Accepted =
  | { readonly ok: true; readonly events: readonly NewEvent[] }
  | ({ readonly ok: false } & CommandRefusal);

/** What a command is checked with, where the state alone does not say. */
export interface Checks {
  /** Why a tool would refuse arguments, or null. */
  readonly argumentsDefect: (tool: string, args: JsonValue) => string | null;
  /** Why a value does not fit a JSON Schema, or null. */
  readonly schemaFits: (schema: JsonObject, value: JsonObject) => string | null;
}

/** Whether a command is carried out, and what then happened. */
export function accept(state: RunState, command: RunCommand, checks: Checks): Accepted {
  if (state.spec === null) {
    return refused("not_started", "The run has not started.");
  }
  if (command.kind === "cancel") {
    return events(...(state.end === null ? cancelled(state, command) : []));
  }
  if (state.end !== null) {
    return refused("task_over", `The task has finished: ${state.status}.`);
  }
  switch (command.kind) {
    case "message":
      return said(state, command, checks);
    case "decide":
      return decided(state, command, checks);
    case "limits":
      return events(...changed(state, command));
    case "resume":
      return events(...resumed(state, command));
    default:
      return command satisfies never;
  }
}

/** Messages that may wait to be read by the model, and their characters. */
const MAX_INBOX = 1000;
const MAX_INBOX_CHARS = 2_000_000;

function inboxChars({ inbox }: RunState): number {
  return inbox.reduce((sum, turn) => sum + ("text" in turn ? turn.text.length : 0), 0);
}

type Of<K extends RunCommand["kind"]> = Extract<RunCommand, { readonly kind: K }>;

function cancelled(state: RunState, { reason, by }: Of<"cancel">): NewEvent[] {
  const { model } = state;
  return [
    ...(model?.phase === "in_flight" ? presumed(model) : []),
    ...abandon(state),
    { type: "run.cancelled", data: { by, ...(reason === null ? {} : { reason }) } },
  ];
}

/** The answer to a question, where one is open; else something for the model to hear. */
function said(state: RunState, command: Of<"message">, checks: Checks): Accepted {
  const { content, data, action = "accept", by, call_id, key } = command;
  const asked = (state.turn?.calls ?? []).flatMap((call) =>
    call.result === null ? call.questions.map((question) => ({ call, question })) : [],
  );
  const meant = asked.filter(
    ({ call, question }) =>
      (call_id === undefined || call.call.call_id === call_id) &&
      (key === undefined || question.key === key),
  );
  const open = meant.filter(({ question }) => question.answer === null);
  const [one, ...others] = open;
  if (one !== undefined) {
    return others.length > 0 || (key === undefined && meant.length > 1)
      ? refused("invalid_arguments", `Name the question to answer: ${keysOf(open)}.`)
      : answered(one.call, one.question, command, checks);
  }
  const waiting = (state.turn?.calls ?? []).find(
    (call) => isAsking(call) && (call_id === undefined || call.call.call_id === call_id),
  );
  if (waiting === undefined && (call_id !== undefined || key !== undefined)) {
    return meant.length > 0
      ? refused("question_answered", "The question was answered or withdrawn.")
      : refused("no_such_call", "No call asks this question.");
  }
  if (action !== "accept") {
    return refused("no_such_call", "No call asks a question that can be declined.");
  }
  const event: NewEvent = {
    type: "message.received",
    data: {
      content,
      ...(data === null ? {} : { data }),
      by,
      ...(waiting === undefined ? {} : { call_id: waiting.call.call_id }),
    },
  };
  // An answer takes no place among what is to be read.
  return waiting !== undefined ||
    (state.inbox.length < MAX_INBOX && inboxChars(state) < MAX_INBOX_CHARS)
    ? events(event)
    : refused("inbox_full", "Too many messages are waiting for the model; try again later.");
}

/** Whether a call is a question to a person itself, and nobody has answered. */
function isAsking({ request, result, questions }: TurnCall): boolean {
  return (
    result === null &&
    request?.waitsFor === "input" &&
    request.answer === null &&
    questions.length === 0
  );
}

function keysOf(open: readonly { readonly call: TurnCall; readonly question: Question }[]): string {
  return open
    .map(({ call, question }) => `call_id ${call.call.call_id}, key ${question.key}`)
    .join("; ");
}

function answered(
  { call: { call_id } }: TurnCall,
  question: Question,
  { content, data, action = "accept", by }: Of<"message">,
  { schemaFits }: Checks,
): Accepted {
  const answer = answerTo(question, { action, content, data }, schemaFits);
  return answer.ok
    ? events({
        type: "message.received",
        data: {
          content,
          ...(answer.answer.content === null ? {} : { data: answer.answer.content }),
          by,
          call_id,
          key: question.key,
          action,
        },
      })
    : refused("invalid_arguments", answer.reason);
}

function decided(state: RunState, command: Of<"decide">, { argumentsDefect }: Checks): Accepted {
  const { call_id, decision, comment, by } = command;
  const call = state.turn?.calls.find((one) => one.call.call_id === call_id);
  if (call === undefined || call.approval === null) {
    return wasMade(state, call, call_id)
      ? refused("approval_decided", `The call ${call_id} is not waiting for approval.`)
      : refused("no_such_call", `The run has no call ${call_id}.`);
  }
  if (call.approval.outcome !== null || call.result !== null) {
    return refused("approval_decided", `The call ${call_id} was already decided.`);
  }
  const args = decision === "approve" ? command.arguments : undefined;
  const defect = args === undefined ? null : argumentsDefect(call.approval.name, args);
  if (defect !== null) {
    return refused("invalid_arguments", defect);
  }
  return events({
    type: "approval.decided",
    data: {
      call_id,
      decision,
      ...(args === undefined ? {} : { arguments: args }),
      by,
      ...(comment === null ? {} : { comment }),
    },
  });
}

/** Whether there ever was a call of this id: ids are numbers in one series. */
function wasMade(state: RunState, call: TurnCall | undefined, callId: string): boolean {
  const number = /^call_([1-9]\d{0,8})$/.exec(callId)?.[1];
  return call !== undefined || (number !== undefined && Number(number) < state.nextCall);
}

/** A wait for one of the run's own limits is ended by that limit alone. */
function resumed({ wait }: RunState, { by }: Of<"resume">): NewEvent[] {
  return wait?.for === by && !isOwnLimit(wait.limit)
    ? [{ type: "run.resumed", data: { from: by } }]
    : [];
}

function changed(state: RunState, { changes, by }: Of<"limits">): NewEvent[] {
  return LIMIT_NAMES.flatMap((limit): NewEvent[] => {
    const to = changes[limit];
    const from = state.spec?.limits[limit] ?? null;
    return to === undefined || to === from
      ? []
      : [{ type: "limit.changed", data: { limit, from, to, by } }];
  });
}

function events(...accepted: readonly NewEvent[]): Accepted {
  return { ok: true, events: accepted };
}

function refused(code: CommandRefusal["code"], message: string): Accepted {
  return { ok: false, code, message };
}
