/** A real browser without a screen, for what only one can show. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The shell without a window needs less than half of the processor's time for the same pages. */
const PLACES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"].map(
  (name) => `/usr/bin/${name}`,
);

/** The browser of this machine, or null. */
export function browserPath(): string | null {
  return PLACES.find((path) => existsSync(path)) ?? null;
}

/** Opens a page in a browser that knows nothing yet, until it is disposed of. */
export async function openPage(browser: string, url: string): Promise<AsyncDisposable> {
  const profile = await mkdtemp(join(tmpdir(), "opspawn-browser-"));
  const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  const child = spawn(browser, [...args, `--user-data-dir=${profile}`, url], {
    detached: true,
    stdio: "ignore",
  });
  const gone = new Promise((resolve) => {
    child.once("exit", resolve);
    child.once("error", resolve);
  });
  return {
    async [Symbol.asyncDispose]() {
      if (child.pid !== undefined && child.exitCode === null) {
        process.kill(-child.pid, "SIGKILL");
      }
      await gone;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
