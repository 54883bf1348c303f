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

async function submitTo(path: string, body: Json): Promise<string> {
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
  return submitTo("/api/v1/tasks", scripted(calls, {}, { goal }));
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
    submitTo(
      "/api/v1/tasks",
      scripted([...ask, { text: "Done." }], {}, { goal: "Plan the offsite" }),
    ),
    submitTo(
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

test.skipIf(!there)(
  "submits a task, keeps its draft over a reload, and names what is wrong",
  async () => {
    await using opened = await open("new");
    const { page, problems } = opened;
    const goal = page.getByRole("textbox", { name: "Goal", exact: true });
    await goal.fill("What is 6 times 7?");
    await page.getByText("Limits", { exact: true }).click();
    await page.getByRole("textbox", { name: /^Max steps/ }).fill("0");
    await page.getByText(/"max_steps": 0/).waitFor();
    await page.reload();
    expect(await goal.inputValue()).toBe("What is 6 times 7?");

    await page.getByRole("button", { name: "Submit" }).click();
    await page.getByText(/less than 1/).waitFor();
    await page.getByRole("textbox", { name: /^Max steps/ }).fill("9");
    // Only the service knows this one, and names the field.
    opened.expectStatus(422);
    await page.getByText("Model and tools", { exact: true }).click();
    const model = page.getByRole("textbox", { name: /^Model/ }).first();
    await model.fill("nobody/nothing");
    await page.getByRole("button", { name: "Submit" }).click();
    await page
      .getByText(/nobody/)
      .nth(1)
      .waitFor();
    expect(await model.getAttribute("aria-invalid")).toBe("true");
    await model.fill("");
    await page.getByRole("button", { name: "Submit" }).click();
    await page.waitForURL(/\/console\/runs\/task_/);
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    expect(await eventOf(id, "run.completed")).toMatchObject({ result: { answer: /42/ } });
    const [created] = ofType(await logOf(service, id), "run.created");
    expect(created).toMatchObject({ limits: { max_steps: 9 } });
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)("makes an agent and a second version; a stale one shows theirs", async () => {
  await using opened = await open("agents");
  const { page, problems } = opened;
  await page.getByRole("button", { name: "New agent" }).click();
  await page.getByRole("textbox", { name: /^Name/ }).fill("console-agent");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("link", { name: "console-agent" }).click();
  await page.getByRole("button", { name: "New version" }).click();
  const about = page.getByRole("textbox", { name: /^Description/ });
  await about.fill("Mine");
  const other = await service.send("PUT", "/api/v1/agents/console-agent", {
    description: "Theirs",
  });
  expect(other.status, await other.text()).toBe(200);

  opened.expectStatus(412);
  await page.getByRole("button", { name: "Save as version 2" }).click();
  await page.getByText("It was changed since you opened it.", { exact: false }).waitFor();
  await page.getByText("“Theirs”").waitFor();
  expect(await about.inputValue()).toBe("Mine");
  await page.getByRole("button", { name: "Replace it with mine" }).click();
  await page.getByRole("heading", { name: "Config of version 3" }).waitFor();
  await page.getByRole("list", { name: "Differences" }).getByText("Mine").waitFor();
  expect(problems).toEqual([]);
});

test.skipIf(!there)("shows a new key once, and revokes it", async () => {
  await using opened = await open("keys");
  const { page, problems } = opened;
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("textbox", { name: /^Name/ }).fill("console-key");
  await page.getByRole("checkbox", { name: "tasks:read" }).check();
  await page.getByRole("button", { name: "Create" }).click();
  const secret = await page.getByLabel("Secret", { exact: true }).innerText();
  expect(secret).toMatch(/^opsk_/);
  await page.getByRole("button", { name: "I have it" }).click();
  expect(await page.getByText(secret).count()).toBe(0);
  const used = await fetch(`${service.url}/api/v1/keys/self`, {
    headers: { Authorization: `Bearer ${secret}` },
  });
  expect(await used.json()).toMatchObject({ name: "console-key", scopes: ["tasks:read"] });

  const row = page.getByRole("row", { name: /console-key/ });
  await row.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("button", { name: "Revoke the key" }).click();
  await row.getByText(/revoked/).waitFor();
  expect(problems).toEqual([]);
});

test.skipIf(!there)(
  "sets a secret without showing its value, replaces and deletes it",
  async () => {
    await using opened = await open("secrets");
    const { page, problems } = opened;
    await page.getByRole("button", { name: "New secret" }).click();
    await page.getByRole("textbox", { name: /^Name/ }).fill("CONSOLE_TOKEN");
    const value = page.getByLabel(/^Value/);
    expect(await value.getAttribute("type")).toBe("password");
    await value.fill("value-of-the-console");
    await page.getByText("The same as a command").click();
    const command = page.getByLabel("Command", { exact: true });
    expect(await command.innerText()).toMatch(/PUT .*secrets\/CONSOLE_TOKEN[^]*"value": "…"/);
    await page.getByRole("button", { name: "Save" }).click();
    const row = page.getByRole("row", { name: /CONSOLE_TOKEN/ });
    await row.getByText("never").waitFor();

    await row.getByRole("button", { name: "Set value" }).click();
    await page.getByLabel(/^Value/).fill("another-value");
    await page.getByRole("button", { name: "Save" }).click();
    await row.getByText(/version 2/).waitFor();
    const stored = await service.request("/api/v1/secrets/CONSOLE_TOKEN");
    expect(await stored.json()).toMatchObject({ version: 2, hosts: null });
    await row.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete the secret" }).click();
    await row.waitFor({ state: "detached" });
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)(
  "makes a schedule after a look at its occurrences, fires, pauses and deletes it",
  async () => {
    await using opened = await open("schedules");
    const { page, problems } = opened;
    await page.getByRole("button", { name: "New schedule" }).click();
    await page.getByRole("textbox", { name: /^Name/ }).fill("console-schedule");
    await page.getByRole("button", { name: "Show the next occurrences" }).click();
    const preview = page.getByRole("region", { name: "Preview" });
    await preview.getByRole("listitem").nth(4).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();

    const made = await service.send("POST", "/api/v1/schedules", {
      name: "console-schedule",
      spec: { every_s: 86_400 },
      action: { task: { input_data: { goal: "What is 1 + 2?" } } },
    });
    expect(made.status, await made.text()).toBe(201);
    await page.reload();
    await page.getByRole("link", { name: "console-schedule" }).click();
    await page.getByRole("heading", { name: "console-schedule" }).waitFor();
    await page.getByRole("button", { name: "Fire now" }).click();
    await page.getByRole("button", { name: "Fire", exact: true }).click();
    await page.getByRole("table", { name: "Firings" }).getByText("made").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("textbox", { name: /^Note/ }).fill("For the test.");
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page.getByText("For the test.").waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete the schedule" }).click();
    await page.getByText("No schedules yet").waitFor();
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)("reads a conversation, continues it, and deletes it", async () => {
  const turn = { conversation: "console-chat", input_data: { goal: "What is 20 + 1?" } };
  const first = await service.send("POST", "/api/v1/tasks", turn);
  expect(first.status, await first.text()).toBe(201);
  await using opened = await open("conversations");
  const { page, problems } = opened;
  await page.getByRole("link", { name: "What is 20 + 1?" }).click();
  await page.getByRole("heading", { name: "console-chat" }).waitFor();
  const messages = page.getByRole("list", { name: "Messages" });
  await messages.getByText("20 + 1 is 21.").waitFor();
  await page.getByRole("textbox", { name: "Next turn" }).fill("What is 30 + 2?");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await messages.getByText("30 + 2 is 32.").waitFor();
  await page.getByRole("textbox", { name: "Next turn" }).fill("Wait for 600 seconds.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await messages.getByRole("link", { name: "Turn 3" }).waitFor();
  await page.getByRole("textbox", { name: "Next turn" }).fill("What is 40 + 3?");
  await page.getByRole("button", { name: "Interrupt" }).click();
  await messages.getByText("40 + 3 is 43.").waitFor();
  await messages.getByRole("link", { name: "Turn 2" }).click();
  await page.getByRole("link", { name: "the turn before" }).waitFor();
  await page.getByRole("link", { name: "turn 2", exact: true }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  // The page may read the conversation while it is deleted.
  opened.expectStatus(404);
  await page.getByRole("button", { name: "Delete the conversation" }).click();
  await page.getByText("No conversations yet").waitFor();
  expect(problems).toEqual([]);
});

test.skipIf(!there)(
  "shows a memory store, changes an item, and undoes the change from its versions",
  async () => {
    const store = "/api/v1/memory/subject%3Aconsole";
    await service.send("POST", `${store}/items`, { content: "Likes tea." });
    await service.send("PUT", `${store}/blocks/notes`, { content: "Speaks German." });
    await using opened = await open("memory");
    const { page, problems } = opened;
    await page.getByRole("link", { name: "subject:console" }).click();
    await page.getByText("Speaks German.").waitFor();
    const row = page.getByRole("row", { name: /Likes tea/ });
    await row.getByRole("button", { name: "Change" }).click();
    await page.getByRole("textbox", { name: /^Content/i }).fill("Likes coffee.");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const changed = page.getByRole("row", { name: /Likes coffee/ });
    await changed.getByRole("button", { name: "Version 2" }).click();
    const difference = page.getByRole("group", { name: "Difference" }).first();
    await difference.getByText("Likes tea.").waitFor();
    await difference.getByText("Likes coffee.").waitFor();
    await page.getByRole("button", { name: "Restore" }).click();
    await row.getByRole("button", { name: "Version 3" }).waitFor();
    await page.getByLabel("Search as a run does").fill("teas");
    await page.getByRole("button", { name: "Search" }).click();
    await row.waitFor();
    await page.getByRole("button", { name: "Delete", exact: true }).first().click();
    await page.getByRole("button", { name: "Delete the store" }).click();
    await page.getByRole("heading", { name: "Memory", exact: true }).waitFor();
    expect((await service.request(`${store}/items`)).status).toBe(404);
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)("exports and forgets the subject of a memory store", async () => {
  const store = "/api/v1/memory/subject%3Aforgettable";
  await service.send("POST", `${store}/items`, { content: "Likes tea." });
  await using opened = await open("memory");
  const { page, problems } = opened;
  await page.getByRole("link", { name: "subject:forgettable" }).click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export the subject" }).click();
  expect((await saved).suggestedFilename()).toBe("subject.ndjson");
  await page.getByRole("button", { name: "Forget the subject" }).click();
  await page.getByText("Everything about forgettable is deleted").waitFor();
  await page.getByRole("button", { name: "Delete all of it" }).click();
  await page.getByRole("heading", { name: "Memory", exact: true }).waitFor();
  await expect
    .poll(async () => (await service.request(`${store}/items`)).status, { timeout: 60_000 })
    .toBe(404);
  // The page may read the store while it is deleted.
  expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
});

test.skipIf(!there)("a key without scopes sees what it lacks", async () => {
  const { key } = await service.mint("tasks:read");
  await using opened = await openConsole(browser, service.url, `agents#key=${key}`);
  const { page, problems } = opened;
  const create = page.getByRole("button", { name: "New agent needs agents:write" });
  expect(await create.isDisabled()).toBe(true);
  await page.getByRole("link", { name: "Schedules" }).click();
  const schedule = page.getByRole("button", { name: "New schedule needs schedules:write" });
  expect(await schedule.first().isDisabled()).toBe(true);
  await page.getByRole("link", { name: "Usage" }).click();
  await page.getByText("This key may not see the budgets.").waitFor();
  await page.getByRole("link", { name: "Health" }).click();
  await page.getByText("They are checked for keys with the scope").waitFor();
  opened.expectStatus(403);
  await page.getByRole("link", { name: "Keys" }).click();
  await page.getByText("This key lacks the scope keys:write.").waitFor();
  expect(problems).toEqual([]);
});
