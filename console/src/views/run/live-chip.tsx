/** Says how the page and the log stand: live, lost, caught up, ended. */
import { Button } from "../../parts/button.tsx";
import { Chip, type Tone } from "../../parts/chip.tsx";
import type { LiveState } from "../../data/follow.ts";
import { useRun } from "./context.ts";

const LOOKS: Readonly<Record<LiveState, readonly [Tone, string]>> = {
  loading: ["calm", "loading"],
  live: ["run", "live"],
  lost: ["wait", "connection lost, trying again"],
  asleep: ["calm", "paused while hidden"],
  ended: ["calm", "whole log"],
  failed: ["bad", "not connected"],
  file: ["calm", "saved log"],
};

/** The state of the connection, with the last event that is known. */
export function LiveChip() {
  const { follower } = useRun();
  const state = follower.state.value;
  const caughtUp = follower.caughtUp.value;
  const [tone, text] = LOOKS[state];
  return (
    <span class="run-live">
      <Chip tone={tone} hasMark isLive={state === "live"}>
        {text} · #{state === "loading" ? follower.known.value : follower.store.whole}
      </Chip>
      {state === "failed" && (
        <Button kind="quiet" icon="retry" onClick={() => follower.retry()}>
          Try again
        </Button>
      )}
      {caughtUp !== null && state !== "lost" && (
        <Chip>
          caught up {caughtUp.count} from #{caughtUp.from}
        </Chip>
      )}
    </span>
  );
}
