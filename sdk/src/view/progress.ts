/** Folds a run's events into its progress: current step, open calls and usage. */
import type { EventOf, TaskEvent } from "../event.ts";
import type { Task } from "../model.ts";
import { endOfWait } from "./wording.ts";

/** A tool call: first as the model requested it, then as it was executed. */
export interface ToolCall {
  readonly name: string;
  /** JSON, or the model's text if that was not JSON. */
  readonly arguments: unknown;
  readonly open: boolean;
}

const UNKNOWN_CALL: ToolCall = { name: "tool", arguments: undefined, open: false };

/** Progress of a run. Pass every event in order. */
export class RunProgress {
  #step = 0;
  #doing = "queued";
  #resting: string | null = null;
  #until: number | null = null;
  #modelCalls = 0;
  #toolCalls = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  #costMicroUsd = 0;
  #createdAt = Number.NaN;
  readonly #calls = new Map<string, ToolCall>();

  /** Applies one event. */
  observe(event: TaskEvent): void {
    switch (event.type) {
      case "run.created":
        this.#createdAt = Date.parse(event.at);
        break;
      case "run.waiting":
        this.#resting = `waiting for ${event.data.for}`;
        this.#until = endOfWait(event.data);
        break;
      case "run.started":
      case "run.resumed":
        this.#resting = null;
        this.#until = null;
        this.#doing = "starting";
        break;
      case "model.requested":
        this.#step = event.data.step;
        this.#modelCalls += 1;
        this.#doing = `asking ${event.data.model}`;
        break;
      case "model.delta":
        this.#doing = "reading the reply";
        break;
      case "model.failed":
        this.#doing = "waiting to retry";
        break;
      case "model.completed":
        this.#doing = "deciding";
        for (const { call_id, name, arguments: given, arguments_text } of event.data.tool_calls) {
          this.#calls.set(call_id, { name, arguments: given ?? arguments_text, open: false });
        }
        break;
      case "usage.recorded":
        this.#count(event.data);
        break;
      case "tool.requested": {
        const { call_id, name, arguments: given } = event.data;
        this.#toolCalls += 1;
        this.#calls.set(call_id, { name, arguments: given, open: true });
        break;
      }
      case "tool.completed":
      case "tool.failed":
      case "tool.outcome_unknown": {
        const { call_id } = event.data;
        this.#calls.set(call_id, { ...this.call(call_id), open: false });
        break;
      }
      default:
      // Other events do not change the progress.
    }
  }

  /** The current step, from 1; 0 before the first. */
  get step(): number {
    return this.#step;
  }

  /** Returns a call by its id; a placeholder for one that was not observed. */
  call(callId: string): ToolCall {
    return this.#calls.get(callId) ?? UNKNOWN_CALL;
  }

  /** The current activity, in a few words. */
  get doing(): string {
    const open = [...this.#calls.values()].filter((call) => call.open).map(({ name }) => name);
    const doing = this.#resting ?? (open.length > 0 ? `calling ${open.join(", ")}` : this.#doing);
    return this.#step === 0 ? doing : `step ${this.#step} · ${doing}`;
  }

  /** When the current wait ends by itself, in milliseconds since 1970; null if that is unknown. */
  get until(): number | null {
    return this.#until;
  }

  /** Milliseconds from the start of the run to the given time; null if the start was not observed. */
  elapsedMs(at: string): number | null {
    const ms = Date.parse(at) - this.#createdAt;
    return Number.isNaN(ms) ? null : ms;
  }

  /** Usage so far. */
  get usage(): Task["usage"] {
    return {
      steps: this.#step,
      model_calls: this.#modelCalls,
      tool_calls: this.#toolCalls,
      input_tokens: this.#inputTokens,
      output_tokens: this.#outputTokens,
      cost_usd: this.#costMicroUsd / 1_000_000,
    };
  }

  #count(used: EventOf<"usage.recorded">["data"]): void {
    this.#inputTokens += used.input_tokens;
    this.#outputTokens += used.output_tokens;
    this.#costMicroUsd += used.cost_micro_usd;
  }
}
