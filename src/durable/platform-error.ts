/**
 * What the platform's own errors mean. They cross calls without their class, and not every one
 * carries a flag, so their texts are read too; a text that is not known is no platform's error.
 */

/** Why a call into, or inside, an object failed through no fault of its code. */
export type PlatformFailure =
  /** This process has been replaced by another: it may write nothing any more. */
  | "superseded"
  /** The object, or the way to it, went away in the middle; it may be back at once. */
  | "disconnected"
  /** Too much is asked of one object or database: asking again soon makes it worse. */
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

/** What an error of the platform means; null for any other error. */
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
