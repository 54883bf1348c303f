/**
 * Detects loops: the same tool calls with the same arguments in consecutive turns, or a short cycle
 * of such turns. A turn that waits for time or a person is not part of a loop: waits exist to check
 * again later. The memory is bounded, regardless of the length of the run.
 */
import { canonicalJson } from "../value/json.ts";
import type { ToolCall } from "../value/message.ts";

/** Maximum turns in a detected cycle. */
const MAX_PERIOD = 4;

/** The recent turns, and the repetition that they end in. */
export interface Repeats {
  /** Signatures of the last turns, oldest first. Equal calls have equal signatures. */
  readonly recent: readonly string[];
  /** Repetitions of the newest cycle, for the period that repeats most; at least 1. */
  readonly count: number;
  readonly period: number;
  /** Whether the model was warned of this loop. */
  readonly nudged: boolean;
}

/** The state before any turn. */
export const NO_REPEATS: Repeats = { recent: [], count: 1, period: 1, nudged: false };

/** Maximum counted repetitions: the maximum of any limit. */
const MAX_REPEATS = 100;

/** Returns the repeats after one more turn. */
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

/** Returns how often the last `period` turns repeat at the end. */
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
