/** Grades an answer by the assertions of its case. */
import { nameOf, type Answer, type Assertion, type Verdict } from "./assertion.ts";
import { typeNamed } from "./assertion-types.ts";

/** The verdict of an assertion, by its name. */
export interface Graded extends Verdict {
  readonly type: string;
  readonly metric?: string;
}

/** The verdict of a case: whether it passes, its weighted score, and each assertion. */
export interface Grade {
  readonly pass: boolean;
  readonly score: number;
  readonly assertions: readonly Graded[];
}

/**
 * Grades an answer. A score is the mean of the scores of the assertions, by weight. With a
 * threshold, the score decides; without, every assertion has to pass. An assertion of weight 0
 * only measures.
 */
export function gradeOf(
  assertions: readonly Assertion[],
  threshold: number | null,
  answer: Answer,
): Grade {
  const graded = assertions.map((one) => ({ one, verdict: verdictOf(one, answer) }));
  const total = graded.reduce((sum, { one }) => sum + one.weight, 0);
  const points = graded.reduce((sum, { one, verdict }) => sum + one.weight * verdict.score, 0);
  const score = total === 0 ? 0 : points / total;
  return {
    pass: threshold === null ? graded.every(({ verdict }) => verdict.pass) : score >= threshold,
    score,
    assertions: graded.map(({ one, verdict }) => gradedOf(one, verdict)),
  };
}

function gradedOf(assertion: Assertion, verdict: Verdict): Graded {
  const { metric } = assertion;
  return { type: nameOf(assertion), ...(metric !== undefined && { metric }), ...verdict };
}

/** Whether any of the assertions looks at the trace. */
export function needsTrace(assertions: readonly Assertion[]): boolean {
  return assertions.some(({ type, set }) =>
    set === undefined ? typeNamed(type)?.needsTrace === true : needsTrace(set),
  );
}

function verdictOf(assertion: Assertion, answer: Answer): Verdict {
  const { set, threshold = null, weight } = assertion;
  const verdict = set === undefined ? checked(assertion, answer) : setOf(set, threshold, answer);
  return weight === 0 ? { ...verdict, pass: true } : verdict;
}

function checked(assertion: Assertion, answer: Answer): Verdict {
  try {
    return (
      typeNamed(assertion.type)?.check(assertion, answer) ?? {
        pass: false,
        score: 0,
        reason: "unknown type",
      }
    );
  } catch (error) {
    // Not inverted: the answer could not be checked.
    return { pass: false, score: 0, reason: (error as Error).message };
  }
}

function setOf(set: readonly Assertion[], threshold: number | null, answer: Answer): Verdict {
  const { pass, score, assertions } = gradeOf(set, threshold, answer);
  const failed = assertions.filter((one) => !one.pass).map((one) => `${one.type}: ${one.reason}`);
  return { pass, score, reason: failed.join("; ") || "all of the set" };
}
