/** Detects that a server has lost a session, so that a new one may repeat the request. */
import type { ToolStop } from "../../run/value/failure.ts";

/** A session that the server no longer recognizes. */
export class SessionGone extends Error {
  readonly stop: ToolStop;
  constructor(stop: ToolStop) {
    super(stop.message);
    this.stop = stop;
  }
}

/**
 * Returns whether the session is gone: 404, as in the protocol, or 400 with a message about
 * sessions, as many servers send. A message with a request id is the response to the request itself
 * and does not count.
 */
export function isGone(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !("code" in thrown)) {
    return false;
  }
  const { code, message } = thrown;
  return (
    code === 404 || (code === 400 && /session/i.test(message) && !/"id"\s*:\s*[^n\s]/.test(message))
  );
}
