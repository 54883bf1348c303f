/** Evals of versions of an agent: a regression is found, noise is not, and a killed eval resumes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { installPackage, type InstalledPackage } from "../package.ts";
import { Service } from "../service.ts";
import { listTasks } from "../tasks.ts";

const ITEMS = 50;
/** How many items need a tool; the others are answered at once. */
const CALCULATOR = 3;
const ADD = 4;
const TIME = 8;
const DOLLARS_A_TOKEN = 0.001;

let service: Service;
let installed: InstalledPackage;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "opspawn-eval-"));
  const free = { input: 0, cached_input: 0, cache_write: 0 };
  const price = { ...free, output: DOLLARS_A_TOKEN * 1_000_000 * 1_000_000 };
  [service, installed] = await Promise.all([
    Service.start({ vars: { OPSPAWN_PRICES: JSON.stringify({ "local/script": price }) } }),
    installPackage(),
  ]);
  const model = "local/script";
  // The first two versions wait for a person on some items, the third fails on all with a tool.
  await service.send("POST", "/api/v1/agents", {
    name: "support",
    config: { model, policy: { approve: ["calculator"] } },
  });
  const versions = [
    { config: { model, policy: { approve: ["add_numbers"] } } },
    { config: { model }, limits: { max_steps: 1 } },
  ];
  for (const version of versions) {
    await service.send("PUT", "/api/v1/agents/support", version);
  }
  writeFileSync(join(folder, "evals.yaml"), JSON.stringify(configOf()));
});
afterAll(async () => {
  await service.stop();
  await installed[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function toolOf(item: number): readonly [name: string, given: object] | null {
  if (item < CALCULATOR) {
    return ["calculator", { expression: "1 + 2" }];
  }
  if (item < CALCULATOR + ADD) {
    return ["add_numbers", { a: 1, b: 2 }];
  }
  return item < CALCULATOR + ADD + TIME ? ["current_time", {}] : null;
}

function configOf(): object {
  const tests = Array.from({ length: ITEMS }, (_, item) => {
    const tool = toolOf(item);
    const answer = { text: "It is 3." };
    const script =
      tool === null ? [answer] : [{ tool_calls: [{ name: tool[0], arguments: tool[1] }] }, answer];
    return {
      vars: { item: `item ${item}` },
      options: { input_data: { script } },
      metadata: { tool: tool?.[0] ?? "none" },
      assert: [
        { type: "contains", value: "3" },
        ...(tool === null ? [] : [{ type: "trajectory:tool-used", value: tool[0] }]),
      ],
    };
  });
  return {
    description: "Fifty items",
    prompts: ["Do {{ item }}."],
    providers: [
      {
        id: "opspawn:support@1",
        config: { agent_config: { max_output_tokens: 20 }, limits: { max_cost_usd: 0.2 } },
      },
    ],
    tests,
  };
}

function begin(args: readonly string[]) {
  const { url, key } = service;
  const env = {
    PATH: [dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
    HOME: folder,
    OPSPAWN_URL: url,
    OPSPAWN_KEY: key,
  };
  return spawn(process.execPath, [installed.bin, "eval", "evals.yaml", ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function evaluate(...args: readonly string[]) {
  const child = begin(args);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null]>,
  ]);
  return { code, out, err };
}

async function countTasks(): Promise<number> {
  return (await listTasks(service, "?limit=1")).total ?? 0;
}

const LIMIT = { timeout: 240_000 };

test("a regression of the second version is found, and fails the eval", LIMIT, async () => {
  const { code, out, err } = await evaluate("--compare", "support@1,support@3");
  expect(code, err).toBe(1);
  expect(out).toContain("support@3 is worse than support@1: 0 cases better, 12 worse, of 50");
  expect(out).toContain("p = <0.001");
});

test("versions that fail on different items at random are not told apart", LIMIT, async () => {
  const report = join(folder, "report.json");
  const compared = ["--compare", "support@1,2", "--concurrency", "8"];
  const { code, out, err } = await evaluate(...compared, "-o", report);
  expect(code, err).toBe(0);
  expect(out).toContain("No difference shown between support@1 and support@2");
  const { comparison, summaries } = JSON.parse(readFileSync(report, "utf8")) as {
    comparison: { pass_rate: { low: number; high: number; difference: number } };
    summaries: readonly { passed: number; errors: number }[];
  };
  expect(summaries).toMatchObject([
    { passed: ITEMS - CALCULATOR, errors: CALCULATOR },
    { passed: ITEMS - ADD, errors: ADD },
  ]);
  expect(comparison.pass_rate.low).toBeLessThan(0);
  expect(comparison.pass_rate.high).toBeGreaterThan(0);
});

test(
  "a killed eval continues under its id, submits nothing twice, and has the same table",
  LIMIT,
  async () => {
    const before = await countTasks();
    const args = ["--run", "ev-killed", "--filter", "item 1", "-o", join(folder, "junit.xml")];
    const child = begin(args);
    await vi.waitUntil(async () => (await countTasks()) > before + 2, { timeout: 60_000 });
    child.kill("SIGKILL");
    await once(child, "exit");
    const resumed = await evaluate(...args);
    const again = await evaluate(...args);
    // Item 1 and items 10 to 19.
    expect(await countTasks()).toBe(before + 11);
    expect(resumed.out).toMatch(/support@1 +10\/11 +90\.9 %/);
    expect([again.code, again.out]).toEqual([resumed.code, resumed.out]);
    expect(resumed.code).toBe(1);
    const xml = readFileSync(join(folder, "junit.xml"), "utf8");
    expect(xml).toContain('<testsuite name="support@1" tests="11" failures="0" errors="1"');
    expect((await evaluate(...args, "--threshold", "0.9")).code).toBe(0);
  },
);

test("the cost limit holds, and what was not run fails the eval", LIMIT, async () => {
  const report = join(folder, "cost.json");
  const { code, out } = await evaluate(
    "--max-cost",
    "0.22",
    "--filter-metadata",
    "tool=none",
    "-o",
    report,
  );
  expect(code).toBe(1);
  const { results, not_run } = JSON.parse(readFileSync(report, "utf8")) as {
    results: readonly { cost_usd: number; error: string | null }[];
    not_run: number;
  };
  const cost = results.reduce((sum, { cost_usd }) => sum + cost_usd, 0);
  expect(results.map(({ error }) => error)).toEqual(results.map(() => null));
  expect(cost).toBeGreaterThan(0);
  expect(cost).toBeLessThanOrEqual(0.22);
  expect(not_run).toBe(ITEMS - CALCULATOR - ADD - TIME - results.length);
  expect(not_run).toBeGreaterThan(0);
  expect(out).toContain(`${not_run} not run: the cost limit is reached.`);
});

test("repeats are one item each, and a filter by metadata chooses tests", LIMIT, async () => {
  const { code, out } = await evaluate("--filter-metadata", "tool=current_time", "--repeat", "2");
  expect(code).toBe(0);
  expect(out).toMatch(/✓ 2\/2 +item=item 7/);
  expect(out).toMatch(/support@1 +16\/16 +100\.0 %/);
});
