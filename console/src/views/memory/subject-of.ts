/** Whom or what a memory store is about. */

/** Returns the subject of a store, by the store's name; null for one without a subject. */
export function subjectOf(store: string): string | null {
  return /^(?:agent:[^,]+,)?subject:(.+)$/su.exec(store)?.[1] ?? null;
}
