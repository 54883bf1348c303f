/**
 * Cancelling what another request waits for. `notifications/cancelled` comes as a request of its
 * own, and this endpoint keeps no sessions: what is under way is found by who asked, by the id that
 * the client was given when it began, and by the id of its request. It is found in the isolate that
 * serves it and nowhere else: elsewhere the notification is without effect, as the specification
 * allows, and the wait ends by its own time.
 */

/** Ends what waits, by name. As many as requests under way. */
const waiting = new Map<string, () => void>();

/** Names a request: the key that makes it, its conversation, and its JSON-RPC id. */
export function nameOf(keyId: string, session: string, id: string | number): string {
  return JSON.stringify([keyId, session, id]);
}

/**
 * Until `done`, `cancelled` resolves if a client cancels this name. The promise belongs to the
 * request that made it, so what follows it runs there, which is what the runtime asks for.
 */
export function cancellable(name: string): { cancelled: Promise<void>; done: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.set(name, resolve);
  return {
    cancelled: promise,
    done: () => {
      if (waiting.get(name) === resolve) {
        waiting.delete(name);
      }
    },
  };
}

/** Cancels what waits under a name, if anything here does. */
export function cancel(name: string): void {
  waiting.get(name)?.();
}
