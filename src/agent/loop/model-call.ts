/**
 * Makes one attempt of a model call. Forwards the stream to watchers, bounds it in time and size,
 * and returns events: the usage, and a reply or a classified failure.
 */
import { defined } from "../../run/value/defined.ts";
import { wellFormed } from "../../run/value/json.ts";
import type { NewEvent } from "../../run/log/event.ts";
import { clipMessage, retryDelay, type ModelFailure } from "../../run/value/failure.ts";
import { callId } from "../../run/value/id.ts";
import type { Reply, ToolCall } from "../../run/value/message.ts";
import { answerData, type Planner, type Reading } from "../../run/decide/planner.ts";
import { presumedUsage } from "../../run/decide/recover.ts";
import { costOf } from "../../run/spec/price.ts";
import { modelOf, type RunState } from "../../run/log/state.ts";
import type { ReportedLimits } from "../../run/value/rate-limits.ts";
import { DeltaPacker, charsOf, type Piece } from "./delta.ts";
import type { Effects, RunTools, StepContext } from "./effects.ts";
import { estimatedTokens, streamedTokens } from "./reserve.ts";
import type { LlmEvent, TokenUsage } from "../llm/client.ts";
import type { Job } from "./step.ts";
import type { Watchdog } from "./watchdog.ts";

/** Maximum characters of a reply. A longer one would fill the memory that runs share. */
const MAX_REPLY_CHARS = 2_000_000;
/** Maximum tool calls of one reply. */
const MAX_CALLS = 64;

type ModelJob = Extract<Job, { kind: "model" }>;

/**
 * Sends the attempt and returns its outcome as events. Failures of the adapter are outcomes.
 * @param state the state after the intent was written
 * @param witness gets what the provider's gate needs to know
 * @throws only what the log throws
 */
export async function callModel(
  job: ModelJob,
  state: RunState,
  context: StepContext,
  witness: CallWitness = { failure: null, used: null, limits: null },
): Promise<NewEvent[]> {
  try {
    return await new Attempt(job, state, context, witness).run();
  } finally {
    context.watchdog.stop();
  }
}

/** What an attempt shows of its provider. */
export interface CallWitness {
  failure: ModelFailure | null;
  used: { readonly inputTokens: number; readonly outputTokens: number } | null;
  limits: ReportedLimits | null;
}

class Attempt {
  readonly #job: ModelJob;
  readonly #witness: CallWitness;
  readonly #state: RunState;
  readonly #planner: Planner;
  readonly #tools: RunTools;
  readonly #effects: Effects;
  readonly #packer: DeltaPacker;
  readonly #watchdog: Watchdog;
  /** Time limit of the whole attempt, milliseconds since the epoch. */
  readonly #deadline: number;
  /** Whether the provider has sent anything. */
  #answered = false;
  readonly #own = new AbortController();
  /** Errors of the log: not a failure of the model, they end the slice. */
  readonly #logErrors: unknown[] = [];
  /** Why this attempt aborted its own call. */
  #stopped: ModelFailure | null = null;
  /**
   * The largest reported counts: some servers report a running total with each chunk, input and
   * output apart, or zeros at the end.
   */
  #usage: TokenUsage | null = null;
  /** The complete reply. */
  #reply: Reply | null = null;
  #outcome: NewEvent | null = null;
  #chars = 0;
  #watched = false;
  #watchersCheckedAt = Number.NEGATIVE_INFINITY;

  constructor(
    job: ModelJob,
    state: RunState,
    { planner, tools, effects, watchdog }: StepContext,
    witness: CallWitness,
  ) {
    this.#job = job;
    this.#witness = witness;
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
    if (this.#logErrors.length > 0) {
      throw this.#logErrors[0];
    }
    const cut = { code: "cut_stream", message: "The reply ended before it was complete." } as const;
    const outcome =
      this.#effects.signal.aborted && this.#outcome?.type !== "model.completed"
        ? this.#superseded()
        : (this.#outcome ?? this.#failed(cut));
    return [...this.#packer.take(), ...this.#usageEvents(), outcome];
  }

  /** Returns a limit, or the remaining time of the attempt if that is less. */
  #left(limit: number): number {
    return Math.max(0, Math.min(limit, this.#deadline - this.#effects.clock.now()));
  }

  #timeOut(): void {
    const { modelTimeoutMs, modelFirstByteMs, modelIdleMs } = this.#tools.settings;
    const message =
      this.#effects.clock.now() >= this.#deadline
        ? `No complete reply within ${modelTimeoutMs} ms (OPSPAWN_MODEL_TIMEOUT_MS).`
        : this.#answered
          ? `The reply stalled for ${modelIdleMs} ms (OPSPAWN_MODEL_IDLE_MS).`
          : `No response within ${modelFirstByteMs} ms (OPSPAWN_MODEL_FIRST_BYTE_MS).`;
    this.#stop({ code: "timeout", message });
  }

  #take(event: LlmEvent): void {
    switch (event.type) {
      case "progress":
        break;
      case "limits":
        this.#witness.limits = event.limits;
        break;
      case "usage":
        this.#usage = this.#usage === null ? event.usage : largerOf(this.#usage, event.usage);
        this.#witness.used = {
          // What providers read from their caches does not count for their limits.
          inputTokens: this.#usage.input_tokens - this.#usage.cached_input_tokens,
          outputTokens: this.#usage.output_tokens,
        };
        break;
      case "done":
        this.#reply = wellFormedReply(event.reply);
        this.#outcome = this.#completed(this.#reply);
        break;
      case "failed":
        this.#outcome = this.#failed(event.failure);
        break;
      default:
        this.#pass(event);
    }
  }

  #pass(piece: Piece): void {
    this.#chars += charsOf(piece);
    if (this.#chars > MAX_REPLY_CHARS) {
      const message = `The reply exceeded ${MAX_REPLY_CHARS} characters.`;
      this.#stop({ code: "reply_too_large", message });
    }
    // Checking for watchers is expensive with a thousand of them, so it is done at intervals.
    const now = this.#effects.clock.now();
    if (now - this.#watchersCheckedAt >= this.#tools.settings.deltaMs) {
      this.#watched = this.#effects.watched();
      this.#watchersCheckedAt = now;
    }
    if (this.#watched) {
      this.#packer.add(piece);
    }
  }

  #write(events: readonly NewEvent[]): void {
    try {
      this.#effects.log.append(events);
    } catch (error) {
      this.#logErrors.push(error);
      this.#own.abort();
    }
  }

  #stop(failure: ModelFailure): void {
    this.#stopped ??= failure;
    this.#own.abort();
  }

  /**
   * Returns the usage event of the attempt. If the provider reported none and the attempt may have
   * been billed, books the reservation, and for a complete reply the estimated tokens.
   */
  #usageEvents(): NewEvent[] {
    const open = this.#state.model;
    const usage = this.#usage;
    if (usage === null || !isCounted(usage, this.#chars)) {
      if (this.#reply !== null || (usage !== null && usage.input_tokens > 0)) {
        return [this.#estimatedUsage(this.#reply)];
      }
      // The request was sent, and the attempt did not wait for its end.
      const lost = this.#answered || this.#stopped !== null || this.#effects.signal.aborted;
      return lost && open !== null ? presumedUsage(open) : [];
    }
    return [
      {
        type: "usage.recorded",
        data: {
          ...this.#call,
          ...usage,
          cost_micro_usd: costOf(this.#tools.priceOf(modelOf(this.#state)), usage),
        },
      },
    ];
  }

  /** Returns the usage of a reply, or of a part of one, that the provider did not count in full. */
  #estimatedUsage(reply: Reply | null): NewEvent {
    const { text, reasoning, tool_calls } = reply ?? { text: "", reasoning: "", tool_calls: [] };
    const said = [text, reasoning, ...tool_calls.flatMap((c) => [c.name, c.arguments_text])];
    const estimate = estimatedTokens(this.#job, said.join(""));
    const reported = this.#usage;
    const { output_tokens = 0, reasoning_tokens = 0, cost_micro_usd = 0 } = reported ?? {};
    const isInputCounted = reported !== null && reported.input_tokens > 0;
    const streamed = streamedTokens(this.#chars);
    const usage = {
      input_tokens: isInputCounted ? reported.input_tokens : estimate.input_tokens,
      cached_input_tokens: isInputCounted ? reported.cached_input_tokens : 0,
      output_tokens: Math.max(estimate.output_tokens, output_tokens, streamed),
      reasoning_tokens,
    };
    // The provider's own cost is exact; without it the reservation is the maximum.
    const price = this.#tools.priceOf(modelOf(this.#state));
    const presumed = Math.max(this.#state.model?.reserved ?? 0, costOf(price, usage));
    const cost = cost_micro_usd > 0 ? cost_micro_usd : presumed;
    return {
      type: "usage.recorded",
      data: { ...this.#call, ...usage, cost_micro_usd: cost, estimated: true },
    };
  }

  /** The run aborted the call at its deadline; the outcome is void. */
  #superseded(): NewEvent {
    return { type: "model.superseded", data: this.#call };
  }

  #failed(reported: ModelFailure): NewEvent {
    const failure = this.#stopped ?? reported;
    this.#witness.failure = failure;
    this.#witness.limits = failure.limits ?? this.#witness.limits;
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
    const reading = this.#validated(withinCallLimit(this.#planner.read(reply)));
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

  /** Parses an answer that must be data. A mismatch is reported to the model with the reason. */
  #validated(reading: Reading): Reading {
    const { checkAnswer } = this.#tools;
    if (reading.kind !== "answer" || checkAnswer === null) {
      return reading;
    }
    const parsed = answerData(reading.answer);
    const result = parsed.ok ? checkAnswer(parsed.value) : parsed;
    return result.ok
      ? { ...reading, data: result.value }
      : {
          kind: "problem",
          code: "invalid_answer",
          message: `Your answer does not match the required schema: ${result.reason}. Answer again with only JSON that matches it.`,
        };
  }

  get #call(): { readonly call_id: string; readonly attempt: number } {
    return { call_id: this.#job.callId, attempt: this.#job.attempt };
  }
}

/**
 * Returns the reply without halves of surrogate pairs, which some models send: strict parsers
 * refuse a later request that has one.
 */
function wellFormedReply({ text, reasoning, tool_calls, finish_reason, opaque }: Reply): Reply {
  return {
    text: text.toWellFormed(),
    reasoning: reasoning.toWellFormed(),
    tool_calls: tool_calls.map(({ name, arguments_text, provider_id }) =>
      defined({
        name: name.toWellFormed(),
        arguments_text: arguments_text.toWellFormed(),
        provider_id: provider_id?.toWellFormed(),
      }),
    ),
    finish_reason,
    ...(opaque !== undefined && {
      opaque: { provider: opaque.provider, data: wellFormed(opaque.data) },
    }),
  };
}

/**
 * Returns whether a usage is a count. Some servers report zeros, or nothing in its place: no request
 * has no input, and nothing that was streamed has no output.
 */
function isCounted({ input_tokens, output_tokens }: TokenUsage, streamed: number): boolean {
  return input_tokens > 0 && (output_tokens > 0 || streamed === 0);
}

/** Returns the larger of each count: they are totals, which do not shrink. */
function largerOf(a: TokenUsage, b: TokenUsage): TokenUsage {
  const larger = (name: keyof TokenUsage) => Math.max(a[name] ?? 0, b[name] ?? 0);
  const cache_write_tokens = larger("cache_write_tokens");
  return {
    input_tokens: larger("input_tokens"),
    cached_input_tokens: larger("cached_input_tokens"),
    output_tokens: larger("output_tokens"),
    reasoning_tokens: larger("reasoning_tokens"),
    ...(cache_write_tokens > 0 && { cache_write_tokens }),
    ...((a.cost_micro_usd ?? b.cost_micro_usd) !== undefined && {
      cost_micro_usd: larger("cost_micro_usd"),
    }),
  };
}

/** Turns a reply with too many calls into a problem that asks for fewer. */
function withinCallLimit(reading: Reading): Reading {
  return reading.kind === "calls" && reading.calls.length > MAX_CALLS
    ? {
        kind: "problem",
        code: "too_many_calls",
        message: `You asked for ${reading.calls.length} tool calls at once. Ask for at most ${MAX_CALLS} in one reply.`,
      }
    : reading;
}
