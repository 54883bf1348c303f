/**
 * When a conversation is to be compacted, before a provider refuses it: long outputs of tools are
 * shortened first, older turns are summarised next. Sizes are estimated in tokens, by what the
 * provider counted for the last request.
 */
import { compactable, withShortOutputs } from "../value/message.ts";
import { PICTURE_CHARS } from "../value/picture.ts";
import type { RunState } from "../log/state.ts";

/** Tokens of conversation that are kept where the agent says nothing. */
const DEFAULT_MAX_TOKENS = 100_000;
/** Tokens per character before a provider has counted any. */
const DEFAULT_RATIO = 0.25;
/** Compacting is worth its event, and its call, if it saves this share. */
const WORTH = 0.2;

export type Compaction = "outputs" | "turns";

/** What is to be done about the conversation before the next model call, or null. */
export function compactionDue(state: RunState): Compaction | null {
  const { conversation } = state;
  const most = state.spec?.config.memory?.max_tokens ?? DEFAULT_MAX_TOKENS;
  const { counted } = state;
  const ratio =
    counted === null
      ? DEFAULT_RATIO
      : Math.min(1, counted.tokens / (counted.chars + counted.pictures * PICTURE_CHARS));
  if (conversation.chars * ratio <= most) {
    return null;
  }
  const saved = conversation.chars - withShortOutputs(conversation).chars;
  if (saved > conversation.chars * WORTH) {
    return "outputs";
  }
  // A summary alone is not summarised again: that would go on for ever.
  const older = compactable(conversation);
  const chars = conversation.sizes.slice(0, older.length).reduce((sum, size) => sum + size, 0);
  return older.some((turn) => turn.role === "assistant") && chars > conversation.chars * WORTH
    ? "turns"
    : null;
}
