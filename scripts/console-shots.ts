/**
 * `npm run console:shots`: makes the pictures of the console in `docs/images`. Starts a service with a
 * fresh state, runs a few scripted tasks, and takes pictures of their views in Chromium.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Opspawn, type SubmitTask } from "../sdk/src/index.ts";
import { untilHealthy } from "./health.ts";
import { localKey, ROOT } from "./local-key.ts";

const PORT = 8790;
const URL_OF_SERVICE = `http://127.0.0.1:${PORT}`;
const IMAGES = join(ROOT, "docs", "images");
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const SIZE = { width: 1280, height: 800 };
/** Until fonts, Markdown and the timeline are drawn. */
const SETTLE_MS = 1500;

const REFUND: SubmitTask = {
  name: "Refund A-1001",
  input_data: {
    goal: "Refund order A-1001 if the parcel was lost, and say what happens next.",
    script: [
      {
        text: "I look up the **order** and the **parcel** first.",
        tool_calls: [
          { name: "get_order", arguments: { order: "A-1001" } },
          { name: "track_parcel", arguments: { parcel: "P-77", carrier: "Post" } },
        ],
        chunks: 6,
        delay_ms: 300,
      },
      { error: { class: "rate_limited", times: 1 } },
      {
        text: "It was last seen twelve days ago. I read what the carrier says about losses.",
        tool_calls: [{ name: "read_page", arguments: { url: "https://carrier.example/losses" } }],
        chunks: 6,
        delay_ms: 300,
      },
      {
        text: "The policy allows a refund, so I ask for it.",
        tool_calls: [{ name: "refund", arguments: { order: "A-1001", sum: 49.9 } }],
      },
      { text: "Refunded." },
    ],
    script_tools: [
      { name: "get_order", delay_ms: 400, outputs: [{ output: { id: "A-1001", sum: 49.9 } }] },
      { name: "track_parcel", delay_ms: 900, outputs: [{ output: { last_seen: "Leipzig" } }] },
      {
        name: "read_page",
        delay_ms: 700,
        untrusted: "web",
        outputs: [{ output: "Not scanned for ten days counts as lost." }],
      },
      { name: "refund", effect: "once", outputs: [{ output: { state: "booked" } }] },
    ],
  },
  agent_config: { model: "local/script", policy: { approve: ["refund"] } },
  metadata: { team: "support" },
};

const state = mkdtempSync(join(tmpdir(), "opspawn-shots-"));
const service = spawn("node", ["scripts/start.ts", "--no-demo"], {
  cwd: ROOT,
  env: { ...process.env, PORT: String(PORT), OPSPAWN_STATE: state },
  stdio: "ignore",
});
try {
  await untilHealthy(URL_OF_SERVICE, AbortSignal.timeout(120_000));
  const key = localKey() ?? "";
  const { tasks } = new Opspawn({ url: URL_OF_SERVICE, key });
  for (let percent = 5; percent <= 60; percent += 5) {
    const goal = `What is ${percent} % of 2,340, and what time is it?`;
    await tasks.run({ input_data: { goal }, metadata: { batch: "nightly" } });
  }
  const { id } = await tasks.run(REFUND);
  await shoot(key, id);
} finally {
  service.kill("SIGINT");
  rmSync(state, { recursive: true, force: true, maxRetries: 5 });
}

async function shoot(key: string, id: string): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    for (const [name, path, theme] of [
      ["runs", "runs", "light"],
      ["run", `runs/${id}`, "light"],
      ["run", `runs/${id}`, "dark"],
    ] as const) {
      const page = await browser.newPage({ viewport: SIZE, colorScheme: theme, timezoneId: "UTC" });
      await page.goto(`${URL_OF_SERVICE}/console/${path}#key=${key}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(SETTLE_MS);
      const file = join(IMAGES, `console-${name}-${theme}.png`);
      await page.screenshot({ path: file });
      console.log(file);
      await page.close();
    }
  } finally {
    await browser.close();
  }
}
