/** The tool calls of a run, in the order in which they were requested. */
import type { TaskEvent } from "../event.ts";

/** A tool call. Retries of a call are one entry. */
export interface TrajectoryCall {
  readonly call_id: string;
  readonly name: string;
  readonly arguments: unknown;
  readonly outcome: "pending" | "completed" | "failed" | "outcome_unknown";
}

/** Collects the tool calls from the events of a run. */
export class Trajectory {
  readonly #calls = new Map<string, TrajectoryCall>();

  get calls(): readonly TrajectoryCall[] {
    return [...this.#calls.values()];
  }

  add(event: TaskEvent): void {
    switch (event.type) {
      case "tool.requested": {
        const { call_id, name, arguments: given } = event.data;
        this.#calls.set(call_id, { call_id, name, arguments: given, outcome: "pending" });
        break;
      }
      case "tool.completed":
        this.#end(event.data.call_id, "completed");
        break;
      case "tool.failed":
        this.#end(event.data.call_id, "failed");
        break;
      case "tool.outcome_unknown":
        this.#end(event.data.call_id, "outcome_unknown");
        break;
      default:
    }
  }

  #end(callId: string, outcome: TrajectoryCall["outcome"]): void {
    const call = this.#calls.get(callId);
    if (call !== undefined) {
      this.#calls.set(callId, { ...call, outcome });
    }
  }
}
