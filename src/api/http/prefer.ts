/** The preference `wait` of RFC 7240: how long a request may wait for its task to settle. */
import type { ApiContext } from "../context.ts";

/** Maximum wait, seconds. */
const MAX_WAIT_S = 60;

/** Returns the wait that a `Prefer` header requests in milliseconds, or 0 without one. */
export function preferredWait(header: string | undefined): number {
  const match = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(header ?? "");
  return match?.[1] === undefined ? 0 : Math.min(MAX_WAIT_S, Number(match[1])) * 1000;
}

/** Sets `Preference-Applied` to the wait that was applied. */
export function applyWait(c: ApiContext, waitMs: number): void {
  if (waitMs > 0) {
    c.header("Preference-Applied", `wait=${waitMs / 1000}`);
  }
}
