/** What is known of a call, as a list of facts; its attempts below. */
import { Fragment } from "preact";
import { durationText, failureText } from "../../../../sdk/src/view/wording.ts";
import { effectSentence } from "../../log/effects.ts";
import type { Attempt, Call, ToolCall } from "../../log/model.ts";
import { Chip, type Tone } from "../../parts/chip.tsx";
import { countText } from "../../parts/number.ts";
import { Money } from "../../parts/money.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { hrefTo } from "../../route/match.ts";

const TONES: Readonly<Record<Call["state"], Tone>> = {
  running: "run",
  done: "ok",
  failed: "bad",
  held: "wait",
  unknown: "wait",
  void: "calm",
};

/** The facts of a call. */
export function CallFacts({ call }: { readonly call: Call }) {
  return (
    <>
      <dl class="facts">
        <dt>Call</dt>
        <dd>
          <code>{call.id}</code> <Chip tone={TONES[call.state]}>{call.state}</Chip>
        </dd>
        <dt>Step</dt>
        <dd>{call.step}</dd>
        <dt>Began</dt>
        <dd>
          <Time at={call.from} />
        </dd>
        {call.to !== null && (
          <>
            <dt>Took</dt>
            <dd>{durationText(call.to - call.from)}</dd>
          </>
        )}
        {call.kind === "tool" && <ToolFacts call={call} />}
      </dl>
      {call.kind === "model" && (
        <ol class="attempts">
          {call.attempts.map((attempt) => (
            <AttemptFacts key={attempt.seq} attempt={attempt} />
          ))}
        </ol>
      )}
    </>
  );
}

function ToolFacts({ call }: { readonly call: ToolCall }) {
  const { approval } = call;
  return (
    <>
      <dt>Tool</dt>
      <dd>
        <Text text={call.name} />
      </dd>
      {call.children.map(({ taskId, agent, status }) => (
        <Fragment key={taskId}>
          <dt>Task</dt>
          <dd>
            <a href={hrefTo(["runs", taskId])}>
              <Text text={agent} />
            </a>{" "}
            {status ?? "open"}
          </dd>
        </Fragment>
      ))}
      <dt>Effect</dt>
      <dd>
        {call.effect ?? "unknown"}: {effectSentence(call)}
      </dd>
      {call.idempotencyKey !== null && (
        <>
          <dt>Idempotency key</dt>
          <dd>
            <code>{call.idempotencyKey}</code>
          </dd>
        </>
      )}
      {call.untrusted !== null && (
        <>
          <dt>Source</dt>
          <dd>untrusted ({call.untrusted})</dd>
        </>
      )}
      {approval !== null && (
        <>
          <dt>Approval</dt>
          <dd>
            {approval.decision === null
              ? "waits for a person"
              : `${approval.decision} by ${approval.by ?? "time"}`}
            {approval.comment !== null && (
              <>
                : <Text text={approval.comment} />
              </>
            )}
          </dd>
        </>
      )}
      {approval !== null && approval.rule !== null && (
        <>
          <dt>Rule</dt>
          <dd>
            <code>
              <Text text={approval.rule} />
            </code>
          </dd>
        </>
      )}
    </>
  );
}

function AttemptFacts({ attempt }: { readonly attempt: Attempt }) {
  const { usage, failure } = attempt;
  return (
    <li class="attempt">
      <p class="attempt-head">
        <strong>Attempt {attempt.attempt}</strong>
        <Chip tone={TONES[attempt.state]}>{attempt.state}</Chip>
        <span class="muted clip">{attempt.model}</span>
      </p>
      <dl class="facts">
        {attempt.firstAt !== null && (
          <>
            <dt>First piece after</dt>
            <dd>{durationText(attempt.firstAt - attempt.from)}</dd>
          </>
        )}
        {attempt.to !== null && (
          <>
            <dt>Took</dt>
            <dd>{durationText(attempt.to - attempt.from)}</dd>
          </>
        )}
        {usage !== null && (
          <>
            <dt>Tokens</dt>
            <dd>
              {countText(usage.input_tokens)} in ({countText(usage.cached_input_tokens)} from
              cache), {countText(usage.output_tokens)} out ({countText(usage.reasoning_tokens)}{" "}
              reasoning)
            </dd>
            <dt>Cost</dt>
            <dd>
              <Money usd={usage.cost_micro_usd / 1_000_000} />
              {usage.estimated === true && " at most: the provider counted nothing"}
            </dd>
          </>
        )}
        {failure !== null && (
          <>
            <dt>Failure</dt>
            <dd>
              <Text text={failureText(failure)} />
              {attempt.retryInMs !== null &&
                `, tried again after ${durationText(attempt.retryInMs)}`}
            </dd>
          </>
        )}
      </dl>
    </li>
  );
}
