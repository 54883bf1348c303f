/**
 * Folds a run's events into its progress: current step, open calls and usage. Missing fields count
 * as empty, because the service may be older or newer than this program.
 */

import type { TaskEvent } from "../event.ts";
import type { Task } from "../model.ts";

/** A tool call: first as the model requested it, then as it was executed. */
export interface ToolCall {
  readonly name: string;
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
  observe({ type, at, data }: TaskEvent): void {
    switch (type) {
      case "run.created":
        this.#createdAt = Date.parse(at);
        break;
      case "run.waiting":
        this.#resting = `waiting for ${textOf(data["for"])}`;
        this.#until = endOfWait(data);
        break;
      case "run.started":
      case "run.resumed":
        this.#resting = null;
        this.#until = null;
        this.#doing = "starting";
        break;
      case "model.requested":
        this.#step = numberOf(data["step"]);
        this.#modelCalls += 1;
        this.#doing = `asking ${textOf(data["model"])}`;
        break;
      case "model.delta":
        this.#doing = "reading the reply";
        break;
      case "model.failed":
        this.#doing = "waiting to retry";
        break;
      case "model.completed":
        this.#doing = "deciding";
        for (const call of recordsOf(data["tool_calls"])) {
          this.#put(call, call["arguments"] ?? call["arguments_text"], false);
        }
        break;
      case "usage.recorded":
        this.#inputTokens += numberOf(data["input_tokens"]);
        this.#outputTokens += numberOf(data["output_tokens"]);
        this.#costMicroUsd += numberOf(data["cost_micro_usd"]);
        break;
      case "tool.requested":
        this.#toolCalls += 1;
        this.#put(data, data["arguments"], true);
        break;
      case "tool.completed":
      case "tool.failed":
      case "tool.outcome_unknown":
        this.#put({ ...data, name: this.call(data).name }, this.call(data).arguments, false);
        break;
      default:
      // Other events do not change the progress.
    }
  }

  get step(): number {
    return this.#step;
  }

  /** Returns the call that an event belongs to. */
  call(data: TaskEvent["data"]): ToolCall {
    return this.#calls.get(textOf(data["call_id"])) ?? UNKNOWN_CALL;
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
  get usage(): string {
    return usageText({
      steps: this.#step,
      model_calls: this.#modelCalls,
      tool_calls: this.#toolCalls,
      input_tokens: this.#inputTokens,
      output_tokens: this.#outputTokens,
      cost_usd: this.#costMicroUsd / 1_000_000,
    });
  }

  #put(call: TaskEvent["data"], given: unknown, open: boolean): void {
    this.#calls.set(textOf(call["call_id"]), {
      name: textOf(call["name"]),
      arguments: given,
      open,
    });
  }
}

/**
 * Returns when the wait of a `run.waiting` event ends by itself. For `concurrency`, `until` is only
 * the next check.
 */
export function endOfWait(data: TaskEvent["data"]): number | null {
  const end = data["for"] === "concurrency" ? Number.NaN : Date.parse(textOf(data["until"]));
  return Number.isNaN(end) ? null : end;
}

/** Formats usage on one line. Omits tokens and cost when they are zero. */
export function usageText(used: Task["usage"]): string {
  return [
    counted(used.steps, "step"),
    counted(used.model_calls, "model call"),
    counted(used.tool_calls, "tool call"),
    ...(used.input_tokens === 0
      ? []
      : [`${counted(used.input_tokens, "token")} in, ${grouped(used.output_tokens)} out`]),
    ...(used.cost_usd === 0 ? [] : [dollars(used.cost_usd)]),
  ].join(" · ");
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** At least two decimals, at most six. */
function dollars(usd: number): string {
  const digits = usd.toFixed(6).replace(/0{1,4}$/, "");
  return `$${digits}`;
}

/** Returns a string field, or "". */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Returns a number field, or 0. */
export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** Returns an object field, or an empty object. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function recordsOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}
