/** Pure: two runs side by side, step by step, as for a retry and the run that it repeats. */
import type { RunFold } from "./fold.ts";
import type { CallState, ModelCall, ToolCall } from "./model.ts";

/** What a run did in a step. */
export interface StepSide {
  /** The event of the reply. */
  readonly seq: number;
  readonly text: string;
  readonly calls: readonly StepCall[];
  readonly usd: number;
  /** From the first request of the model to the end of the last call, in milliseconds. */
  readonly ms: number;
}

/** A tool call of a step. */
export interface StepCall {
  readonly seq: number;
  readonly name: string;
  readonly arguments: unknown;
  readonly state: CallState;
  /** What it returned, or why it failed; undefined while it has not ended. */
  readonly outcome: unknown;
}

/** How the two sides of a step differ: in the calls, in the text alone, or in what the calls returned. */
export type StepDifference = "calls" | "text" | "outcome" | "absent";

/** A step of both runs. A side is null if its run has no such step. */
export interface StepPair {
  readonly step: number;
  readonly before: StepSide | null;
  readonly after: StepSide | null;
  /** Null if both sides are the same. */
  readonly difference: StepDifference | null;
}

/** Aligns two runs by their steps. */
export function comparedSteps(before: RunFold, after: RunFold): StepPair[] {
  const [old, now] = [stepsOf(before), stepsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .toSorted((a, b) => a - b)
    .map((step) => {
      const [earlier, later] = [old.get(step) ?? null, now.get(step) ?? null];
      return { step, before: earlier, after: later, difference: differenceOf(earlier, later) };
    });
}

function stepsOf({ items, calls, spendings }: RunFold): Map<number, StepSide> {
  const steps = new Map<number, StepSide>();
  for (const item of items) {
    // Of a step whose reply was lost in a crash, the last one counts.
    if (item.kind === "model" && item.purpose === "step" && item.replySeq !== null) {
      const made = item.toolCalls.flatMap((id) => {
        const call = calls.get(id);
        return call?.kind === "tool" ? [call] : [];
      });
      const usd = spendings
        .filter(({ callId }) => callId === item.id)
        .reduce((sum, one) => sum + one.usd, 0);
      steps.set(item.step, sideOf(item, item.replySeq, made, usd));
    }
  }
  return steps;
}

function sideOf(model: ModelCall, seq: number, made: readonly ToolCall[], usd: number): StepSide {
  const ends = [model, ...made].flatMap(({ to }) => (to === null ? [] : [to]));
  return {
    seq,
    text: model.text,
    calls: made.map((call) => ({
      seq: call.seq,
      name: call.name,
      arguments: call.arguments,
      state: call.state,
      outcome: call.failure === null ? call.output : call.failure.message,
    })),
    usd,
    ms: Math.max(0, ...ends.map((end) => end - model.from)),
  };
}

function differenceOf(before: StepSide | null, after: StepSide | null): StepDifference | null {
  if (before === null || after === null) {
    return "absent";
  }
  const changes = new Set(before.calls.map((call, i) => callDifference(call, after.calls[i])));
  if (before.calls.length !== after.calls.length || changes.has("calls")) {
    return "calls";
  }
  if (before.text !== after.text) {
    return "text";
  }
  return changes.has("outcome") ? "outcome" : null;
}

/** Returns how a call differs from the one in its place in the other run, or null. */
export function callDifference(
  call: StepCall,
  other: StepCall | undefined,
): "calls" | "outcome" | null {
  const asked = (one: StepCall): string => JSON.stringify([one.name, one.arguments]);
  const got = (one: StepCall): string => JSON.stringify([one.state, one.outcome]);
  if (other === undefined || asked(call) !== asked(other)) {
    return "calls";
  }
  return got(call) === got(other) ? null : "outcome";
}

/** Steps that are the same and follow one another, or one step that is not. */
export interface StepGroup {
  readonly from: number;
  readonly to: number;
  readonly pairs: readonly StepPair[];
  readonly isSame: boolean;
}

/** Groups the steps, so that a view can fold those that are the same. */
export function groupedSteps(pairs: readonly StepPair[]): StepGroup[] {
  const groups: StepGroup[] = [];
  for (const pair of pairs) {
    const last = groups.at(-1);
    if (last !== undefined && last.isSame && pair.difference === null) {
      groups[groups.length - 1] = { ...last, to: pair.step, pairs: [...last.pairs, pair] };
    } else {
      const isSame = pair.difference === null;
      groups.push({ from: pair.step, to: pair.step, pairs: [pair], isSame });
    }
  }
  return groups;
}

/** Says in a sentence how far two runs are the same. */
export function comparisonText(pairs: readonly StepPair[]): string {
  const first = pairs.find(({ difference }) => difference !== null);
  if (pairs.length === 0) {
    return "Neither run has made a step.";
  }
  if (first === undefined) {
    return "Both runs are the same in every step.";
  }
  const before =
    first.step === (pairs[0]?.step ?? 1) ? "" : `The same up to step ${first.step - 1}. `;
  return `${before}${REASONS[first.difference ?? "text"](first)}`;
}

const REASONS: Readonly<Record<StepDifference, (pair: StepPair) => string>> = {
  calls: ({ step }) => `In step ${step} the model made other calls.`,
  text: ({ step }) => `In step ${step} the model wrote something else.`,
  outcome: ({ step }) => `In step ${step} the same calls returned something else.`,
  absent: ({ step, before }) =>
    before === null ? `The run before has no step ${step}.` : `The run after has no step ${step}.`,
};
