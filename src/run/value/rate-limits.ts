/**
 * The limits that a provider sets on requests of one account, as it reports them with its
 * responses. All of them are per minute.
 */

/** What a limit counts. `tokens`: input and output together. */
export const LIMITED_UNITS = ["requests", "tokens", "input_tokens", "output_tokens"] as const;
/** One of `LIMITED_UNITS`. */
export type LimitedUnit = (typeof LIMITED_UNITS)[number];

/** One limit as a response states it. */
export interface ReportedLimit {
  /** Units per minute. */
  readonly limit?: number;
  /** Units that are left now. */
  readonly remaining?: number;
}

/** The limits that a response states, by unit. */
export type ReportedLimits = { readonly [U in LimitedUnit]?: ReportedLimit };
