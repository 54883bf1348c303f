/**
 * The client as its users have it: packed, installed, typed, and the same build in Node 20, Node 24,
 * workerd and a browser; and a watch that a crash of the service does not end.
 */
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { WebSocket } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type * as sdk from "../../sdk/src/index.ts";
import { browserPath, openPage } from "../browser.ts";
import { startBrowser } from "../console-page.ts";
import { installPackage, type InstalledPackage } from "../package.ts";
import { freePort } from "../free-port.ts";
import { PATIENT } from "../patience.ts";
import { Service } from "../service.ts";
import { logOf, scripted } from "../tasks.ts";
import { startWorker } from "../workerd.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const EXERCISE = join(ROOT, "test", "runtimes", "exercise.mjs");
const run = promisify(execFile);

/** What the exercise must come to, wherever it runs. */
const WELL = {
  health: "ok",
  answer: "It is three, said piece by piece.",
  status: "completed",
  inOrder: true,
  sameOverHttp: true,
  sameFromCursor: true,
  sameInPages: true,
  lastSeq: true,
  newest: true,
  refused: "not_found",
  requestId: true,
  streamed: true,
  unwrapped: "task_1",
  stopped: "enough",
};

let service: Service;
let installed: InstalledPackage;
/** Where the browser's page is served: known to the service before it starts. */
let pagePort: number;

beforeAll(async () => {
  pagePort = await freePort();
  const vars = { OPSPAWN_CORS_ORIGINS: `http://127.0.0.1:${pagePort}`, OPSPAWN_DELTA_CHARS: "1" };
  [service, installed] = await Promise.all([Service.start({ vars }), installPackage()]);
});
afterAll(async () => {
  await service.stop();
  await installed[Symbol.asyncDispose]();
});

/** The installed build, in this process. */
async function load(): Promise<typeof sdk> {
  const url = pathToFileURL(join(installed.path, "dist", "index.js"));
  return (await import(url.href)) as typeof sdk;
}

/** How a program loads the package: as an ES module, or as CommonJS. */
const LOADED = { mjs: `import * as sdk from "opspawn";`, cjs: `const sdk = require("opspawn");` };

/** A program that runs the exercise and prints what came out. */
function programFor(kind: keyof typeof LOADED): string {
  copyFileSync(EXERCISE, join(installed.folder, "exercise.mjs"));
  const file = join(installed.folder, `program.${kind}`);
  writeFileSync(
    file,
    `${LOADED[kind]}
import("./exercise.mjs").then(async ({ exercise }) => {
  console.log(JSON.stringify(await exercise(sdk, ${JSON.stringify(service)})));
  process.exit();
});`,
  );
  return file;
}

async function listOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) {
    list.push(item);
  }
  return list;
}

/** A Node of this major version, or null. */
function nodeOf(major: number): string | null {
  const places = ["/usr/bin/node", "/usr/local/bin/node", process.execPath];
  const found = places.find((path) => {
    try {
      return execFileSync(path, ["--version"], { encoding: "utf8" }).startsWith(`v${major}.`);
    } catch {
      return false;
    }
  });
  return found ?? null;
}

test("the package has what it needs, nothing else, and needs no other", () => {
  const { files, manifest } = installed;
  // The templates are those of `opspawn init`.
  const others = files.filter((file) => !/^dist\/(?:templates\/.*|.*\.(?:js|d\.ts))$/.test(file));
  expect(others.toSorted()).toEqual([
    "LICENSE",
    "README.md",
    "dist/cjs/package.json",
    "package.json",
  ]);
  expect(files).toContain("dist/cli/main.js");
  expect(files).toContain("dist/templates/starter/package.json");
  expect(manifest).toMatchObject({ name: "opspawn", license: "Apache-2.0", type: "module" });
  expect(Object.keys(manifest)).not.toContain("dependencies");
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    version: string;
  };
  expect(manifest["version"]).toBe(version);
});

test("a program in strict TypeScript compiles against it, and one that is wrong does not", async () => {
  const { folder } = installed;
  const right = `import { Opspawn, type Task } from "opspawn";
const { tasks } = new Opspawn({ url: "http://here", key: "k" });
const task: Task = await tasks.run({ input_data: { goal: "Add." }, limits: { max_steps: 3 } });
const answer: string = task.result?.answer ?? "";
for await (const { seq, data } of tasks.watch(task.task_id)) console.log(seq + 1, data, answer);
export {};`;
  writeFileSync(join(folder, "right.ts"), right);
  writeFileSync(join(folder, "wrong.ts"), right.replace("max_steps: 3", "max_stepz: 3"));
  const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022"];
  const modules = ["--module", "nodenext", "--lib", "es2023,dom", "--types", ""];
  const tsc = (file: string) =>
    run(join(ROOT, "node_modules", ".bin", "tsc"), [...options, ...modules, file], { cwd: folder });
  await tsc("right.ts");
  // The types of the CommonJS build, whose program may not await at its top.
  const common = right
    .replace("export {};", "}")
    .replace("const { tasks }", "async () => {\nconst { tasks }");
  writeFileSync(join(folder, "common.cts"), common);
  await tsc("common.cts");
  await expect(tsc("wrong.ts")).rejects.toMatchObject({
    stdout: expect.stringContaining("max_stepz") as string,
  });
});

test.for([
  [20, "mjs"],
  [20, "cjs"],
  [24, "mjs"],
  [24, "cjs"],
] as const)(
  "it does its work in Node %s, loaded by a file .%s",
  async ([major, kind], { skip }) => {
    const node = nodeOf(major);
    if (node === null) {
      return skip(`there is no Node ${major} on this machine`);
    }
    const { stdout } = await run(node, [programFor(kind)], { cwd: installed.folder });
    // Node 20 has no WebSocket: there, events come over HTTP.
    expect(JSON.parse(stdout)).toEqual({ ...WELL, socket: major > 20 });
  },
);

test("it does its work in workerd", async () => {
  const dist = join(installed.path, "dist");
  const files = globSync("**/*.js", { cwd: dist, exclude: ["cli", "cjs"] });
  const entry = `import * as sdk from "./dist/index.js";
import { exercise } from "./exercise.mjs";
export default { fetch: async (request) => Response.json(await exercise(sdk, await request.json())) };`;
  const sources = files.map((file) => [`dist/${file}`, readFileSync(join(dist, file), "utf8")]);
  await using worker = await startWorker({
    "entry.mjs": entry,
    "exercise.mjs": readFileSync(EXERCISE, "utf8"),
    ...(Object.fromEntries(sources) as Record<string, string>),
  });
  const { url, key } = service;
  const response = await fetch(worker.url, { method: "POST", body: JSON.stringify({ url, key }) });
  const body = await response.text();
  expect(response.status, body).toBe(200);
  expect(JSON.parse(body)).toEqual({ ...WELL, socket: true });
});

test("it does its work in a browser, from another origin", async ({ skip }) => {
  const browser = browserPath();
  if (browser === null) {
    return skip("there is no Chromium on this machine");
  }
  const { url, key } = service;
  const page = `<!doctype html><script type="module">
const report = (body) => fetch("/report", { method: "POST", body: JSON.stringify(body) });
try {
  const sdk = await import("/dist/index.js");
  const { exercise } = await import("/exercise.mjs");
  await report(await exercise(sdk, ${JSON.stringify({ url, key })}));
} catch (error) {
  await report(String(error?.stack ?? error));
}</script>`;
  const reported = Promise.withResolvers<unknown>();
  const pages = createServer((request, response) => {
    const path = request.url ?? "/";
    if (path === "/report") {
      void text(request).then((body) => reported.resolve(JSON.parse(body)));
      response.end();
    } else if (path === "/") {
      response.setHeader("Content-Type", "text/html").end(page);
    } else if (/^\/(?:exercise\.mjs|dist\/[\w/-]+\.js)$/.test(path)) {
      const file = path === "/exercise.mjs" ? EXERCISE : join(installed.path, path);
      response.setHeader("Content-Type", "text/javascript").end(readFileSync(file));
    } else {
      response.writeHead(404).end();
    }
  });
  pages.listen(pagePort, "127.0.0.1");
  await once(pages, "listening");
  const { port } = pages.address() as AddressInfo;
  let opened: AsyncDisposable | null = null;
  try {
    opened = await openPage(browser, `http://127.0.0.1:${port}/`);
    expect(await reported.promise).toEqual({ ...WELL, socket: true });
  } finally {
    await opened?.[Symbol.asyncDispose]();
    pages.closeAllConnections();
    pages.close();
  }
});

test("React components show tasks and approvals live, and end with one connection each", async ({
  skip,
}) => {
  const path = browserPath();
  if (path === null) {
    return skip("there is no Chromium on this machine");
  }
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "test/runtimes/react-page.mjs")],
    alias: {
      opspawn: join(installed.path, "dist/index.js"),
      "opspawn/react": join(installed.path, "dist/react/index.js"),
      react: join(ROOT, "node_modules/react"),
    },
    define: { "process.env.NODE_ENV": '"development"' },
    bundle: true,
    format: "esm",
    write: false,
  });
  const script = outputFiles[0]?.text ?? "";
  const pages = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
    response.end(
      isScript
        ? script
        : `<!doctype html><main></main><script type="module" src="/page.js"></script>`,
    );
  });
  pages.listen(pagePort, "127.0.0.1");
  await once(pages, "listening");
  const browser = await startBrowser();
  try {
    const { Opspawn } = await load();
    const { tasks } = new Opspawn(service);
    const body = {
      agent_config: { model: "local/script", policy: { approve: ["add_*"] } },
      input_data: {
        goal: "demo",
        script: [
          { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] },
          { tool_calls: [{ name: "ask_human", arguments: { question: "Which colour?" } }] },
          { text: "It is three and blue, said slowly.", chunks: 6, delay_ms: 20 },
        ],
      },
    };
    const { id } = await tasks.create(body);
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("pageerror", ({ message }) => faults.push(message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        faults.push(message.text());
      }
    });
    const sockets: WebSocket[] = [];
    page.on("websocket", (socket) => sockets.push(socket));
    const query = new URLSearchParams({ url: service.url, key: service.key, task: id });
    await page.goto(`http://127.0.0.1:${pagePort}/?${query.toString()}`);
    await page.getByText("loading, asks nothing").waitFor();
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("waiting, asks approval").waitFor();
    await page.getByText("Approvals: 1 pending").waitFor();
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("waiting, asks question").waitFor();
    await page.getByText("Approvals: 0 pending").waitFor();

    // Another task asks, and another person decides.
    const other = await tasks.run(body);
    await page.getByText("Approvals: 1 pending").waitFor();
    await tasks.deny(other.id, "call_2");
    await page.getByText("Approvals: 0 pending").waitFor();

    await page.getByRole("button", { name: "Answer" }).click();
    await page.getByText("completed, asks nothing").waitFor();
    expect(await page.locator("#result").textContent()).toBe("It is three and blue, said slowly.");
    // The text grew as it was written.
    const steps = new Set((await page.evaluate<string[]>("window.texts")).filter(Boolean));
    expect(steps.size).toBeGreaterThan(2);

    // Nothing is open any more: what is asked of a finished run is refused by name.
    await page.getByRole("button", { name: "Answer" }).click();
    await page.getByText("no_question").waitFor();
    // Two components of a task share a connection, and the last one to leave ends it.
    const ofTask = sockets.filter((socket) => socket.url().includes(id));
    expect(ofTask.length).toBe(1);
    const ofFeed = sockets.filter((socket) => socket.url().includes("/feed"));
    await page.getByRole("button", { name: "Hide" }).click();
    await vi.waitUntil(() => ofFeed.every((socket) => socket.isClosed()), PATIENT);
    expect(ofFeed.length).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  } finally {
    await browser.close();
    pages.closeAllConnections();
    pages.close();
  }
});

test("two keys of one client list and change what there is, and what is gone is gone", async () => {
  const { Opspawn, PreconditionFailedError } = await load();
  const opspawn = new Opspawn(service);
  const { key, id } = await opspawn.keys.create({ name: "other", scopes: ["tasks:read"] });
  const reader = new Opspawn({ url: service.url, key });
  await expect(reader.tasks.create({ input_data: { goal: "x" } })).rejects.toMatchObject({
    code: "forbidden",
    status: 403,
  });
  await opspawn.agents.create({ name: "sdk-agent", config: { tools: ["calculator"] } });
  const { data, etag } = await reader.agents.get("sdk-agent").withResponse();
  const ifMatch = etag ?? "";
  const replaced = await opspawn.agents.replace("sdk-agent", {}, { ifMatch });
  expect([data.version, replaced.version]).toEqual([1, 2]);
  await expect(opspawn.agents.delete("sdk-agent", { ifMatch })).rejects.toThrow(
    PreconditionFailedError,
  );
  await opspawn.agents.delete("sdk-agent");
  const names = [];
  for await (const { name } of reader.agents.list()) {
    names.push(name);
  }
  expect(names).toEqual(["default"]);
  await opspawn.keys.revoke(id);
  expect((await opspawn.keys.get(id)).revoked_at).not.toBeNull();
});

test("the same idempotency key submits one task, and waits of people are given back", async () => {
  const { Opspawn } = await load();
  const { tasks } = new Opspawn(service);
  const body = {
    agent_config: { model: "local/script", policy: { approve: ["add_*"] } },
    input_data: {
      goal: "demo",
      script: [
        { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] },
        { text: "It is 3." },
      ],
    },
  };
  const [one, other] = await Promise.all(
    [1, 2].map(() => tasks.run(body, { idempotencyKey: "sdk-1" })),
  );
  expect(one).toMatchObject({ status: "waiting", waiting_for: "approval" });
  expect(other?.id).toBe(one?.id);
  await tasks.approve(one?.id ?? "", "call_2");
  const done = await tasks.wait(one?.id ?? "");
  expect(done).toMatchObject({ status: "completed", result: { answer: "It is 3." } });
});

test("watches go on by cursor when the service is killed and comes back: nothing lost, nothing twice", async () => {
  const { Opspawn } = await load();
  const { tasks } = new Opspawn(service);
  const chatter = { text: "streamed ".repeat(10), chunks: 90, delay_ms: 15 };
  const rest = { tool_calls: [{ name: "wait", arguments: { seconds: 0.5 } }] };
  const { id } = await tasks.create(
    scripted([rest, chatter, rest, chatter]) as unknown as sdk.SubmitTask,
  );
  const streaming = Promise.withResolvers<void>();
  const watched = async (via: "websocket" | "sse"): Promise<sdk.TaskEvent[]> => {
    const events: sdk.TaskEvent[] = [];
    for await (const event of tasks.watch(id, { via })) {
      events.push(event);
      if (events.filter(({ type }) => type === "model.delta").length === 20) {
        streaming.resolve();
      }
    }
    return events;
  };
  const watches = [watched("websocket"), watched("sse")];
  const settled = tasks.wait(id);
  const streamed = tasks.attach(id);
  const [texts, drafts] = [listOf(streamed.text), listOf(streamed.drafts)];
  await streaming.promise;
  await service.kill();
  await service.up();
  const [bySocket, byStream] = await Promise.all(watches);
  const task = await settled;
  expect(task).toMatchObject({ status: "completed" });
  expect((await texts).join("")).toBe(task.result?.answer);
  // The text of the attempt that the kill lost is void.
  expect((await drafts).filter(({ isReset }) => isReset).length).toBeGreaterThan(0);
  expect((await drafts).at(-1)).toMatchObject({ text: task.result?.answer, isFinal: true });
  const log = await logOf(service, id);
  expect(bySocket).toEqual(log);
  expect(byStream).toEqual(log);
  expect(log.map(({ type }) => type)).toContain("recovery.started");
});
