/**
 * Cancels the wait of another request. `notifications/cancelled` arrives as a separate request, and
 * this endpoint has no sessions. So a wait is identified by its key, by the session id that the
 * client received on `initialize`, and by its JSON-RPC id. Only the isolate that serves the wait
 * can cancel it. In another isolate the notification has no effect, as the specification allows,
 * and the wait ends at its timeout.
 */

/** Functions that end the waits of this isolate, by name. One per waiting request. */
const waiting = new Map<string, () => void>();

/** Returns the name of a request: its key, session id and JSON-RPC id. */
export function nameOf(keyId: string, session: string, id: string | number): string {
  return JSON.stringify([keyId, session, id]);
}

/**
 * Registers a name until `done`. `cancelled` resolves when a client cancels the name. The promise
 * belongs to the waiting request, so its continuations run there, as the runtime requires.
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

/** Cancels the wait with a name, if this isolate has one. */
export function cancel(name: string): void {
  waiting.get(name)?.();
}
