/**
 * The console in a real browser, for tests: one browser for a file, a context for each page. What
 * must never happen (an error on the console, a violation of the content policy, a request to
 * another origin, an answer that the test did not name) is collected, and fails the test.
 */
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { browserPath } from "./browser.ts";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Longest that a test waits for what it expects to see. */
const PATIENCE_MS = 60_000;

/** A page, and what went wrong on it. */
export interface ConsolePage extends AsyncDisposable {
  readonly page: Page;
  /** Everything that must not happen, and did. */
  readonly problems: readonly string[];
  /** Names an answer that the test provokes, such as `401`; its line on the console is no problem. */
  expectStatus(status: number): void;
  /** Opens another page of the same browser session. */
  another(path: string): Promise<Page>;
}

/** Starts the browser of this machine. */
export async function startBrowser(flags: readonly string[] = []): Promise<Browser> {
  const executablePath = browserPath() ?? "no browser";
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

/**
 * Opens the console of a service.
 * @param path from `/console/` on, such as `runs#key=…`
 */
export async function openConsole(
  browser: Browser,
  url: string,
  path: string,
  options: BrowserContextOptions = {},
): Promise<ConsolePage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    timezoneId: "UTC",
    locale: "en-GB",
    // A dot that breathes is drawn again for every frame, without a graphics card by the processor.
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const problems: string[] = [];
  const expected = new Set<number>();
  const watched = (page: Page): void => {
    page.on("console", (message) => {
      const status = /the server responded with a status of (\d+)/.exec(message.text())?.[1];
      const isExpected = status !== undefined && expected.has(Number(status));
      if (message.type() === "error" && !isExpected) {
        problems.push(`console: ${message.text()}`);
      }
    });
    page.on("pageerror", (error) => problems.push(`error: ${error.stack ?? error.message}`));
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      const isOwn = origin === url || protocol === "blob:" || protocol === "data:";
      if (!isOwn) {
        problems.push(`foreign request: ${request.url()}`);
      }
    });
    page.on("response", (response) => {
      if (response.status() >= 400 && !expected.has(response.status())) {
        problems.push(`${response.status()} ${response.url()}`);
      }
    });
  };
  context.on("page", watched);
  const page = await context.newPage();
  await page.goto(`${url}/console/${path}`);
  return {
    page,
    problems,
    expectStatus: (status) => expected.add(status),
    async another(to) {
      const opened = await context.newPage();
      await opened.goto(`${url}/console/${to}`);
      return opened;
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}
