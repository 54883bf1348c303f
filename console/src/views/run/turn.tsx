/** A turn of the model: its reasoning, its text, and what went wrong on the way. */
import { memo } from "../../parts/memo.ts";
import { durationText, failureText } from "../../../../sdk/src/view/wording.ts";
import type { ModelCall } from "../../log/model.ts";
import { Chip } from "../../parts/chip.tsx";
import { Markdown } from "../../parts/markdown.tsx";
import { countText } from "../../parts/number.ts";
import { Money } from "../../parts/money.tsx";
import { Text, TextBlock } from "../../parts/text.tsx";
import { useRun, useWhole } from "./context.ts";

/** A turn; nothing for a summary that the model wrote of the conversation. */
export function Turn({ call }: { readonly call: ModelCall }) {
  const { fold, selected } = useRun();
  const { end } = fold;
  const isSelected =
    selected !== null && selected >= call.seq && selected <= (call.endSeq ?? call.seq);
  const isAnswer = end?.status === "completed" && call.text === end.text;
  return (
    <TurnBody call={call} version={call.version} isSelected={isSelected} isAnswer={isAnswer} />
  );
}

interface BodyProps {
  readonly call: ModelCall;
  readonly version: number;
  readonly isSelected: boolean;
  /** Whether its text is the run's answer, which is shown below. */
  readonly isAnswer: boolean;
}

const TurnBody = memo(function TurnBody({ call, isSelected, isAnswer }: BodyProps) {
  const { select } = useRun();
  const whole = useWhole(call.replySeq);
  const text = whole?.type === "model.completed" ? whole.data.text : call.text;
  const reasoning =
    whole?.type === "model.completed" ? (whole.data.reasoning ?? "") : call.reasoning;
  const failed = call.attempts.filter(({ failure }) => failure !== null);
  const last = call.attempts.at(-1);
  const isStreaming = call.state === "running";
  return (
    <article class={`talk-turn ${isSelected ? "talk-selected" : ""}`}>
      <header class="talk-who">
        <button type="button" class="talk-open" onClick={() => select(call.replySeq ?? call.seq)}>
          {call.purpose === "compact" ? "Summary" : `Step ${call.step}`}
        </button>
        <span class="clip">{last?.model}</span>
        <TurnFacts call={call} />
      </header>
      {failed.map(({ attempt, failure, retryInMs }) => (
        <p key={attempt} class={retryInMs === null ? "note tone-bad" : "talk-retry tone-bad"}>
          <Text text={failure === null ? "" : failureText(failure)} />
          {retryInMs !== null && (
            <span class="muted"> · tried again after {durationText(retryInMs)}</span>
          )}
        </p>
      ))}
      {reasoning !== "" && (
        <details class="talk-more" open={isStreaming && text === ""}>
          <summary>Reasoning</summary>
          <TextBlock text={reasoning} class="talk-reasoning" />
        </details>
      )}
      {text !== "" && !isAnswer && <Markdown text={text} />}
      {call.problem !== null && (
        <p class="note tone-bad">
          <Text text={`unusable reply: ${failureText(call.problem)}`} />
        </p>
      )}
      {isStreaming && <span class="talk-cursor" role="img" aria-label="The model is writing" />}
    </article>
  );
});

function TurnFacts({ call }: { readonly call: ModelCall }) {
  const last = call.attempts.at(-1);
  const usage = last?.usage ?? null;
  const ms = last === undefined || last.to === null ? null : last.to - last.from;
  return (
    <span class="talk-facts">
      {call.attempts.length > 1 && <Chip tone="wait">{call.attempts.length} attempts</Chip>}
      {usage !== null && (
        <span>
          {countText(usage.input_tokens)} in · {countText(usage.output_tokens)} out
        </span>
      )}
      {usage !== null && usage.cost_micro_usd > 0 && (
        <Money usd={usage.cost_micro_usd / 1_000_000} />
      )}
      {ms !== null && <span>{durationText(ms)}</span>}
    </span>
  );
}
