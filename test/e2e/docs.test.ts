/**
 * Every code block of the README and of `docs/`, done by a newcomer in a copy of the project, page
 * by page, against the service that `npm start` gives them. What the words after a fence mean is in
 * `HOW`; a block that nobody would know how to do fails.
 */
import {
  copyFileSync,
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { unstable_readConfig } from "wrangler";
import { configOf } from "../../src/env/config.ts";
import { look } from "../../scripts/deploy/account.ts";
import { readOptions } from "../../scripts/deploy/options.ts";
import { providerKeysIn } from "../../scripts/deploy/secrets.ts";
import { deploy, refuseForeign } from "../../scripts/deploy/steps.ts";
import { readTarget } from "../../scripts/deploy/target.ts";
import { Cloudflare } from "../cloudflare/cloudflare.ts";
import { wranglerDouble } from "../cloudflare/wrangler-double.ts";
import { blocksOf, pages, type Block } from "../doc-blocks.ts";
import { Newcomer, type Ran } from "../newcomer.ts";

/** Blocks that need a person or a real account; each has to say so by `by hand`. */
const MOST_BY_HAND = 6;

const PROVIDER_KEY = "sk-of-a-reader-0123456789";

/** What a reader's key is for: nothing that a page says reaches a provider. */
const provider = new LLMock({ port: 0, auth: { apiKeys: [PROVIDER_KEY] } });
let newcomer: Newcomer;
const cloudflare = new Cloudflare();
const done = new Map<string, number>();
let blockCount = 0;

beforeAll(async () => {
  await provider.start();
  provider.onMessage(/picnic/, { content: "Thought: easy.\nFinal Answer: Sandwiches." });
  newcomer = await Newcomer.arrive(
    { "sk-…": PROVIDER_KEY },
    { OPENAI_BASE_URL: `${provider.url}/v1` },
  );
});
afterAll(async () => {
  await newcomer[Symbol.asyncDispose]();
  await provider.stop();
});

type Do = (block: Block) => Promise<Ran>;

const HOW: Readonly<Record<string, Do>> = {
  sh: ({ text }) => newcomer.run(text),
  "sh background": ({ text }) => newcomer.leaveRunning(text),
  /** With an account at Cloudflare: the deployment itself, in a double of wrangler and of its API. */
  "sh account": ({ text }) => deployed(newcomer.read(text)),
  "sh by hand": async () => ({ exitCode: 0, output: "" }),
  /** A body, or a part of one, of `POST /api/v1/tasks`. */
  "json task": async ({ text }) => {
    const part = JSON.parse(text) as { input_data?: object };
    return submitted({ input_data: { goal: "What is 1 + 2?" }, ...part });
  },
  /** What a client of MCP reads its servers from. */
  "json mcp-client": async ({ text }) => listed(newcomer.read(text)),
  /** Settings, as the deployment reads them. */
  "toml wrangler": async ({ text }) => {
    const file = join(newcomer.folder, "with-example.toml");
    copyFileSync(join(newcomer.folder, "wrangler.toml"), file);
    const [before, after] = ["", `\n${text}\n`].map((more) => {
      appendFileSync(file, more);
      const { vars, routes } = unstable_readConfig({ config: file });
      return JSON.stringify([configOf({ ...vars, DOCS_TOKEN: "a-token" } as Env), vars, routes]);
    });
    return { exitCode: before === after ? 1 : 0, output: `${after}` };
  },
  /** With the command line that an earlier page has installed, and a key. */
  "sh installed": ({ text }) =>
    newcomer.run(`export OPSPAWN_KEY=${newcomer.key} PATH="$PWD/.wrangler/cli/bin:$PATH"\n${text}`),
  /** A program that uses the client as its users have it. */
  "ts run": async ({ text }) => {
    await installClient();
    const name = `example-${blockCount}.ts`;
    blockCount += 1;
    writeFileSync(join(newcomer.folder, name), newcomer.read(text));
    // The bundled Node reads TypeScript, which that of an old machine may not.
    return newcomer.run(`node_modules/.bin/node ${name}`);
  },
  /** Components of a page: checked as strictly as the project's own code. */
  "tsx page": async ({ text }) => {
    await installClient();
    writeFileSync(join(newcomer.folder, "example.tsx"), newcomer.read(text));
    return newcomer.run(
      typeCheck("example.tsx", { jsx: "react-jsx", lib: ["es2023", "dom"], types: [] }),
    );
  },
};

/** Installs the client as a package: what was built, under its name. */
async function installClient(): Promise<void> {
  if (!existsSync(join(newcomer.folder, "sdk", "dist"))) {
    await newcomer.run("npm run --silent sdk:build");
  }
  if (!existsSync(join(newcomer.folder, "node_modules", "opspawn"))) {
    symlinkSync(join(newcomer.folder, "sdk"), join(newcomer.folder, "node_modules", "opspawn"));
  }
}

/** Checks one file, and what it uses, as strictly as the project checks all. */
function typeCheck(file: string, more: Readonly<Record<string, unknown>> = {}): string {
  // What one check has learned of the files that all of them use, the next one need not learn.
  const compilerOptions = { incremental: true, tsBuildInfoFile: "./.checked.json", ...more };
  const include = file.endsWith("x") ? [file] : ["src/worker-env.d.ts", file];
  const config = { extends: "./tsconfig.json", compilerOptions, include };
  writeFileSync(join(newcomer.folder, "tsconfig.example.json"), JSON.stringify(config));
  return "node_modules/.bin/tsc -p tsconfig.example.json";
}

/** Lists the tools of the servers that a client's file names. */
async function listed(text: string): Promise<Ran> {
  const file = JSON.parse(text) as {
    mcpServers: Readonly<Record<string, { url: string; headers: Record<string, string> }>>;
  };
  const names: string[] = [];
  for (const { url, headers } of Object.values(file.mcpServers)) {
    const client = new Client({ name: "reader", version: "1" });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
    );
    names.push(...(await client.listTools()).tools.map(({ name }) => name));
    await client.close();
  }
  return { exitCode: names.includes("submit_task") ? 0 : 1, output: names.join(" ") };
}

/** What is done with the block; `file=name` is a file of the project. */
function howOf(block: Block): Do | undefined {
  const file = /^file=(\S+)$/.exec(block.use)?.[1];
  if (file !== undefined) {
    return async ({ text }) => {
      const path = join(newcomer.folder, file);
      const content = `${newcomer.read(text)}\n`;
      const isChange = !existsSync(path) || readFileSync(path, "utf8") !== content;
      const { rebuilds } = newcomer;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      const checked = file.endsWith(".ts")
        ? await newcomer.run(typeCheck(file))
        : { exitCode: 0, output: "" };
      if (isChange && file.startsWith("src/")) {
        // The service starts again with it: what is sent in that moment gets no answer.
        await vi.waitUntil(() => newcomer.rebuilds > rebuilds, { timeout: 60_000, interval: 100 });
      }
      return checked;
    };
  }
  return HOW[[block.language, block.use].filter((word) => word !== "").join(" ")];
}

/**
 * Deploys as a command says, options and variables before it included. The real wrangler is in
 * `deploy.test.ts`, which holds the double to it: each start of it takes a second.
 */
async function deployed(command: string): Promise<Ran> {
  const said: string[] = [];
  const match = /^(?<vars>(?:[A-Z_]+=\S+ )*)npm run deploy(?: -- (?<args>.*))?$/.exec(command);
  if (match === null) {
    return { exitCode: 1, output: `${command} is no deployment` };
  }
  const { vars = "", args = "" } = match.groups ?? {};
  const options = readOptions(args.split(" ").filter((word) => word !== ""));
  const env = Object.fromEntries(
    vars
      .trim()
      .split(" ")
      .map((one) => one.split("=")),
  );
  if (options === null) {
    return { exitCode: 1, output: "it only asks for help" };
  }
  const target = readTarget(join(newcomer.folder, "wrangler.toml"), options.environment);
  const wrangler = wranglerDouble(cloudflare, target);
  const found = await look(wrangler, target);
  refuseForeign(target, found);
  const keys = options.providerKeys ? providerKeysIn(env) : [];
  await deploy(target, found, keys, options, {
    wrangler,
    env,
    say: (line) => said.push(line),
    untilHealthy: () => Promise.resolve(),
  });
  return { exitCode: 0, output: said.join("\n") };
}

async function submitted(body: object): Promise<Ran> {
  const response = await fetch(`${newcomer.url}/api/v1/tasks`, {
    method: "POST",
    headers: { Authorization: `Bearer ${newcomer.key}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { exitCode: response.status === 201 ? 0 : 1, output: await response.text() };
}

// The README is where readers begin: it starts the service.
const order = pages().toSorted((a, b) => Number(b === "README.md") - Number(a === "README.md"));

test.for(order.filter((page) => blocksOf(page).length > 0))(
  "what %s says can be done, word for word",
  { timeout: 300_000 },
  async (page) => {
    await newcomer.turnPage();
    for (const block of blocksOf(page)) {
      const how = howOf(block);
      expect(
        how,
        `${block.at}: nobody knows how to do a block of "${block.language} ${block.use}"`,
      ).toBeDefined();
      const ran = await how?.(block);
      expect(ran?.exitCode, `${block.at}\n${block.text}\n--- gave\n${ran?.output}`).toBe(0);
      const kind = `${block.language} ${block.use.replace(/=.*/, "")}`.trim();
      done.set(kind, (done.get(kind) ?? 0) + 1);
    }
  },
);

test("every page with blocks was done, and hardly any block is left to hands", () => {
  const blocks = order.flatMap(blocksOf).length;
  expect([...done.values()].reduce((sum, n) => sum + n, 0)).toBe(blocks);
  expect(blocks).toBeGreaterThan(25);
  expect(done.get("sh by hand") ?? 0).toBeLessThanOrEqual(MOST_BY_HAND);
  // oxlint-disable-next-line no-console -- what was done is for people to read
  console.log(`docs: ${[...done].map(([kind, n]) => `${n} × ${kind}`).join(", ")}`);
});
