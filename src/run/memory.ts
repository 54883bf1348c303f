/**
 * When a conversation is to be compacted, before a provider refuses it: long outputs of tools are
 * shortened first, older turns are summarised next. Sizes are estimated in tokens, by what the
 * provider counted for the last request.
 */
import { compactable, withShortOutputs } from "./message.ts";
import type { RunState } from "./state.ts";

/** Tokens of conversation that are kept where the agent says nothing. */
const DEFAULT_MAX_TOKENS = 100_000;
/** Tokens per character before a provider has counted any. */
const DEFAULT_RATIO = 0.25;
/** Shortening outputs is worth its event if it saves this share. */
const WORTH = 0.2;

export type Compaction = "outputs" | "turns";

/** What is to be done about the conversation before the next model call, or null. */
export function compactionDue(state: RunState): Compaction | null {
  const { conversation } = state;
  const most = state.spec?.config.memory?.max_tokens ?? DEFAULT_MAX_TOKENS;
  if (conversation.chars * (state.tokenRatio ?? DEFAULT_RATIO) <= most) {
    return null;
  }
  const saved = conversation.chars - withShortOutputs(conversation).chars;
  if (saved > conversation.chars * WORTH) {
    return "outputs";
  }
  return compactable(conversation).length > 0 ? "turns" : null;
}
