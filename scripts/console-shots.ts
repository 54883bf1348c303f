/**
 * `npm run console:shots`: makes the pictures of the console in `docs/images`. Starts a service with a
 * fresh state, seeds it, and takes a picture of each view in Chromium. `npm run check` says when the
 * sources have changed since.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { Opspawn } from "../sdk/src/index.ts";
import { seed } from "./console-shots/seed.ts";
import { IMAGES, pictures, writeStamp } from "./console-shots/stamp.ts";
import { picturesOf, type Picture } from "./console-shots/views.ts";
import { untilHealthy } from "./health.ts";
import { localKey, ROOT } from "./local-key.ts";

const PORT = 8790;
const URL_OF_SERVICE = `http://127.0.0.1:${PORT}`;
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const WIDTH = 1280;
const HEIGHT = 800;
/** Of WebP: no step is seen in text at this quality. */
const QUALITY = 82;
/** Until fonts, Markdown and the timeline are drawn. */
const SETTLE_MS = 2000;
/** Longest that a view may take on a busy machine. */
const PATIENCE_MS = 120_000;
/** A busy machine takes minutes to start the service. */
const START_MS = 400_000;

const state = mkdtempSync(join(tmpdir(), "opspawn-shots-"));
const service = spawn("node", ["scripts/start.ts", "--no-demo"], {
  cwd: ROOT,
  env: { ...process.env, PORT: String(PORT), OPSPAWN_STATE: state },
  stdio: "ignore",
});
try {
  await untilHealthy(URL_OF_SERVICE, AbortSignal.timeout(START_MS), {
    waitMs: START_MS,
    unhealthyMs: START_MS,
    pollMs: 500,
  });
  const key = localKey() ?? "";
  const seeded = await seed(new Opspawn({ url: URL_OF_SERVICE, key }));
  mkdirSync(IMAGES, { recursive: true });
  for (const name of pictures()) {
    rmSync(join(IMAGES, name));
  }
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    for (const picture of picturesOf(seeded)) {
      await take(browser, key, picture);
    }
  } finally {
    await browser.close();
  }
  writeStamp();
} finally {
  service.kill("SIGINT");
  rmSync(state, { recursive: true, force: true, maxRetries: 5 });
}

async function take(
  browser: Browser,
  key: string,
  { name, path, theme = "light", width = WIDTH }: Picture,
): Promise<void> {
  const page = await browser.newPage({
    viewport: { width, height: HEIGHT },
    colorScheme: theme,
    timezoneId: "UTC",
    locale: "en-GB",
    reducedMotion: "reduce",
  });
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${URL_OF_SERVICE}/console/${path}#key=${key}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator(".skeleton").first().waitFor({ state: "detached" });
  await page.waitForTimeout(SETTLE_MS);
  // Playwright takes PNG and JPEG only.
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    format: "webp",
    quality: QUALITY,
  });
  const file = join(IMAGES, `console-${name}.webp`);
  const bytes = Buffer.from(data, "base64");
  writeFileSync(file, bytes);
  console.log(`${file} ${bytes.length}`);
  await page.close();
}
