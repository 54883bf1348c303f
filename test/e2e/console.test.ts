/** The console in Chromium: what a person sees and does, with one service and one browser. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { browserPath } from "../browser.ts";
import { openConsole, startBrowser } from "../console-page.ts";
import { Service } from "../service.ts";

const there = browserPath() !== null;
let service: Service;
let browser: Browser;

beforeAll(async () => {
  if (there) {
    [service, browser] = await Promise.all([Service.join(), startBrowser()]);
  }
});
afterAll(() => browser?.close());

async function create(task: object, at = service): Promise<string> {
  const response = await at.send("POST", "/api/v1/tasks", task);
  expect(response.status).toBe(201);
  return (await response.json<{ id: string }>()).id;
}

function submit(goal: string): Promise<string> {
  return create({ input_data: { goal } });
}

interface LogPage {
  readonly data: readonly { readonly seq: number; readonly type: string }[];
}

/** A script whose reply ends in a call of `pay`, which a person has to approve. */
const PAYMENT = {
  input_data: {
    goal: "Pay the bill.",
    script: [
      {
        text: "I ask for the payment.",
        tool_calls: [{ name: "pay", arguments: { sum: { value: 5, note: null } } }],
      },
      { text: "Paid." },
    ],
    script_tools: [{ name: "pay", effect: "once", outputs: [{ output: { paid: true } }] }],
  },
  agent_config: { model: "local/script", policy: { approve: ["pay"] } },
};

test.skipIf(!there)("a key in the fragment signs in and leaves no trace", async () => {
  await submit("What is 2 + 2?");
  await using opened = await openConsole(browser, service.url, `runs#key=${service.key}`);
  const { page, problems } = opened;
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));

  await page.getByRole("link", { name: "What is 2 + 2?" }).waitFor();
  expect(page.url()).toBe(`${service.url}/console/runs`);
  expect(await page.evaluate("history.length")).toBeLessThanOrEqual(2);
  expect(requests.filter((url) => url.includes(service.key))).toEqual([]);

  const sibling = await opened.another("runs");
  await sibling.getByRole("link", { name: "What is 2 + 2?" }).waitFor();

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Opspawn" }).waitFor();
  await sibling.getByRole("heading", { name: "Sign in to Opspawn" }).waitFor();
  const kept = await sibling.evaluate(() => [
    sessionStorage.getItem("opspawn.key"),
    localStorage.getItem("opspawn.key"),
  ]);
  expect(kept).toEqual([null, null]);
  expect(problems).toEqual([]);
});

test.skipIf(!there)("a wrong key is refused in words, and the right one signs in", async () => {
  await using opened = await openConsole(browser, service.url, "");
  const { page, problems } = opened;
  opened.expectStatus(401);
  await page.getByLabel("API key").fill("opsk_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("The service does not know this key").waitFor();

  await page.getByLabel("API key").fill(service.key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  expect(page.url()).toBe(`${service.url}/console/runs`);
  expect(problems).toEqual([]);
});

test.skipIf(!there)("a view that the key may not read names the scope", async () => {
  const { key } = await service.mint("tools:write");
  await using opened = await openConsole(browser, service.url, `runs#key=${key}`);
  opened.expectStatus(403);
  await opened.page.getByText("This key lacks the scope tasks:read.").waitFor();
  expect(opened.problems).toEqual([]);
});

test("deep links get the page with its policy, and lost files are not a page", async () => {
  const own = await Service.join();
  const get = (path: string, accept: string): Promise<Response> =>
    fetch(own.url + path, {
      headers: { Accept: accept, "Sec-Fetch-Mode": "navigate" },
      redirect: "manual",
    });
  const [file, link, chunk, root, plain, docs, unknown] = await Promise.all([
    get("/console/", "text/html"),
    get("/console/runs/task_1?at=3", "text/html"),
    get("/console/assets/main-OLD.js", "*/*"),
    get("/", "text/html,*/*"),
    get("/", "application/json"),
    get("/docs", "text/html"),
    get("/nothing", "text/html"),
  ]);
  const policy = file.headers.get("Content-Security-Policy");
  expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
  expect(policy).not.toContain("unsafe");
  expect(link.status).toBe(200);
  expect(link.headers.get("Content-Security-Policy")).toBe(policy);
  const html = await link.text();
  expect(html).toBe(await file.text());
  expect(html).not.toMatch(/<script(?![^>]*src)|<style|\sstyle=|\son\w+=/i);
  expect(chunk.status).toBe(404);
  expect(chunk.headers.get("Content-Type")).toContain("application/problem+json");
  expect(root.headers.get("Location")).toBe("/console/");
  expect(plain.headers.get("Location")).toBe("/docs");
  expect([docs.status, unknown.status]).toEqual([200, 404]);
  expect(docs.headers.get("Content-Security-Policy")).not.toBe(policy);

  const script = /src="(?<path>[^"]+)"/.exec(html)?.groups?.["path"] ?? "";
  const asset = await get(script, "*/*");
  expect(asset.headers.get("Cache-Control")).toContain("immutable");
});

test.skipIf(!there)(
  "a run streams into the page until its answer, and the way back is as it was",
  async () => {
    const words = Array.from({ length: 40 }, (_, i) => `word${i}`).join(" ");
    const id = await create({
      input_data: { goal: "Count slowly.", script: [{ text: words, chunks: 40, delay_ms: 50 }] },
      agent_config: { model: "local/script" },
      name: "slow count",
    });
    await using opened = await openConsole(browser, service.url, `runs?q=slow#key=${service.key}`);
    const { page, problems } = opened;
    await page.getByRole("link", { name: "slow count" }).click();
    await page.waitForURL(`**/console/runs/${id}`);
    await page.getByRole("heading", { name: "Count slowly." }).waitFor();
    await page.getByRole("article").filter({ hasText: "Answer" }).getByText("word39").waitFor();
    await page.getByText("whole log").waitFor();

    await page.getByRole("tab", { name: "Log" }).click();
    const api = await (
      await service.send("GET", `/api/v1/tasks/${id}/events?limit=1000`)
    ).json<LogPage>();
    const whole = api.data.filter(({ type }) => type !== "model.delta");
    await page.getByText(`${whole.length} events`).waitFor();
    await page.getByRole("searchbox").fill("type:run");
    await page.getByText(/^0 of 3$/).waitFor();
    await page.goBack();
    await page.waitForURL("**/console/runs?q=slow");
    await page.getByRole("link", { name: "slow count" }).waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("slow");
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)("a call is approved with edited arguments, whose types stay", async () => {
  const id = await create(PAYMENT);
  await using opened = await openConsole(browser, service.url, `runs/${id}#key=${service.key}`);
  const { page, problems } = opened;
  const form = page.getByRole("region", { name: "Approval of pay" });
  await form.getByRole("textbox", { name: "value" }).fill("7");
  await form.getByRole("button", { name: /value is edited/ }).waitFor();
  await form.getByLabel("Comment").fill("seven is right");
  await form.getByRole("button", { name: "Approve with edits" }).click();
  await page.getByRole("article").filter({ hasText: "Answer" }).getByText("Paid.").waitFor();

  const { data } = await (
    await service.send("GET", `/api/v1/tasks/${id}/events?types=approval.decided`)
  ).json<{ data: { data: object }[] }>();
  expect(data[0]?.data).toMatchObject({
    decision: "approve",
    arguments: { sum: { value: 7, note: null } },
    comment: "seven is right",
  });
  await page.getByRole("tab", { name: "Effects" }).click();
  await page.getByRole("cell", { name: "ran once", exact: true }).waitFor();
  expect(problems).toEqual([]);
});

test.skipIf(!there)(
  "the prompt of a call is proved, and compared with the one before",
  async () => {
    const id = await create({ ...PAYMENT, agent_config: { model: "local/script" } });
    await using opened = await openConsole(browser, service.url, `runs/${id}#key=${service.key}`);
    const { page, problems } = opened;
    await page.getByRole("button", { name: "Step 2", exact: true }).click();
    await page.getByRole("tab", { name: "Prompt" }).click();
    await page.getByText("exactly this was sent").waitFor();
    await page.getByText(/Against the call before: 1 turn the same, \+2/).waitFor();
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)("the prompt after a compaction says what it no longer has", async () => {
  const line = "The bill of the month. ".repeat(60);
  const pays = Array.from({ length: 6 }, (_, n) => ({
    tool_calls: [{ name: "read_bill", arguments: { n } }],
  }));
  const id = await create({
    input_data: {
      goal: "Add up the bills.",
      script: [...pays, { text: "Added." }],
      script_tools: [
        { name: "read_bill", outputs: pays.map((_, n) => ({ output: `${n} ${line}` })) },
      ],
    },
    agent_config: { model: "local/script", memory: { max_tokens: 700 } },
  });
  await using opened = await openConsole(browser, service.url, `runs/${id}#key=${service.key}`);
  const { page, problems } = opened;
  await page.getByRole("article").filter({ hasText: "Answer" }).getByText("Added.").waitFor();
  await page.getByRole("button", { name: "Step 7", exact: true }).click();
  await page.getByRole("tab", { name: "Prompt" }).click();
  await page.getByText("exactly this was sent").waitFor();
  await page.getByText(/Against the call before: .*−\d+ left out or shortened/).waitFor();
  expect(problems).toEqual([]);
});

test.skipIf(!there)(
  "a run shows the tasks that it started, and each leads to the others",
  async () => {
    for (const agent of [
      {
        name: "tree-worker",
        config: { model: "local/script", policy: { approve: ["add_numbers"] } },
      },
      { name: "tree-lead", config: { model: "local/script", agents: [{ agent: "tree-worker" }] } },
    ]) {
      const made = await service.send("POST", "/api/v1/agents", agent);
      expect(made.status, await made.text()).toBe(201);
    }
    const asks = ["Bern", "Oslo"].map((goal) => ({
      name: "agent_tree-worker",
      arguments: { goal },
    }));
    const id = await create({
      agent: "tree-lead",
      input_data: {
        goal: "Compare two cities.",
        script: [{ tool_calls: asks }, { text: "Bern is smaller." }],
        script_agents: {
          "tree-worker": {
            script: [
              { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] },
              { text: "A capital." },
            ],
          },
        },
      },
    });
    await using opened = await openConsole(browser, service.url, `runs/${id}#key=${service.key}`);
    const { page, problems } = opened;
    const questions = page.getByRole("region", { name: /of add_numbers in another task/ });
    for (const left of [1, 0]) {
      await questions.nth(left).waitFor();
      await questions.first().getByRole("button", { name: "Approve" }).click();
      await questions.nth(left).waitFor({ state: "detached" });
    }
    await page
      .getByRole("article")
      .filter({ hasText: "Answer" })
      .getByText("Bern is smaller.")
      .waitFor();
    const tree = page.getByRole("region", { name: "Tree" });
    await tree.getByText("3 tasks, 0 open").waitFor();
    expect(await tree.getByRole("listitem").count()).toBe(3);
    const grid = page.getByRole("treegrid", { name: "Timeline of the run" });
    expect(await grid.getByRole("button", { name: "tree-worker completed" }).count()).toBe(2);
    await grid.getByRole("button", { name: "tree-worker completed" }).first().click();
    const event = page.getByRole("complementary", { name: /^Event/ });
    await event.getByRole("link", { name: "tree-worker" }).waitFor();
    await event.getByRole("button", { name: "Close" }).click();
    await tree.getByRole("link", { name: "tree-worker" }).first().click();
    await page.getByRole("article").filter({ hasText: "Answer" }).getByText("A capital.").waitFor();
    expect(page.url()).not.toContain(id);
    await tree.getByRole("link", { name: "tree-lead" }).click();
    await page.getByRole("heading", { level: 1, name: "Compare two cities." }).waitFor();
    await page.getByRole("link", { name: "Open its run" }).first().waitFor();
    expect(problems).toEqual([]);
  },
);

/** A script of two steps, of which the second is the answer. */
function comparable(text: string): object {
  const call = { name: "add_numbers", arguments: { a: 1, b: 2 } };
  return { goal: "Pay the compared bill.", script: [{ tool_calls: [call] }, { text }] };
}

test.skipIf(!there)("two runs are compared step by step, from the list", async () => {
  const agent_config = { model: "local/script" };
  const before = await create({ input_data: comparable("Paid three."), agent_config });
  const after = await create({ input_data: comparable("Paid four."), agent_config });
  await using opened = await openConsole(
    browser,
    service.url,
    `runs?q=compared#key=${service.key}`,
  );
  const { page, problems } = opened;
  const boxes = page.getByRole("row", { name: /Pay the compared bill/ }).getByRole("checkbox");
  await boxes.nth(1).check();
  await boxes.first().check();
  await page.getByRole("link", { name: "Compare", exact: true }).click();
  await page
    .getByText("The same up to step 1. In step 2 the model wrote something else.")
    .waitFor();
  expect(page.url()).toContain(`/runs/${after}/compare?with=${before}`);
  const step = page.getByRole("article", { name: "Step 2" });
  await step.getByRole("region", { name: "Before" }).getByText("Paid three.").waitFor();
  await step.getByRole("region", { name: "After" }).getByText("Paid four.").waitFor();
  await page.getByRole("button", { name: "Step 1 is the same" }).click();
  await page
    .getByRole("article", { name: "Step 1" })
    .getByText(/"a":1|a: 1/)
    .first()
    .waitFor();
  expect(problems).toEqual([]);
});

test.skipIf(!there)(
  "a page that opens a run asks for the key, the log and the view once",
  async () => {
    const id = await submit("What is 2 + 2?");
    await using opened = await openConsole(browser, service.url, `runs#key=${service.key}`);
    const { page, problems } = opened;
    await page.getByRole("link", { name: "What is 2 + 2?" }).first().waitFor();
    await page.goto(`${service.url}/console/runs/${id}`);
    await page.getByRole("article").filter({ hasText: "Answer" }).waitFor();
    const asked = await page.evaluate<{ name: string }[]>(
      "performance.getEntriesByType('resource').map(({ name }) => ({ name }))",
    );
    for (const part of ["/api/v1/keys/self", `/api/v1/tasks/${id}/events?after=0`, "/run-views-"]) {
      expect(asked.filter(({ name }) => name.includes(part))).toHaveLength(1);
    }
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)("hostile text is text: nothing runs, nothing leaves the page", async () => {
  const evil = [
    "<img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>",
    "[go](javascript:alert(4)) [on](data:text/html,<script>alert(5)</script>)",
    "![p](https://evil.example/p.png) ![s](data:image/svg+xml,<svg/>) \u202Egnp \u0000",
  ].join(" ");
  let deep: unknown = evil;
  for (let level = 0; level < 50; level += 1) {
    deep = level % 2 === 0 ? [deep] : { constructor: deep };
  }
  const id = await create({
    input_data: {
      goal: evil,
      script: [
        {
          text: `${evil}\n\n${"> ".repeat(5000)}`,
          tool_calls: [
            { name: "constructor", arguments: { evil } },
            { name: "toString", arguments: { prototype: { polluted: true } } },
          ],
        },
        { text: evil },
      ],
      script_tools: [
        {
          name: "constructor",
          untrusted: "web",
          outputs: [{ output: { deep, line: "<b>".repeat(100_000) } }],
        },
        { name: "toString", outputs: [{ error: evil }] },
      ],
    },
    agent_config: { model: "local/script" },
    name: "\u202E<img src=x onerror=alert(6)>",
    metadata: { team: evil },
  });
  await using opened = await openConsole(browser, service.url, `runs/${id}#key=${service.key}`);
  const { page, problems } = opened;
  await page.getByText("Answer").waitFor();
  for (const name of [/constructor/, /toString/]) {
    await page.getByRole("article").getByRole("button", { name, expanded: false }).click();
  }
  await page.getByText("From an untrusted source (web)").waitFor();
  await page.getByText("U+202E").first().waitFor();
  const marks = `[
    document.images.length,
    document.scripts.length,
    [...document.links].filter(({ protocol }) => !/^https?:$/.test(protocol)).length,
    {}.polluted ?? null,
  ]`;
  expect(await page.evaluate(marks)).toEqual([0, 1, 0, null]);
  await page.goto(`${service.url}/console/runs`);
  await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
  await page.getByText("U+202E").first().waitFor();
  expect(await page.evaluate(marks)).toEqual([0, 1, 0, null]);
  expect(problems).toEqual([]);
});

test.skipIf(!there)(
  "a key that is revoked leaves the page, which another one continues",
  async () => {
    const id = await create(PAYMENT);
    const minted = await service.mint("tasks:read tasks:write");
    await using opened = await openConsole(browser, service.url, `runs/${id}#key=${minted.key}`);
    const { page, problems } = opened;
    opened.expectStatus(401);
    const form = page.getByRole("region", { name: "Approval of pay" });
    await form.waitFor();
    await service.send("DELETE", `/api/v1/keys/${minted.id}`);
    await form.getByRole("button", { name: "Approve" }).click();
    await page.getByText("The key is no longer valid.").waitFor();
    await page.getByRole("heading", { name: "Pay the bill." }).waitFor();

    await page.getByLabel("API key").fill(service.key);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The key is no longer valid.").waitFor({ state: "hidden" });
    await form.getByRole("button", { name: "Approve" }).click();
    await page.getByRole("article").filter({ hasText: "Answer" }).getByText("Paid.").waitFor();
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)(
  "a saved log opens on a signed-out page, and a broken one says where",
  async () => {
    const id = await create({ ...PAYMENT, agent_config: { model: "local/script" } });
    const { data } = await vi.waitFor(async () => {
      const page = await (await service.send("GET", `/api/v1/tasks/${id}/events`)).json<LogPage>();
      expect(page.data.at(-1)?.type).toBe("run.completed");
      return page;
    });
    await using opened = await openConsole(browser, service.url, "");
    const { page, problems } = opened;
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    const file = page.getByLabel("Open a log file", { exact: true });
    const lines = data.map((event) => JSON.stringify(event));
    const broken = [...lines.slice(0, 2), "no event"].join("\n");
    await file.setInputFiles({
      name: "broken.jsonl",
      mimeType: "text/plain",
      buffer: Buffer.from(broken),
    });
    await page.getByText("broken.jsonl: line 3 is no event").first().waitFor();
    await file.setInputFiles({
      name: "run.jsonl",
      mimeType: "text/plain",
      buffer: Buffer.from(lines.join("\n")),
    });
    await page.getByRole("heading", { name: "Pay the bill." }).waitFor();
    await page.getByText("Paid.").waitFor();
    expect(requests.filter((url) => url.includes("/api/"))).toEqual([]);
    expect(problems).toEqual([]);
  },
);
