/** Shows the run as it was: a slider over the events of its log. */
import { Button } from "../../parts/button.tsx";
import { spanText } from "../../parts/number.ts";
import { useRun } from "./context.ts";

/** The slider, or the button that shows it. */
export function Scrubber() {
  const { follower, fold, past, goTo } = useRun();
  const last = follower.store.whole;
  if (past === null) {
    return (
      <Button
        kind="quiet"
        icon="clock"
        label="See the run as it was"
        disabled={last < 2}
        onClick={() => goTo(Math.max(last - 1, 1))}
      />
    );
  }
  const start = fold.created === null ? fold.at : Date.parse(fold.created.at);
  const text = `#${past} of ${last} · +${spanText(fold.at - start)}`;
  return (
    <div class="run-scrub tone-run" role="group" aria-label="The run as it was">
      <Button
        kind="quiet"
        icon="back"
        label="One event earlier"
        disabled={past <= 1}
        onClick={() => goTo(past - 1)}
      />
      <input
        type="range"
        min={1}
        max={last}
        value={past}
        aria-label="Event after which the run is shown"
        aria-valuetext={text}
        onInput={({ currentTarget }) => goTo(Number(currentTarget.value))}
      />
      <Button
        kind="quiet"
        icon="chevron"
        label="One event later"
        disabled={past >= last}
        onClick={() => goTo(past + 1)}
      />
      <span class="run-scrub-at">{text}</span>
      <Button kind="quiet" icon="close" label="Return to now" onClick={() => goTo(null)} />
    </div>
  );
}
