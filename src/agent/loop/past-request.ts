/**
 * Finds a past model call in the log of its run and rebuilds its request: folds the log up to the
 * intent, and composes as the loop did. Pure.
 */
import type { Planner } from "../../run/decide/planner.ts";
import type { RunEvent } from "../../run/log/event.ts";
import type { EventOf } from "../../run/log/fold.ts";
import { reduce } from "../../run/log/reduce.ts";
import { INITIAL_STATE, modelOf, type RunState } from "../../run/log/state.ts";
import { compose, type Ask, type Composed } from "./context.ts";
import type { RunTools } from "./effects.ts";

/** An attempt of a model call: its intent, and the state that its request was composed from. */
export interface PastRequest {
  readonly state: RunState;
  readonly intent: EventOf<"model.requested">;
}

/** Searches a log, event by event from the first one, for an attempt of a model call. */
export class RequestSearch {
  readonly #callId: string;
  readonly #attempt: number | null;
  #state: RunState = INITIAL_STATE;
  #found: PastRequest | null = null;

  /** @param attempt null for the last attempt of the call */
  constructor(callId: string, attempt: number | null) {
    this.#callId = callId;
    this.#attempt = attempt;
  }

  /** The state after the events so far. */
  get state(): RunState {
    return this.#state;
  }

  /** The attempt, as far as the log was searched. */
  get found(): PastRequest | null {
    return this.#found;
  }

  /**
   * Folds the next event. Returns whether the search is over: no later event can change `found`.
   * @throws LogCorruption
   */
  take(event: RunEvent): boolean {
    if (event.type === "model.requested") {
      const { call_id, attempt } = event.data;
      const isCall = call_id === this.#callId;
      // Calls are numbered in the order of their first attempts.
      if (!isCall && (this.#found !== null || numberOf(call_id) > numberOf(this.#callId))) {
        return true;
      }
      if (isCall && (this.#attempt ?? attempt) === attempt) {
        this.#found = { state: this.#state, intent: event };
        if (this.#attempt !== null) {
          return true;
        }
      }
    }
    this.#state = reduce(this.#state, event);
    return false;
  }
}

function numberOf(callId: string): number {
  return Number(/^call_(\d+)$/.exec(callId)?.[1] ?? Number.POSITIVE_INFINITY);
}

/**
 * Composes the request of an attempt again. Its body is the one that was sent, unless the code, the
 * tools or the settings that it depends on have changed since; its hash says so. The files of the
 * run must be loaded.
 */
export function rebuild(
  { state, intent }: PastRequest,
  planner: Planner,
  tools: Pick<RunTools, "llmFor" | "toolboxAt" | "files">,
): Composed {
  const { purpose = "step", max_output_tokens } = intent.data;
  const ask: Ask = { purpose, ...(max_output_tokens !== undefined && { max_output_tokens }) };
  const llm = tools.llmFor(modelOf(state));
  return compose(state, planner, tools.toolboxAt(state), llm, ask, null, tools.files);
}
