/**
 * The log does not repeat the conversation: each `model.requested` says up to where, and the hash of
 * the exact body. Here every body that a run sent is built again from nothing but its log.
 */
import { expect } from "vitest";
import { compose, type Ask } from "../../src/agent/loop/context.ts";
import type { RunTools } from "../../src/agent/loop/effects.ts";
import { plannerFor } from "../../src/agent/planners/planner-for.ts";
import type { RunEvent } from "../../src/run/log/event.ts";
import { reduce } from "../../src/run/log/reduce.ts";
import { INITIAL_STATE, modelOf, type RunState } from "../../src/run/log/state.ts";

/** Rebuilds every request of a log and compares hashes; gives how many there were. */
export function expectRebuilt(events: readonly RunEvent[], tools: RunTools): number {
  let state: RunState = INITIAL_STATE;
  let requests = 0;
  for (const event of events) {
    if (event.type === "model.requested" && state.spec !== null) {
      const { purpose = "step", max_output_tokens, up_to_seq, body_sha256 } = event.data;
      expect(state.seq).toBe(up_to_seq);
      const planner = plannerFor(state.spec.config.planner);
      const ask: Ask = {
        purpose,
        ...(max_output_tokens === undefined ? {} : { max_output_tokens }),
      };
      const llm = tools.llmFor(modelOf(state));
      const { sha256, body } = compose(state, planner, tools.toolboxAt(state), llm, ask);
      expect(sha256, `the body of ${event.data.call_id}:\n${body}`).toBe(body_sha256);
      requests += 1;
    }
    state = reduce(state, event);
  }
  return requests;
}
