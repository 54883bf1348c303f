/** Keeps the end of a live run in sight while it is; else says how much is new. */
import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "../../parts/announce.ts";
import { Button } from "../../parts/button.tsx";
import { useRun } from "./context.ts";

/** So near to the end counts as being there. */
const NEAR_PX = 120;

interface FollowProps {
  /** Number of entries. */
  readonly count: number;
  /** Gets whether the log is there and its end out of sight, whenever that changes. */
  readonly onAway: (isAway: boolean) => void;
}

/** Follows the end of the page; with a button that returns to it. */
export function FollowEnd({ count, onAway }: FollowProps) {
  const { follower, past } = useRun();
  const isLive = past === null && follower.fold.end === null && follower.state.value !== "file";
  const [isAway, setAway] = useState(false);
  const seen = useRef(count);
  const isAtEnd = useRef(false);
  useEffect(() => {
    const onScroll = (): void => {
      const { scrollHeight } = document.documentElement;
      isAtEnd.current = scrollHeight - scrollY - innerHeight < NEAR_PX;
      setAway(!isAtEnd.current);
      if (isAtEnd.current) {
        seen.current = count;
      }
    };
    onScroll();
    addEventListener("scroll", onScroll, { passive: true });
    return () => removeEventListener("scroll", onScroll);
  }, [count]);
  // While a long log loads, its end is not where it will be.
  const isRead = isAway && follower.state.value !== "loading";
  useEffect(() => onAway(isRead), [isRead]);
  const version = follower.version.value;
  useEffect(() => {
    if (isLive && isAtEnd.current) {
      scrollTo(0, document.documentElement.scrollHeight);
      seen.current = count;
    }
  }, [version]);
  const fresh = count - seen.current;
  useEffect(() => {
    if (fresh > 0) {
      announce(`${fresh} new events`);
    }
  }, [fresh]);
  const { length: open } = follower.fold.questions.list;
  const text =
    fresh > 0
      ? `Return to live (${fresh} new)`
      : open > 0
        ? `${open} open question${open === 1 ? "" : "s"} below`
        : null;
  return isLive && isAway && text !== null ? (
    <div class="talk-return">
      <Button
        kind="primary"
        icon="down"
        onClick={() => scrollTo(0, document.documentElement.scrollHeight)}
      >
        {text}
      </Button>
    </div>
  ) : null;
}
