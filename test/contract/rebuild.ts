/**
 * The log does not repeat the conversation: each `model.requested` says up to where, and the hash of
 * the exact body. Here every body that a run sent is built again from nothing but its log.
 */
import { expect } from "vitest";
import type { RunTools } from "../../src/agent/loop/effects.ts";
import { rebuild, RequestSearch } from "../../src/agent/loop/past-request.ts";
import { promptView, type PromptView } from "../../src/agent/loop/prompt-view.ts";
import { nativePlanner } from "../../src/agent/planners/native.ts";
import { PLANNERS } from "../../src/agent/planners/planner-for.ts";
import type { RunEvent } from "../../src/run/log/event.ts";

/** Returns the prompt of an attempt, rebuilt from nothing but the log; null if there is none. */
export function promptOf(
  events: readonly RunEvent[],
  tools: RunTools,
  callId: string,
  attempt: number | null = null,
): PromptView | null {
  const search = new RequestSearch(callId, attempt);
  events.some((event) => search.take(event));
  const planner = PLANNERS.get(search.state.spec?.config.planner ?? "native") ?? nativePlanner;
  return search.found && promptView(search.found, rebuild(search.found, planner, tools));
}

/** Rebuilds every request of a log and compares hashes; gives how many there were. */
export function expectRebuilt(events: readonly RunEvent[], tools: RunTools): number {
  const requests = events.filter((event) => event.type === "model.requested");
  for (const { data } of requests) {
    const prompt = promptOf(events, tools, data.call_id, data.attempt);
    expect(prompt?.body_sha256, `the body of ${data.call_id}:\n${prompt?.body}`).toBe(
      data.body_sha256,
    );
    expect(prompt).toMatchObject({ matches: true, call_id: data.call_id, attempt: data.attempt });
    expect(prompt?.seq).toBe(data.up_to_seq + 1);
  }
  return requests.length;
}
