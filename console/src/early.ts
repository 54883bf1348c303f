/**
 * What a page asks before its program is there: whose key it is, and how the log of its run begins.
 * The client takes these answers instead of asking again.
 */
import { innerPath, match } from "./route/match.ts";
import { storedKey, takeFragment } from "./session/vault.ts";

/** Events that a run is opened with, whole. */
export const FIRST_EVENTS = 200;

/** An answer that is not taken by then is of the past. */
const HOLDS_MS = 5000;
const TIMEOUT_MS = 20_000;

interface Early {
  readonly authorization: string;
  readonly response: Promise<Response>;
  readonly since: number;
}

const answers = new Map<string, Early>();

let found: string | null = null;

/** Returns the key that the page started with, or null. */
export function keyAtStart(): string | null {
  return found;
}

/**
 * Looks for a key in the address and in storage, and sends the requests that the view of this address
 * begins with. The fragment is gone from the address before any request.
 */
export function askEarly(): void {
  found = takeFragment() ?? storedKey();
  if (found === null) {
    return;
  }
  ask("/api/v1/keys/self", found);
  const id = match("/runs/:id", innerPath(location.pathname) ?? "")?.["id"];
  if (id !== undefined) {
    const events = `/api/v1/tasks/${encodeURIComponent(id)}/events`;
    ask(`${events}?after=0&limit=${FIRST_EVENTS}`, found);
  }
}

/** `fetch`, except that an early answer to the same request with the same key is taken, once. */
export const fetchOrTake: typeof fetch = (input, init) => {
  const address = typeof input === "string" ? input : "";
  const early = answers.get(address);
  answers.delete(address);
  const isSame =
    early !== undefined &&
    init?.method === "GET" &&
    new Headers(init.headers).get("Authorization") === early.authorization &&
    performance.now() - early.since < HOLDS_MS;
  return isSame ? early.response : fetch(input, init);
};

function ask(path: string, key: string): void {
  const authorization = `Bearer ${key}`;
  const response = send(path, authorization);
  // The one that takes it handles the failure.
  response.catch(() => {});
  answers.set(location.origin + path, { authorization, response, since: performance.now() });
}

/** Rejects, rather than throws, for a key that no header can carry. */
async function send(path: string, authorization: string): Promise<Response> {
  return fetch(path, {
    headers: { Authorization: authorization },
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}
