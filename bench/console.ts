/**
 * `npm run bench -- console`: what the console costs in a browser, against pages that do only what has
 * to be done (`console/floor.ts`), in the same run. Runs are made long in the object's SQLite
 * (`console/seed.ts`). The last line is all of it as JSON.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Browser, CDPSession, Page } from "playwright-core";
import { startBrowser } from "../test/console-page.ts";
import { Service } from "../test/service.ts";
import { logOf, scripted, submit } from "../test/tasks.ts";
import { FLOOR_FLAGS, serveFloors } from "./console/floor.ts";
import { countsOf, marksOf, met, probe, scrollThrough, zoomThrough } from "./console/probe.ts";
import { enlarge, lengthen, playShort, type LongRun } from "./console/seed.ts";
import { framesOf, heapOf, rounded } from "./console/trace.ts";

const ROUNDS = 7;
const LONG = 10_000;
const VERY_LONG = 100_000;
const BIG_OUTPUT = 10_000_000;
const SCROLL_MS = 4000;
const IDLE_MS = 30_000;
const STREAM = { chunks: 200, delay_ms: 25 };
const BURST = { chunks: 2000, delay_ms: 0 };

let service: Service;
let browser: Browser;

/** Measures, prints and returns all of it. */
export async function consoleFigures(): Promise<Record<string, unknown>> {
  service = await Service.start({ vars: { OPSPAWN_DELTA_CHARS: "1" } });
  browser = await startBrowser(FLOOR_FLAGS);
  try {
    const [long, veryLong, big] = [
      await playShort(service),
      await playShort(service),
      await playShort(service),
    ];
    const runs = [
      { id: long, events: LONG },
      { id: veryLong, events: VERY_LONG },
    ];
    await lengthen(service, runs);
    await enlarge(service, big, BIG_OUTPUT);
    const report: Record<string, unknown> = {};
    const parts = {
      build: async () => buildTime(),
      firstEvent: () => firstEvent(big),
      eventToDom: eventToDom,
      long: () => longRun(runs[0] as LongRun),
      veryLong: () => longRun(runs[1] as LongRun),
      burst,
      output: () => bigOutput(big),
      idle,
    };
    const only = process.env["BENCH_ONLY"]?.split(",");
    for (const [name, part] of Object.entries(parts)) {
      if (only?.includes(name) !== false) {
        report[name] = await part();
        console.log(`\n${name}:`, report[name]);
      }
    }
    return report;
  } finally {
    await browser.close();
    await service.stop();
  }
}

function buildTime() {
  const ms = Array.from({ length: 3 }, () => {
    const from = performance.now();
    spawnSync(process.execPath, [resolve(import.meta.dirname, "../scripts/console-build.ts")]);
    return performance.now() - from;
  });
  return { ms: rounded(median(ms)), hold: 3000 };
}

/** From a navigation without cache to the first event on the page. */
async function firstEvent(id: string) {
  const ours: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await using floor = await open({ first: `document.querySelector(".line") !== null` });
    await floor.page.goto(FLOOR.addressOf(id));
    floors.push((await marksOf(floor.page, "first"))["first"] ?? Number.NaN);
    await using own = await open({ first: `document.querySelector(".log-row") !== null` });
    await own.page.goto(consoleAt(`runs/${id}?view=log`));
    ours.push((await marksOf(own.page, "first"))["first"] ?? Number.NaN);
  }
  const [ms, floorMs] = [median(ours), median(floors)];
  return { ms: rounded(ms), floorMs: rounded(floorMs), ratio: rounded(ms / floorMs), hold: 1.5 };
}

/** A page that shows a reply as it streams. */
interface Reader {
  /** Expression of the text whose words are waited for. */
  readonly words: string;
  readonly addressOf: (id: string) => string;
}

const OURS: Reader = {
  words: `([...document.querySelectorAll(".talk-turn, .talk-answer")].at(-1)?.textContent ?? "")`,
  addressOf: (id) => consoleAt(`runs/${id}`),
};
const FLOOR: Reader = {
  words: `(document.querySelector(".line:last-of-type")?.textContent ?? "")`,
  addressOf: (id) => `${service.url}/floor/watcher#id=${id}&key=${service.key}`,
};

/** From the time of an event to its text on the page, for a reply that streams. */
async function eventToDom() {
  const [floor, ours] = [await delaysOf(FLOOR), await delaysOf(OURS)];
  return {
    p50Ms: quantile(ours, 0.5),
    p95Ms: quantile(ours, 0.95),
    floorP50Ms: quantile(floor, 0.5),
    floorP95Ms: quantile(floor, 0.95),
    hold: "the floor and a frame",
  };
}

/** Milliseconds from each piece of a reply to its word on the page, without those of the start. */
async function delaysOf({ words, addressOf }: Reader): Promise<number[]> {
  await using opened = await open({}, words);
  const id = await stream(STREAM);
  await opened.page.goto(addressOf(id));
  await met(opened.page, `bench.words.length >= ${STREAM.chunks - 1}`);
  const seen = await opened.page.evaluate<number[]>("bench.words");
  return (await logOf(service, id)).flatMap(({ type, at, data: { text } }) => {
    const word = typeof text === "string" ? Number(/w(\d+)\D*$/.exec(text)?.[1]) : Number.NaN;
    const seenAt = seen[word];
    return type === "model.delta" && seenAt !== undefined ? [seenAt - Date.parse(at)] : [];
  });
}

/** A run of many events: opened, scrolled, zoomed, and left again. */
async function longRun({ id, events }: LongRun) {
  const isWhole = `/whole log|saved log/.test(document.querySelector(".run-live")?.textContent ?? "")`;
  await using opened = await open({
    tail: `/checked/.test(document.querySelector(".talk-answer, .log-rows")?.textContent ?? "")`,
    drawn: isWhole,
  });
  const { page, cdp } = opened;
  await page.goto(consoleAt("settings"));
  await page.getByRole("heading", { level: 1 }).waitFor();
  const heapBefore = await heapOf(cdp);
  const bytes = await bytesOf(cdp, async () => {
    await page.goto(consoleAt(`runs/${id}`));
    await marksOf(page, "tail", "drawn");
  });
  const { tail = 0, drawn = 0 } = await marksOf(page, "tail", "drawn");
  const longTasks = await page.evaluate<number[]>("bench.longTasks");
  const mounted = await countsOf(page);
  const timeline = await framesOf(browser, page, () =>
    scrollThrough(page, ".timeline-box", SCROLL_MS),
  );
  const zoom = await framesOf(browser, page, () => zoomThrough(page, SCROLL_MS));
  await page.getByRole("tab", { name: "Log" }).click();
  await page.locator(".log-row").first().waitFor();
  const mountedLog = await countsOf(page);
  const log = await framesOf(browser, page, () => scrollThrough(page, "html", SCROLL_MS));
  const heap = await heapOf(cdp);
  await page.getByRole("link", { name: "Settings" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  const heapAfter = await heapOf(cdp);
  await page.goto(`${service.url}/floor/list#${events}`);
  const floor = await framesOf(browser, page, () => scrollThrough(page, "html", SCROLL_MS));
  return {
    events,
    tailMs: rounded(tail),
    drawnMs: rounded(drawn),
    longestTaskWhileLoadingMs: Math.max(0, ...longTasks),
    mebibytes: rounded(bytes / 1024 / 1024),
    rows: Math.max(mounted.rows, mountedLog.rows),
    nodes: Math.max(mounted.nodes, mountedLog.nodes),
    scrolledTimeline: timeline,
    zoomed: zoom,
    scrolledLog: log,
    floorScrolled: floor,
    heapMib: heap,
    heapBeforeMib: heapBefore,
    heapAfterLeavingMib: heapAfter,
  };
}

/** A reply of 2,000 pieces at once, while the page follows. */
async function burst() {
  return {
    ours: await burstAt(OURS),
    floor: await burstAt(FLOOR),
    hold: "no task over 50 ms",
  };
}

async function burstAt({ words, addressOf }: Reader) {
  await using opened = await open({}, words);
  const id = await stream(BURST);
  await opened.page.goto(addressOf(id));
  await met(opened.page, `bench.words.length >= ${BURST.chunks}`);
  const pieces = (await logOf(service, id)).filter(({ type }) => type === "model.delta");
  const span = Date.parse(pieces.at(-1)?.at ?? "") - Date.parse(pieces[0]?.at ?? "");
  const longTasksMs = await opened.page.evaluate<number[]>("bench.longTasks");
  return { pieces: pieces.length, perSecond: rounded((pieces.length * 1000) / span), longTasksMs };
}

/** Ten megabytes of output, on request. */
async function bigOutput(id: string) {
  await using opened = await open({});
  const { page } = opened;
  await page.goto(consoleAt(`runs/${id}`));
  await page
    .getByRole("article")
    .getByRole("button", { name: /get_order/ })
    .first()
    .click();
  const button = page.getByRole("button", { name: "Show the whole output" });
  await button.waitFor();
  const before = await countsOf(page);
  const ms = await page.evaluate<number>(`bench.until(
    () => / of 9\\.\\d+ MiB shown/.test(document.querySelector(".tool-whole").textContent),
    () => [...document.querySelectorAll(".tool-whole button")]
      .find(({ textContent }) => textContent.includes("Show the whole")).click(),
  )`);
  const after = await countsOf(page);
  return { ms: rounded(ms), hold: 100, nodes: after.nodes - before.nodes, holdNodes: 300 };
}

/** Requests and timers of a list that nothing happens in: seen, and in a hidden tab. */
async function idle() {
  await using opened = await open({});
  const { page } = opened;
  await page.goto(consoleAt("runs"));
  await page.getByRole("link", { name: "Check." }).first().waitFor();
  await setTimeout(2000);
  let requests = 0;
  page.on("request", () => {
    requests += 1;
  });
  const during = async (isHidden: boolean) => {
    await page.evaluate(`bench.hide(${isHidden})`);
    requests = 0;
    await setTimeout(IDLE_MS);
    const fastTimers = await page.evaluate<number>("bench.fastTimers");
    return { requestsPer10s: rounded((requests * 10_000) / IDLE_MS), fastTimers };
  };
  return { seen: await during(false), hidden: await during(true), hold: "1 and 0" };
}

interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly cdp: CDPSession;
}

/** A page with nothing in its cache. */
async function open(wanted: Readonly<Record<string, string>>, words?: string): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  await probe(page, wanted, words);
  await serveFloors(page, service.url);
  const cdp = await context.newCDPSession(page);
  return { page, cdp, [Symbol.asyncDispose]: () => context.close() };
}

/** Bytes that arrive over the net while `act` lasts. */
async function bytesOf(cdp: CDPSession, act: () => Promise<void>): Promise<number> {
  let bytes = 0;
  cdp.on("Network.dataReceived", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await cdp.send("Network.enable");
  await act();
  await cdp.send("Network.disable");
  return bytes;
}

/** Submits a run whose last reply has the words w0, w1 and so on, one in each piece. */
async function stream({ chunks, delay_ms }: { chunks: number; delay_ms: number }): Promise<string> {
  const text = Array.from({ length: chunks }, (_, i) => `w${String(i).padStart(4, "0")} `).join("");
  const calls = [{ name: "add_numbers", arguments: { a: 1, b: 2 } }];
  const script = [
    // Time for a page to open.
    { text: "I begin", chunks: 20, delay_ms: 150, tool_calls: calls },
    { text, chunks, delay_ms },
  ];
  const { task_id } = await submit(service, scripted(script));
  return task_id;
}

function consoleAt(path: string): string {
  return `${service.url}/console/${path}#key=${service.key}`;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
