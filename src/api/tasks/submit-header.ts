/** What a submission states besides its body, for every transport. */
import type { TraceContext } from "../../run/value/trace-context.ts";

/** What a submission states besides its body. */
export interface SubmitHeader {
  /** The `Idempotency-Key`. */
  readonly key: string | null;
  /** The route that the key is scoped to. Absent: that of a single submission. */
  readonly route?: string;
  /** The caller's place in a trace; null and absent for none. */
  readonly trace?: TraceContext | null;
  /** The batch that submits it. */
  readonly groupId?: string;
}
