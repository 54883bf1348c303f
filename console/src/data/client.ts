/** The client of the service that serves this page, with the key of this tab. */
import { computed } from "@preact/signals";
import { AuthenticationError, Opspawn } from "../../../sdk/src/index.ts";
import { fetchOrTake } from "../early.ts";
import { key, refuse } from "../session/store.ts";

/** One more attempt than a person would make before they look. */
const RETRIES = 2;
const TIMEOUT_MS = 20_000;

/** Makes a client with a key. */
export function clientWith(secret: string): Opspawn {
  return new Opspawn({
    url: location.origin,
    key: secret,
    fetch: fetchOrTake,
    WebSocket,
    maxRetries: RETRIES,
    timeout: TIMEOUT_MS,
    reconnect: { maxAttempts: Infinity },
  });
}

/** The client of this tab; null without a key. */
export const client = computed(() => (key.value === null ? null : clientWith(key.value)));

/**
 * Calls the service. A refused key ends the session, and the page stays.
 * @throws what the client throws; an Error without a key
 */
export async function call<Value>(act: (opspawn: Opspawn) => PromiseLike<Value>): Promise<Value> {
  const opspawn = client.value;
  if (opspawn === null) {
    throw new Error("There is no key.");
  }
  try {
    return await act(opspawn);
  } catch (error) {
    if (error instanceof AuthenticationError && client.value === opspawn) {
      refuse();
    }
    throw error;
  }
}
