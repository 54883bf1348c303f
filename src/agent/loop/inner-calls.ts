/**
 * Calls that a tool's code makes to the run's other tools. Each is judged, counted and logged like
 * any other call. After an interruption the code runs again from its start: its repeated calls are
 * answered from the log, in the original order of events, so that the same code takes the same
 * path. Once it has caught up, its calls are made.
 */
import type { NewEvent } from "../../run/log/event.ts";
import { TOOL_FAILURES, ToolStop, type ToolFailureCode } from "../../run/value/failure.ts";
import { callId } from "../../run/value/id.ts";
import { canonicalJson, type JsonValue } from "../../run/value/json.ts";
import { reachedByToolCalls } from "../../run/decide/limits.ts";
import { forbidden } from "../../run/spec/policy.ts";
import type { InnerCall, InnerResult, RunState } from "../../run/log/state.ts";
import type { Untrusted } from "../../run/value/trust.ts";
import type { Effects, RunTools } from "./effects.ts";
import { invokeTool } from "../tools/invoke.ts";
import { prepareCall } from "../tools/prepare.ts";
import type { Toolbox } from "../tools/registry.ts";
import type { RunTool, ToolCaller } from "../tools/tool.ts";
import { storeOutput, toolContext } from "./tool-context.ts";
import { Notes } from "./running-call.ts";
import { aborted } from "../../timing.ts";

/** Maximum calls of one execution of code: all of them are in memory until it ends. */
const MAX_CALLS = 200;

type SettlingEvent = Extract<
  NewEvent,
  { type: "tool.completed" | "tool.failed" | "tool.outcome_unknown" }
>;

/** The calls of one execution of code. */
export class InnerCalls implements ToolCaller {
  readonly names: readonly string[];
  readonly #parent: string;
  readonly #tools: RunTools;
  readonly #toolbox: Toolbox;
  readonly #effects: Effects;
  /** Calls before the interruption in their order, and outcomes in theirs. */
  readonly #recorded: readonly InnerCall[];
  readonly #outcomes: readonly InnerCall[];
  readonly #answers = new Map<InnerCall, PromiseWithResolvers<InnerResult>>();
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #arrived = 0;
  #delivered = 0;
  #closed = false;
  #mismatch: ToolStop | null = null;
  /** Errors of the log, which the code does not see. */
  readonly #logErrors: unknown[] = [];

  /** @param parent the call whose code makes the calls */
  constructor(parent: string, state: RunState, tools: RunTools, effects: Effects) {
    this.#parent = parent;
    this.#tools = tools;
    this.#effects = effects;
    this.#recorded = innerOf(state, parent);
    this.#outcomes = this.#recorded
      .filter((call) => call.settledAt !== null)
      .toSorted((a, b) => (a.settledAt ?? 0) - (b.settledAt ?? 0));
    const policy = state.spec?.config.policy;
    this.#toolbox = tools.toolboxAt(state);
    this.names = this.#toolbox.names.filter(
      (name) => callable(this.#toolbox, name) !== null && forbidden(policy, name) === null,
    );
    this.#deliver();
  }

  call(name: string, args: JsonValue): Promise<InnerResult> {
    if (this.#closed) {
      return Promise.reject(new ToolStop("code_stopped"));
    }
    const made = this.#recorded[this.#arrived];
    this.#arrived += 1;
    if (made === undefined) {
      return this.#tracked(this.#make(name, args));
    }
    if (made.name !== name || canonicalJson(made.arguments) !== canonicalJson(args)) {
      this.#mismatch ??= new ToolStop("replay_mismatch");
      return Promise.reject(this.#mismatch);
    }
    if (made.result === null) {
      this.#deliver();
      return this.#tracked(this.#repeat(made));
    }
    const answer = Promise.withResolvers<InnerResult>();
    this.#answers.set(made, answer);
    this.#deliver();
    return answer.promise;
  }

  /**
   * Ends the calls: waits for calls that the code did not await, or aborts them if the code was
   * stopped. No call is left without an outcome. Returns the outcome of the calling tool.
   * @throws only what the log threw
   */
  async close(outcome: NewEvent): Promise<NewEvent> {
    this.#closed = true;
    if (outcome.type !== "tool.completed" || this.#logErrors.length > 0) {
      this.#abort.abort();
    }
    await Promise.allSettled(this.#running);
    if (this.#logErrors.length > 0) {
      throw this.#logErrors[0];
    }
    const inner = innerOf(this.#effects.log.state(), this.#parent);
    const open = inner.filter((call) => call.result === null);
    this.#effects.log.append(
      open.map(({ call_id }) => ({
        type: "tool.outcome_unknown",
        data: { call_id, parent_call_id: this.#parent },
      })),
    );
    const untrusted = inner.find((call) => call.result?.untrusted !== undefined)?.result?.untrusted;
    const mismatch =
      this.#mismatch ??
      (endedByItself(outcome) && this.#arrived < this.#recorded.length
        ? new ToolStop("replay_mismatch")
        : null);
    return withTrust(mismatch === null ? outcome : asMismatch(outcome, mismatch), untrusted);
  }

  /** Delivers recorded outcomes in their order, each once all calls before it have arrived. */
  #deliver(): void {
    for (;;) {
      const next = this.#outcomes[this.#delivered];
      if (next === undefined) {
        if (this.#arrived >= this.#recorded.length) {
          this.#caughtUp.resolve();
        }
        return;
      }
      const settledAt = next.settledAt ?? 0;
      const before = this.#recorded.filter((call) => call.madeAt <= settledAt).length;
      const answer = this.#answers.get(next);
      if (this.#arrived < before || answer === undefined || next.result === null) {
        return;
      }
      this.#delivered += 1;
      answer.resolve(this.#complete(next.result));
    }
  }

  /** Repeats a call without an outcome; recovery has written its next intent. */
  async #repeat(made: InnerCall): Promise<InnerResult> {
    const tool = callable(this.#toolbox, made.name);
    if (tool === null) {
      return this.#write(refusal(made.call_id, "unknown_tool", this.#parent));
    }
    return this.#perform(tool, made);
  }

  async #make(name: string, args: JsonValue): Promise<InnerResult> {
    const state = this.#writableState();
    if (this.#arrived > MAX_CALLS) {
      const message = `Code may make at most ${MAX_CALLS} calls.`;
      return { error: { code: "limit_reached", message }, output_sha256: null };
    }
    const call_id = callId(state.nextCall);
    const intent = this.#intent(state, call_id, name, args);
    const tool = callable(this.#toolbox, name);
    if (intent.type !== "tool.requested" || tool === null) {
      const refused =
        intent.type === "tool.failed" ? intent : refusal(call_id, "not_from_code", this.#parent);
      return this.#write({ ...refused, data: { ...refused.data, name, arguments: args } });
    }
    this.#effects.log.append([intent]);
    this.#writableState();
    return this.#perform(tool, { call_id, arguments: args, attempt: 1 });
  }

  /** Returns the intent of a call, or the event that rejects it. */
  #intent(state: RunState, call_id: string, name: string, args: JsonValue): NewEvent {
    const { spec, turn } = state;
    const tool = this.#toolbox.get(name);
    if (spec === null || (tool !== undefined && callable(this.#toolbox, name) === null)) {
      return refusal(call_id, "not_from_code", this.#parent);
    }
    if (reachedByToolCalls(state, 1) !== null) {
      return refusal(call_id, "limit_reached", this.#parent);
    }
    const prepared = prepareCall(
      { call: { call_id, name, arguments: args }, approval: null },
      this.#toolbox,
      {
        taskId: spec.task_id,
        modelCallId: turn?.modelCallId ?? "",
        config: spec.config,
        standing: state,
        now: this.#effects.clock.now(),
        parentCallId: this.#parent,
      },
    );
    switch (prepared.type) {
      case "approval.requested": {
        const refused = refusal(call_id, "approval_required", this.#parent);
        return { ...refused, data: { ...refused.data, rule: prepared.data.rule } };
      }
      case "tool.failed":
        return { ...prepared, data: { ...prepared.data, parent_call_id: this.#parent } };
      default:
        return prepared;
    }
  }

  async #perform(
    tool: RunTool,
    { call_id, arguments: args, attempt }: Pick<InnerCall, "call_id" | "arguments" | "attempt">,
  ): Promise<InnerResult> {
    if (tool.effect !== "pure") {
      await this.#effects.log.durable();
    }
    const state = this.#writableState();
    const notes = new Notes(call_id, this.#parent, this.#effects);
    const call = { callId: call_id, attempt, requestedAt: this.#effects.clock.now() };
    const event = await invokeTool(
      tool,
      args,
      {
        ...toolContext(state, call, this.#tools, this.#effects),
        signal: AbortSignal.any([this.#effects.signal, this.#abort.signal]),
        report: (note) => notes.report(note),
      },
      () => this.#effects.clock.now(),
      (text) => storeOutput(this.#effects, text),
    );
    // Recorded outcomes come first, even if this call finishes earlier.
    await Promise.race([this.#caughtUp.promise, aborted(this.#abort.signal)]);
    this.#effects.log.append(notes.end());
    return this.#write(event as SettlingEvent);
  }

  /** Writes an outcome and returns it as logged. */
  #write(event: SettlingEvent): InnerResult {
    this.#writableState();
    const { call_id } = event.data;
    this.#effects.log.append([
      { ...event, data: { ...event.data, parent_call_id: this.#parent } } as SettlingEvent,
    ]);
    const written = innerOf(this.#writableState(), this.#parent).find(
      (call) => call.call_id === call_id,
    );
    if (written === undefined || written.result === null) {
      throw new ToolStop("code_stopped");
    }
    return this.#complete(written.result);
  }

  /**
   * Returns the complete output if the event holds only its beginning: code processes all of it.
   */
  #complete(result: InnerResult): InnerResult {
    const { output_sha256, output } = result;
    const whole =
      output_sha256 === null
        ? null
        : this.#effects.values.read(output_sha256, 0, Number.MAX_SAFE_INTEGER);
    if (whole === null) {
      return result;
    }
    const value = typeof output === "string" ? whole.text : (JSON.parse(whole.text) as JsonValue);
    return { ...result, output: value };
  }

  /**
   * Returns the state.
   * @throws ToolStop once the slice may not write
   */
  #writableState(): RunState {
    const state = this.#effects.log.state();
    if (state === null) {
      throw new ToolStop("code_stopped");
    }
    return state;
  }

  #tracked<T>(work: Promise<T>): Promise<T> {
    const running = work
      .catch((error: unknown) => {
        if (!(error instanceof ToolStop)) {
          this.#logErrors.push(error);
        }
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
    return work;
  }
}

/**
 * Returns the tool of a name if code may call it: it runs, does not itself run code that calls
 * tools, and does not stand for another tool.
 */
function callable(toolbox: Toolbox, name: string): RunTool | null {
  const tool = toolbox.get(name);
  const itself = tool?.kind === "run" && tool.callsTools !== true && tool.standsFor === undefined;
  return itself ? tool : null;
}

function innerOf(state: RunState | null, parent: string): readonly InnerCall[] {
  return state?.turn?.calls.find(({ call }) => call.call_id === parent)?.inner ?? [];
}

function refusal(
  call_id: string,
  code: ToolFailureCode,
  parent_call_id: string,
): Extract<NewEvent, { type: "tool.failed" }> {
  const message = TOOL_FAILURES[code].message;
  return { type: "tool.failed", data: { call_id, code, message, duration_ms: 0, parent_call_id } };
}

/** Returns whether the code ended by itself and was not stopped. */
function endedByItself(outcome: NewEvent): boolean {
  return (
    outcome.type === "tool.completed" ||
    (outcome.type === "tool.failed" &&
      ["code_threw", "invalid_output", "output_too_large"].includes(outcome.data.code))
  );
}

function asMismatch(outcome: NewEvent, { code, message }: ToolStop): NewEvent {
  return outcome.type === "tool.completed" || outcome.type === "tool.failed"
    ? {
        type: "tool.failed",
        data: {
          call_id: outcome.data.call_id,
          code,
          message,
          duration_ms: outcome.data.duration_ms,
        },
      }
    : outcome;
}

/**
 * Marks the outcome if the code's calls returned untrusted content, which its own output may
 * contain.
 */
function withTrust(outcome: NewEvent, untrusted: Untrusted | undefined): NewEvent {
  if (untrusted === undefined) {
    return outcome;
  }
  switch (outcome.type) {
    case "tool.completed":
      return { type: "tool.completed", data: { ...outcome.data, untrusted } };
    case "tool.failed":
      return { type: "tool.failed", data: { ...outcome.data, untrusted } };
    default:
      return outcome;
  }
}
