/**
 * The trace of a run as a projection of its log: folds events in order and returns each span once it
 * has ended. Pure and bounded: it holds the open calls and the totals, never the log. The same log
 * has the same spans, whenever it is read.
 */
import type { RunEvent } from "../log/event.ts";
import type { EventOf } from "../log/fold.ts";
import { reduce } from "../log/reduce.ts";
import { INITIAL_STATE, type RunState } from "../log/state.ts";
import type { RunSpec } from "../spec/spec.ts";
import { cut } from "../value/cut.ts";
import { defined } from "../value/defined.ts";
import { inputMessages, outputMessages, valueText, type TraceContent } from "./content.ts";
import { attemptSpanId, runSpanId, traceOf, waitSpanId } from "./identity.ts";
import type { Digest, TraceIdentity } from "./identity.ts";
import { COMMON, GEN_AI, MAX_NAME_CHARS, modelNames, OPSPAWN } from "./names.ts";
import { noteOf } from "./notes.ts";
import { failed, OK, OpenSpan, UNSET, type Moment, type Outcome } from "./open-span.ts";
import { rootSpan } from "./root-span.ts";
import { CLIENT, INTERNAL, type Attributes, type Span } from "./span.ts";
import { ToolNames } from "./tool-names.ts";
import { dollars, Totals } from "./totals.ts";

/** Types of events that no span is made of. A reader of a long log can leave them out. */
export const UNTRACED_TYPES: ReadonlySet<RunEvent["type"]> = new Set<RunEvent["type"]>([
  "model.delta",
  "tool.progressed",
  "tool.logged",
]);

/** How a trace is made. */
export interface TraceOptions {
  readonly digest: Digest;
  /** With anything but `none`, every event of the log must be folded, in full. */
  readonly content: TraceContent;
}

/** A run that has begun. */
interface TracedRun {
  readonly spec: RunSpec;
  readonly trace: TraceIdentity;
  readonly root: OpenSpan;
}

/** Folds the log of one run into spans. */
export class SpanFold {
  readonly #digest: Digest;
  readonly #content: TraceContent;
  #run: TracedRun | null = null;
  /** Open model calls and tool calls, by call. */
  readonly #models = new Map<string, OpenSpan>();
  readonly #tools = new Map<string, OpenSpan>();
  #wait: OpenSpan | null = null;
  readonly #names = new ToolNames();
  readonly #totals = new Totals();
  #hasCompacted = false;
  /** Folded only for a trace with content. */
  #state: RunState = INITIAL_STATE;
  #ended: Span[] = [];

  constructor({ digest, content }: TraceOptions) {
    this.#digest = digest;
    this.#content = content;
  }

  /** The attributes that all spans of the run share. */
  get resource(): Attributes {
    return {
      "service.name": "opspawn",
      ...defined({ [OPSPAWN.tenantId]: this.#run?.spec.tenant_id }),
    };
  }

  /** Folds the next event and returns the spans that end with it. @throws LogCorruption */
  take(event: RunEvent): readonly Span[] {
    this.#ended = [];
    if (event.type === "run.created") {
      this.#begin(event);
    } else if (this.#run !== null) {
      this.#totals.count(event);
      this.#fold(event, this.#run);
    }
    if (this.#content !== "none") {
      this.#state = reduce(this.#state, event);
    }
    return this.#ended;
  }

  #begin(event: EventOf<"run.created">): void {
    const { data } = event;
    const trace = traceOf(data, this.#digest);
    this.#names.begin(data);
    const root = rootSpan(event, trace, this.#content, this.#digest);
    this.#run = { spec: data, trace, root };
  }

  #fold(event: RunEvent, run: TracedRun): void {
    switch (event.type) {
      case "model.requested":
        this.#modelRequested(event, run);
        break;
      case "usage.recorded":
        this.#used(event);
        break;
      case "model.completed":
        this.#modelCompleted(event);
        break;
      case "model.failed":
        this.#modelFailed(event);
        break;
      case "model.superseded":
        this.#end(this.#models, event.data.call_id, event, failed("superseded"));
        break;
      case "step.planned":
        this.#names.turn(event.data.calls);
        break;
      case "tool.requested":
        this.#toolRequested(event, run);
        break;
      case "tool.completed":
        this.#toolCompleted(event);
        break;
      case "tool.failed":
        this.#toolFailed(event, run);
        break;
      case "tool.outcome_unknown":
        this.#end(this.#tools, event.data.call_id, event, failed("outcome_unknown"));
        break;
      case "tool.suspended":
        this.#end(this.#tools, event.data.call_id, event, OK);
        break;
      case "child.started":
        this.#childStarted(event, run);
        break;
      case "run.waiting":
        this.#waiting(event, run);
        break;
      case "run.resumed":
        this.#endWait(event);
        break;
      case "run.completed":
        this.#endRun(event, run, OK, "completed");
        break;
      case "run.failed":
        this.#endRun(event, run, this.#failure(event.data), "failed");
        break;
      case "run.cancelled":
        this.#endRun(event, run, UNSET, "cancelled");
        break;
      default:
        this.#note(event, run);
    }
  }

  #modelRequested({ data, at, seq }: EventOf<"model.requested">, run: TracedRun): void {
    const { call_id, attempt, step, purpose, max_output_tokens } = data;
    const { config } = run.spec;
    const { provider, name } = modelNames(cut(data.model, MAX_NAME_CHARS));
    this.#end(this.#models, call_id, { at, seq }, failed("interrupted"));
    const span = new OpenSpan({
      spanId: attemptSpanId(run.spec.task_id, call_id, attempt, this.#digest),
      parentSpanId: run.root.spanId,
      name: `chat ${name}`,
      kind: CLIENT,
      at,
      attributes: {
        [GEN_AI.operation]: provider === "gcp.gemini" ? "generate_content" : "chat",
        [GEN_AI.provider]: provider,
        [GEN_AI.requestModel]: name,
        [OPSPAWN.callId]: call_id,
        [OPSPAWN.attempt]: attempt,
        [OPSPAWN.step]: step,
        ...defined({
          [GEN_AI.temperature]: config.temperature,
          [GEN_AI.maxTokens]: max_output_tokens ?? config.max_output_tokens,
          [GEN_AI.seed]: config.seed,
          [GEN_AI.stop]: config.stop,
          [OPSPAWN.purpose]: purpose,
        }),
        ...(this.#hasCompacted && { [GEN_AI.compacted]: true }),
      },
    });
    if (this.#content !== "none") {
      const { conversation, inbox } = this.#state;
      const turns = [...conversation.pinned, ...conversation.recent, ...inbox];
      span.add({ [GEN_AI.inputMessages]: inputMessages(turns) });
    }
    this.#models.set(call_id, span);
  }

  #used({ data }: EventOf<"usage.recorded">): void {
    this.#models.get(data.call_id)?.add({
      [GEN_AI.inputTokens]: data.input_tokens,
      [GEN_AI.outputTokens]: data.output_tokens,
      [GEN_AI.cacheReadTokens]: data.cached_input_tokens,
      [GEN_AI.reasoningTokens]: data.reasoning_tokens,
      ...defined({ [GEN_AI.cacheWriteTokens]: data.cache_write_tokens }),
      [OPSPAWN.cost]: dollars(data.cost_micro_usd),
      ...(data.estimated === true && { [OPSPAWN.estimated]: true }),
    });
  }

  #modelCompleted(event: EventOf<"model.completed">): void {
    const { call_id, finish_reason, text, tool_calls, problem } = event.data;
    this.#names.turn(tool_calls);
    const reason = finish_reason === "tool_calls" ? "tool_call" : finish_reason;
    const outcome = problem === undefined ? OK : this.#failure(problem);
    this.#end(this.#models, call_id, event, outcome, {
      [GEN_AI.finishReasons]: [reason],
      ...(this.#content !== "none" && {
        [GEN_AI.outputMessages]: outputMessages(text, tool_calls, reason),
      }),
    });
  }

  #modelFailed(event: EventOf<"model.failed">): void {
    const { call_id, retry_in_ms } = event.data;
    if (retry_in_ms !== null) {
      const attributes = { "opspawn.retry_in_ms": retry_in_ms };
      this.#models.get(call_id)?.note(event.at, "opspawn.retry", attributes);
    }
    this.#end(this.#models, call_id, event, this.#failure(event.data));
  }

  #toolRequested(event: EventOf<"tool.requested">, run: TracedRun): void {
    const { call_id, name, attempt, effect, parent_call_id } = event.data;
    this.#end(this.#tools, call_id, event, failed("interrupted"));
    const span = this.#toolSpan(run, { call_id, name, attempt, parent_call_id, at: event.at });
    span.add({
      [OPSPAWN.effect]: effect,
      ...(this.#content === "all" && { [GEN_AI.toolArguments]: valueText(event.data.arguments) }),
    });
    this.#tools.set(call_id, span);
  }

  #toolSpan(
    { spec, root }: TracedRun,
    { call_id, name, attempt, parent_call_id, at }: ToolAttempt,
  ): OpenSpan {
    const parent = parent_call_id === undefined ? undefined : this.#tools.get(parent_call_id);
    const remote = this.#names.remote(name);
    const own = cut(remote?.tool ?? name, MAX_NAME_CHARS);
    return new OpenSpan({
      spanId: attemptSpanId(spec.task_id, call_id, attempt, this.#digest),
      parentSpanId: (parent ?? root).spanId,
      name: `${remote === null ? "execute_tool" : "tools/call"} ${own}`,
      kind: remote === null ? INTERNAL : CLIENT,
      at,
      attributes: {
        [GEN_AI.operation]: "execute_tool",
        [GEN_AI.toolName]: own,
        [GEN_AI.toolCallId]: call_id,
        [GEN_AI.toolType]: "function",
        [OPSPAWN.callId]: call_id,
        [OPSPAWN.attempt]: attempt,
        ...(remote !== null && {
          [COMMON.mcpMethod]: "tools/call",
          [OPSPAWN.mcpServer]: remote.server,
          ...defined({ [COMMON.serverAddress]: remote.address ?? undefined }),
        }),
      },
    });
  }

  #toolCompleted(event: EventOf<"tool.completed">): void {
    const { call_id, truncated, output } = event.data;
    this.#end(this.#tools, call_id, event, OK, {
      ...(truncated === true && { [OPSPAWN.truncated]: true }),
      ...(this.#content === "all" && { [GEN_AI.toolResult]: valueText(output) }),
    });
  }

  /** A call that is rejected before it begins has no intent: its span has no length. */
  #toolFailed(event: EventOf<"tool.failed">, run: TracedRun): void {
    const { call_id, parent_call_id, rule } = event.data;
    if (!this.#tools.has(call_id)) {
      const name = event.data.name ?? this.#names.of(call_id);
      const attempt = { call_id, name, attempt: 0, parent_call_id, at: event.at };
      this.#tools.set(call_id, this.#toolSpan(run, attempt));
    }
    const attributes = defined({ [OPSPAWN.rule]: rule });
    this.#end(this.#tools, call_id, event, this.#failure(event.data), attributes);
  }

  #childStarted({ data, at }: EventOf<"child.started">, { trace, root }: TracedRun): void {
    const span = this.#tools.get(data.call_id) ?? root;
    const attributes = { [OPSPAWN.taskId]: data.task_id };
    const spanId = runSpanId(data.task_id, this.#digest);
    span.link({ traceId: trace.traceId, spanId, attributes });
    span.note(at, "child.started", attributes);
  }

  #waiting(event: EventOf<"run.waiting">, { spec, root }: TracedRun): void {
    this.#endWait(event);
    const { for: reason, call_id, limit } = event.data;
    const parent = call_id === undefined ? undefined : this.#tools.get(call_id);
    this.#wait = new OpenSpan({
      spanId: waitSpanId(spec.task_id, event.seq, this.#digest),
      parentSpanId: (parent ?? root).spanId,
      name: `opspawn.wait ${reason}`,
      kind: INTERNAL,
      at: event.at,
      attributes: {
        [OPSPAWN.waitedFor]: reason,
        ...defined({ [OPSPAWN.callId]: call_id, [OPSPAWN.limit]: limit }),
      },
    });
  }

  #endWait(event: Moment): void {
    const wait = this.#wait;
    if (wait !== null) {
      this.#wait = null;
      this.#totals.waited(Date.parse(event.at) - wait.start);
      this.#close(wait, event, OK, {});
    }
  }

  #note(event: RunEvent, { root }: TracedRun): void {
    if (event.type === "mcp.listed") {
      this.#names.listed(event.data.server);
    }
    this.#hasCompacted ||= event.type === "memory.compacted";
    const attributes = noteOf(event);
    if (attributes !== null) {
      root.note(event.at, event.type, attributes);
    }
  }

  #endRun(event: Moment, { root }: TracedRun, outcome: Outcome, status: string): void {
    this.#endWait(event);
    const unfinished = failed(status === "cancelled" ? status : "interrupted");
    // Inner calls come after the call that made them, and end before it.
    for (const callId of [...this.#tools.keys()].toReversed()) {
      this.#end(this.#tools, callId, event, unfinished);
    }
    for (const callId of this.#models.keys()) {
      this.#end(this.#models, callId, event, unfinished);
    }
    const attributes = { [OPSPAWN.status]: status, ...this.#totals.attributes };
    this.#close(root, event, outcome, attributes);
  }

  #end(
    spans: Map<string, OpenSpan>,
    callId: string,
    event: Moment,
    outcome: Outcome,
    attributes: Attributes = {},
  ): void {
    const span = spans.get(callId);
    if (span !== undefined) {
      spans.delete(callId);
      this.#close(span, event, outcome, attributes);
    }
  }

  #close(span: OpenSpan, event: Moment, outcome: Outcome, attributes: Attributes): void {
    if (this.#run !== null) {
      this.#ended.push(span.end(this.#run.trace, event, outcome, attributes));
    }
  }

  /** The message of a failure may quote content, so a trace without content has the code alone. */
  #failure({ code, message }: { readonly code: string; readonly message: string }): Outcome {
    return this.#content === "none" ? failed(code) : failed(code, cut(message, MAX_NAME_CHARS));
  }
}

/** An attempt of a tool call. */
interface ToolAttempt {
  readonly call_id: string;
  readonly name: string;
  readonly attempt: number;
  readonly parent_call_id: string | undefined;
  /** RFC 3339. */
  readonly at: string;
}
