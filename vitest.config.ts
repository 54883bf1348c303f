/**
 * Four projects: `unit` in plain Node; `workers` inside workerd with the bindings of wrangler.toml;
 * `chaos` the same with objects that can be stopped around any write; `e2e` against a service in its
 * own process. No test is tried twice: a second try hides a race.
 */
import { existsSync, readFileSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// The Worker's libraries, each made one file before it goes into workerd: half the time of a test
// file. Those that use each other go together, or there would be two copies of zod.
const BUNDLED = [
  "@anthropic-ai/sdk",
  "@cfworker/json-schema",
  "@google/genai/web",
  "@hono/zod-openapi",
  "@modelcontextprotocol/sdk/client/auth.js",
  "@modelcontextprotocol/sdk/client/index.js",
  "@modelcontextprotocol/sdk/client/streamableHttp.js",
  "@modelcontextprotocol/sdk/server/auth/errors.js",
  "@modelcontextprotocol/sdk/types.js",
  "@modelcontextprotocol/sdk/validation/cfworker",
  "acorn",
  "eventsource-parser",
  "hono",
  "hono/route",
  "openai",
  "sucrase",
  "uuid",
  "zod",
];

/**
 * All projects run without a pause between them. More workers than two cores can feed, since files
 * wait for time (retries, kills, idle objects) and most of an `e2e` file's time is its service's.
 * Vitest wants one number for one order, and 0 has a meaning of its own on a small machine.
 */
const TOGETHER = { sequence: { groupOrder: 1 }, maxWorkers: 4 } as const;

/**
 * How long a test waits for what it expects. A limit is met only where the thing never happens, so
 * it fits a machine that is ten times slower or busier than a quiet one.
 */
const PATIENT = {
  expect: { poll: { timeout: 60_000 } },
  testTimeout: 180_000,
  hookTimeout: 180_000,
};

/** How long each file took when `npm run test:times` was last run, milliseconds by its path. */
const TIMES = JSON.parse(readFileSync(".ci/times.json", "utf8")) as Record<string, number>;

/** What mostly waits goes before what computes, and the shortest files come last. */
const ORDER = ["chaos", "e2e", "workers", "unit"];

/**
 * Files of a project follow each other, since a process is only used again for the next file of the
 * same project. In a project those that take longest go first, so that none of them is left alone
 * at the end.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => placeOf(a) - placeOf(b) || timeOf(b) - timeOf(a));
  }
}

function placeOf({ project }: TestSpecification): number {
  return ORDER.indexOf(project.name);
}

/** A file without a time may be long: it goes first. */
function timeOf({ moduleId }: TestSpecification): number {
  const path = relative(process.cwd(), moduleId).split(sep).join("/");
  return TIMES[path] ?? Number.MAX_SAFE_INTEGER;
}

// Programs that the tests start compile the same files again and again.
process.env["NODE_COMPILE_CACHE"] ??= resolve("node_modules/.cache/compile");

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...TOGETHER,
          name: "unit",
          include: [
            "test/unit/**/*.test.ts",
            "test/console/**/*.test.ts",
            "test/recorded/**/*.test.ts",
            "test/contract/**/*.node.test.ts",
          ],
          exclude: ["test/recorded/**/*.workers.test.ts"],
          ...PATIENT,
          // Files share a process and its modules, which are loaded once: a third of their time is saved.
          isolate: false,
          restoreMocks: true,
          unstubEnvs: true,
          unstubGlobals: true,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: { ...blanks(), TEST_MIGRATIONS: await readD1Migrations("migrations") },
              // A binding of a deployment's own, for tools in code.
              kvNamespaces: ["PLANS"],
            },
          })),
        ],
        test: {
          ...TOGETHER,
          name: "workers",
          include: [
            "test/workers/**/*.test.ts",
            "test/contract/**/*.workers.test.ts",
            "test/recorded/**/*.workers.test.ts",
          ],
          globalSetup: ["test/recorded/server.ts"],
          setupFiles: ["test/workers/setup.ts"],
          // Each runtime loads the Worker's modules once, not for each file: two seconds of each.
          isolate: false,
          restoreMocks: true,
          deps: { optimizer: { ssr: { enabled: true, include: BUNDLED } } },
          ...PATIENT,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            main: "./test/chaos/killable.ts",
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: { ...blanks(), TEST_MIGRATIONS: await readD1Migrations("migrations") },
            },
          })),
        ],
        test: {
          ...TOGETHER,
          name: "chaos",
          include: ["test/chaos/**/*.chaos.test.ts"],
          // Some scenarios mostly wait for the platform, which tries a failed alarm again after a pause.
          maxConcurrency: 4,
          ...PATIENT,
          setupFiles: ["test/workers/setup.ts"],
          deps: { optimizer: { ssr: { enabled: true, include: BUNDLED } } },
        },
      },
      {
        test: {
          ...TOGETHER,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "test/chaos/**/*.test.ts"],
          exclude: ["test/chaos/**/*.chaos.test.ts"],
          globalSetup: ["test/e2e/shared.ts"],
          setupFiles: ["test/e2e/setup.ts"],
          // Files share a process, its modules and its compiled schemas: a second and a half of each.
          isolate: false,
          ...PATIENT,
          testTimeout: 360_000,
        },
      },
    ],
  },
});

/** Keys of the developer (.dev.vars, .env) reach the Worker by themselves; tests get them empty. */
function blanks(): Record<string, string> {
  const files = [".dev.vars", ".env", ".env.local"].filter((file) => existsSync(file));
  const names = files.flatMap((file) =>
    Array.from(readFileSync(file, "utf8").matchAll(/^\s*(?:export\s+)?(\w+)\s*=/gm), (m) => m[1]),
  );
  return Object.fromEntries(names.map((name) => [name, ""]));
}
