/** What Anthropic's models take and refuse, by their names: nothing else says so before they answer. */

/** Claude 4.7 and all that came after it refuse sampling settings. */
export function takesTemperature(model: string): boolean {
  return /^claude-(?:2|3|instant|(?:opus|sonnet|haiku)-4(?:-[0-6](?!\d)|-20\d{6}|@|$))/.test(model);
}

/** Structured output came with Claude 4.5 (and Opus 4.1). */
export function takesSchema(model: string): boolean {
  return !/^claude-(?:2|3|instant|(?:opus|sonnet)-4(?:-0|-20\d{6}|@|$))/.test(model);
}

/** The API wants a limit; where none is asked for, one that the model can reach. */
export function defaultMaxTokens(model: string): number {
  if (/^claude-3-[57]/.test(model)) {
    return 8192;
  }
  return /^claude-(?:2|3|instant)/.test(model) ? 4096 : 32_000;
}

/**
 * From Claude 5.5 (and Fable 5.1) on, a thought is bound to all that came before it: a window that
 * leaves out older turns would have its request refused.
 */
export function bindsThinking(model: string): boolean {
  return /^claude-(?:(?:fable|mythos)-5-[1-9]|(?:opus|sonnet|haiku)-5-[5-9]|[a-z]+-[6-9])/.test(
    model,
  );
}
