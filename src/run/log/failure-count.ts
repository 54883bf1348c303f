/** Counts the failed attempts of model calls: a run has few pairs of a provider and a code. */

/** Failed model calls of one provider with one code. */
export interface FailureCount {
  readonly provider: string;
  readonly code: string;
  readonly failures: number;
}

/** Returns the counts after one more failure of a model. */
export function withFailure(
  all: readonly FailureCount[],
  model: string,
  code: string,
): readonly FailureCount[] {
  const [provider = model] = model.split("/", 1);
  const known = all.findIndex((one) => one.provider === provider && one.code === code);
  const entry = { provider, code, failures: (all[known]?.failures ?? 0) + 1 };
  return known === -1 ? [...all, entry] : all.with(known, entry);
}
