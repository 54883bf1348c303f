/** Sends the answer to a question. */
import { invalidate } from "../data/query.ts";
import { useAction, type Action } from "../data/use-action.ts";
import type { Failure } from "../parts/failure.ts";
import type { AnswerProps } from "./answer-props.ts";

interface Answering extends Pick<Action, "isBusy" | "failure"> {
  /** Sends it, and says how it was answered. */
  readonly send: (text: string, change: Parameters<Action["run"]>[0]) => void;
}

/** Codes that say that the question is no longer open. */
const GONE: ReadonlySet<number> = new Set([409]);

/**
 * Keeps the state of an answer.
 * @param onRefused is called with what the service found wrong
 */
export function useAnswer(
  onAnswered: AnswerProps["onAnswered"],
  onRefused: (failure: Failure) => void = () => undefined,
): Answering {
  const { isBusy, failure, run } = useAction((found) => {
    if (GONE.has(found.status)) {
      onAnswered(null);
      invalidate("inbox", "answer of question");
    } else {
      onRefused(found);
    }
  });
  return {
    isBusy,
    failure: failure !== null && GONE.has(failure.status) ? null : failure,
    send: (text, change) =>
      void run(change).then((isDone) => {
        if (isDone) {
          onAnswered(text);
          invalidate("inbox");
        }
      }),
  };
}
