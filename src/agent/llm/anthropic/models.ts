/**
 * Capabilities of Anthropic's models, by name: there is no other way to know them before a call.
 */

/**
 * Returns whether the model accepts a temperature. Claude 4.7 and later reject sampling settings.
 */
export function takesTemperature(model: string): boolean {
  return /^claude-(?:2|3|instant|(?:opus|sonnet|haiku)-4(?:-[0-6](?!\d)|-20\d{6}|@|$))/.test(model);
}

/**
 * Returns whether the model supports structured output, available since Claude 4.5 (and Opus 4.1).
 */
export function takesSchema(model: string): boolean {
  return !/^claude-(?:2|3|instant|(?:opus|sonnet)-4(?:-0|-20\d{6}|@|$))/.test(model);
}

/** Returns the default `max_tokens`, which the API requires. Each model supports its default. */
export function defaultMaxTokens(model: string): number {
  if (/^claude-3-[57]/.test(model)) {
    return 8192;
  }
  return /^claude-(?:2|3|instant)/.test(model) ? 4096 : 32_000;
}

/**
 * Returns whether thinking blocks are bound to all preceding content, as they are from Claude 5.5
 * (and Fable 5.1) on. Such a model rejects a window without the older turns.
 */
export function bindsThinking(model: string): boolean {
  return /^claude-(?:(?:fable|mythos)-5-[1-9]|(?:opus|sonnet|haiku)-5-[5-9]|[a-z]+-[6-9])/.test(
    model,
  );
}
