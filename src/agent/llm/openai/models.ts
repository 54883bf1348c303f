/** Limits of OpenAI's models, by name: the API reports them only by rejecting a request. */

/**
 * Returns whether the model is a reasoning model. These accept no temperature and no stop
 * sequences, and return their reasoning encrypted.
 */
export function isReasoningModel(model: string): boolean {
  return (
    /^(?:ft:)?(?:o\d|gpt-(?:[5-9]|\d\d)|codex|computer-use)/.test(model) && !/-chat\b/.test(model)
  );
}
