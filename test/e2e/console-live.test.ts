/** The console while a run goes on and while the page does not: bursts, hidden tabs, readers, clocks. */
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { browserPath } from "../browser.ts";
import { openConsole, startBrowser, type ConsolePage } from "../console-page.ts";
import { PATIENT } from "../patience.ts";
import { Service } from "../service.ts";
import { ended, listed, logOf, scripted, storedLog, submit } from "../tasks.ts";

const there = browserPath() !== null;
let service: Service;
let browser: Browser;

beforeAll(async () => {
  if (there) {
    [service, browser] = await Promise.all([Service.join(), startBrowser()]);
  }
});
afterAll(() => browser?.close());

const PAY = { name: "pay", effect: "once", outputs: [{ output: 1 }, { output: 2 }] };
const ASKS = { text: "I ask.", tool_calls: [{ name: "pay", arguments: { sum: 5 } }] };
const PAYING = { agent_config: { policy: { approve: ["pay"] } } };

/** Submits a task that waits for an approval after `before`, and goes on with `after`. */
async function waiting(before: readonly object[], after: readonly object[]): Promise<string> {
  const script = [...before, ASKS, ...after];
  const { task_id } = await submit(
    service,
    scripted(script as Parameters<typeof scripted>[0], PAYING, { script_tools: [PAY] }),
  );
  await listed(service, task_id, ({ waiting_for }) => waiting_for === "approval");
  return task_id;
}

async function approve(id: string): Promise<void> {
  const log = await logOf(service, id);
  const callId = log.findLast(({ type }) => type === "approval.requested")?.data["call_id"];
  const path = `/api/v1/tasks/${id}/approvals/${String(callId)}`;
  const response = await service.send("POST", path, { decision: "approve" });
  expect(response.status, await response.text()).toBe(202);
}

function open(path: string, options = {}): Promise<ConsolePage> {
  return openConsole(browser, service.url, `${path}#key=${service.key}`, options);
}

/** The log as the page saves it. */
async function savedBy(page: Page): Promise<string[]> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the log as a file" }).click();
  const text = await readFile(await (await download).path(), "utf8");
  return text.trimEnd().split("\n");
}

/** Makes the page believe that its tab is hidden, or seen again. */
async function hide(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(`{
    Object.defineProperty(document, "hidden", { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event("visibilitychange"));
  }`);
}

test.skipIf(!there)("a burst of pieces reaches two tabs whole, also a slow one", async () => {
  const words = Array.from({ length: 1500 }, (_, i) => `w${i}`).join(" ");
  const id = await waiting([], [{ text: words, chunks: 1500 }]);
  await using opened = await open(`runs/${id}`);
  const other = await opened.another(`runs/${id}?view=log#key=${service.key}`);
  const tabs = [opened.page, other];
  await Promise.all(tabs.map((page) => page.getByText(/^live · #\d+$/).waitFor()));
  const slow = await other.context().newCDPSession(other);
  await slow.send("Emulation.setCPUThrottlingRate", { rate: 8 });
  await approve(id);
  await Promise.all(tabs.map((page) => page.getByText(/^whole log · #\d+$/).waitFor()));

  const stored = await storedLog(service, id);
  expect(stored.length).toBeGreaterThan(100);
  for (const page of tabs) {
    expect(await savedBy(page)).toEqual(stored);
  }
  await opened.page.getByRole("article").filter({ hasText: "Answer" }).getByText("w1499").waitFor();
  expect(opened.problems).toEqual([]);
});

test.skipIf(!there)(
  "a tab that is hidden sends nothing, and catches up when it is seen",
  async () => {
    const id = await waiting([], [{ text: "Paid." }]);
    await using opened = await openConsole(browser, service.url, "");
    const { page, problems } = opened;
    await page.clock.install();
    const socket = page.waitForEvent("websocket", (one) => one.url().includes(id));
    await page.goto(`${service.url}/console/runs/${id}#key=${service.key}`);
    await page.getByText(/^live · #\d+$/).waitFor();
    const closed = (await socket).waitForEvent("close");
    // What a change of the task's status asked for is answered.
    await page.waitForLoadState("networkidle");
    await hide(page, true);
    await page.clock.fastForward("10:00");
    await closed;
    await page.getByText(/paused while hidden/).waitFor();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await approve(id);
    await ended(service, id);
    await page.clock.fastForward("10:00");
    expect(requests).toEqual([]);

    await hide(page, false);
    await page.getByText(/^whole log · #\d+$/).waitFor();
    expect(await savedBy(page)).toEqual(await storedLog(service, id));
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)("what is read stays where it is while events arrive", async () => {
  const many = Array.from({ length: 100 }, (_, i) => ({
    name: "add_numbers",
    arguments: { a: i, b: 1 },
  }));
  const text = "A line of a reply that is long enough to fill some of the page.\n\n".repeat(4);
  const steps = Array.from({ length: 8 }, () => ({
    text,
    tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }],
  }));
  const id = await waiting(steps, [
    ...Array.from({ length: 5 }, () => ({ tool_calls: many })),
    ASKS,
  ]);
  await using opened = await open(`runs/${id}`);
  const { page, problems } = opened;
  const read = page.getByRole("button", { name: "Step 4", exact: true }).last();
  await page.getByText(/^live · #\d+$/).waitFor();
  await read.scrollIntoViewIfNeeded();
  // The wheel scrolls some frames after its event, so its end is awaited.
  const scrolled = (): Promise<number> => page.evaluate("scrollY");
  const from = await scrolled();
  await page.mouse.wheel(0, 60);
  await expect.poll(scrolled).toBeCloseTo(from + 60, 0);
  const top = async (): Promise<number> => Math.round((await read.boundingBox())?.y ?? -1);
  const before = await top();

  await approve(id);
  await listed(
    service,
    id,
    ({ waiting_for, last_seq }) => waiting_for === "approval" && last_seq > 500,
  );
  const { length } = await storedLog(service, id);
  expect(length).toBeGreaterThan(500);
  await page.getByText(`live · #${length}`, { exact: true }).waitFor();
  const back = page.getByRole("button", { name: /^Return to live \(\d+ new\)$/ });
  await back.waitFor();
  expect(await top()).toBe(before);
  await page
    .getByRole("status")
    .getByText(/\d+ new events/)
    .waitFor({ state: "attached" });

  await back.click();
  await back.waitFor({ state: "hidden" });
  const form = page.getByRole("region", { name: "Approval of pay" });
  expect(await form.getByRole("button", { name: "Approve" }).isVisible()).toBe(true);
  expect(problems).toEqual([]);
});

test.skipIf(!there)("a page without a network goes on where it was", async () => {
  const id = await waiting([], [{ text: "Paid." }]);
  await using opened = await open(`runs/${id}`);
  const { page, problems } = opened;
  await page.getByText(/^live · #\d+$/).waitFor();
  await page.context().setOffline(true);
  await approve(id);
  await ended(service, id);
  await page.context().setOffline(false);
  await page.getByText(/^whole log · #\d+$/).waitFor();
  expect(await savedBy(page)).toEqual(await storedLog(service, id));
  expect(problems.filter((one) => !/ERR_INTERNET|WebSocket/.test(one))).toEqual([]);
});

test.skipIf(!there)("times are those of the chosen zone and of the service's clock", async () => {
  const id = await waiting([], [{ text: "Paid." }]);
  await using opened = await openConsole(browser, service.url, "", { timezoneId: "Asia/Kolkata" });
  const { page, problems } = opened;
  await page.clock.install({ time: Date.now() + 5 * 60_000 });
  // As the edge does, which the local runtime is not.
  await page.route("**/keys/self", async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers(), date: new Date().toUTCString() };
    await route.fulfill({ response, headers });
  });
  await page.goto(`${service.url}/console/runs/${id}?at=1#key=${service.key}`);
  await page.getByText(/^live · #\d+$/).waitFor();
  const panel = page.getByRole("complementary", { name: "Event 1" });
  await panel
    .getByText(/GMT\+5:30$/)
    .first()
    .waitFor();
  // Five minutes are what the page's clock is wrong by.
  expect(await page.locator(".run-facts").innerText()).not.toMatch(/[45](\.\d)? min/);
  expect(problems).toEqual([]);
});

test.skipIf(!there)("a change to winter time inside a run is shown as what it was", async () => {
  const ats = ["2026-10-25T00:59:59.000Z", "2026-10-25T01:00:01.000Z"];
  const { task_id } = await submit(service, scripted([{ text: "Done." }]));
  await ended(service, task_id);
  const log = await logOf(service, task_id);
  const moved = log.map((event, i) => ({ ...event, at: ats[i === 0 ? 0 : 1] }));
  await using opened = await openConsole(browser, service.url, "", { timezoneId: "Europe/Berlin" });
  const { page, problems } = opened;
  await page.getByLabel("Open a log file", { exact: true }).setInputFiles({
    name: "winter.jsonl",
    mimeType: "text/plain",
    buffer: Buffer.from(moved.map((event) => JSON.stringify(event)).join("\n")),
  });
  await page.getByRole("button", { name: "Step 1", exact: true }).first().click();
  const shown = async (seq: number, text: RegExp): Promise<void> => {
    await page
      .getByRole("complementary", { name: `Event ${seq}` })
      .getByText(text)
      .first()
      .waitFor();
  };
  const { seq = 0 } = log.find(({ type }) => type === "model.completed") ?? {};
  await shown(seq, /02:00:01 (CET|GMT\+1)$/);
  for (let at = seq; at > 1; at -= 1) {
    await page.getByRole("button", { name: "Event before" }).click();
  }
  await shown(1, /02:59:59 (CEST|GMT\+2)$/);
  expect(problems).toEqual([]);
});

test.skipIf(!there)(
  "keys alone sign in, submit, approve and cancel, and the focus comes back",
  async () => {
    const id = await waiting([], [ASKS]);
    await using opened = await openConsole(browser, service.url, "", { forcedColors: "active" });
    const { page, problems } = opened;
    const focusOn = async (name: string, role: "button" | "textbox" | null = "button") => {
      const named =
        role === null ? page.getByLabel(name) : page.getByRole(role, { name, exact: true });
      const wanted = named.first();
      await wanted.waitFor();
      for (let i = 0; i < 90; i += 1) {
        if ((await wanted.and(page.locator(":focus")).count()) === 1) {
          return;
        }
        await page.keyboard.press("Tab");
      }
      throw new Error(`The Tab key does not reach ${name}.`);
    };
    await page.getByLabel("API key").waitFor();
    await focusOn("API key", null);
    await page.keyboard.type(service.key);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Runs", level: 1 }).waitFor();
    // The two keys belong together for 1.2 s, which a busy machine can need between them.
    await vi.waitFor(async () => {
      await page.keyboard.press("g");
      await page.keyboard.press("n");
      await page.getByRole("heading", { name: "New task", level: 1 }).waitFor({ timeout: 3000 });
    }, PATIENT);
    await focusOn("Goal", "textbox");
    await page.keyboard.type("What is 2 + 3?");
    await focusOn("Submit");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "What is 2 + 3?" }).waitFor();
    await page.getByRole("article").filter({ hasText: "Answer" }).waitFor();

    await page.goto(`${service.url}/console/runs/${id}`);
    await page.getByRole("region", { name: "Approval of pay" }).waitFor();
    await focusOn("Approve");
    const ring = await page.evaluate<string>(
      "getComputedStyle(document.activeElement).outlineStyle",
    );
    expect(ring).not.toBe("none");
    await page.keyboard.press("Enter");
    await listed(
      service,
      id,
      ({ waiting_for, usage }) => waiting_for === "approval" && usage.tool_calls === 1,
    );
    await page.getByRole("region", { name: "Approval of pay" }).waitFor();
    await page.evaluate("document.activeElement.blur()");
    await focusOn("Cancel");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Cancel the run?" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    const cancel = page.getByRole("button", { name: "Cancel", exact: true });
    await cancel.and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    await dialog.getByLabel("Reason").and(page.locator(":focus")).waitFor();
    await page.keyboard.type("not needed");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("article").filter({ hasText: "Cancelled" }).waitFor();
    expect((await ended(service, id)).status).toBe("cancelled");
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)(
  "a timeline is read as a grid of rows, and nothing moves for who wants calm",
  async () => {
    const id = await waiting([], [{ text: "Paid." }]);
    // Twice as large is half as wide.
    await using opened = await open(`runs/${id}`, {
      reducedMotion: "reduce",
      viewport: { width: 640, height: 400 },
      deviceScaleFactor: 2,
    });
    const { page, problems } = opened;
    await page.getByText(/^live · #\d+$/).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    const moving = await page.evaluate<number>(
      "document.getAnimations().filter(({ playState, effect }) => playState === 'running' && effect.getTiming().iterations > 1).length",
    );
    expect(moving).toBe(0);
    const grid = page.getByRole("treegrid", { name: "Timeline of the run" });
    await grid.waitFor();
    const snapshot = await grid.ariaSnapshot();
    expect(snapshot).toMatch(/row .*step 1/);
    expect(snapshot).toMatch(/row .*pay/);
    expect(snapshot).toMatch(/row .*waiting for approval/);
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)(
  "a run is cancelled, told something, and tried again from its page",
  async () => {
    const question = { tool_calls: [{ name: "ask_human", arguments: { question: "Which one?" } }] };
    const { task_id } = await submit(service, scripted([question, { text: "Thanks." }]));
    await using opened = await open(`runs/${task_id}`);
    const { page, problems } = opened;
    await page.getByText(/^live · #\d+$/).waitFor();
    await page.getByLabel("Message to the run").fill("The second one");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page
      .getByRole("article")
      .filter({ hasText: "Message" })
      .getByText("The second one")
      .waitFor();
    await page.getByRole("article").filter({ hasText: "Answer" }).getByText("Thanks.").waitFor();
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Retry as a new task" });
    await dialog.getByRole("button", { name: "Retry" }).click();
    await page.getByRole("link", { name: `retry of ${task_id.slice(-8)}` }).waitFor();
    expect(new URL(page.url()).pathname).not.toContain(task_id);
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)("an approval that expires while it is looked at says so", async () => {
  const body = scripted(
    [ASKS, { text: "Then not." }] as Parameters<typeof scripted>[0],
    {
      agent_config: { policy: { approve: ["pay"] }, waits: { approval_expires_s: 3 } },
    },
    { script_tools: [PAY] },
  );
  const { task_id } = await submit(service, body);
  await using opened = await open(`runs/${task_id}`);
  const { page, problems } = opened;
  await page.getByText(/^whole log · #\d+$/).waitFor();
  await page.getByRole("region", { name: "Approval of pay" }).waitFor({ state: "detached" });
  await page
    .getByText(/expired/i)
    .first()
    .waitFor();
  expect(problems).toEqual([]);
});
