/**
 * The import rules can fail: small trees are judged by the same configuration as src/, one that
 * keeps to the table and one that breaks it in every row.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** What each file imports. Files that only others name are empty. */
const LAWFUL: Readonly<Record<string, readonly string[]>> = {
  "src/index.ts": ["./api/app.ts", "./durable/agent-run.ts", "./queue/consumer.ts"],
  "src/deps.ts": ["./env.ts", "./agent/llm/openai.ts", "./agent/tools/http.ts", "./store/tasks.ts"],
  "src/env.ts": ["./run/failure.ts", "zod"],
  "src/observe.ts": [],
  "src/crypto/seal.ts": [],
  "src/agent/mcp/oauth-session.ts": ["../../crypto/seal.ts"],
  "src/run/event.ts": ["./failure.ts", "zod"],
  "src/run/id.ts": ["uuid"],
  "src/run/failure.ts": [],
  "src/run/message.ts": [],
  "src/agent/loop.ts": ["../run/event.ts", "./llm/client.ts", "./tools/tool.ts", "../observe.ts"],
  "src/agent/planners/native.ts": ["../../run/event.ts", "../llm/client.ts"],
  "src/agent/llm/client.ts": ["../../run/message.ts", "../../run/failure.ts"],
  "src/agent/llm/openai.ts": ["./client.ts", "openai"],
  "src/agent/tools/tool.ts": ["../../run/event.ts", "zod"],
  "src/agent/tools/http.ts": ["./tool.ts", "../fetch/guard.ts"],
  "src/agent/fetch/guard.ts": ["../../run/failure.ts"],
  "src/durable/agent-run.ts": ["cloudflare:workers", "../agent/loop.ts", "../deps.ts", "./rpc.ts"],
  "src/durable/rpc.ts": ["../run/event.ts"],
  "src/queue/consumer.ts": [
    "./message.ts",
    "../durable/rpc.ts",
    "../store/tasks.ts",
    "../crypto/seal.ts",
  ],
  "src/queue/message.ts": ["../run/event.ts"],
  "src/store/tasks.ts": ["../run/event.ts"],
  "src/api/app.ts": ["hono", "zod", "../queue/message.ts", "../durable/rpc.ts", "../env.ts"],
  "test/unit/event.test.ts": ["../../src/run/event.ts"],
  "sdk/src/index.ts": ["./tasks.ts"],
  "sdk/src/tasks.ts": ["./gen/api.ts"],
  "sdk/src/gen/api.ts": [],
  "sdk/src/cli/main.ts": ["../index.ts", "node:fs"],
};

const BREACHES: readonly (readonly [file: string, imported: string, rules: string[]])[] = [
  ["src/run/to-store.ts", "../store/tasks.ts", ["run-imports"]],
  ["src/run/to-node.ts", "node:crypto", ["run-imports"]],
  ["src/run/to-sdk.ts", "openai", ["run-imports"]],
  ["src/crypto/to-store.ts", "../store/tasks.ts", ["crypto-imports"]],
  ["src/run/to-workers.ts", "cloudflare:workers", ["cloudflare-at-the-edge"]],
  ["src/agent/to-adapter.ts", "./llm/openai.ts", ["agent-imports"]],
  ["src/agent/to-a-tool.ts", "./tools/http.ts", ["agent-imports"]],
  ["src/agent/to-durable.ts", "../durable/rpc.ts", ["agent-imports"]],
  ["src/agent/planners/to-env.ts", "../../env.ts", ["planners-imports"]],
  ["src/agent/llm/to-event.ts", "../../run/event.ts", ["llm-imports"]],
  ["src/agent/llm/to-hono.ts", "hono", ["llm-imports"]],
  ["src/agent/tools/to-llm.ts", "../llm/client.ts", ["tools-imports"]],
  ["src/agent/fetch/to-a-tool.ts", "../tools/http.ts", ["fetch-imports"]],
  ["src/agent/mcp/to-a-tool.ts", "../tools/http.ts", ["mcp-imports"]],
  ["src/agent/memory/to-a-tool.ts", "../tools/http.ts", ["memory-imports"]],
  ["src/durable/to-api.ts", "../api/app.ts", ["durable-imports"]],
  ["src/durable/to-queue.ts", "../queue/message.ts", ["durable-imports"]],
  ["src/store/to-env.ts", "../env.ts", ["store-imports"]],
  ["src/queue/to-object.ts", "../durable/agent-run.ts", ["queue-imports"]],
  ["src/api/to-agent.ts", "../agent/loop.ts", ["api-imports"]],
  ["src/api/to-consumer.ts", "../queue/consumer.ts", ["api-imports"]],
  ["src/grpc/to-a-route.ts", "../api/app.ts", ["grpc-imports"]],
  ["src/grpc/to-object.ts", "../durable/agent-run.ts", ["grpc-imports"]],
  ["src/api/to-test.ts", "../../test/unit/event.test.ts", ["api-imports", "src-stands-alone"]],
  ["src/api/to-client.ts", "../../sdk/src/index.ts", ["api-imports", "src-stands-alone"]],
  ["sdk/src/to-node.ts", "node:crypto", ["sdk-runs-everywhere"]],
  ["sdk/src/to-cli.ts", "./cli/main.ts", ["sdk-runs-everywhere"]],
  ["sdk/src/to-service.ts", "../../src/run/event.ts", ["sdk-runs-everywhere"]],
  ["sdk/src/cli/to-package.ts", "zod", ["cli-needs-no-package"]],
  ["src/utils/homeless.ts", "../run/event.ts", ["no-layer"]],
  ["src/run/to-nowhere.ts", "./gone.ts", ["not-resolved"]],
];

const CIRCLE = { "src/run/chicken.ts": ["./egg.ts"], "src/run/egg.ts": ["./chicken.ts"] };
/** These are single files: the breach replaces the lawful one. */
const SINGLE = {
  "src/deps.ts": ["./durable/agent-run.ts"],
  "src/durable/agent-run.ts": [],
  "src/env.ts": ["./observe.ts"],
  "src/observe.ts": ["zod"],
  "src/index.ts": ["hono"],
};
const PACKAGES = ["zod", "uuid", "openai", "hono"];

test("what the import table allows passes", async () => {
  const { summary } = await judge(LAWFUL);

  expect(summary.violations).toEqual([]);
  expect(summary.totalDependenciesCruised).toBe(Object.values(LAWFUL).flat().length);
});

test("each breach of the import table is reported, and nothing else", async () => {
  const breaches = Object.fromEntries(BREACHES.map(([file, imported]) => [file, [imported]]));
  const { summary } = await judge({ ...LAWFUL, ...breaches, ...SINGLE, ...CIRCLE });

  const reported = summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
  const expected = [
    ...BREACHES.flatMap(([file, , rules]) => rules.map((rule) => `${rule}: ${file}`)),
    "deps-imports: src/deps.ts",
    "env-imports: src/env.ts",
    "index-imports: src/index.ts",
    "observe-imports: src/observe.ts",
    "no-circular: src/run/chicken.ts",
  ];
  expect(reported.toSorted()).toEqual(expected.toSorted());
  for (const { name } of summary.ruleSetUsed.forbidden) {
    expect(reported, `no breach shows that ${name} can fail`).toContainEqual(
      expect.stringMatching(`^${name}: `),
    );
  }
});

interface Report {
  readonly summary: {
    readonly totalDependenciesCruised: number;
    readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string }[] };
    readonly violations: readonly { readonly rule: { readonly name: string }; from: string }[];
  };
}

/** What the checker says about a tree of such files, all of whose imports are of types. */
async function judge(files: Readonly<Record<string, readonly string[]>>): Promise<Report> {
  const tree = mkdtempSync(join(tmpdir(), "import-rules-"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  try {
    for (const name of PACKAGES) {
      const description = { name, version: "1.0.0", exports: "./index.js" };
      write(`node_modules/${name}/package.json`, JSON.stringify(description));
      write(`node_modules/${name}/index.js`, "export {};\n");
    }
    for (const [path, imports] of Object.entries(files)) {
      const lines = imports.map((from) => `import type { X } from "${from}";\n`);
      write(path, `${lines.join("")}{ using newSyntax = null; }\n`);
    }
    return await cruise(tree);
  } finally {
    rmSync(tree, { recursive: true });
  }
}

function cruise(tree: string): Promise<Report> {
  const program = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const config = join(root, ".dependency-cruiser.mjs");
  const args = [program, "src", "test", "sdk", "--config", config, "--output-type", "json"];
  return new Promise((settle, reject) => {
    // Its exit code is the number of breaches: the report says more.
    execFile(process.execPath, args, { cwd: tree, maxBuffer: 2 ** 26 }, (_, stdout, stderr) => {
      try {
        settle(JSON.parse(stdout) as Report);
      } catch {
        reject(new Error(stderr));
      }
    });
  });
}
