/** The steps of two runs, next to each other. Those that are the same are folded. */
import { useState } from "preact/hooks";
import { jsonText } from "../../../../sdk/src/view/wording.ts";
import {
  callDifference,
  type StepCall,
  type StepGroup,
  type StepPair,
  type StepSide,
} from "../../log/compare.ts";
import { Button } from "../../parts/button.tsx";
import { lineOf } from "../../parts/foreign.ts";
import { moneyText, spanText } from "../../parts/number.ts";
import { Text, TextBlock } from "../../parts/text.tsx";
import { hrefTo } from "../../route/match.ts";

interface StepsProps {
  readonly groups: readonly StepGroup[];
  /** Ids of the run before and the run after. */
  readonly ids: readonly [string, string];
}

/** Most steps that are drawn; a run of thousands is compared at its first differences. */
const MOST = 200;
/** Characters of a value on its line. */
const LINE_CHARS = 400;

/** The steps. */
export function Steps({ groups, ids }: StepsProps) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [most, setMost] = useState(MOST);
  return (
    <section class="compare-steps" aria-label="Steps">
      {groups.slice(0, most).map((group) =>
        group.isSame && !opened.has(group.from) ? (
          <p key={group.from} class="compare-same">
            <Button kind="quiet" onClick={() => setOpened(new Set([...opened, group.from]))}>
              {group.from === group.to
                ? `Step ${group.from} is the same`
                : `Steps ${group.from} to ${group.to} are the same`}
            </Button>
          </p>
        ) : (
          group.pairs.map((pair) => <Pair key={pair.step} pair={pair} ids={ids} />)
        ),
      )}
      {groups.length > most && (
        <Button kind="quiet" onClick={() => setMost(most + MOST)}>
          Show more of {groups.length - most}
        </Button>
      )}
    </section>
  );
}

function Pair({ pair, ids }: { readonly pair: StepPair; readonly ids: StepsProps["ids"] }) {
  const { step, before, after, difference } = pair;
  return (
    <article class="card compare-step" aria-label={`Step ${step}`}>
      <h2>
        Step {step}
        <span class={`compare-difference ${difference === null ? "muted" : "tone-wait"}`}>
          {difference === null ? "same" : WORDS[difference]}
        </span>
      </h2>
      <div class="compare-sides">
        <Side side={before} other={after} name="Before" id={ids[0]} />
        <Side side={after} other={before} name="After" id={ids[1]} />
      </div>
    </article>
  );
}

const WORDS = {
  calls: "other calls",
  text: "other text",
  outcome: "other outcome",
  absent: "only one run has it",
} as const;

interface SideProps {
  readonly side: StepSide | null;
  /** The same step of the other run. */
  readonly other: StepSide | null;
  readonly name: string;
  readonly id: string;
}

function Side({ side, other, name, id }: SideProps) {
  return (
    <section class="compare-side" aria-label={name}>
      <h3 class="muted">{name}</h3>
      {side === null ? (
        <p class="muted">No such step.</p>
      ) : (
        <>
          {side.text !== "" && <TextBlock text={side.text} />}
          {side.calls.map((call, i) => (
            <Call
              key={call.seq}
              call={call}
              id={id}
              change={other === null ? null : callDifference(call, other.calls[i])}
            />
          ))}
          <p class="compare-cost muted">
            <a href={hrefTo(["runs", id], { at: side.seq })}>#{side.seq}</a>
            {` · ${spanText(side.ms)} · ${moneyText(side.usd)}`}
          </p>
        </>
      )}
    </section>
  );
}

interface CallProps {
  readonly call: StepCall;
  readonly id: string;
  readonly change: ReturnType<typeof callDifference>;
}

function Call({ call, id, change }: CallProps) {
  const { name, arguments: given, outcome, state, seq } = call;
  return (
    <div class={change === null ? "compare-call" : "compare-call compare-changed tone-wait"}>
      <a href={hrefTo(["runs", id], { at: seq })}>
        <Text text={lineOf(name, 80)} />
      </a>{" "}
      <code>
        <Text text={lineOf(jsonText(given), LINE_CHARS)} />
      </code>
      <p class={state === "failed" || state === "unknown" ? "tone-bad" : "muted"}>
        {outcome === undefined ? state : <Text text={lineOf(jsonText(outcome), LINE_CHARS)} />}
      </p>
    </div>
  );
}
