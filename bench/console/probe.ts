/** What a page is asked while the bench looks at it, as source text: all of it runs in the page. */
import type { Page } from "playwright-core";

/** When something was first in the DOM: by name, milliseconds since the navigation. */
export type Marks = Readonly<Record<string, number>>;

/**
 * Before any script of the page: notes when an expression is first true after a change of the DOM,
 * when text of the form `w17` was there, tasks longer than 50 ms, and timers of less than a second.
 */
const PROBE = (wanted: Readonly<Record<string, string>>, words: string): string => `{
  const bench = (globalThis.bench = { marks: {}, words: [], longTasks: [], fastTimers: 0, isHidden: false });
  const wanted = Object.entries({
    ${Object.entries(wanted)
      .map(([name, expression]) => `${name}: () => ${expression}`)
      .join(",")}
  });
  const look = () => {
    for (const [name, is] of wanted) {
      if (bench.marks[name] === undefined && is()) {
        bench.marks[name] = performance.now();
      }
    }
    const count = Number(/w(\\d+)\\D*$/.exec(${words})?.[1] ?? -1) + 1;
    while (bench.words.length < count) {
      bench.words.push(Date.now());
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  new PerformanceObserver((list) => {
    bench.longTasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: "longtask" });
  for (const name of ["setTimeout", "setInterval"]) {
    const own = globalThis[name].bind(globalThis);
    globalThis[name] = (act, ms = 0, ...given) =>
      own((...args) => { bench.fastTimers += ms < 1000 ? 1 : 0; act(...args); }, ms, ...given);
  }
  Object.defineProperty(document, "hidden", { get: () => bench.isHidden });
  Object.defineProperty(document, "visibilityState", { get: () => bench.isHidden ? "hidden" : "visible" });
  bench.hide = (isHidden) => {
    bench.isHidden = isHidden;
    bench.fastTimers = 0;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  bench.counts = () => ({
    rows: document.querySelectorAll(".timeline-row, .log-row").length,
    nodes: document.querySelectorAll("*").length,
  });
  const frames = async (ms, draw) => {
    const from = performance.now();
    for (let share = 0; share < 1;) {
      await new Promise(requestAnimationFrame);
      share = Math.min((performance.now() - from) / ms, 1);
      draw(share);
    }
  };
  bench.scroll = (selector, ms) => {
    const box = document.querySelector(selector);
    const end = box.scrollHeight - box.clientHeight;
    return frames(ms, (share) => { box.scrollTop = share * end; });
  };
  bench.zoom = (ms) => {
    const box = document.querySelector(".timeline-box");
    const { left, top, width } = box.getBoundingClientRect();
    const at = { clientX: left + width * 0.6, clientY: top + 40, ctrlKey: true, cancelable: true };
    return frames(ms, (share) => {
      box.dispatchEvent(new WheelEvent("wheel", { ...at, deltaY: share < 0.5 ? -20 : 20 }));
    });
  };
  bench.met = async (is) => {
    while (!is()) {
      await new Promise((wake) => setTimeout(wake, 20));
    }
  };
  bench.until = async (is, act) => {
    const from = performance.now();
    const { promise, resolve } = Promise.withResolvers();
    const observer = new MutationObserver(() => is() && resolve());
    observer.observe(document, { childList: true, subtree: true, characterData: true });
    act();
    await promise;
    await new Promise(requestAnimationFrame);
    return performance.now() - from;
  };
}`;

/**
 * Puts the probe into every document that a page opens from now on.
 * @param wanted expressions by name
 * @param words expression of the text whose words are waited for
 */
export async function probe(
  page: Page,
  wanted: Readonly<Record<string, string>>,
  words = "''",
): Promise<void> {
  await page.addInitScript({ content: PROBE(wanted, words) });
}

/** When each of the wanted expressions was first true. Resolves when all were. */
export async function marksOf(page: Page, ...names: string[]): Promise<Marks> {
  await met(page, names.map((name) => `bench.marks.${name} !== undefined`).join(" && "));
  return page.evaluate("bench.marks");
}

/** Resolves when an expression is true in the page, whose policy forbids `waitForFunction`. */
export async function met(page: Page, expression: string): Promise<void> {
  await page.evaluate(`bench.met(() => ${expression})`);
}

/** How many rows and elements there are. */
export async function countsOf(page: Page): Promise<{ rows: number; nodes: number }> {
  return page.evaluate("bench.counts()");
}

/** Scrolls an element from its beginning to its end, with every frame. */
export async function scrollThrough(page: Page, selector: string, ms: number): Promise<void> {
  await page.evaluate(`bench.scroll(${JSON.stringify(selector)}, ${ms})`);
}

/** Zooms the timeline in and out, with every frame. */
export async function zoomThrough(page: Page, ms: number): Promise<void> {
  await page.evaluate(`bench.zoom(${ms})`);
}
