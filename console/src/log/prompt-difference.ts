/** Pure: what a prompt has that the one before it had not. Conversations only grow at their end. */

/** The turns of a prompt, compared with those before. */
export interface PromptDifference {
  /** Turns at the beginning that are the same. */
  readonly same: number;
  /** Turns of the prompt before that are gone, as after a compaction. */
  readonly gone: number;
  /** Turns that are new. */
  readonly added: number;
  readonly isSystemSame: boolean;
  readonly areToolsSame: boolean;
}

interface Prompt {
  readonly system: string;
  readonly turns: readonly unknown[];
  readonly tools: readonly unknown[];
}

/** Compares a prompt with the one before. */
export function promptDifference(before: Prompt, now: Prompt): PromptDifference {
  const most = Math.min(before.turns.length, now.turns.length);
  let same = 0;
  while (same < most && isSame(before.turns[same], now.turns[same])) {
    same += 1;
  }
  return {
    same,
    gone: before.turns.length - same,
    added: now.turns.length - same,
    isSystemSame: before.system === now.system,
    areToolsSame: isSame(before.tools, now.tools),
  };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
