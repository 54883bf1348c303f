/** Pure: what each tool call did to the world, as one sentence. */
import type { ToolCall } from "./model.ts";

/** Returns how often a call had its effect, and what crashes did to it. */
export function effectSentence(call: ToolCall): string {
  const { effect, attempts, unknowns, state, failure } = call;
  if (attempts === 0) {
    return failure?.code === "denied_by_policy"
      ? "did not run: denied by the policy"
      : state === "held"
        ? "has not run: it waits for a person"
        : call.approval?.decision === "deny"
          ? "did not run: denied by a person"
          : "did not run";
  }
  if (state === "unknown") {
    return "unknown: a crash hit it, and it must not be repeated blindly";
  }
  if (state === "running") {
    return attempts > 1 ? `running, attempt ${attempts}` : "running";
  }
  if (state === "void") {
    return "did not end before the run did";
  }
  if (attempts === 1) {
    return state === "failed" ? "ran once and failed" : "ran once";
  }
  const again = unknowns > 0 ? "after a person decided" : "after a crash";
  switch (effect) {
    case "pure":
      return `ran ${attempts} times ${again}: it changes nothing`;
    case "idempotent":
      return `ran ${attempts} times ${again}, by the same idempotency key`;
    case "probe":
      return `was asked ${attempts} times ${again} whether it had happened`;
    default:
      return `ran ${attempts} times ${again}`;
  }
}
