/** The console and a service that is killed, and what only a service of its own shows. */
import { readFile } from "node:fs/promises";
import { LLMock } from "@copilotkit/aimock";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { browserPath } from "../browser.ts";
import { openConsole, startBrowser, type ConsolePage } from "../console-page.ts";
import { EverythingServer } from "../everything.ts";
import { PATIENT } from "../patience.ts";
import { Service } from "../service.ts";
import { ended, getJson, logOf, ofType, scripted, storedLog, submit } from "../tasks.ts";

const there = browserPath() !== null;
const KEY = "sk-provider-key-0123456789";
const MODELS = [
  "openai/gpt-4o-mini",
  "anthropic/claude-sonnet-4-5",
  "google/gemini-2.5-flash",
  "openrouter/openai/gpt-4o-mini",
];
let mock: LLMock;
let everything: EverythingServer;
let service: Service;
let browser: Browser;

beforeAll(async () => {
  if (!there) {
    return;
  }
  mock = new LLMock({ port: 0 });
  [, everything, browser] = await Promise.all([
    mock.start(),
    EverythingServer.start(),
    startBrowser(),
  ]);
  const url = `http://127.0.0.1:${mock.port}`;
  service = await Service.start({
    vars: {
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_API: "responses",
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_BASE_URL: url,
      GOOGLE_API_KEY: KEY,
      GOOGLE_BASE_URL: url,
      OPENROUTER_API_KEY: KEY,
      OPENROUTER_BASE_URL: `${url}/api/v1`,
      OPSPAWN_ALLOWED_PRIVATE_HOSTS: new URL(everything.url).host,
      OPSPAWN_MCP_SERVERS: JSON.stringify({ everything: { url: everything.url } }),
      OPSPAWN_DELTA_CHARS: "1",
    },
  });
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
  await everything?.stop();
  await mock?.stop();
});

function open(path: string): Promise<ConsolePage> {
  return openConsole(browser, service.url, `${path}#key=${service.key}`);
}

/** A reply that calls a tool. */
function calls(name: string): [{ text: string; tool_calls: object[] }] {
  return [{ text: "I call.", tool_calls: [{ name, arguments: { n: 1 } }] }];
}

/** What a page says of a service that is gone. */
function others(problems: readonly string[]): string[] {
  return problems.filter((one) => !/ERR_|WebSocket|50\d/.test(one));
}

test.skipIf(!there)("the prompt of each provider's call is proved", async () => {
  mock.on({ userMessage: "Say hello" }, { content: "Hello." });
  const ids = await Promise.all(
    MODELS.map(async (model) => {
      const body = { input_data: { goal: "Say hello" }, agent_config: { model } };
      return (await submit(service, body)).task_id;
    }),
  );
  const tasks = await Promise.all(ids.map((id) => ended(service, id)));
  expect(tasks.map(({ status }) => status)).toEqual(MODELS.map(() => "completed"));
  await using opened = await open("settings");
  const { page, problems } = opened;
  await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
  for (const id of ids) {
    await page.goto(`${service.url}/console/runs/${id}`);
    await page.getByRole("button", { name: "Step 1", exact: true }).first().click();
    await page.getByRole("tab", { name: "Prompt" }).click();
    await page.getByText("exactly this was sent").waitFor();
  }
  expect(problems).toEqual([]);
});

test.skipIf(!there)("a form of an MCP server is filled in on the page", async () => {
  const call = { tool_calls: [{ name: "everything.trigger-elicitation-request", arguments: {} }] };
  const config = { agent_config: { mcp_servers: ["everything"] } };
  const { task_id } = await submit(service, scripted([call, { text: "Done." }], config));
  await using opened = await open(`runs/${task_id}`);
  const { page, problems } = opened;
  const form = page.getByRole("region", { name: /of everything$/ });
  await form.waitFor();
  await form.getByRole("textbox", { name: /name/i }).first().fill("Ada");
  await form.getByRole("button", { name: /^(Send|Answer|Accept)/ }).click();
  await page.getByRole("article").filter({ hasText: "Answer" }).getByText("Done.").waitFor();
  const [outcome] = ofType(await logOf(service, task_id), "tool.completed");
  expect(JSON.stringify(outcome?.["output"])).toContain("Ada");
  expect(problems).toEqual([]);
});

test.skipIf(!there)(
  "an address of an MCP server is shown, and opens nothing by itself",
  async () => {
    const url = "https://sign.example/consent?id=7";
    const call = {
      tool_calls: [{ name: "everything.trigger-url-elicitation", arguments: { url } }],
    };
    const config = { agent_config: { mcp_servers: ["everything"] } };
    const { task_id } = await submit(service, scripted([call, { text: "Done." }], config));
    await using opened = await open(`runs/${task_id}`);
    const { page, problems } = opened;
    const form = page.getByRole("region", { name: /of everything$/ });
    const link = form.getByRole("link", { name: "Open sign.example" });
    await link.waitFor();
    expect(await link.getAttribute("href")).toBe(url);
    expect(await link.getAttribute("rel")).toBe("noopener noreferrer");
    await form.getByText(url).waitFor();
    await form.getByRole("button", { name: "It is done" }).click();
    await page.getByRole("article").filter({ hasText: "Answer" }).getByText("Done.").waitFor();
    const [outcome] = ofType(await logOf(service, task_id), "tool.completed");
    expect(JSON.stringify(outcome?.["output"])).toContain("accept");
    expect(problems).toEqual([]);
  },
);

test.skipIf(!there)(
  "a kill loses nothing on the page, and what it did to calls is shown",
  async () => {
    const pay = { name: "pay", effect: "once", outputs: [{ output: 1 }] };
    const transfer = { ...pay, name: "transfer", delay_ms: 600_000 };
    const start = async (...given: Parameters<typeof scripted>): Promise<string> =>
      (await submit(service, scripted(...given))).task_id;
    const [waiting, sending, untouched] = await Promise.all([
      start(
        [...calls("pay"), { text: "Paid." }],
        { agent_config: { policy: { approve: ["pay"] } } },
        { script_tools: [pay] },
      ),
      start([...calls("transfer"), { text: "Sent." }], {}, { script_tools: [transfer] }),
      start([{ text: "Nothing." }]),
    ]);
    await using opened = await open(`runs/${waiting}?view=log`);
    const { page } = opened;
    await page.getByText("waiting for approval").first().waitFor();
    await ended(service, untouched);
    const writing = await start([{ text: "First second.", chunks: 2, delay_ms: 5000 }]);
    await vi.waitFor(async () => {
      expect(ofType(await logOf(service, sending), "tool.requested")).toHaveLength(1);
      expect(ofType(await logOf(service, writing), "model.requested")).toHaveLength(1);
    }, PATIENT);
    await service.kill();
    await page.getByText("connection lost, trying again").waitFor();
    await service.changeRun(untouched, (database) => {
      const rows = database.prepare("SELECT first_seq, events FROM log").all();
      const update = database.prepare("UPDATE log SET events = ? WHERE first_seq = ?");
      for (const { first_seq, events } of rows) {
        const other = `"body_sha256":"${"0".repeat(64)}"`;
        const changed = String(events).replaceAll(/"body_sha256":"\w{64}"/g, other);
        update.run(changed, Number(first_seq));
      }
    });
    await service.up();

    const { data: asked } = await getJson<{ data: { call_id: string }[] }>(
      service,
      `/api/v1/inbox?task_id=${waiting}`,
    );
    const path = `/api/v1/tasks/${waiting}/approvals/${asked[0]?.call_id}`;
    expect((await service.send("POST", path, { decision: "approve" })).status).toBe(202);
    await page.getByText(/caught up \d+ from #\d+/).waitFor();
    await page.getByText("whole log").waitFor();
    const stored = await storedLog(service, waiting);
    await page.getByLabel("Pieces of text").check();
    await page.getByText(`${stored.length} events`).waitFor();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save the log as a file" }).click();
    const saved = await readFile(await (await download).path(), "utf8");
    expect(saved).toBe(stored.map((event) => `${event}\n`).join(""));

    await ended(service, sending);
    await page.goto(`${service.url}/console/runs/${sending}?view=effects`);
    await page.getByRole("cell", { name: /^unknown: a crash hit it/ }).waitFor();
    const grid = page.getByRole("treegrid", { name: "Timeline of the run" });
    await grid.getByRole("row", { name: /recovery/ }).waitFor();

    await ended(service, writing);
    await page.goto(`${service.url}/console/runs/${writing}`);
    await page.getByText("2 attempts").first().waitFor();
    await page
      .getByRole("article")
      .filter({ hasText: "Answer" })
      .getByText("First second.")
      .waitFor();

    await page.goto(`${service.url}/console/runs/${untouched}`);
    await page.getByRole("button", { name: "Step 1", exact: true }).first().click();
    await page.getByRole("tab", { name: "Prompt" }).click();
    await page
      .getByText("does not match what was sent: code, tools or settings have changed since")
      .waitFor();
    expect(others(opened.problems)).toEqual([]);
  },
);
