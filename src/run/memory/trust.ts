/** How far a memory is trusted. Pure. */

/**
 * Who a memory comes from: a person or program over the API, a run, or a run that had read untrusted
 * content. In falling order of trust.
 */
export const TRUST = ["user", "agent", "untrusted"] as const;
/** One of `TRUST`. */
export type Trust = (typeof TRUST)[number];

/** Returns the trust of what several sources contributed to: the lowest of theirs. */
export function lowestTrust(...sources: readonly [Trust, ...Trust[]]): Trust {
  return TRUST[Math.max(...sources.map((trust) => TRUST.indexOf(trust)))] ?? "untrusted";
}
