/** A run as an object: its text, events, open questions and typed result, over one watch. */
import type { CallOptions, KeyedOptions } from "./api.ts";
import { OpspawnError } from "./errors.ts";
import { type TaskEvent, type WaitName } from "./event.ts";
import type { Message, Task } from "./model.ts";
import { type JsonSchema, type SchemaIssue, type StandardSchema } from "./schema.ts";
import type { WatchOptions } from "./watch.ts";
import { type Question } from "./view/questions.ts";
import { type Draft } from "./view/reply-text.ts";
/** A wait that a person has to end. */
export interface Waiting {
  readonly for: WaitName;
  /** When the wait expires, RFC 3339; null if it does not. */
  readonly until: string | null;
  /** What has to be decided or answered, oldest first. */
  readonly questions: readonly Question[];
}
/** The result of a completed run. */
export interface RunResult<Data> {
  readonly answer: string;
  /** The answer as data, validated by the schema. Undefined if the agent has no `output_schema`. */
  readonly data: Data;
  readonly task: Task;
}
/** The run failed or was cancelled, so that it has no answer. */
export declare class TaskFailedError extends OpspawnError {
  readonly name = "TaskFailedError";
  /** The code of the run's failure, or `cancelled`. */
  readonly code: string;
  readonly task: Task;
  constructor(task: Task);
}
/** The answer does not match the schema that was passed to the stream. */
export declare class SchemaMismatchError extends OpspawnError {
  readonly name = "SchemaMismatchError";
  readonly code = "schema_mismatch";
  readonly issues: readonly SchemaIssue[];
  readonly task: Task;
  constructor(issues: readonly SchemaIssue[], task: Task);
}
/** No open question fits, or several do. */
export declare class QuestionError extends OpspawnError {
  readonly name = "QuestionError";
  readonly code: "no_question" | "several_questions";
  constructor(found: number, what: string);
}
/** A decision about a pending tool call. */
export interface Decision {
  /** Replaces the model's arguments. Validated against the tool's schema. */
  readonly arguments?: unknown;
  readonly comment?: string | undefined;
}
/** The calls that a stream makes. */
export interface RunCalls {
  watch(id: string, options: WatchOptions): AsyncIterable<TaskEvent>;
  get(id: string, options: CallOptions): PromiseLike<Task>;
  approve(id: string, callId: string, decision: Decision, options: KeyedOptions): PromiseLike<Task>;
  deny(
    id: string,
    callId: string,
    decision: Omit<Decision, "arguments">,
    options: KeyedOptions,
  ): PromiseLike<Task>;
  send(id: string, message: Message, options: KeyedOptions): PromiseLike<Task>;
  cancel(
    id: string,
    body: {
      readonly reason?: string;
    },
    options: CallOptions,
  ): PromiseLike<Task>;
}
/** Selects a call if several wait. */
export interface CallChoice {
  /** The call. Default: the only one that waits. */
  readonly callId?: string | undefined;
}
/**
 * A run that is followed from its first event to its last. Every iterator starts at the first event,
 * whenever it is made; the events are held in memory. Lost connections are replaced, as by
 * `tasks.watch`.
 */
export declare class TaskStream<Data = unknown> {
  #private;
  /** The id of the task, once it is submitted. */
  readonly id: Promise<string>;
  /** @internal */
  constructor(
    tasks: RunCalls,
    submit: (signal: AbortSignal) => Promise<string>,
    parse: (data: unknown, task: Task) => Promise<Data>,
    { signal, ...watching }: Omit<WatchOptions, "after">,
  );
  /** Every event, up to the one that ends the run. */
  get events(): AsyncIterable<TaskEvent>;
  /**
   * The answer, in pieces whose concatenation equals `result.answer`. A piece is yielded only when it
   * is certain: text of a reply may still be lost in a crash, or turn out to belong to an earlier
   * step. `drafts` shows text while it is written.
   * @throws TaskFailedError if the run ends without an answer
   */
  get text(): AsyncIterable<string>;
  /** The text while it is written. Each draft replaces the one before; the last one is the answer. */
  get drafts(): AsyncIterable<Draft>;
  /** What the run waits for from a person; null if it does not wait. As of the events so far. */
  get waiting(): Waiting | null;
  /** Resolves when the run finishes or waits for a person. A failed run is returned, not thrown. */
  wait(): Promise<Task>;
  /**
   * Resolves when the run completes, also after waits for people.
   * @throws TaskFailedError if it fails or is cancelled, SchemaMismatchError
   */
  result(): Promise<RunResult<Data>>;
  /** Approves a pending call: the only one, or that of `callId`. @throws QuestionError */
  approve({ callId, ...decision }?: Decision & CallChoice, options?: KeyedOptions): Promise<Task>;
  /** Denies a pending call: the only one, or that of `callId`. @throws QuestionError */
  deny(
    { callId, ...decision }?: Omit<Decision, "arguments"> & CallChoice,
    options?: KeyedOptions,
  ): Promise<Task>;
  /** Answers an open question: the only one, or that of `call_id`. @throws QuestionError */
  answer(message: string | Message, options?: KeyedOptions): Promise<Task>;
  /** Cancels the task. */
  cancel(
    body?: {
      readonly reason?: string;
    },
    options?: CallOptions,
  ): Promise<Task>;
  /** Stops following. The task continues; what reads the stream gets an `AbortError`. */
  close(): void;
}
/** Returns a function that validates the answer's data as far as the schema can. */
export declare function parserOf(
  schema: JsonSchema | StandardSchema | undefined,
): (data: unknown, task: Task) => Promise<unknown>;
