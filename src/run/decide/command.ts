/**
 * Commands to a run. Pure: the state alone turns a command into events or a refusal. The caller
 * appends the events of an accepted command before anything else happens to the run.
 */
import type { WaitName } from "../log/event-data.ts";
import type { NewEvent } from "../log/event.ts";
import { cut } from "../value/cut.ts";
import { answerTo, type InputAction, type Question } from "../log/elicitation.ts";
import type { JsonObject, JsonValue } from "../value/json.ts";
import { isOwnLimit, LIMIT_NAMES } from "./limits.ts";
import { abandonOpenCalls, presumedUsage } from "./recover.ts";
import type { RunLimits } from "../spec/spec.ts";
import type { ChildEnd, RunState, TurnCall } from "../log/state.ts";

/** A command to a run. `by` is the id of the API key that was used. */
export type RunCommand =
  | { readonly kind: "cancel"; readonly reason: string | null; readonly by: string }
  | {
      readonly kind: "message";
      readonly content: string;
      readonly data: JsonObject | null;
      /** How a question of a call is answered. Absent: it is accepted. */
      readonly action?: InputAction;
      /** The call or question that this answers. Absent: the only open one. */
      readonly call_id?: string;
      readonly key?: string;
      readonly by: string;
    }
  | {
      readonly kind: "decide";
      readonly call_id: string;
      readonly decision: "approve" | "deny";
      /** Arguments that replace the model's. */
      readonly arguments?: JsonValue;
      readonly comment: string | null;
      readonly by: string;
    }
  | { readonly kind: "limits"; readonly changes: LimitChanges; readonly by: string }
  /** A task that this run started reports. */
  | { readonly kind: "child"; readonly task_id: string; readonly report: ChildReport }
  /**
   * A budget above the run has room again, a slot was granted, or its provider takes the call: the
   * run requests it again.
   */
  | { readonly kind: "resume"; readonly by: "budget" | "concurrency" | "provider" };

/** What a child reports to its parent. */
export type ChildReport =
  | {
      readonly kind: "waiting";
      readonly for: WaitName;
      readonly call_id?: string;
      readonly limit?: string;
    }
  | {
      readonly kind: "ended";
      readonly status: ChildEnd["status"];
      /** Complete: the parent shortens it. */
      readonly answer?: string;
      readonly data?: JsonValue;
      readonly code?: string;
      readonly message?: string;
      readonly cost_micro_usd?: number;
      readonly untrusted?: boolean;
    };

/** New values. Null lifts a limit. */
export type LimitChanges = { readonly [K in keyof RunLimits]?: RunLimits[K] | null };

/** Why a command was refused. */
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

/** The events of an accepted command, or the refusal. */
export type CommandResult =
  | { readonly ok: true; readonly events: readonly NewEvent[] }
  | ({ readonly ok: false } & CommandRefusal);

/** Checks that the state alone cannot make. */
export interface CommandChecks {
  /** Returns why a tool rejects arguments, or null. */
  readonly argumentsDefect: (tool: string, args: JsonValue) => string | null;
  /** Returns why a value does not match a JSON Schema, or null. */
  readonly schemaFits: (schema: JsonObject, value: JsonObject) => string | null;
  /** Stores a long text, and returns its key. */
  readonly keep: (text: string) => string;
}

/**
 * Validates a command. Returns its events, or why it is refused. Repeating a cancellation is
 * accepted without events.
 */
export function acceptCommand(
  state: RunState,
  command: RunCommand,
  checks: CommandChecks,
): CommandResult {
  if (state.spec === null) {
    return refuse("not_started", "The run has not started.");
  }
  if (command.kind === "cancel") {
    return events(...(state.end === null ? cancel(state, command) : []));
  }
  if (command.kind === "child") {
    // A run that has ended needs nothing of its children any more, and cancels them itself.
    return events(...(state.end === null ? childReported(state, command, checks.keep) : []));
  }
  if (state.end !== null) {
    return refuse("task_over", `The task has finished: ${state.status}.`);
  }
  switch (command.kind) {
    case "message":
      return acceptMessage(state, command, checks);
    case "decide":
      return acceptDecision(state, command, checks);
    case "limits":
      return events(...limitChanges(state, command));
    case "resume":
      return events(...resume(state, command));
    default:
      return command satisfies never;
  }
}

/** Maximum characters of an answer in the event of a child's end. A longer one is stored apart. */
const MAX_ANSWER_CHARS = 16_000;
/** Maximum characters of JSON of an answer's data in that event. Longer data is left out. */
const MAX_DATA_CHARS = 16_000;
/** Maximum waits of one child that its parent notes. */
const MAX_WAITS = 20;

/**
 * Returns the event of a child's report; none if it was reported before.
 * @param keep stores a long answer, and returns its key
 */
export function childReported(
  state: RunState,
  { task_id, report }: Of<"child">,
  keep: CommandChecks["keep"],
): NewEvent[] {
  const child = state.children[task_id];
  if (child === undefined || child.end !== null) {
    return [];
  }
  if (report.kind === "waiting") {
    const { kind: _kind, ...data } = report;
    return child.waits < MAX_WAITS ? [{ type: "child.waiting", data: { ...data, task_id } }] : [];
  }
  const { kind: _kind, answer, data, ...rest } = report;
  const asAnswer = state.turn?.calls.some(
    ({ request }) =>
      request?.children?.asAnswer === true && request.children.tasks.includes(task_id),
  );
  const isLong = answer !== undefined && answer.length > MAX_ANSWER_CHARS && asAnswer !== true;
  const hasData =
    data !== undefined && (asAnswer === true || JSON.stringify(data).length <= MAX_DATA_CHARS);
  return [
    {
      type: "child.ended",
      data: {
        ...rest,
        task_id,
        ...(answer === undefined
          ? {}
          : { answer: isLong ? cut(answer, MAX_ANSWER_CHARS) : answer }),
        ...(hasData ? { data } : {}),
        ...(isLong ? { answer_sha256: keep(answer) } : {}),
      },
    },
  ];
}

/** Maximum messages in the inbox, and their characters. */
const MAX_INBOX = 1000;
const MAX_INBOX_CHARS = 2_000_000;

function inboxChars({ inbox }: RunState): number {
  return inbox.reduce((sum, turn) => sum + ("text" in turn ? turn.text.length : 0), 0);
}

type Of<K extends RunCommand["kind"]> = Extract<RunCommand, { readonly kind: K }>;

function cancel(state: RunState, { reason, by }: Of<"cancel">): NewEvent[] {
  const { model } = state;
  return [
    ...(model?.phase === "in_flight" ? presumedUsage(model) : []),
    ...abandonOpenCalls(state),
    { type: "run.cancelled", data: { by, ...(reason === null ? {} : { reason }) } },
  ];
}

/** Accepts a message as the answer to an open question, else as a message for the model. */
function acceptMessage(
  state: RunState,
  command: Of<"message">,
  checks: CommandChecks,
): CommandResult {
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
      ? refuse("invalid_arguments", `Name the question to answer: ${keysOf(open)}.`)
      : acceptAnswer(one.call, one.question, command, checks);
  }
  const waiting = (state.turn?.calls ?? []).find(
    (call) => awaitsInput(call) && (call_id === undefined || call.call.call_id === call_id),
  );
  if (waiting === undefined && (call_id !== undefined || key !== undefined)) {
    return meant.length > 0
      ? refuse("question_answered", "The question was answered or withdrawn.")
      : refuse("no_such_call", "No call asks this question.");
  }
  if (action !== "accept") {
    return refuse("no_such_call", "No call asks a question that can be declined.");
  }
  // Only an address that a server asks to open is answered by `accept` alone.
  if (content.trim() === "" && data === null) {
    return refuse("invalid_arguments", "The message has neither `content` nor `data`.");
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
  // An answer does not occupy the inbox.
  return waiting !== undefined ||
    (state.inbox.length < MAX_INBOX && inboxChars(state) < MAX_INBOX_CHARS)
    ? events(event)
    : refuse("inbox_full", "Too many messages are waiting for the model; try again later.");
}

/** Returns whether the call is itself a question to a person, without an answer yet. */
function awaitsInput({ request, result, questions }: TurnCall): boolean {
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

function acceptAnswer(
  { call: { call_id } }: TurnCall,
  question: Question,
  { content, data, action = "accept", by }: Of<"message">,
  { schemaFits }: CommandChecks,
): CommandResult {
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
    : refuse("invalid_arguments", answer.reason);
}

function acceptDecision(
  state: RunState,
  command: Of<"decide">,
  { argumentsDefect }: CommandChecks,
): CommandResult {
  const { call_id, decision, comment, by } = command;
  const call = state.turn?.calls.find((one) => one.call.call_id === call_id);
  if (call === undefined || call.approval === null) {
    return existed(state, call, call_id)
      ? refuse("approval_decided", `The call ${call_id} is not waiting for approval.`)
      : refuse("no_such_call", `The run has no call ${call_id}.`);
  }
  if (call.approval.outcome !== null || call.result !== null) {
    return refuse("approval_decided", `The call ${call_id} was already decided.`);
  }
  const args = decision === "approve" ? command.arguments : undefined;
  const defect = args === undefined ? null : argumentsDefect(call.approval.name, args);
  if (defect !== null) {
    return refuse("invalid_arguments", defect);
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

/** Returns whether a call with this id ever existed: ids are numbered in one series. */
function existed(state: RunState, call: TurnCall | undefined, callId: string): boolean {
  const number = /^call_([1-9]\d{0,8})$/.exec(callId)?.[1];
  return call !== undefined || (number !== undefined && Number(number) < state.nextCall);
}

/** Only a change of the limit ends a wait for one of the run's own limits. */
function resume({ wait }: RunState, { by }: Of<"resume">): NewEvent[] {
  return wait?.for === by && !isOwnLimit(wait.limit)
    ? [{ type: "run.resumed", data: { from: by } }]
    : [];
}

function limitChanges(state: RunState, { changes, by }: Of<"limits">): NewEvent[] {
  return LIMIT_NAMES.flatMap((limit): NewEvent[] => {
    const to = changes[limit];
    const from = state.spec?.limits[limit] ?? null;
    return to === undefined || to === from
      ? []
      : [{ type: "limit.changed", data: { limit, from, to, by } }];
  });
}

function events(...accepted: readonly NewEvent[]): CommandResult {
  return { ok: true, events: accepted };
}

function refuse(code: CommandRefusal["code"], message: string): CommandResult {
  return { ok: false, code, message };
}
