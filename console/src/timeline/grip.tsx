/** The edge between the names and the bars, which can be moved. */
import type { RefObject } from "preact";

interface GripProps {
  /** The element whose left edge is that of the names. */
  readonly box: RefObject<HTMLElement | null>;
  /** Width of the names in pixels; null for that of the stylesheet. */
  readonly width: number | null;
  readonly onWidth: (width: number | null) => void;
}

const LEAST_PX = 120;
const MOST_PX = 640;
const STEP_PX = 24;

/** The edge: dragged, or moved by the arrow keys; two clicks reset it. */
export function Grip({ box, width, onWidth }: GripProps) {
  const clamp = (px: number): number => Math.round(Math.min(Math.max(px, LEAST_PX), MOST_PX));
  const now = (): number =>
    width ?? box.current?.querySelector(".timeline-name")?.clientWidth ?? LEAST_PX;
  return (
    <div
      class="timeline-grip"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the names"
      aria-valuemin={LEAST_PX}
      aria-valuemax={MOST_PX}
      aria-valuenow={width ?? LEAST_PX}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) {
          onWidth(clamp(event.clientX - (box.current?.getBoundingClientRect().left ?? 0)));
        }
      }}
      onDblClick={() => onWidth(null)}
      onKeyDown={(event) => {
        const by = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX }[event.key] ?? 0;
        if (by !== 0) {
          event.preventDefault();
          onWidth(clamp(now() + by));
        }
      }}
    />
  );
}
