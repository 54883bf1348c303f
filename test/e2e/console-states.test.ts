/** What every view of the console has to hold: accessible, in every state, and by every key. */
import axe, { type AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserPath } from "../browser.ts";
import { openConsole, startBrowser } from "../console-page.ts";
import { SCOPES } from "../../src/store/keys.ts";
import { Service } from "../service.ts";
import { listed, scripted, submit } from "../tasks.ts";

const there = browserPath() !== null;
let service: Service;
let browser: Browser;

beforeAll(async () => {
  if (there) {
    [service, browser] = await Promise.all([Service.join(), startBrowser()]);
  }
});
afterAll(() => browser?.close());

/** Makes a tool, and a run that waits for the approval of its call. Returns the run's id. */
async function refund(goal: string): Promise<string> {
  const tool = {
    name: "refund_payment",
    kind: "code",
    description: "Refunds a payment",
    effect: "pure",
    approval: "always",
    input_schema: { type: "object", properties: { amount: { type: "number" } } },
    code: { source: "return args;" },
  };
  const made = await service.send("POST", "/api/v1/tools", tool);
  expect([201, 409], await made.text()).toContain(made.status);
  const calls = [{ name: "refund_payment", arguments: { amount: 12.5 } }];
  const { task_id } = await submit(service, scripted([{ tool_calls: calls }], {}, { goal }));
  await listed(service, task_id, ({ waiting_for }) => waiting_for === "approval");
  return task_id;
}

async function sideways(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}

/** Names of the sections that are too narrow to read. */
async function squeezed(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll("main section[aria-label]")]
    .filter((section) => section.getClientRects().length > 0 && section.clientWidth < 200)
    .map((section) => section.ariaLabel)`);
}

/** What widths can change of what axe finds; a theme changes the first of them alone. */
const LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable"];
/** Resolves when the page is drawn as it now is, and nothing on it changes by itself. */
const DRAWN = `(async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const ending = document.getAnimations().filter(({ effect }) => effect.getTiming().iterations === 1);
  await Promise.allSettled(ending.map(({ finished }) => finished));
})()`;
interface Size {
  readonly width: number;
  readonly colorScheme: "light" | "dark";
  /** Rules of axe that are checked; all of them if absent. */
  readonly rules?: readonly string[];
}
/** With `CONSOLE_AXE=all` every rule is checked in both themes at three widths. */
const SIZES: readonly Size[] =
  process.env["CONSOLE_AXE"] === "all"
    ? [360, 768, 1440].flatMap((width): Size[] => [
        { width, colorScheme: "light" },
        { width, colorScheme: "dark" },
      ])
    : [
        { width: 360, colorScheme: "light", rules: LOOKS },
        { width: 768, colorScheme: "dark", rules: [] },
        { width: 1440, colorScheme: "dark", rules: LOOKS.slice(0, 1) },
      ];
const VIEWS = [
  "runs",
  "inbox",
  "new",
  "agents",
  "agents/default",
  "tools",
  "tools/refund_payment",
  "mcp",
  "webhooks",
  "webhooks?tab=in",
  "schedules",
  "memory",
  "memory/subject%3Aaccessible",
  "usage",
  "keys",
  "keys?tab=audit",
  "secrets",
  "health",
  "settings",
] as const;

/** Opens a view, and waits until it has what it shows. */
async function settle(page: Page, view: string): Promise<void> {
  await page.goto(`${service.url}/console/${view}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator(".skeleton").first().waitFor({ state: "detached" });
}

/** Serious findings of axe, of all rules or of some. */
async function serious(page: Page, name: string, rules?: readonly string[]): Promise<string[]> {
  const options = { resultTypes: ["violations"], ...(rules !== undefined && { runOnly: rules }) };
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, ${JSON.stringify(options)})`,
  );
  return violations.flatMap((one) => seriousIn(name, one));
}

/** What is wrong with views: looked at whole once, and in each theme and width for what these change. */
async function wrongWith(views: readonly string[]): Promise<string[]> {
  // Under the page's own policy axe may not make what it needs.
  await using opened = await openConsole(browser, service.url, `inbox#key=${service.key}`, {
    bypassCSP: true,
    reducedMotion: "reduce",
  });
  const { page, problems } = opened;
  await page.getByRole("navigation").waitFor();
  const found: string[] = [];
  for (const view of views) {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: "light" });
    await settle(page, view);
    await page.evaluate(axe.source);
    found.push(...(await serious(page, view)));
    for (const { width, colorScheme, rules } of SIZES) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      // A colour that is on its way to another one has the contrast of neither.
      await page.evaluate(DRAWN);
      const name = `${view} ${width} ${colorScheme}`;
      found.push(...(rules?.length === 0 ? [] : await serious(page, name, rules)));
      if ((await sideways(page)) > 0) {
        found.push(`${name}: wider than the page`);
      }
      found.push(...(await squeezed(page)).map((section) => `${name}: ${section} is squeezed`));
    }
  }
  return [...found, ...problems];
}

/** Fills a memory store. */
async function memories(store: string): Promise<void> {
  const block = { content: "Speaks German.", description: "How to talk to the user" };
  const item = { content: "Allergic to peanuts.", key: "allergies", tags: ["health"] };
  const made = [
    await service.send("PUT", `${store}/blocks/preferences`, block),
    await service.send("POST", `${store}/items`, item),
  ];
  expect(made.map(({ status }) => status)).toEqual([201, 201]);
}

/** Makes a schedule. Returns its id. */
async function schedule(): Promise<string> {
  const made = await service.send("POST", "/api/v1/schedules", {
    name: "accessible",
    spec: { cron: ["0 9 * * 1-5"], timezone: "Europe/Berlin" },
    action: { task: { input_data: { goal: "What is 1 + 2?" } } },
  });
  const { id }: { readonly id: string } = await made.json();
  const fired = await service.send("POST", `/api/v1/schedules/${id}/trigger`, {});
  expect([made.status, fired.status]).toEqual([201, 201]);
  return id;
}

/** Submits a run whose child waits for an approval. Returns the id of the run. */
async function tree(): Promise<string> {
  const config = { model: "local/script" };
  for (const agent of [
    { name: "axe-worker", config: { ...config, policy: { approve: ["add_numbers"] } } },
    { name: "axe-lead", config: { ...config, agents: [{ agent: "axe-worker" }] } },
  ]) {
    const made = await service.send("POST", "/api/v1/agents", agent);
    expect(made.status, await made.text()).toBe(201);
  }
  const calls = [{ name: "agent_axe-worker", arguments: { goal: "Add." } }];
  const adds = [{ name: "add_numbers", arguments: { a: 1, b: 2 } }];
  const { task_id } = await submit(service, {
    agent: "axe-lead",
    input_data: {
      goal: "Give work to another agent.",
      script: [{ tool_calls: calls }, { text: "Done." }],
      script_agents: { "axe-worker": { script: [{ tool_calls: adds }, { text: "3" }] } },
    },
  });
  const child = `/api/v1/tasks?parent_task_id=${task_id}&waiting_for=approval`;
  await expect
    .poll(async () => {
      const page: { readonly data: unknown[] } = await (await service.request(child)).json();
      return page.data.length;
    })
    .toBe(1);
  return task_id;
}

test.skipIf(!there)("every view is accessible in both themes, and fits a phone", async () => {
  const [id] = await Promise.all([
    schedule(),
    refund("Refund the accessible one"),
    memories("/api/v1/memory/subject%3Aaccessible"),
  ]);
  expect(await wrongWith([...VIEWS, `schedules/${id}`])).toEqual([]);
});

test.skipIf(!there)("every reading of a run is accessible, and fits a phone", async () => {
  const id = await refund("Refund the read one");
  const other = await submit(service, scripted([{ text: "Nothing to refund." }]));
  const readings = [
    "",
    "?view=timeline",
    "?view=log&at=3",
    "?view=money",
    "?view=effects",
    `/compare?with=${other.task_id}`,
  ];
  const views = readings.map((reading) => `runs/${id}${reading}`);
  expect(await wrongWith([...views, `runs/${await tree()}`])).toEqual([]);
});

test.skipIf(!there)(
  "a view that is loading, empty, broken or offline says so, accessibly",
  async () => {
    const fresh = await Service.join();
    await using opened = await openConsole(browser, fresh.url, `settings#key=${fresh.key}`, {
      bypassCSP: true,
    });
    const { page } = opened;
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    const found: string[] = [];
    const look = async (name: string): Promise<void> => {
      await page.evaluate(axe.source);
      found.push(...(await serious(page, name)));
    };
    for (const [view, title] of [
      ["runs", /No runs|Nothing|no task/i],
      ["inbox", /Nothing/i],
      ["mcp", /No /],
      ["webhooks", /No /],
    ] as const) {
      await settle(page, view);
      await page.getByRole("heading", { level: 2, name: title }).first().waitFor();
      await look(`empty ${view}`);
    }
    // The list that is shown stays when the service is gone, and says of when it is.
    await settle(page, "agents");
    await page.getByRole("link", { name: "default" }).waitFor();
    opened.expectStatus(503);
    const problem = {
      type: `${fresh.url}/docs/errors#unavailable`,
      title: "Unavailable",
      status: 503,
      code: "unavailable",
      detail: "The service takes a break.",
      request_id: "req_1",
    };
    await page.route("**/api/v1/**", (route) =>
      route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        headers: { "X-Request-Id": "req_1", "Retry-After": "0" },
        body: JSON.stringify(problem),
      }),
    );
    for (const view of ["usage", "agents", "runs"]) {
      await page.goto(`${fresh.url}/console/${view}`);
      const alert = page.getByRole("alert").first();
      await alert.getByText("The service takes a break.").waitFor();
      await alert.getByText("req_1").waitFor();
      await alert.getByRole("button", { name: "Try again" }).waitFor();
      await look(`broken ${view}`);
    }
    await page.unroute("**/api/v1/**");
    await page.route("**/api/v1/**", (route) => route.abort("internetdisconnected"));
    for (const view of ["keys", "runs"]) {
      await page.goto(`${fresh.url}/console/${view}`);
      await page.getByRole("alert").first().getByText("The service does not answer").waitFor();
      await look(`offline ${view}`);
    }
    await page.unroute("**/api/v1/**");
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    await page.route("**/api/v1/**", async (route) => {
      await answered;
      await route.continue();
    });
    await page.goto(`${fresh.url}/console/agents`);
    await page.locator(".skeleton").first().waitFor();
    await look("first load of agents");
    answer();
    await page.getByRole("link", { name: "default" }).waitFor();
    await page.unroute("**/api/v1/**");
    await page.goto(`${fresh.url}/console/runs`);
    await page.route("**/api/v1/**", (route) => route.abort("internetdisconnected"));
    await page.goto(`${fresh.url}/console/runs`);
    await page.getByRole("alert").first().waitFor();
    await page.unroute("**/api/v1/**");
    await page.getByRole("button", { name: "Try again" }).first().click();
    await page.getByRole("alert").first().waitFor({ state: "detached" });
    expect(found).toEqual([]);
  },
);

test.skipIf(!there)(
  "what a key may not do is disabled and names its scope, in every view",
  async () => {
    const found: string[] = [];
    await using opened = await openConsole(browser, service.url, "");
    const { page, problems } = opened;
    opened.expectStatus(403);
    for (const scope of SCOPES.filter((one) => one !== "platform")) {
      const { key } = await service.mint(scope);
      // A new sign-in with the files that the browser has: a context of its own loads them again.
      await page.evaluate("sessionStorage.clear()");
      await page.goto("about:blank");
      await page.goto(`${service.url}/console/settings#key=${key}`);
      const links = page.getByRole("navigation").first().getByRole("link");
      await links.first().waitFor();
      for (let i = 0; i < (await links.count()); i += 1) {
        await links.nth(i).click();
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.locator(".skeleton").first().waitFor({ state: "detached" });
        const names = await page.evaluate<string[]>(
          "[...document.querySelectorAll('main button:disabled')].map((one) => (one.getAttribute('aria-label') ?? '') + one.textContent)",
        );
        const where = new URL(page.url()).pathname;
        // Without data there is nothing to export.
        found.push(
          ...names
            .filter((name) => !/^CSV$|needs \w+:?\w*/.test(name))
            .map((name) => `${scope} ${where} ${name}`),
        );
      }
      expect(problems).toEqual([]);
    }
    expect(found).toEqual([]);
  },
);

test.skipIf(!there)("a run of another tenant is as one that does not exist", async () => {
  const id = await refund("Refund the hidden one");
  const other = await Service.join();
  await using opened = await openConsole(browser, other.url, `runs/${id}#key=${other.key}`);
  const { page, problems } = opened;
  opened.expectStatus(404);
  const alert = page.getByRole("alert");
  const textOf = async (path: string): Promise<string> => {
    await page.goto(`${other.url}/console/runs/${path}`);
    await alert.getByRole("heading", { name: "Nothing is here" }).waitFor();
    const text = await alert.innerText();
    return text.replaceAll(path, "it").replaceAll(/req_[\w-]+/g, "req");
  };
  await alert.waitFor();
  expect(await textOf(id)).toBe(await textOf(`${id.slice(0, -4)}0000`));
  expect(problems).toEqual([]);
});

function seriousIn(
  view: string,
  { impact, id, nodes }: AxeResults["violations"][number],
): string[] {
  return impact === "serious" || impact === "critical"
    ? nodes.map(({ html }) => `${view}: ${id}: ${html.slice(0, 200)}`)
    : [];
}
