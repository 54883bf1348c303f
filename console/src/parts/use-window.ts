/** The window of rows of a list in the element that scrolls it. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";
import { windowOf, type RowWindow } from "./window.ts";

const FIRST_ROWS = 40;

/**
 * Follows which rows of a list are seen.
 * @param list the element that has the height of all rows
 * @param box the element that scrolls, or null for the page
 */
export function useWindow(
  list: RefObject<HTMLElement | null>,
  count: number,
  row: number,
  box: RefObject<HTMLElement | null> | null = null,
): RowWindow {
  const [window_, setWindow] = useState<RowWindow>({ first: 0, end: Math.min(count, FIRST_ROWS) });
  const latest = useRef(window_);
  useLayoutEffect(() => {
    const scroller = box?.current ?? null;
    const measure = (): void => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const above = scroller === null ? 0 : scroller.getBoundingClientRect().top;
      const height = scroller === null ? innerHeight : scroller.clientHeight;
      const next = windowOf({ count, row, scrolled: above - top, height });
      if (next.first !== latest.current.first || next.end !== latest.current.end) {
        latest.current = next;
        setWindow(next);
      }
    };
    measure();
    const target = scroller ?? globalThis;
    target.addEventListener("scroll", measure, { passive: true });
    const resized = new ResizeObserver(measure);
    resized.observe(scroller ?? document.documentElement);
    return () => {
      target.removeEventListener("scroll", measure);
      resized.disconnect();
    };
  }, [count, row, list, box]);
  return { first: Math.min(window_.first, count), end: Math.min(window_.end, count) };
}
