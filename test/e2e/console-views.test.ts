/** The views of the console besides runs: what waits for people, new tasks, and what is set up. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserPath } from "../browser.ts";
import { openConsole, startBrowser, type ConsolePage } from "../console-page.ts";
import { Service } from "../service.ts";
import { logOf, ofType, pause, scripted } from "../tasks.ts";

const there = browserPath() !== null;
let service: Service;
let browser: Browser;

beforeAll(async () => {
  if (there) {
    [service, browser] = await Promise.all([Service.join(), startBrowser()]);
  }
});
afterAll(() => browser?.close());

type Json = Readonly<Record<string, unknown>>;

const REFUND = {
  name: "refund_payment",
  kind: "code",
  description: "Refunds a payment",
  effect: "pure",
  approval: "always",
  input_schema: {
    type: "object",
    required: ["amount", "customer"],
    properties: {
      amount: { type: "number", minimum: 0 },
      note: { type: ["string", "null"] },
      tags: { type: "array", items: { type: "string" } },
      customer: { type: "object", properties: { id: { type: "integer" } } },
    },
  },
  code: { source: "return args;" },
};
const ASKED = { amount: 12.5, note: null, tags: ["a"], customer: { id: 7 } };

async function create(path: string, body: Json): Promise<string> {
  const response = await service.send("POST", path, body);
  const text = await response.text();
  expect(response.status, text).toBe(201);
  return (JSON.parse(text) as { id: string }).id;
}

/** Submits a task that calls the tool, and returns its id once it waits. */
async function refund(goal: string): Promise<string> {
  const made = await service.send("POST", "/api/v1/tools", REFUND);
  expect([201, 409], await made.text()).toContain(made.status);
  const calls = [{ tool_calls: [{ name: "refund_payment", arguments: ASKED }] }, { text: "Done." }];
  return create("/api/v1/tasks", scripted(calls, {}, { goal }));
}

async function open(path: string): Promise<ConsolePage> {
  return openConsole(browser, service.url, `${path}#key=${service.key}`);
}

/** Data of the first event of a type, once the log has it. */
async function eventOf(id: string, type: string): Promise<Json> {
  for (;;) {
    const [found] = ofType(await logOf(service, id), type);
    if (found !== undefined) {
      return found;
    }
    await pause(50);
  }
}

async function choose(page: Page, goal: string): Promise<void> {
  await page.getByRole("button", { name: goal }).click();
  await page.getByRole("link", { name: goal }).waitFor();
}

test.skipIf(!there)(
  "approves with edited arguments: numbers, null and lists stay such",
  async () => {
    await using opened = await open("inbox");
    const { page, problems } = opened;
    const id = await refund("Refund the edited one");
    await choose(page, "Refund the edited one");
    expect(await page.title()).toMatch(/^\(\d+\) Inbox · Opspawn$/);

    await page.getByRole("textbox", { name: "amount" }).fill("-3");
    await page.getByRole("button", { name: "Approve with edits" }).click();
    await page.getByText(/less than 0|minimum/i).waitFor();
    await page.getByRole("textbox", { name: "amount" }).fill("20");
    await page.getByRole("textbox", { name: /^id/ }).fill("8");
    await page.getByRole("button", { name: "Add to tags" }).click();
    await page.getByLabel("2", { exact: true }).fill("b");
    await page.getByRole("button", { name: /amount is edited/ }).waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByText("Approved with your arguments by you.").waitFor();

    const decided = await eventOf(id, "approval.decided");
    expect(decided).toMatchObject({
      decision: "approve",
      arguments: { amount: 20, note: null, tags: ["a", "b"], customer: { id: 8 } },
    });
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)(
  "denies with a comment; a slower page sees it and keeps its draft",
  async () => {
    const id = await refund("Refund the denied one");
    await using opened = await open("inbox");
    const { page, problems } = opened;
    await choose(page, "Refund the denied one");
    const slow = await opened.another("inbox");
    await choose(slow, "Refund the denied one");
    // Without news of the decision, so that it is this page that is late.
    await slow.route("**/api/v1/inbox?*", (route) => route.abort());
    await slow.getByLabel("Comment").fill("Looks right");

    await page.getByLabel("Comment").fill("Not this month");
    await page.getByRole("button", { name: "Deny" }).click();
    await page.getByText("Denied by you.").waitFor();
    expect(await eventOf(id, "approval.decided")).toMatchObject({
      decision: "deny",
      comment: "Not this month",
    });

    opened.expectStatus(409);
    await slow.getByRole("button", { name: "Approve" }).click();
    await slow.getByText(/Denied by this key at .*“Not this month”/).waitFor();
    expect(await slow.getByLabel("Comment").inputValue()).toBe("Looks right");
    expect(problems.filter((one) => !one.includes("net::ERR_FAILED"))).toEqual([]);
  },
);

test.skipIf(!there)("answers a question and raises a budget", async () => {
  const ask = [
    { tool_calls: [{ name: "ask_human", arguments: { question: "Lisbon or Porto?" } }] },
  ];
  const [asked, spent] = await Promise.all([
    create(
      "/api/v1/tasks",
      scripted([...ask, { text: "Done." }], {}, { goal: "Plan the offsite" }),
    ),
    create(
      "/api/v1/tasks",
      scripted(
        [{ tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] }, { text: "Done." }],
        { limits: { max_tokens: 100 } },
        { goal: "Read all the tickets" },
      ),
    ),
  ]);
  await using opened = await openConsole(browser, service.url, `inbox#key=${service.key}`, {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
  });
  const { page, problems } = opened;
  await choose(page, "Plan the offsite");
  await page.getByText("Lisbon or Porto?").last().waitFor();
  await page.getByLabel("Your answer").fill("Porto");
  await page.getByRole("button", { name: "Answer", exact: true }).click();
  await page.getByText("Answered by you.").waitFor();
  expect(await eventOf(asked, "message.received")).toMatchObject({ content: "Porto" });

  await page.getByRole("button", { name: "All questions" }).click();
  await choose(page, "Read all the tickets");
  expect(await page.getByLabel("New token limit").inputValue()).toBe("200");
  await page.getByLabel("New token limit").fill("200000");
  expect(await sideways(page)).toBe(0);
  await page.getByRole("button", { name: "Raise and continue" }).click();
  await page.getByText("Raised by you.").waitFor();
  expect(await eventOf(spent, "run.completed")).toMatchObject({ result: { answer: "Done." } });
  expect(problems).toEqual([]);
});

async function sideways(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}
