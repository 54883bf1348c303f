/** The evidence of a question: its time, its rule, what the run has read, and the model's reasoning. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { InboxEntry } from "../../../sdk/src/model.ts";
import { now, useOfClock } from "../parts/clock.ts";
import { Icon } from "../parts/icon.tsx";
import { Text, TextBlock } from "../parts/text.tsx";
import { Ago, Countdown, Time } from "../parts/time.tsx";
import { afterExpiry } from "./words.ts";
import type { Context } from "./use-context.ts";

/** How long the question is open, and what follows. */
export function Expiry({ entry }: { readonly entry: InboxEntry }) {
  useEffect(useOfClock, []);
  const { since, until } = entry;
  if (until === null) {
    return (
      <p class="answer-endless muted">
        Asked <Ago at={since} /> ago. It waits until a person answers.
      </p>
    );
  }
  const [from, to] = [Date.parse(since), Date.parse(until)];
  const left = Math.max(0, Math.min(1, (to - now.value) / Math.max(1, to - from)));
  return (
    <div class={`answer-expiry ${left < 0.2 ? "tone-bad" : "tone-wait"}`}>
      <p class="muted">
        Asked <Ago at={since} /> ago. Expires in{" "}
        <strong>
          <Countdown at={until} />
        </strong>
        , {afterExpiry(entry)}.
      </p>
      <div class="answer-bar" aria-hidden="true">
        <div style={{ width: `${left * 100}%` }} />
      </div>
    </div>
  );
}

interface EvidenceProps {
  readonly entry: InboxEntry;
  readonly context: Context;
}

const REASONS = {
  policy: "The policy asks for a person before this call.",
  outcome_unknown:
    "A crash hit the first attempt, and it is not known whether it took effect. Approving runs it again.",
} as const;

/** Why it is asked, and what the model wrote before. */
export function Evidence({ entry, context: { said, tool } }: EvidenceProps) {
  const { reason, rule, untrusted_since, server } = entry;
  return (
    <div class="answer-evidence">
      {reason !== undefined && (
        <p class="muted">
          {REASONS[reason]}
          {rule !== undefined && (
            <>
              {" Rule: "}
              <code>
                <Text text={rule} />
              </code>
            </>
          )}
        </p>
      )}
      {tool?.effect === "once" && (
        <Note>This tool takes effect once: it cannot be undone or repeated.</Note>
      )}
      {untrusted_since !== undefined && (
        <Note>
          The run has read untrusted content since <Time at={untrusted_since} />, before it asked
          this.
        </Note>
      )}
      {server !== undefined && (
        <Note>
          The server <Text text={server} /> asks, not the model. Its texts are untrusted.
        </Note>
      )}
      {said !== "" && (
        <figure class="answer-said">
          <figcaption class="muted">The model wrote</figcaption>
          <TextBlock text={said} />
        </figure>
      )}
    </div>
  );
}

function Note({ children }: { readonly children: ComponentChildren }) {
  return (
    <p class="answer-note tone-wait">
      <Icon name="warning" size={15} />
      <span>{children}</span>
    </p>
  );
}
