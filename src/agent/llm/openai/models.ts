/** What OpenAI's models refuse, by their names: the API has no other way to know before it says no. */

/** Models that reason take no temperature and no stop sequences, and give their reasoning encrypted. */
export function isReasoningModel(model: string): boolean {
  return (
    /^(?:ft:)?(?:o\d|gpt-(?:[5-9]|\d\d)|codex|computer-use)/.test(model) && !/-chat\b/.test(model)
  );
}
