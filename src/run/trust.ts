/** Where content comes from that nobody vouches for. */

/** What comes from there is data, never an order. */
export const UNTRUSTED = ["web", "mcp"] as const;
export type Untrusted = (typeof UNTRUSTED)[number];
