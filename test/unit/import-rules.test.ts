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
  "src/index.ts": ["./library/index.ts", "./tools.ts"],
  "src/tools.ts": ["./library/index.ts", "zod"],
  "src/library/index.ts": ["./worker.ts", "../../sdk/src/opspawn.ts", "cloudflare:workers"],
  "src/library/worker.ts": [
    "../api/app.ts",
    "../compose/api.ts",
    "../durable/ledger/ledger.ts",
    "../grpc/route.ts",
  ],
  "src/compose/api.ts": ["../api/context.ts", "../env/config.ts", "../store/tasks/tasks.ts"],
  "src/compose/run.ts": ["../agent/llm/providers.ts", "../durable/run/run-object.ts"],
  "src/compose/queue.ts": ["../queue/tasks/consumer.ts", "cloudflare:workers"],
  "src/env/config.ts": [
    "../timing.ts",
    "../run/value/failure.ts",
    "../agent/llm/endpoint.ts",
    "zod",
  ],
  "src/observe.ts": [],
  "src/timing.ts": [],
  "src/crypto/seal.ts": [],
  "src/crypto/sha256.ts": ["node:crypto"],
  "src/run/value/failure.ts": [],
  "src/run/value/id.ts": ["uuid"],
  "src/run/spec/spec.ts": ["../value/failure.ts", "zod"],
  "src/run/schedule/spec.ts": ["../value/failure.ts", "zod"],
  "src/run/memory/limits.ts": ["../value/failure.ts", "zod"],
  "src/run/log/event.ts": ["../spec/spec.ts", "../value/failure.ts", "zod"],
  "src/run/trace/spans.ts": ["../log/event.ts", "../spec/spec.ts"],
  "src/run/decide/decide.ts": ["../log/event.ts", "../spec/spec.ts"],
  "src/agent/loop/loop.ts": [
    "../../run/log/event.ts",
    "../../run/decide/decide.ts",
    "../llm/client.ts",
    "../tools/tool.ts",
    "../../observe.ts",
  ],
  "src/agent/planners/native.ts": ["../../run/log/event.ts", "../llm/client.ts"],
  "src/agent/llm/client.ts": ["../../run/value/failure.ts"],
  "src/agent/llm/endpoint.ts": [],
  "src/agent/llm/providers.ts": ["./openai/chat.ts", "./client.ts"],
  "src/agent/llm/openai/chat.ts": ["../client.ts", "openai"],
  "src/agent/llm/anthropic/client.ts": ["../client.ts"],
  "src/agent/llm/google/client.ts": ["../client.ts"],
  "src/agent/llm/local/client.ts": ["../client.ts"],
  "src/agent/fetch/guard.ts": ["../../run/value/failure.ts"],
  "src/agent/tools/tool.ts": ["../../run/log/event.ts", "zod"],
  "src/agent/tools/registry.ts": ["./built-in/http.ts"],
  "src/agent/tools/built-in/http.ts": ["../tool.ts", "../../fetch/guard.ts"],
  "src/agent/tools/code/run-code.ts": ["../tool.ts", "../schema/check.ts"],
  "src/agent/tools/registered/http-tool.ts": ["../tool.ts", "../schema/check.ts"],
  "src/agent/tools/schema/check.ts": ["../tool.ts"],
  "src/agent/mcp/oauth-session.ts": ["../../crypto/seal.ts", "../tools/tool.ts"],
  "src/durable/run/run-object.ts": [
    "cloudflare:workers",
    "../../agent/loop/loop.ts",
    "../../store/tasks/tasks.ts",
    "./rpc.ts",
  ],
  "src/durable/run/rpc.ts": ["../../run/log/event.ts"],
  "src/durable/ledger/ledger.ts": ["../run/rpc.ts"],
  "src/queue/tasks/consumer.ts": [
    "./message.ts",
    "../../durable/run/rpc.ts",
    "../../store/tasks/tasks.ts",
    "../../crypto/seal.ts",
  ],
  "src/queue/tasks/message.ts": ["../../run/log/event.ts"],
  "src/store/tasks/tasks.ts": ["../../run/log/event.ts"],
  "src/api/context.ts": ["../env/config.ts", "../durable/run/rpc.ts", "../store/tasks/tasks.ts"],
  "src/api/http/body.ts": ["hono", "../context.ts"],
  "src/api/tools/routes.ts": ["../http/body.ts"],
  "src/api/mcp-servers/routes.ts": ["../http/body.ts"],
  "src/api/webhooks/routes.ts": ["../http/body.ts"],
  "src/api/keys/routes.ts": ["../http/body.ts"],
  "src/api/secrets/routes.ts": ["../http/body.ts"],
  "src/api/telemetry/routes.ts": ["../http/body.ts"],
  "src/api/load/routes.ts": ["../http/body.ts"],
  "src/api/agents/routes.ts": ["../tools/routes.ts", "../mcp-servers/routes.ts"],
  "src/api/tasks/submit.ts": [
    "../agents/routes.ts",
    "../webhooks/routes.ts",
    "../../queue/tasks/message.ts",
  ],
  "src/api/feed/routes.ts": ["../tasks/submit.ts"],
  "src/api/inbox/routes.ts": ["../tasks/submit.ts"],
  "src/api/schedules/routes.ts": ["../tasks/submit.ts"],
  "src/api/conversations/routes.ts": ["../tasks/submit.ts"],
  "src/api/hooks/routes.ts": ["../tasks/submit.ts", "../webhooks/routes.ts"],
  "src/api/memory/routes.ts": ["../http/body.ts"],
  "src/api/subjects/routes.ts": ["../memory/routes.ts"],
  "src/api/usage/routes.ts": ["../http/body.ts"],
  "src/api/mcp/tools.ts": ["../tasks/submit.ts", "../agents/routes.ts"],
  "src/api/app.ts": ["hono", "zod", "./tasks/submit.ts", "./mcp/tools.ts"],
  "src/testing/simulate.ts": [
    "../durable/run/run-object.ts",
    "../agent/loop/loop.ts",
    "../env/config.ts",
    "zod",
    "node:sqlite",
  ],
  "src/grpc/route.ts": ["../api/tasks/submit.ts", "../api/context.ts"],
  "test/unit/event.test.ts": ["../../src/run/log/event.ts"],
  "sdk/src/index.ts": ["./opspawn.ts"],
  "sdk/src/opspawn.ts": ["./tasks.ts"],
  "sdk/src/tasks.ts": ["./gen/api.ts"],
  "sdk/src/gen/api.ts": [],
  "sdk/src/cli/main.ts": ["../index.ts", "node:fs"],
  "sdk/src/react/index.ts": ["../index.ts", "react"],
  "sdk/src/event.ts": [],
  "sdk/src/view/progress.ts": ["../event.ts"],
  "console/src/log/store.ts": ["../../../sdk/src/view/progress.ts", "../../../sdk/src/event.ts"],
  "console/src/timeline/layout.ts": ["../log/store.ts"],
  "console/src/timeline/timeline.tsx": ["./layout.ts", "../parts/button.tsx"],
  "console/src/parts/button.tsx": [],
  "console/src/route/match.ts": [],
  "console/src/session/store.ts": [],
  "console/src/session/session.ts": ["../data/identity.ts", "./store.ts"],
  "console/src/data/identity.ts": ["../session/store.ts", "../../../sdk/src/index.ts"],
  "console/src/views/run/run.tsx": ["../../data/identity.ts", "../../timeline/timeline.tsx"],
  "console/src/views/runs/runs.tsx": ["../../parts/button.tsx", "../../route/match.ts"],
  "console/src/shell/routes.ts": ["../views/run/run.tsx"],
};

const BREACHES: readonly (readonly [file: string, imported: string, rules: string[]])[] = [
  ["src/run/value/to-spec.ts", "../spec/spec.ts", ["run/value-imports"]],
  ["src/run/spec/to-log.ts", "../log/event.ts", ["run/spec-imports"]],
  ["src/run/schedule/to-log.ts", "../log/event.ts", ["run/schedule-imports"]],
  ["src/run/trace/to-crypto.ts", "../../crypto/sha256.ts", ["run/trace-imports"]],
  ["src/run/memory/to-log.ts", "../log/event.ts", ["run/memory-imports"]],
  ["src/run/log/to-decide.ts", "../decide/decide.ts", ["run/log-imports"]],
  ["src/run/decide/to-store.ts", "../../store/tasks/tasks.ts", ["run/decide-imports"]],
  ["src/run/value/to-node.ts", "node:crypto", ["run/value-imports"]],
  ["src/run/log/to-sdk.ts", "openai", ["run/log-imports"]],
  ["src/run/log/to-workers.ts", "cloudflare:workers", ["cloudflare-at-the-edge"]],
  ["src/run/decide/to-timing.ts", "../../timing.ts", ["run/decide-imports"]],
  ["src/crypto/to-store.ts", "../store/tasks/tasks.ts", ["crypto-imports"]],
  ["src/agent/loop/to-adapter.ts", "../llm/openai/chat.ts", ["agent/loop-imports"]],
  ["src/agent/loop/to-a-tool.ts", "../tools/built-in/http.ts", ["agent/loop-imports"]],
  ["src/agent/loop/to-durable.ts", "../../durable/run/rpc.ts", ["agent/loop-imports"]],
  ["src/agent/planners/to-env.ts", "../../env/config.ts", ["agent/planners-imports"]],
  ["src/agent/llm/to-event.ts", "../../run/log/event.ts", ["agent/llm-imports"]],
  ["src/agent/llm/openai/to-hono.ts", "hono", ["agent/llm/openai-imports"]],
  ["src/agent/llm/openai/to-event.ts", "../../../run/log/event.ts", ["agent/llm/openai-imports"]],
  ["src/agent/llm/anthropic/to-openai.ts", "openai", ["agent/llm/anthropic-imports"]],
  ["src/agent/llm/google/to-other.ts", "../openai/chat.ts", ["agent/llm/google-imports"]],
  ["src/agent/llm/local/to-sdk.ts", "openai", ["agent/llm/local-imports"]],
  ["src/agent/fetch/to-a-tool.ts", "../tools/built-in/http.ts", ["agent/fetch-imports"]],
  ["src/agent/tools/to-llm.ts", "../llm/client.ts", ["agent/tools-imports"]],
  ["src/agent/tools/built-in/to-code.ts", "../code/run-code.ts", ["agent/tools/built-in-imports"]],
  ["src/agent/tools/memory/to-schema.ts", "../schema/check.ts", ["agent/tools/memory-imports"]],
  ["src/agent/tools/tasks/to-schema.ts", "../schema/check.ts", ["agent/tools/tasks-imports"]],
  ["src/agent/tools/code/to-fetch.ts", "../../fetch/guard.ts", ["agent/tools/code-imports"]],
  [
    "src/agent/tools/registered/to-registry.ts",
    "../registry.ts",
    ["agent/tools/registered-imports"],
  ],
  ["src/agent/tools/schema/to-zod.ts", "zod", ["agent/tools/schema-imports"]],
  ["src/agent/mcp/to-a-tool.ts", "../tools/built-in/http.ts", ["agent/mcp-imports"]],
  ["src/durable/run/to-api.ts", "../../api/app.ts", ["durable-imports"]],
  ["src/durable/run/to-queue.ts", "../../queue/tasks/message.ts", ["durable-imports"]],
  ["src/durable/run/to-compose.ts", "../../compose/queue.ts", ["durable-imports"]],
  ["src/store/to-env.ts", "../env/config.ts", ["store-imports"]],
  ["src/queue/to-object.ts", "../durable/run/run-object.ts", ["queue-imports"]],
  ["src/compose/to-routes.ts", "../api/app.ts", ["compose-imports"]],
  ["src/api/http/to-feature.ts", "../tasks/submit.ts", ["api/http-imports"]],
  ["src/api/tools/to-tasks.ts", "../tasks/submit.ts", ["api/tools-imports"]],
  ["src/api/mcp-servers/to-agent.ts", "../agents/routes.ts", ["api/mcp-servers-imports"]],
  ["src/api/webhooks/to-tasks.ts", "../tasks/submit.ts", ["api/webhooks-imports"]],
  ["src/api/keys/to-usage.ts", "../usage/routes.ts", ["api/keys-imports"]],
  ["src/api/load/to-usage.ts", "../usage/routes.ts", ["api/load-imports"]],
  ["src/api/telemetry/to-usage.ts", "../usage/routes.ts", ["api/telemetry-imports"]],
  ["src/api/secrets/to-usage.ts", "../usage/routes.ts", ["api/secrets-imports"]],
  ["src/api/agents/to-tasks.ts", "../tasks/submit.ts", ["api/agents-imports"]],
  ["src/api/tasks/to-hooks.ts", "../hooks/routes.ts", ["api/tasks-imports"]],
  ["src/api/feed/to-inbox.ts", "../inbox/routes.ts", ["api/feed-imports"]],
  ["src/api/inbox/to-hooks.ts", "../hooks/routes.ts", ["api/inbox-imports"]],
  ["src/api/schedules/to-front.ts", "../mcp/tools.ts", ["api/schedules-imports"]],
  ["src/api/conversations/to-front.ts", "../mcp/tools.ts", ["api/conversations-imports"]],
  ["src/api/hooks/to-front.ts", "../mcp/tools.ts", ["api/hooks-imports"]],
  ["src/api/memory/to-object.ts", "../../durable/run/run-object.ts", ["api/memory-imports"]],
  ["src/api/attachments/to-front.ts", "../mcp/tools.ts", ["api/attachments-imports"]],
  ["src/api/subjects/to-front.ts", "../mcp/tools.ts", ["api/subjects-imports"]],
  ["src/api/usage/to-object.ts", "../../durable/run/run-object.ts", ["api/usage-imports"]],
  ["src/api/mcp/to-agent.ts", "../../agent/loop/loop.ts", ["api/mcp-imports"]],
  ["src/api/admin.ts", "../queue/tasks/consumer.ts", ["api-imports"]],
  ["src/testing/to-compose.ts", "../compose/run.ts", ["testing-imports"]],
  ["src/grpc/to-a-route.ts", "../api/app.ts", ["grpc-imports"]],
  ["src/grpc/to-object.ts", "../durable/run/run-object.ts", ["grpc-imports"]],
  ["src/library/to-a-route.ts", "../api/tasks/submit.ts", ["library-imports"]],
  [
    "src/api/tasks/to-test.ts",
    "../../../test/unit/event.test.ts",
    ["api/tasks-imports", "src-stands-alone"],
  ],
  [
    "src/api/tasks/to-client.ts",
    "../../../sdk/src/index.ts",
    ["api/tasks-imports", "src-stands-alone"],
  ],
  ["sdk/src/to-node.ts", "node:crypto", ["sdk-runs-everywhere"]],
  ["sdk/src/to-cli.ts", "./cli/main.ts", ["sdk-runs-everywhere"]],
  ["sdk/src/to-service.ts", "../../src/run/log/event.ts", ["sdk-runs-everywhere"]],
  ["sdk/src/to-hooks.ts", "./react/index.ts", ["sdk-runs-everywhere"]],
  ["sdk/src/react/to-cli.ts", "../cli/main.ts", ["hooks-need-only-react"]],
  ["sdk/src/react/to-package.ts", "zod", ["hooks-need-only-react"]],
  ["sdk/src/cli/to-package.ts", "zod", ["cli-needs-no-package"]],
  ["console/src/log/to-part.ts", "../parts/button.tsx", ["console/log"]],
  ["console/src/timeline/to-part.ts", "../parts/button.tsx", ["console/timeline-layout"]],
  ["console/src/timeline/to-data.tsx", "../data/identity.ts", ["console/timeline"]],
  ["console/src/parts/to-data.tsx", "../data/identity.ts", ["console/parts"]],
  ["console/src/route/to-part.ts", "../parts/button.tsx", ["console/route"]],
  ["console/src/early.ts", "./parts/button.tsx", ["console/early"]],
  ["console/src/session/to-part.ts", "../parts/button.tsx", ["console/session"]],
  ["console/src/answers/to-view.ts", "../views/run/run.tsx", ["console/answers"]],
  ["console/src/data/to-cli.ts", "../../../sdk/src/cli/main.ts", ["console/data"]],
  ["console/src/views/runs/to-client.ts", "../../../../sdk/src/index.ts", ["console/views"]],
  ["console/src/views/runs/to-view.ts", "../run/run.tsx", ["console/views-apart"]],
  ["console/src/shell/to-service.ts", "../../../src/observe.ts", ["console/shell"]],
  ["console/src/help/homeless.ts", "../parts/button.tsx", ["console/no-layer"]],
  ["src/utils/homeless.ts", "../run/log/event.ts", ["no-layer"]],
  ["src/run/value/to-nowhere.ts", "./gone.ts", ["not-resolved"]],
];

const CIRCLE = {
  "src/run/value/chicken.ts": ["./egg.ts"],
  "src/run/value/egg.ts": ["./chicken.ts"],
};
/** Rules about one file: the breach replaces the lawful one. */
const SINGLE = {
  "src/env/config.ts": ["../observe.ts"],
  "src/observe.ts": ["zod"],
  "src/timing.ts": ["./observe.ts"],
  "src/index.ts": ["hono"],
};
const PACKAGES = ["zod", "uuid", "openai", "hono", "react"];

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
    "env-imports: src/env/config.ts",
    "index-imports: src/index.ts",
    "observe-imports: src/observe.ts",
    "timing-imports: src/timing.ts",
    "no-circular: src/run/value/chicken.ts",
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
  const args = [
    program,
    "src",
    "test",
    "sdk",
    "console",
    "--config",
    config,
    "--output-type",
    "json",
  ];
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
