/** Whether the timeline is so narrow that a name is above its bar. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

const NARROW_PX = 480;

/** Follows the width of an element. */
export function useStacked(box: RefObject<HTMLElement | null>): boolean {
  const [isNarrow, setNarrow] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (element === null) {
      return undefined;
    }
    const seen = new ResizeObserver(() => {
      // Without any width it is hidden, as on a narrow page with another tab.
      if (element.clientWidth > 0) {
        setNarrow(element.clientWidth < NARROW_PX);
      }
    });
    seen.observe(element);
    return () => seen.disconnect();
  }, [box]);
  return isNarrow;
}
