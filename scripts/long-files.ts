/**
 * Finds source files above 400 lines. A file that long usually has two duties, so each needs a
 * reason here; an entry for a file that is no longer that long fails too.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const MOST_LINES = 400;
const SOURCES = "{src,sdk/src,scripts,bench,test,console/src}/**/*.{ts,tsx}";
const GENERATED = /\/gen\/|worker-env\.d\.ts$/;

/** Files that may be longer, each with the reason. */
const REASONS: Readonly<Record<string, string>> = {
  "bench/run.ts": "one service and its floors, measured in turns",
  "sdk/src/tasks.ts": "one method for each operation on tasks",
  "src/api/tasks/schemas.ts": "the described fields of a task, its requests and its lists",
  "src/run/log/event-data.ts": "one table: the described data of every event type",
  "test/chaos/enumeration.ts": "one enumeration and one audit, for all scenarios",
  "test/e2e/agents.test.ts": "one service and its agents in all versions; a split starts it twice",
  "test/e2e/budget.test.ts": "one service and one provider that bills; a split starts both again",
  "test/e2e/console-views.test.ts": "one browser and one service; a split starts another browser",
  "test/e2e/console.test.ts": "one browser and one service; a split starts another browser",
  "test/e2e/fuzz.test.ts": "one seeded walk with its generators and its invariants",
  "test/e2e/grpc.test.ts": "three protocols over one gateway; a split starts it three times",
  "test/e2e/mcp-runs.test.ts": "one service with a set of MCP servers that every test uses",
  "test/e2e/mcp-server.test.ts": "the service as an MCP server, with the conformance suite",
  "test/e2e/mcp-servers.test.ts": "the life of one MCP server: register, list, authorise, revoke",
  "test/e2e/sdk.test.ts": "one installed package in every runtime, against one service",
  "test/e2e/webhooks.test.ts": "one receiver that every test delivers to",
  "test/entries/conformance-offer.ts":
    "what the MCP conformance suite expects, one entry a scenario",
  "test/unit/anthropic.test.ts": "one wire protocol: bodies, replies and failures with its samples",
  "test/unit/cli.test.ts": "every command against one fake service",
  "test/unit/driver.test.ts": "one fake object with a fault at each of its seams",
  "test/unit/loop.test.ts": "the loop over one harness, one test a rule",
  "test/unit/mcp-hostile.test.ts": "a table of misbehaving servers and what each comes to",
  "test/unit/mcp-list.test.ts": "one listing over a table of servers, from good to absurd",
  "test/unit/mcp-oauth.test.ts": "one authorisation server with a fault at each step of the flow",
  "test/unit/mcp-run.test.ts": "one run with MCP servers, from listing to recovery",
  "test/unit/money.test.ts": "one set of prices and caps that every test reserves against",
  "test/unit/sdk-requests.test.ts": "one fake service for every way in which a request ends",
  "test/unit/sdk-watch.test.ts": "one watch over a service that fails at each of its seams",
  "test/workers/webhooks.test.ts":
    "delivery from the log to the receiver, with one clock and one D1",
};

export interface LongFiles {
  /** How many files were looked at. */
  readonly files: number;
  /** Files above the limit that have a reason. */
  readonly long: number;
  readonly problems: readonly string[];
}

/** Looks at every source file below `root`. */
export function checkLengths(
  root: string,
  reasons: Readonly<Record<string, string>> = REASONS,
): LongFiles {
  const paths = globSync(SOURCES, { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !GENERATED.test(path) && !path.includes("/.wrangler/"));
  const long = new Map(
    paths
      .map((path) => [path, readFileSync(join(root, path), "utf8").split("\n").length - 1] as const)
      .filter(([, lines]) => lines > MOST_LINES),
  );
  const problems = [
    ...Array.from(long)
      .filter(([path]) => reasons[path] === undefined)
      .map(
        ([path, n]) => `${path} has ${n} lines: split it, or say why not in scripts/long-files.ts`,
      ),
    ...Object.keys(reasons)
      .filter((path) => !long.has(path))
      .map((path) => `${path} has at most ${MOST_LINES} lines: remove its reason`),
  ];
  return { files: paths.length, long: long.size, problems };
}
