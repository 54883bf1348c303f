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
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
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
import { unpackPackage } from "../package.ts";
import { installProject, packedArchives } from "../project-packages.ts";

/** Blocks that need a person or a real account; each has to say so by `by hand`. */
const MOST_BY_HAND = 6;

/** Builds the whole bundle and changes nothing: run for the first page that says it. */
const DRY_RUN = "npm run deploy -- --dry-run";

const PROVIDER_KEY = "sk-of-a-reader-0123456789";

/** What a reader's key is for: nothing that a page says reaches a provider. */
const provider = new LLMock({ port: 0, auth: { apiKeys: [PROVIDER_KEY] } });
let newcomer: Newcomer;
const cloudflare = new Cloudflare();
const done = new Map<string, number>();
/** Files of the project that pages write, in their order. */
const typeScript: { readonly file: string; readonly text: string }[] = [];
let isDryRunDone = false;
let blockCount = 0;

beforeAll(async () => {
  await provider.start();
  provider.onMessage(/picnic/, { content: "Thought: easy.\nFinal Answer: Sandwiches." });
  newcomer = await Newcomer.arrive(
    { "sk-…": PROVIDER_KEY },
    { OPENAI_BASE_URL: `${provider.url}/v1` },
  );
  // Built once for all tests, by the script that the pages name.
  newcomer.takeOver("sdk/dist");
});
afterAll(async () => {
  await newcomer[Symbol.asyncDispose]();
  await provider.stop();
});

type Do = (block: Block) => Promise<Ran>;

const HOW: Readonly<Record<string, Do>> = {
  sh: async ({ text }) => {
    if (text === DRY_RUN && isDryRunDone) {
      return { exitCode: 0, output: "" };
    }
    isDryRunDone ||= text === DRY_RUN;
    return newcomer.run(text);
  },
  /** Our packages as archives: those that all files of tests share. */
  "sh pack": async () => {
    const folder = await packedArchives();
    for (const name of readdirSync(folder).filter((one) => one.endsWith(".tgz"))) {
      copyFileSync(join(folder, name), join(newcomer.folder, name));
    }
    return { exitCode: 0, output: "" };
  },
  /** A project of their own, with the packages of this one in the place of a registry's. */
  "sh install": async ({ text }) => {
    const [, folder = ""] = /^cd (\S+)\nnpm install$/.exec(text) ?? [];
    await newcomer.enter(folder);
    await installProject(newcomer.cwd);
    return { exitCode: 0, output: "" };
  },
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
      typeCheck(["example.tsx"], { jsx: "react-jsx", lib: ["es2023", "dom"], types: [] }),
    );
  },
};

/** Installs the client as a package: what was packed, under its name. */
async function installClient(): Promise<void> {
  const folder = join(newcomer.folder, "node_modules", "opspawn");
  if (!existsSync(folder)) {
    await unpackPackage(folder);
  }
}

/** Returns the command that checks these files as strictly as the project checks its own. */
function typeCheck(
  include: readonly string[],
  compilerOptions: Readonly<Record<string, unknown>> = {},
): string {
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

/** What is done with the block; `file=name` is a file of this project, `own=name` of their own. */
function howOf(block: Block): Do | undefined {
  const own = /^own=(\S+)$/.exec(block.use)?.[1];
  if (own !== undefined) {
    return (one) => saved(own, one);
  }
  const file = /^file=(\S+)$/.exec(block.use)?.[1];
  return file === undefined
    ? HOW[[block.language, block.use].filter((word) => word !== "").join(" ")]
    : (one) => written(file, one);
}

/** Writes a file of the project. The service runs with a source that the page uses afterwards. */
async function written(file: string, block: Block): Promise<Ran> {
  const text = `${newcomer.read(block.text)}\n`;
  if (file.endsWith(".ts")) {
    typeScript.push({ file, text });
  }
  const blocks = blocksOf(block.page);
  const rest = blocks.slice(blocks.findIndex(({ at }) => at === block.at) + 1);
  if (!file.startsWith("src/")) {
    write(file, text);
  } else if (rest.some(({ use }) => !use.startsWith("file="))) {
    return served(file, text);
  }
  // The last test serves what no page uses.
  return { exitCode: 0, output: "" };
}

/** Saves a file of their own project. One that the service is built from reloads it. */
async function saved(file: string, block: Block): Promise<Ran> {
  const path = join(newcomer.cwd, file);
  const isServed = existsSync(path);
  const reloads = () => newcomer.terminal.match(/server updated and ready/g)?.length ?? 0;
  const before = reloads();
  writeFileSync(path, `${newcomer.read(block.text)}\n`);
  if (isServed) {
    await vi.waitUntil(() => reloads() > before, { timeout: 180_000, interval: 100 });
  }
  return { exitCode: 0, output: "" };
}

function write(file: string, text: string): void {
  const path = join(newcomer.folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Saves a source of the service while it runs, and waits for what becomes of that. */
async function served(file: string, text: string): Promise<Ran> {
  if (readFileSync(join(newcomer.folder, file), "utf8") === text) {
    return { exitCode: 0, output: "It has not changed." };
  }
  const before = newcomer.rebuilds.length;
  write(file, text);
  // The service restarts: what is sent in that moment gets no answer.
  const patience = { timeout: 180_000, interval: 100 };
  await vi.waitUntil(() => newcomer.rebuilds.length > before, patience);
  const isServed = newcomer.rebuilds.at(-1) === "Reloaded.";
  return { exitCode: isServed ? 0 : 1, output: newcomer.terminal };
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
  const configs = ["wrangler.jsonc", "wrangler.toml"].map((name) => join(newcomer.cwd, name));
  const config = configs.find((path) => existsSync(path)) ?? "";
  const target = readTarget(config, options.environment);
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
  { timeout: 900_000 },
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

test("the TypeScript of all pages passes the strictest checks, and the service runs with it", async () => {
  const files = typeScript.map(({ file, text }, i) => {
    // Pages use the same names.
    const name = file.startsWith("src/") ? `src/page-${i}-${basename(file)}` : file;
    write(name, text);
    return name;
  });
  const modules = files.filter((file) => file.startsWith("src/")).map((file) => basename(file));
  const entry = modules.find((name) => name.endsWith("-index.ts"));
  const tools = modules.filter((name) => name.endsWith("-tools.ts"));
  const planners = modules.filter((name) => name.endsWith("-planner.ts"));
  const observers = modules.filter((name) => name.endsWith("-observer.ts"));
  expect([entry, planners.length, observers.length, tools.length]).toEqual([
    expect.any(String),
    1,
    1,
    modules.length - 3,
  ]);
  const lines = [
    'import { createOpspawn } from "./library/index.ts";',
    ...tools.map((name, i) => `import { tools as tools${i} } from "./${name}";`),
    `import { checklist } from "./${planners[0]}";`,
    `import { lines } from "./${observers[0]}";`,
    `export * from "./${entry}";`,
    `export { default } from "./${entry}";`,
    `for (const tools of [${tools.map((_, i) => `tools${i}`).join(", ")}]) {`,
    "  createOpspawn<Env>({ tools, planners: { checklist }, observe: lines });",
    "}",
  ];
  const ran = await served("src/index.ts", `${lines.join("\n")}\n`);
  expect(ran.exitCode, ran.output).toBe(0);
  const checked = await newcomer.run(typeCheck(["src/worker-env.d.ts", "src/index.ts", ...files]));
  expect(checked.exitCode, checked.output).toBe(0);
});

test("every page with blocks was done, and hardly any block is left to hands", () => {
  const blocks = order.flatMap(blocksOf).length;
  expect([...done.values()].reduce((sum, n) => sum + n, 0)).toBe(blocks);
  expect(blocks).toBeGreaterThan(25);
  expect(done.get("sh by hand") ?? 0).toBeLessThanOrEqual(MOST_BY_HAND);
  // oxlint-disable-next-line no-console -- what was done is for people to read
  console.log(`docs: ${[...done].map(([kind, n]) => `${n} × ${kind}`).join(", ")}`);
});
