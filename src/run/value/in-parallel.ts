/** Work on many items, a few at a time. */

/**
 * Works on all items, at most `width` at a time, and returns the results in the order of the items.
 * Rejects with the first failure; work that has begun then continues.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const [i, item] of rest) {
        results[i] = await work(item);
      }
    }),
  );
  return results;
}
