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
