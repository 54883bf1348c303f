/**
 * What the events of a run amount to for somebody who watches: the step it is at, the calls that
 * are open, and what it has used. Fields that an event should have and lacks count as nothing:
 * the events come from a service that may be older or newer than this program.
 */

import type { TaskEvent } from "../event.ts";
import type { Task } from "../model.ts";

/** A tool call: as the model asked for it, then as it was really made. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly open: boolean;
}

const UNKNOWN_CALL: ToolCall = { name: "tool", arguments: undefined, open: false };

/** The fold over a run's events, in order. */
export class RunProgress {
  #step = 0;
  #doing = "queued";
  #resting: string | null = null;
  #modelCalls = 0;
  #toolCalls = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  #costMicroUsd = 0;
  #createdAt = Number.NaN;
  readonly #calls = new Map<string, ToolCall>();

  /** Takes one more event into account. */
  observe({ type, at, data }: TaskEvent): void {
    switch (type) {
      case "run.created":
        this.#createdAt = Date.parse(at);
        break;
      case "run.waiting":
        this.#resting = `waiting for ${textOf(data["for"])}`;
        break;
      case "run.started":
      case "run.resumed":
        this.#resting = null;
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
        this.#doing = "waiting to ask again";
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
      // Nothing that changes what the run is at.
    }
  }

  get step(): number {
    return this.#step;
  }

  /** The call that an event is about. */
  call(data: TaskEvent["data"]): ToolCall {
    return this.#calls.get(textOf(data["call_id"])) ?? UNKNOWN_CALL;
  }

  /** What the run is doing now, in a few words. */
  get doing(): string {
    const open = [...this.#calls.values()].filter((call) => call.open).map(({ name }) => name);
    const doing = this.#resting ?? (open.length > 0 ? `calling ${open.join(", ")}` : this.#doing);
    return this.#step === 0 ? doing : `step ${this.#step} · ${doing}`;
  }

  /** How long the run has taken at an event's time; null if its beginning was not seen. */
  elapsedMs(at: string): number | null {
    const ms = Date.parse(at) - this.#createdAt;
    return Number.isNaN(ms) ? null : ms;
  }

  /** What the run has used so far. */
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

/** What a run has used, on one line; what is none and says nothing is left out. */
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

/** At least cents, and as many digits as a millionth of a dollar needs. */
function dollars(usd: number): string {
  const digits = usd.toFixed(6).replace(/0{1,4}$/, "");
  return `$${digits}`;
}

/** The text that a field should hold, or none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The number that a field should hold, or 0. */
export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** The object that a field should hold, or an empty one. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function recordsOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}
