/** The console in Chromium: what a person sees and does, with one service and one browser. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
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

async function submit(goal: string): Promise<string> {
  const response = await service.send("POST", "/api/v1/tasks", { input_data: { goal } });
  expect(response.status).toBe(201);
  return (await response.json<{ id: string }>()).id;
}

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
