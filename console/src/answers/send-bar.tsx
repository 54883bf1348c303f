/** The frame of every answer: its fields, what went wrong, and the buttons. */
import type { ComponentChildren } from "preact";
import type { Failure } from "../parts/failure.ts";
import { FailureNote } from "../parts/states.tsx";

interface SendBarProps {
  readonly children: ComponentChildren;
  readonly isAnswered: boolean;
  readonly failure: Failure | null;
  /** The main action, which Ctrl or ⌘ and Enter does too. */
  readonly onSend: () => void;
  /** What a person should know before they send it. */
  readonly note: string;
  readonly actions: ComponentChildren;
  readonly copy: ComponentChildren;
}

/** A form that can be sent until its question was answered. */
export function SendBar({
  children,
  isAnswered,
  failure,
  onSend,
  note,
  actions,
  copy,
}: SendBarProps) {
  return (
    <form
      class="answer-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
          event.preventDefault();
          event.currentTarget.requestSubmit();
        }
      }}
    >
      <fieldset class="answer-fields" disabled={isAnswered}>
        {children}
      </fieldset>
      {failure !== null && !isAnswered && <FailureNote failure={failure} />}
      {!isAnswered && (
        <div class="answer-send">
          <p class="muted answer-hint">
            {note} <kbd>Ctrl</kbd> <kbd>Enter</kbd> sends it.
          </p>
          <div class="answer-actions">{actions}</div>
        </div>
      )}
      {!isAnswered && copy}
    </form>
  );
}
