/** What an assertion is, and what it is checked against. */
import type { CallResult } from "../../../promptfoo/index.ts";
import type { Span } from "./trace.ts";

/** A checked assertion, with its values filled in. */
export interface Assertion {
  /** Without `not-`. */
  readonly type: string;
  readonly inverse: boolean;
  readonly value?: unknown;
  readonly threshold?: number;
  readonly weight: number;
  readonly metric?: string;
  /** The assertions of a set. */
  readonly set?: readonly Assertion[];
}

/** What a task returned. */
export interface Answer {
  /** An object is written as JSON. */
  readonly text: string;
  readonly cost: number;
  readonly latencyMs: number;
  /** Spans of the task; empty unless an assertion needs them. */
  readonly spans: readonly Span[];
}

/** The outcome of one assertion. */
export interface Verdict {
  readonly pass: boolean;
  /** From 0 to 1. */
  readonly score: number;
  readonly reason: string;
}

/** The checks of one type of assertion. */
export interface AssertionType {
  /** Returns what is wrong with the assertion itself, or null. */
  readonly fault: (assertion: Assertion) => string | null;
  /** @throws Error if the answer cannot be checked */
  readonly check: (assertion: Assertion, answer: Answer) => Verdict;
  readonly needsTrace?: true;
}

/** Returns the name, as in a config. */
export function nameOf({ type, inverse }: Assertion): string {
  return inverse ? `not-${type}` : type;
}

/** Returns a verdict of yes or no, inverted for `not-`. */
export function verdict({ inverse }: Assertion, holds: boolean, reason: string): Verdict {
  const pass = holds !== inverse;
  return { pass, score: pass ? 1 : 0, reason };
}

/** Returns the output as text. */
export function outputText({ output }: CallResult): string {
  return typeof output === "string" ? output : (JSON.stringify(output) ?? "");
}
