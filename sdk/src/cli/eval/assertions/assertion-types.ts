/** All types of assertions: those that are run, and those of promptfoo that are not. */
import type { AssertionType } from "./assertion.ts";
import { TEXT_ASSERTIONS } from "./text-assertions.ts";
import { TRAJECTORY_ASSERTIONS } from "./trajectory-assertions.ts";

const TYPES: Readonly<Record<string, AssertionType>> = {
  ...TEXT_ASSERTIONS,
  ...TRAJECTORY_ASSERTIONS,
};

/** The name of a group of assertions. */
export const SET = "assert-set";

/** Names for messages. */
export const TYPE_NAMES: readonly string[] = [...Object.keys(TYPES), SET];

/** Types that run code, which an eval does not. */
const CODE = new Set(["javascript", "python", "ruby", "webhook"]);
/** Types that ask a model. */
const MODEL = new Set([
  "agent-rubric",
  "answer-relevance",
  "classifier",
  "context-faithfulness",
  "context-recall",
  "context-relevance",
  "conversation-relevance",
  "factuality",
  "g-eval",
  "llm-rubric",
  "model-graded-closedqa",
  "model-graded-factuality",
  "moderation",
  "pi",
  "research-rubric",
  "search-rubric",
  "select-best",
  "similar",
  "trajectory:goal-success",
]);
/** Further types of promptfoo. */
const OTHER = new Set([
  "bleu",
  "contains-html",
  "contains-sql",
  "contains-xml",
  "finish-reason",
  "gleu",
  "guardrails",
  "is-html",
  "is-refusal",
  "is-sql",
  "is-valid-function-call",
  "is-valid-openai-function-call",
  "is-valid-openai-tools-call",
  "is-xml",
  "max-score",
  "meteor",
  "perplexity",
  "perplexity-score",
  "rouge-l",
  "rouge-s",
  "skill-used",
  "tool-call-f1",
  "trace-error-spans",
  "trace-span-count",
  "trace-span-duration",
]);

/** Returns a type by its name without `not-`, or null. */
export function typeNamed(name: string): AssertionType | null {
  return Object.hasOwn(TYPES, name) ? (TYPES[name] ?? null) : null;
}

/** Whether promptfoo has a type of this name. */
export function isKnownName(name: string): boolean {
  return [...TYPE_NAMES, ...CODE, ...MODEL, ...OTHER].includes(name) || name.startsWith("similar:");
}

/** Returns why a type is not run. */
export function refusalOf(name: string): string {
  if (CODE.has(name)) {
    return "runs code from the config, which an eval does not";
  }
  if (MODEL.has(name) || name.startsWith("similar:")) {
    return "asks a model, so it is not deterministic: run it with promptfoo";
  }
  return OTHER.has(name) ? "is not supported: run it with promptfoo" : "is unknown";
}
