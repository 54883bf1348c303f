/** What an eval runs: agents and cases, checked and filled in. */
import type { ProviderConfig } from "../../promptfoo/index.ts";
import type { Assertion } from "./assertions/assertion.ts";

/** What an eval runs. */
export interface Plan {
  readonly description: string;
  readonly providers: readonly PlannedProvider[];
  readonly cases: readonly Case[];
  readonly repeat: number;
  readonly concurrency: number;
}

/** An agent that the cases are run with. */
export interface PlannedProvider {
  readonly label: string;
  readonly config: ProviderConfig;
}

/** A test with one prompt. */
export interface Case {
  /** Position among the tests of the whole config, which filters do not change. */
  readonly testIndex: number;
  readonly promptIndex: number;
  readonly name: string;
  /** With its variables filled in. */
  readonly prompt: string;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Overrides of the provider's config. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly assertions: readonly Assertion[];
  /** Score from which the case passes. Without it, all assertions must pass. */
  readonly threshold: number | null;
}
