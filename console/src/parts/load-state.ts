import type { Failure } from "./failure.ts";

/** What is known of something that is loaded from the service. */
export interface LoadState<Value> {
  /** The value as it was last told; it stays while it is loaded again and when that fails. */
  readonly value: Value | undefined;
  /** Why the last attempt failed; null if it did not. */
  readonly failure: Failure | null;
  /** When the service told the value, in milliseconds since 1970. */
  readonly toldAt: number | null;
  readonly isLoading: boolean;
  readonly reload: () => void;
}
