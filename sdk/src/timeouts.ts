/** How long the client waits for the service. Whole numbers up to 2^31-1; `Infinity` sets no limit. */

export interface Timeouts {
  /** For one request, in milliseconds. A long poll (`wait`) extends it by the time it asks for. */
  readonly requestMs: number;
  /** Interval between pings on an idle WebSocket, in milliseconds. Two unanswered pings end the connection. */
  readonly pingMs: number;
  /** Longest silence on an HTTP event stream, in milliseconds. The service sends something every 15 seconds. */
  readonly silenceMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  requestMs: 30_000,
  pingMs: 10_000,
  silenceMs: 45_000,
};
