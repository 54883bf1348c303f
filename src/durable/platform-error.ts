/**
 * Classifies errors of the platform. They lose their class when they cross a call, and not every
 * error carries a flag, so messages are matched too. An unknown message is not a platform error.
 */

/** Why a call to or inside an object failed through no fault of its code. */
export type PlatformFailure =
  /** Another process replaced this one, which may write nothing more. */
  | "superseded"
  /** The object or the connection was lost during the call; it may be back at once. */
  | "disconnected"
  /** An object or database receives too many requests; an early retry makes it worse. */
  | "overloaded"
  | "out_of_memory";

const TEXTS: readonly (readonly [PlatformFailure, RegExp])[] = [
  ["out_of_memory", /exceeded (its|the) memory limit|\bout of memory\b|SQLITE_NOMEM/i],
  ["superseded", /code was updated|is no longer active|has been superseded/i],
  [
    "overloaded",
    /\boverloaded\b|too many requests? queued|requests queued for too long|exceeded its cpu time limit|SQLITE_BUSY/i,
  ],
  [
    "disconnected",
    /network connection (was )?lost|durable object (was )?reset|caused object to be reset|object storage operation|internal error; reference|cannot resolve d1 db|storage caused .*reset/i,
  ],
];

/** Returns the meaning of a platform error; null for any other error. */
export function platformFailure(error: unknown): PlatformFailure | null {
  const { message, overloaded, retryable, durableObjectReset } = (error ?? {}) as Record<
    string,
    unknown
  >;
  const text = typeof message === "string" ? message : "";
  const known = TEXTS.find(([, pattern]) => pattern.test(text));
  if (known !== undefined) {
    return known[0];
  }
  if (overloaded === true) {
    return "overloaded";
  }
  return retryable === true || durableObjectReset === true ? "disconnected" : null;
}
