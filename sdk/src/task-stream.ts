/** A run as an object: its text, events, open questions and typed result, over one watch. */
import type { CallOptions, KeyedOptions } from "./api.ts";
import { OpspawnError } from "./errors.ts";
import { needsHuman, type EventOf, type TaskEvent, type WaitName } from "./event.ts";
import type { Message, Task } from "./model.ts";
import {
  isStandardSchema,
  type JsonSchema,
  type SchemaIssue,
  type StandardSchema,
} from "./schema.ts";
import type { WatchOptions } from "./watch.ts";
import { OpenQuestions, type ApprovalQuestion, type Question } from "./view/questions.ts";
import { ReplyText, type Draft } from "./view/reply-text.ts";

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
export class TaskFailedError extends OpspawnError {
  override readonly name = "TaskFailedError";
  /** The code of the run's failure, or `cancelled`. */
  readonly code: string;
  readonly task: Task;

  constructor(task: Task) {
    super(task.error?.message ?? `The task is ${task.status}`);
    this.code = task.error?.code ?? task.status;
    this.task = task;
  }
}

/** The answer does not match the schema that was passed to the stream. */
export class SchemaMismatchError extends OpspawnError {
  override readonly name = "SchemaMismatchError";
  override readonly code = "schema_mismatch";
  readonly issues: readonly SchemaIssue[];
  readonly task: Task;

  constructor(issues: readonly SchemaIssue[], task: Task) {
    super(issues[0]?.message ?? "The answer does not match the schema");
    this.issues = issues;
    this.task = task;
  }
}

/** No open question fits, or several do. */
export class QuestionError extends OpspawnError {
  override readonly name = "QuestionError";
  readonly code: "no_question" | "several_questions";

  constructor(found: number, what: string) {
    super(found === 0 ? `The run has no ${what}` : `The run has ${found} ${what}s: pass callId`);
    this.code = found === 0 ? "no_question" : "several_questions";
  }
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
  cancel(id: string, body: { readonly reason?: string }, options: CallOptions): PromiseLike<Task>;
}

/** Selects a call if several wait. */
export interface CallChoice {
  /** The call. Default: the only one that waits. */
  readonly callId?: string | undefined;
}

const APPROVAL = "call that waits for approval";
const ANSWER = "question";

/**
 * A run that is followed from its first event to its last. Every iterator starts at the first event,
 * whenever it is made; the events are held in memory. Lost connections are replaced, as by
 * `tasks.watch`.
 */
export class TaskStream<Data = unknown> {
  /** The id of the task, once it is submitted. */
  readonly id: Promise<string>;
  readonly #tasks: RunCalls;
  readonly #parse: (data: unknown, task: Task) => Promise<Data>;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  readonly #events: TaskEvent[] = [];
  readonly #questions = new OpenQuestions();
  #wait: EventOf<"run.waiting">["data"] | null = null;
  #end: { readonly error: unknown } | "over" | null = null;
  #changed = Promise.resolve();
  #notify: () => void = () => undefined;

  /** @internal */
  constructor(
    tasks: RunCalls,
    submit: (signal: AbortSignal) => Promise<string>,
    parse: (data: unknown, task: Task) => Promise<Data>,
    { signal, ...watching }: Omit<WatchOptions, "after">,
  ) {
    this.#tasks = tasks;
    this.#parse = parse;
    this.#signal =
      signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    this.#renew();
    this.id = submit(this.#signal);
    // A failure is reported by whatever is read of the stream.
    this.id.catch(() => undefined);
    void this.#follow({ ...watching, signal: this.#signal });
  }

  /** Every event, up to the one that ends the run. */
  get events(): AsyncIterable<TaskEvent> {
    return this.#iterate();
  }

  /**
   * The answer, in pieces whose concatenation equals `result.answer`. A piece is yielded only when it
   * is certain: text of a reply may still be lost in a crash, or turn out to belong to an earlier
   * step. `drafts` shows text while it is written.
   * @throws TaskFailedError if the run ends without an answer
   */
  get text(): AsyncIterable<string> {
    return this.#answer();
  }

  /** The text while it is written. Each draft replaces the one before; the last one is the answer. */
  get drafts(): AsyncIterable<Draft> {
    return this.#drafts();
  }

  /** What the run waits for from a person; null if it does not wait. As of the events so far. */
  get waiting(): Waiting | null {
    const wait = this.#wait;
    return wait === null || !needsHuman(wait.for)
      ? null
      : { for: wait.for, until: wait.until ?? null, questions: this.#questions.list };
  }

  /** Resolves when the run finishes or waits for a person. A failed run is returned, not thrown. */
  async wait(): Promise<Task> {
    for (;;) {
      const seen = this.#events.at(-1)?.seq ?? 0;
      if (this.#end === null && this.waiting !== null) {
        const task = await this.#task();
        // Otherwise there are later events: the wait may be over.
        if (task.last_seq <= seen && this.waiting !== null) {
          return task;
        }
      }
      if (await this.#isOver(seen)) {
        return this.#task();
      }
    }
  }

  /**
   * Resolves when the run completes, also after waits for people.
   * @throws TaskFailedError if it fails or is cancelled, SchemaMismatchError
   */
  async result(): Promise<RunResult<Data>> {
    for await (const _ of this.events) {
      // Until the last one.
    }
    const task = await this.#task();
    if (task.status !== "completed" || task.result === null) {
      throw new TaskFailedError(task);
    }
    const { answer, data } = task.result;
    return { answer, data: await this.#parse(data, task), task };
  }

  /** Approves a pending call: the only one, or that of `callId`. @throws QuestionError */
  async approve(
    { callId, ...decision }: Decision & CallChoice = {},
    options: KeyedOptions = {},
  ): Promise<Task> {
    const question = this.#approval(callId);
    const task = await this.#tasks.approve(await this.id, question.callId, decision, options);
    this.#answered(question);
    return task;
  }

  /** Denies a pending call: the only one, or that of `callId`. @throws QuestionError */
  async deny(
    { callId, ...decision }: Omit<Decision, "arguments"> & CallChoice = {},
    options: KeyedOptions = {},
  ): Promise<Task> {
    const question = this.#approval(callId);
    const task = await this.#tasks.deny(await this.id, question.callId, decision, options);
    this.#answered(question);
    return task;
  }

  /** Answers an open question: the only one, or that of `call_id`. @throws QuestionError */
  async answer(message: string | Message, options: KeyedOptions = {}): Promise<Task> {
    const body = typeof message === "string" ? { content: message } : message;
    const open = this.#questions.list.filter(
      (question) =>
        question.kind !== "approval" &&
        question.kind !== "budget" &&
        (body.call_id === undefined || question.callId === body.call_id) &&
        (body.key === undefined || ("key" in question && question.key === body.key)),
    );
    const question = only(open, ANSWER);
    const key = "key" in question ? { key: question.key } : {};
    const task = await this.#tasks.send(
      await this.id,
      { ...key, ...("callId" in question && { call_id: question.callId }), ...body },
      options,
    );
    this.#answered(question);
    return task;
  }

  /** Cancels the task. */
  async cancel(body: { readonly reason?: string } = {}, options: CallOptions = {}): Promise<Task> {
    return this.#tasks.cancel(await this.id, body, options);
  }

  /** Stops following. The task continues; what reads the stream gets an `AbortError`. */
  close(): void {
    this.#closing.abort();
  }

  async #follow(options: WatchOptions): Promise<void> {
    try {
      for await (const event of this.#tasks.watch(await this.id, options)) {
        this.#observe(event);
      }
      this.#end ??= "over";
    } catch (error) {
      this.#end = { error };
    }
    this.#renew();
  }

  #observe(event: TaskEvent): void {
    this.#questions.observe(event);
    if (event.type === "run.waiting") {
      this.#wait = event.data;
    } else if (event.type === "run.resumed" || event.type.startsWith("run.")) {
      this.#wait = null;
    }
    this.#events.push(event);
    this.#renew();
  }

  /** Wakes what waits for a change. */
  #renew(): void {
    this.#notify();
    this.#changed = new Promise((resolve) => {
      this.#notify = resolve;
    });
  }

  /** Waits for events after a `seq`. Returns whether there are none. @throws the stream's failure */
  async #isOver(seq: number): Promise<boolean> {
    while ((this.#events.at(-1)?.seq ?? 0) <= seq) {
      if (this.#end === "over") {
        return true;
      }
      if (this.#end !== null) {
        throw this.#end.error;
      }
      await this.#changed;
    }
    return false;
  }

  async *#iterate(): AsyncGenerator<TaskEvent, void, undefined> {
    let seen = 0;
    while (!(await this.#isOver(seen))) {
      for (const event of this.#events.slice(seen)) {
        seen = event.seq;
        yield event;
      }
    }
  }

  async *#answer(): AsyncGenerator<string, void, undefined> {
    for await (const event of this.#iterate()) {
      if (event.type === "run.completed") {
        yield event.data.result.answer;
        return;
      }
    }
    throw new TaskFailedError(await this.#task());
  }

  async *#drafts(): AsyncGenerator<Draft, void, undefined> {
    const reply = new ReplyText();
    for await (const event of this.#iterate()) {
      const draft = reply.observe(event);
      if (draft !== null) {
        yield draft;
      }
    }
  }

  async #task(): Promise<Task> {
    return this.#tasks.get(await this.id, { signal: this.#signal });
  }

  #approval(callId: string | undefined): ApprovalQuestion {
    const open = this.#questions.list.filter(
      (question): question is ApprovalQuestion =>
        question.kind === "approval" && (callId === undefined || question.callId === callId),
    );
    return only(open, APPROVAL);
  }

  /** Notes an answer before its event arrives. */
  #answered(question: Question): void {
    this.#questions.close(question);
    if (this.#questions.list.length === 0) {
      this.#wait = null;
    }
  }
}

/** Returns a function that validates the answer's data as far as the schema can. */
export function parserOf(schema: JsonSchema | StandardSchema | undefined) {
  return async (data: unknown, task: Task): Promise<unknown> => {
    if (schema === undefined || !isStandardSchema(schema)) {
      return data;
    }
    const checked = await schema["~standard"].validate(data);
    if (checked.issues !== undefined) {
      throw new SchemaMismatchError(checked.issues, task);
    }
    return checked.value;
  };
}

function only<Item>(items: readonly Item[], what: string): Item {
  const [item, ...more] = items;
  if (item === undefined || more.length > 0) {
    throw new QuestionError(items.length, what);
  }
  return item;
}
