/** The contract of a provider's gate. Plain data; fields are added, never changed. */
import type { ModelFailureCode } from "../../run/value/failure.ts";
import type { LimitedUnit, ReportedLimits } from "../../run/value/rate-limits.ts";
import { gateNameText, type BreakerState, type GateName } from "../../run/value/provider-gate.ts";

/** Asks for one call. */
export interface GateRequest {
  readonly task: string;
  readonly tenant: string;
  readonly priority: number;
  /** Estimated input tokens, and the maximum of output tokens. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
}

/** The limit that a call waits for. `rate_limited`: the provider asked for a pause. */
export type GateLimit = LimitedUnit | "rate_limited" | "breaker" | "in_flight";

/** The answer to a request. */
export type GateAnswer =
  | { readonly ok: true; readonly askUntil: number }
  | {
      readonly ok: false;
      readonly limit: GateLimit;
      /**
       * When the run asks again by itself, milliseconds since the epoch. The gate wakes it earlier
       * when there is room.
       */
      readonly until: number;
      /** Estimated time of the grant. */
      readonly grantAt: number;
    };

/** The outcome of a call. */
export interface GateReport {
  readonly task: string;
  readonly tenant: string;
  /** Null after a reply. */
  readonly failure: {
    readonly code: ModelFailureCode;
    readonly retryAfterMs: number | null;
  } | null;
  /** Null if they are not known: what was taken stays taken. */
  readonly used: { readonly inputTokens: number; readonly outputTokens: number } | null;
  readonly limits: ReportedLimits | null;
  /** Whether the call asked before it was sent. */
  readonly asked: boolean;
}

/** The answer to a report. */
export interface ReportAnswer {
  /** Until when runs ask before each call, milliseconds since the epoch. */
  readonly askUntil: number;
  /** Whether a retry waits at the gate: its failed attempt is no fault of the run. */
  readonly waits: boolean;
}

/** The state of a gate. Times are milliseconds since the epoch. */
export interface GateStatus {
  readonly breaker: BreakerState;
  /** When the next call may pass an open breaker; null while it is closed. */
  readonly retryAt: number | null;
  /** The end of a pause that the provider asked for; null without one. */
  readonly blockedUntil: number | null;
  readonly limits: readonly {
    readonly unit: LimitedUnit;
    readonly limit: number;
    readonly remaining: number;
  }[];
  readonly inFlight: number;
  /** Waiting calls: all, and those of the tenant that asks. */
  readonly waiting: number;
  readonly waitingOfTenant: number;
}

/** The methods of a gate. */
export interface GateRpc {
  /** Asks for a call. Repeating the request is harmless. */
  ask(request: GateRequest): Promise<GateAnswer>;
  /** Reports a call. Repeating a report counts it twice, which a few seconds correct. */
  report(report: GateReport): Promise<ReportAnswer>;
  /** Gives up the place of a task that does not wait any more. */
  leave(task: string): Promise<void>;
  /** @param tenant whose waiting calls are counted apart */
  status(tenant: string): Promise<GateStatus>;
}

/** Returns the gate of a name. */
export function gateStub(gates: DurableObjectNamespace, name: GateName): GateRpc {
  return gates.get(gates.idFromName(gateNameText(name))) as unknown as GateRpc;
}
