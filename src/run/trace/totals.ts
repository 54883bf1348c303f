/** The totals of a run, for its own span. */
import type { RunEvent } from "../log/event.ts";
import { OPSPAWN } from "./names.ts";
import type { Attributes } from "./span.ts";

/** Counts what a run has done. */
export class Totals {
  #steps = 0;
  #modelCalls = 0;
  #toolCalls = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  #costMicroUsd = 0;
  #recoveries = 0;
  #waitedMs = 0;

  /** Counts an event. */
  count(event: RunEvent): void {
    switch (event.type) {
      case "model.requested":
        this.#steps = Math.max(this.#steps, event.data.step);
        break;
      case "usage.recorded":
        this.#modelCalls += 1;
        this.#inputTokens += event.data.input_tokens;
        this.#outputTokens += event.data.output_tokens;
        this.#costMicroUsd += event.data.cost_micro_usd;
        break;
      case "tool.requested":
        this.#toolCalls += event.data.attempt === 1 ? 1 : 0;
        break;
      case "recovery.started":
        this.#recoveries += 1;
        break;
      default:
      // Not counted.
    }
  }

  /** Counts a wait. */
  waited(ms: number): void {
    this.#waitedMs += Math.max(0, ms);
  }

  /** The totals as attributes. */
  get attributes(): Attributes {
    return {
      [OPSPAWN.steps]: this.#steps,
      [OPSPAWN.modelCalls]: this.#modelCalls,
      [OPSPAWN.toolCalls]: this.#toolCalls,
      [OPSPAWN.inputTokens]: this.#inputTokens,
      [OPSPAWN.outputTokens]: this.#outputTokens,
      [OPSPAWN.cost]: dollars(this.#costMicroUsd),
      [OPSPAWN.recoveries]: this.#recoveries,
      [OPSPAWN.waitedSeconds]: this.#waitedMs / 1000,
    };
  }
}

/** Returns an amount in dollars. */
export function dollars(microUsd: number): number {
  return microUsd / 1_000_000;
}
