/** Capabilities of Google's models, by name. */

/** Returns the generation of a Gemini model, such as 2.5; null for any other model. */
function generation(model: string): number | null {
  const found = /gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1];
  return found === undefined ? null : Number(found);
}

/** Returns whether JSON mode works together with tools. It does from Gemini 3 on. */
export function takesSchemaWithTools(model: string): boolean {
  return (generation(model) ?? 0) >= 3;
}

/**
 * Returns whether pictures belong in function responses. Before Gemini 3 they are not supported
 * there; from Gemini 3 on they are supported nowhere else. A name without a generation counts as
 * the newest.
 */
export function takesPicturesInResponses(model: string): boolean {
  return (generation(model) ?? 3) >= 3;
}

/**
 * Returns whether a call in the history needs its thought signature. Gemini 3 and later reject a
 * call without one.
 */
export function wantsSignatures(model: string): boolean {
  return (generation(model) ?? 0) >= 3;
}
