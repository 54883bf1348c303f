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

test.skipIf(!there)("hostile text is text: nothing runs, nothing leaves the page", async () => {
  const evil =
    "<img src=x onerror=alert(1)><script>alert(2)</script> [go](javascript:alert(3)) ![p](https://evil.example/p.png) \u202Egnp";
  const id = await create({
    input_data: {
      goal: evil,
      script: [
        {
          text: `${evil}\n\n${"> ".repeat(5000)}`,
          tool_calls: [{ name: "constructor", arguments: { evil } }],
        },
        { text: evil },
      ],
      script_tools: [
        { name: "constructor", untrusted: "web", outputs: [{ output: { constructor: evil } }] },
      ],
    },
    agent_config: { model: "local/script" },
    name: evil,
  });
  await using opened = await openConsole(browser, service.url, `runs/${id}#key=${service.key}`);
  const { page, problems } = opened;
  await page.getByText("Answer").waitFor();
  await page
    .getByRole("article")
    .getByRole("button", { name: /constructor/, expanded: false })
    .click();
  await page.getByText("From an untrusted source (web)").waitFor();
  await page.getByText("U+202E").first().waitFor();
  const marks = await page.evaluate(
    "[document.images.length, document.scripts.length, [...document.links].filter(({ protocol }) => protocol === 'javascript:').length]",
  );
  expect(marks).toEqual([0, 1, 0]);
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
