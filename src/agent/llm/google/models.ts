/** What Google's models can and cannot do, by their names. */

/** The generation of a Gemini model, 2.5 say; null for any other. */
function generation(model: string): number | null {
  const found = /gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1];
  return found === undefined ? null : Number(found);
}

/** Before Gemini 3, JSON by schema and tools exclude each other. */
export function takesSchemaWithTools(model: string): boolean {
  return (generation(model) ?? 0) >= 3;
}

/**
 * Before Gemini 3, a function's response holds no pictures; from then on they may be nowhere else. A
 * name without a generation stands for the newest.
 */
export function takesPicturesInResponses(model: string): boolean {
  return (generation(model) ?? 3) >= 3;
}

/** From Gemini 3 on, a call in the history without its thought signature is refused. */
export function wantsSignatures(model: string): boolean {
  return (generation(model) ?? 0) >= 3;
}
