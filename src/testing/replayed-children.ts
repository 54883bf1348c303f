/** The tasks that a recorded run started: how their submission was answered, and what they told. */
import type { RunCommand } from "../run/decide/command.ts";
import type { RunEvent } from "../run/log/event.ts";
import { defined } from "../run/value/defined.ts";
import type { TaskOrder, TaskOrderAnswer } from "../run/spec/task-order.ts";

/** Thrown for a submission that failed in the recorded run, which then submitted the task again. */
export class Delayed extends Error {
  constructor() {
    super("The task could not be submitted.");
    this.name = "Delayed";
  }
}

/** Where the answers to submissions stand in a log, and the answer to one of them. */
interface RecordedAnswer {
  /** Index of the first event of the same turn of answers: they are written together. */
  readonly index: number;
  readonly answer: TaskOrderAnswer | "delayed";
}

/**
 * Returns the recorded answer to an order from an index on, once the run has `reached` its place.
 * Never resolves if the recorded run did not get one. @throws Delayed if the submission failed
 */
export async function answerTo(
  events: readonly RunEvent[],
  from: number,
  order: TaskOrder,
  reached: (index: number) => Promise<void>,
): Promise<TaskOrderAnswer> {
  const recorded = recordedAnswer(events, from, order);
  if (recorded === null) {
    return new Promise(() => {});
  }
  await reached(recorded.index);
  if (recorded.answer === "delayed") {
    throw new Delayed();
  }
  return recorded.answer;
}

function recordedAnswer(
  events: readonly RunEvent[],
  from: number,
  { task_id, parent }: TaskOrder,
): RecordedAnswer | null {
  const at = events.findIndex(
    (event, i) =>
      i >= from &&
      (event.type === "child.started"
        ? event.data.task_id === task_id
        : isAnswer(event) && event.data.call_id === parent?.call_id),
  );
  const event = events[at];
  if (event === undefined || !isAnswer(event)) {
    return null;
  }
  const before = events.slice(from, at).findLastIndex((one) => !isAnswer(one));
  return { index: from + before + 1, answer: answerIn(event) };
}

/** Returns the report of a task as the command with which the run got it; null for other events. */
export function reportIn(
  event: RunEvent,
  outputs: Readonly<Record<string, string>>,
): RunCommand | null {
  if (event.type === "child.waiting") {
    const { task_id, for: wait, call_id, limit } = event.data;
    const report = { kind: "waiting", for: wait, ...defined({ call_id, limit }) } as const;
    return { kind: "child", task_id, report };
  }
  if (event.type !== "child.ended") {
    return null;
  }
  const { task_id, status, answer_sha256, code, message, cost_micro_usd, untrusted } = event.data;
  const isStored = answer_sha256 !== undefined && Object.hasOwn(outputs, answer_sha256);
  const answer = isStored ? outputs[answer_sha256] : event.data.answer;
  const report = {
    kind: "ended",
    status,
    ...defined({ answer, code, message, cost_micro_usd, untrusted }),
    ...("data" in event.data ? { data: event.data.data } : {}),
  } as const;
  return { kind: "child", task_id, report };
}

type AnswerEvent = Extract<RunEvent, { type: "child.started" | "child.delayed" | "tool.failed" }>;

function isAnswer(event: RunEvent): event is AnswerEvent {
  switch (event.type) {
    case "child.started":
    case "child.delayed":
      return true;
    case "tool.failed":
      return event.data.task_refused === true;
    default:
      return false;
  }
}

function answerIn(event: AnswerEvent): RecordedAnswer["answer"] {
  switch (event.type) {
    case "child.started":
      return { ok: true, created: true };
    case "child.delayed":
      return "delayed";
    case "tool.failed":
      return { ok: false, code: event.data.code, message: event.data.message };
    default:
      return event satisfies never;
  }
}
