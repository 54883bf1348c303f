/**
 * Whether a run goes in circles: the same tool calls with the same arguments, turn after turn, or a
 * short cycle of such turns. A turn that waits (for time or for people) is no part of a circle:
 * looking again later is what waits are for. What is remembered is bounded, whatever the run did.
 */
import { canonicalJson } from "../value/json.ts";
import type { ToolCall } from "../value/message.ts";

/** Turns in the longest cycle that is looked for. */
const MAX_PERIOD = 4;

export interface Repeats {
  /** What the last turns did, oldest first; equal texts stand for equal calls. */
  readonly recent: readonly string[];
  /** How often the newest cycle followed itself, of the period that repeats most; at least 1. */
  readonly count: number;
  readonly period: number;
  /** Whether the model was told of this circle. */
  readonly nudged: boolean;
}

export const NO_REPEATS: Repeats = { recent: [], count: 1, period: 1, nudged: false };

/** Repetitions that are found: as many as any limit may name. */
const MAX_REPEATS = 100;

/** The repeats after one more turn. */
export function withTurn(repeats: Repeats, calls: readonly ToolCall[]): Repeats {
  const recent = [...repeats.recent, signature(calls)].slice(-MAX_PERIOD * MAX_REPEATS);
  let best = { count: 1, period: 1 };
  for (let period = 1; period <= MAX_PERIOD; period += 1) {
    const count = repetitions(recent, period);
    if (count > best.count) {
      best = { count, period };
    }
  }
  return { recent, ...best, nudged: repeats.nudged && best.count >= repeats.count };
}

/** How often the last `period` turns stand at the end, one after the other. */
function repetitions(recent: readonly string[], period: number): number {
  let same = 0;
  for (let at = recent.length - 1; at >= period && recent[at] === recent[at - period]; at -= 1) {
    same += 1;
  }
  return Math.floor(same / period) + 1;
}

/** A 64-bit hash of the calls as text: equal for equal calls, and short however long their arguments are. */
function signature(calls: readonly ToolCall[]): string {
  const text = calls
    .map((call) => `${call.name} ${call.arguments_text ?? canonicalJson(call.arguments ?? null)}`)
    .join("\n");
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 2_654_435_761);
    low = Math.imul(low ^ unit, 1_597_334_677);
  }
  return `${(high >>> 0).toString(36)}.${(low >>> 0).toString(36)}`;
}
