/**
 * One attempt of a model call: the stream is passed on to watchers, bounded in time and size, and
 * comes to events: what it consumed, and a reply or a classified failure.
 */
import type { NewEvent } from "../../run/log/event.ts";
import { clipMessage, retryDelay, type ModelFailure } from "../../run/value/failure.ts";
import { callId } from "../../run/value/id.ts";
import type { Reply, ToolCall } from "../../run/value/message.ts";
import { answerData, type Planner, type Reading } from "../../run/decide/planner.ts";
import { presumedUsage } from "../../run/decide/recover.ts";
import { costOf } from "../../run/spec/price.ts";
import { modelOf, type RunState } from "../../run/log/state.ts";
import { DeltaPacker, sizeOf, type Piece } from "./delta.ts";
import type { Effects, RunTools, StepContext } from "./effects.ts";
import type { LlmEvent, TokenUsage } from "../llm/client.ts";
import type { Job } from "./step.ts";
import type { Watchdog } from "./watchdog.ts";

/** A reply beyond this has lost its way; it would fill the memory that runs share. */
const MAX_REPLY_CHARS = 2_000_000;
/** Tool calls that one reply may ask for. */
const MAX_CALLS = 64;

type ModelJob = Extract<Job, { kind: "model" }>;

/**
 * Sends the attempt; its outcome as events. The adapter's failures are outcomes.
 * @param state as it is after the intent was written
 * @throws only what the log throws
 */
export async function callModel(
  job: ModelJob,
  state: RunState,
  context: StepContext,
): Promise<NewEvent[]> {
  try {
    return await new Attempt(job, state, context).run();
  } finally {
    context.watchdog.stop();
  }
}

class Attempt {
  readonly #job: ModelJob;
  readonly #state: RunState;
  readonly #planner: Planner;
  readonly #tools: RunTools;
  readonly #effects: Effects;
  readonly #packer: DeltaPacker;
  readonly #watchdog: Watchdog;
  /** When the whole attempt must be over. */
  readonly #deadline: number;
  /** Whether the provider has answered at all. */
  #answered = false;
  readonly #own = new AbortController();
  /** What the log threw: not the model's failure, it ends the slice. */
  readonly #broken: unknown[] = [];
  /** Why we ended the call ourselves. */
  #stopped: ModelFailure | null = null;
  /** Some servers report a running total with each chunk: the last one is the attempt's. */
  #usage: TokenUsage | null = null;
  #outcome: NewEvent | null = null;
  #chars = 0;
  #watched = false;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(job: ModelJob, state: RunState, { planner, tools, effects, watchdog }: StepContext) {
    this.#job = job;
    this.#state = state;
    this.#planner = planner;
    this.#tools = tools;
    this.#effects = effects;
    this.#packer = new DeltaPacker(job, tools.settings, (events) => this.#write(events));
    this.#watchdog = watchdog;
    this.#deadline = effects.clock.now() + tools.settings.modelTimeoutMs;
  }

  async run(): Promise<NewEvent[]> {
    const { request, body } = this.#job;
    const { modelFirstByteMs, modelIdleMs } = this.#tools.settings;
    const signal = AbortSignal.any([this.#effects.signal, this.#own.signal]);
    this.#watchdog.start(this.#left(modelFirstByteMs), () => this.#timeOut());
    try {
      const llm = this.#tools.llmFor(modelOf(this.#state));
      for await (const event of llm.stream(request, body, signal)) {
        this.#answered = true;
        this.#watchdog.feed(this.#left(modelIdleMs));
        this.#take(event);
      }
    } catch (error) {
      this.#effects.fault("model.adapter", error);
      this.#outcome = this.#failed({ code: "server_error", message: "The adapter failed." });
    }
    if (this.#broken.length > 0) {
      throw this.#broken[0];
    }
    const cut = { code: "cut_stream", message: "The reply ended without its end." } as const;
    const outcome =
      this.#effects.signal.aborted && this.#outcome?.type !== "model.completed"
        ? this.#superseded()
        : (this.#outcome ?? this.#failed(cut));
    return [...this.#packer.take(), ...this.#booked(), outcome];
  }

  /** A limit, or what is left of the attempt's time where that is less. */
  #left(limit: number): number {
    return Math.max(0, Math.min(limit, this.#deadline - this.#effects.clock.now()));
  }

  #timeOut(): void {
    const { modelTimeoutMs, modelFirstByteMs, modelIdleMs } = this.#tools.settings;
    const message =
      this.#effects.clock.now() >= this.#deadline
        ? `No whole reply within ${modelTimeoutMs} ms (OPSPAWN_MODEL_TIMEOUT_MS).`
        : this.#answered
          ? `Nothing came for ${modelIdleMs} ms in mid-reply (OPSPAWN_MODEL_IDLE_MS).`
          : `No answer within ${modelFirstByteMs} ms (OPSPAWN_MODEL_FIRST_BYTE_MS).`;
    this.#stop({ code: "timeout", message });
  }

  #take(event: LlmEvent): void {
    switch (event.type) {
      case "progress":
        break;
      case "usage":
        this.#usage = event.usage;
        break;
      case "done":
        this.#outcome = this.#completed(event.reply);
        break;
      case "failed":
        this.#outcome = this.#failed(event.failure);
        break;
      default:
        this.#pass(event);
    }
  }

  #pass(piece: Piece): void {
    this.#chars += sizeOf(piece);
    if (this.#chars > MAX_REPLY_CHARS) {
      const message = `The reply had no end after ${MAX_REPLY_CHARS} characters.`;
      this.#stop({ code: "reply_too_large", message });
    }
    // Asking who watches is not free with a thousand watchers; once in a while is enough.
    const now = this.#effects.clock.now();
    if (now - this.#lookedAt >= this.#tools.settings.deltaMs) {
      this.#watched = this.#effects.watched();
      this.#lookedAt = now;
    }
    if (this.#watched) {
      this.#packer.add(piece);
    }
  }

  #write(events: readonly NewEvent[]): void {
    try {
      this.#effects.log.append(events);
    } catch (error) {
      this.#broken.push(error);
      this.#own.abort();
    }
  }

  #stop(failure: ModelFailure): void {
    this.#stopped ??= failure;
    this.#own.abort();
  }

  /** What the attempt used; where a reply began and nobody said, what it held back. */
  #booked(): NewEvent[] {
    const open = this.#state.model;
    if (this.#usage === null) {
      // It was sent, and we did not wait for its end.
      const lost = this.#answered || this.#stopped !== null || this.#effects.signal.aborted;
      return lost && open !== null ? presumedUsage(open) : [];
    }
    return [
      {
        type: "usage.recorded",
        data: {
          ...this.#call,
          ...this.#usage,
          cost_micro_usd: costOf(this.#tools.priceOf(modelOf(this.#state)), this.#usage),
        },
      },
    ];
  }

  /** The run stopped the call, since its time was up; what it would have come to is void. */
  #superseded(): NewEvent {
    return { type: "model.superseded", data: this.#call };
  }

  #failed(reported: ModelFailure): NewEvent {
    const failure = this.#stopped ?? reported;
    const failures = (this.#state.model?.failedAttempts ?? 0) + 1;
    const { retry } = this.#tools.settings;
    const retry_in_ms = retryDelay(failure, failures, retry, this.#effects.clock.random());
    const { code } = failure;
    const message = clipMessage(failure.message);
    return { type: "model.failed", data: { ...this.#call, code, message, retry_in_ms } };
  }

  #completed(reply: Reply): NewEvent {
    if (this.#job.purpose === "compact") {
      const summary = reply.text.trim();
      return {
        type: "memory.compacted",
        data: { ...this.#call, up_to_seq: this.#state.seq, kind: "turns", summary },
      };
    }
    const reading = this.#checked(bounded(this.#planner.read(reply)));
    const first = this.#state.nextCall;
    const tool_calls: ToolCall[] =
      reading.kind === "calls"
        ? reading.calls.map((planned, i) => ({ call_id: callId(first + i), ...planned }))
        : [];
    return {
      type: "model.completed",
      data: {
        ...this.#call,
        finish_reason: reply.finish_reason,
        text: reply.text,
        tool_calls,
        ...(reply.reasoning === "" ? {} : { reasoning: reply.reasoning }),
        ...(reply.opaque === undefined ? {} : { opaque: reply.opaque }),
        ...(reading.kind === "answer" ? { answer: reading.answer } : {}),
        ...(reading.kind === "answer" && reading.data !== undefined ? { data: reading.data } : {}),
        ...(reading.kind === "problem"
          ? { problem: { code: reading.code, message: reading.message } }
          : {}),
      },
    };
  }

  /** An answer that has to be data is read as such; what does not fit goes back with the reasons. */
  #checked(reading: Reading): Reading {
    const { checkAnswer } = this.#tools;
    if (reading.kind !== "answer" || checkAnswer === null) {
      return reading;
    }
    const parsed = answerData(reading.answer);
    const checked = parsed.ok ? checkAnswer(parsed.value) : parsed;
    return checked.ok
      ? { ...reading, data: checked.value }
      : {
          kind: "problem",
          code: "invalid_answer",
          message: `Your answer does not fit the schema it must have: ${checked.reason} Answer again, with nothing but JSON that fits.`,
        };
  }

  get #call(): { readonly call_id: string; readonly attempt: number } {
    return { call_id: this.#job.callId, attempt: this.#job.attempt };
  }
}

/** A reply that asks for hundreds of calls at once is told to ask for fewer. */
function bounded(reading: Reading): Reading {
  return reading.kind === "calls" && reading.calls.length > MAX_CALLS
    ? {
        kind: "problem",
        code: "too_many_calls",
        message: `You asked for ${reading.calls.length} tool calls at once. Ask for at most ${MAX_CALLS} in one reply.`,
      }
    : reading;
}
