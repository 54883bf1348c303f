/** The part of the axis that is seen: zoomed at the pointer, and moved sideways. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { clampRange, LEAST_RANGE, type Range } from "./place.ts";

interface Zoom {
  readonly range: Range;
  readonly setRange: (range: Range) => void;
  readonly isZoomed: boolean;
}

/** Follows the wheel with Ctrl or ⌘ (a pinch is that too), and the wheel sideways. */
export function useZoom(box: RefObject<HTMLElement | null>): Zoom {
  const [range, setRange] = useState<Range>({ start: 0, end: 1 });
  useEffect(() => {
    const element = box.current;
    const onWheel = (event: WheelEvent): void => {
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (element === null || !(event.ctrlKey || event.metaKey || isSideways)) {
        return;
      }
      event.preventDefault();
      const lane = element.querySelector(".timeline-lane") ?? element;
      const { left, width: area } = lane.getBoundingClientRect();
      const at = Math.min(Math.max((event.clientX - left) / area, 0), 1);
      setRange((now) => {
        const length = now.end - now.start;
        if (isSideways && !event.ctrlKey && !event.metaKey) {
          const by = (event.deltaX / area) * length;
          return clampRange({ start: now.start + by, end: now.end + by });
        }
        const next = Math.min(Math.max(length * Math.exp(event.deltaY / 300), LEAST_RANGE), 1);
        const fixed = now.start + at * length;
        return clampRange({ start: fixed - at * next, end: fixed + (1 - at) * next });
      });
    };
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  }, [box]);
  return {
    range,
    setRange: (next) => setRange(clampRange(next)),
    isZoomed: range.end - range.start < 1,
  };
}
