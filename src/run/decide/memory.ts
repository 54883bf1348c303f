/**
 * Decides when the conversation is compacted, before a provider rejects it: first long tool outputs
 * are shortened, then older turns are summarised. Sizes are estimated in tokens, from the
 * provider's count of the last request.
 */
import { compactable, turnChars, withShortOutputs } from "../value/message.ts";
import { PICTURE_CHARS } from "../value/picture.ts";
import type { RunState } from "../log/state.ts";
import { MAX_HISTORY_CHARS } from "../spec/history.ts";

/** Default maximum tokens of the conversation. */
const DEFAULT_MAX_TOKENS = 100_000;
/** Tokens per character until a provider has counted a request. */
const DEFAULT_RATIO = 0.25;
/** Minimum share of characters that a compaction must save to be worth its event and its call. */
const WORTH = 0.2;

/** Characters of the turns of earlier runs at which the older half of them is summarised. */
const MAX_EARLIER_CHARS = 0.8 * MAX_HISTORY_CHARS;

/** What a compaction shortens: outputs of tools, or older turns. */
export type Compaction = "outputs" | "turns";

/** Returns the compaction that is due before the next model call, or null. */
export function compactionDue(state: RunState): Compaction | null {
  const { conversation } = state;
  const most = state.spec?.config.memory?.max_tokens ?? DEFAULT_MAX_TOKENS;
  const { counted } = state;
  const ratio =
    counted === null
      ? DEFAULT_RATIO
      : Math.min(1, counted.tokens / (counted.chars + counted.pictures * PICTURE_CHARS));
  const whole = conversation.earlierChars + conversation.chars;
  if (conversation.earlierChars <= MAX_EARLIER_CHARS && whole * ratio <= most) {
    return null;
  }
  const saved = conversation.chars - withShortOutputs(conversation).chars;
  if (saved > whole * WORTH) {
    return "outputs";
  }
  // A summary alone is not summarised again: that would never end.
  const older = compactable(conversation);
  const chars = older.reduce((sum, turn) => sum + turnChars(turn), 0);
  return older.some((turn) => turn.role === "assistant") && chars > whole * WORTH ? "turns" : null;
}
