/** The head of a run in one line, while the head itself is scrolled away. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { moneyText } from "../../parts/number.ts";
import { StatusChip } from "../../parts/status.tsx";
import { Line } from "../../parts/text.tsx";
import { useRun } from "./context.ts";

interface StickyLineProps {
  readonly head: RefObject<HTMLElement | null>;
  readonly title: string;
}

/** The line. It repeats what readers have in the head, so it is hidden from them. */
export function StickyLine({ head, title }: StickyLineProps) {
  const { fold } = useRun();
  const [isAway, setAway] = useState(false);
  useEffect(() => {
    if (head.current === null) {
      return undefined;
    }
    const seen = new IntersectionObserver(([entry]) => setAway(entry?.isIntersecting === false));
    seen.observe(head.current);
    return () => seen.disconnect();
  }, []);
  const { usage } = fold.progress;
  return (
    <div class="run-sticky" aria-hidden="true">
      {isAway && (
        <div class="run-line">
          <StatusChip
            status={fold.status}
            waitingFor={fold.wait?.for ?? null}
            until={fold.wait?.until ?? null}
          />
          <strong class="run-line-title">
            <Line text={title} />
          </strong>
          <span class="muted">
            {usage.steps} steps · {moneyText(usage.cost_usd)}
          </span>
        </div>
      )}
    </div>
  );
}
