/**
 * A project outside the repository, made by `create-opspawn` from packed archives. Its other packages
 * are those of the repository, so that no registry is asked.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Opspawn } from "../../sdk/src/index.ts";
import { freePort } from "../free-port.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** The repository's own bundle has 915 kB, compressed, with the SDKs of all providers. */
const MOST_BYTES = 900_000;
const PATIENCE = { timeout: 280_000, interval: 200 };
const folder = mkdtempSync(join(tmpdir(), "opspawn-project-"));
const project = join(folder, "my-agents");
const run = promisify(execFile);
const running = new Set<ChildProcess>();

beforeAll(async () => {
  await run(process.execPath, ["scripts/worker-build.ts"], { cwd: ROOT });
  const packing = ["pack", "--silent", `--pack-destination=${folder}`];
  await run("npm", packing, { cwd: join(ROOT, "library") });
  await run("npm", packing, { cwd: join(ROOT, "create-opspawn") });
  await run("tar", ["xzf", "create-opspawn-0.1.0.tgz"], { cwd: folder });
  await run(process.execPath, ["package/create-opspawn.mjs", "my-agents"], { cwd: folder });
  const scope = join(project, "node_modules", "@opspawn");
  mkdirSync(scope, { recursive: true });
  await run("tar", ["xzf", join(folder, "opspawn-worker-0.1.0.tgz")], { cwd: scope });
  await run("mv", ["package", "worker"], { cwd: scope });
  for (const name of ["hono", "zod", "wrangler", "typescript", "@types"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(project, "node_modules", name));
  }
}, 300_000);

afterAll(() => {
  for (const child of running) {
    kill(child);
  }
  rmSync(folder, { recursive: true, force: true });
});

const environment = {
  ...process.env,
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
};

/** Runs a program of the project's packages; returns what it prints. */
async function program(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ["--no-warnings", ...args], {
    cwd: project,
    env: environment,
  });
  return stdout;
}

const WRANGLER = "node_modules/wrangler/bin/wrangler.js";
const COMMANDS = "node_modules/@opspawn/worker/dist/project/main.js";

/** Starts `dev`; resolves to a client once the service is healthy. */
async function dev(
  port: number,
): Promise<{ readonly client: Opspawn; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, ["--no-warnings", COMMANDS, "dev", `--port`, `${port}`], {
    cwd: project,
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (output += String(chunk)));
  const key = await vi.waitFor(() => {
    const shown = /key of this machine: (\S+)/.exec(output)?.[1];
    expect(shown, output).toBeDefined();
    return shown;
  }, PATIENCE);
  return { client: new Opspawn({ url: `http://127.0.0.1:${port}`, key }), child };
}

/** Kills a process and all that it started. */
function kill(child: ChildProcess): void {
  running.delete(child);
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function scripted(...calls: readonly { readonly name: string; readonly arguments: object }[]) {
  const script = [...calls.map((call) => ({ tool_calls: [{ ...call }] })), { text: "done" }];
  return {
    agent: "support",
    agent_config: { model: "local/script", tools: ["plan", "wait"] },
    input_data: { goal: "go", script },
  };
}

test("the package needs two others, and the project's test runs in plain Node", async () => {
  const manifest = JSON.parse(
    readFileSync(join(project, "node_modules/@opspawn/worker/package.json"), "utf8"),
  ) as { dependencies: object };
  expect(Object.keys(manifest.dependencies)).toEqual(["hono", "zod"]);
  expect(await program("--test", "--test-reporter=tap")).toContain("# pass 1");
});

test("it can be deployed: the bundle builds without the SDKs of providers", async () => {
  await program(WRANGLER, "deploy", "--dry-run", "--outdir=out");
  const bundle = await readFile(join(project, "out", "index.js"));
  expect(gzipSync(bundle).length).toBeLessThan(MOST_BYTES);
});

test("the doctor names what the configuration lacks, with the lines to add", async () => {
  expect(await program(COMMANDS, "doctor")).toContain("has what this version needs");
  const file = join(project, "wrangler.jsonc");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace('"name": "FEEDS"', '"name": "OTHER"'));
  await expect(program(COMMANDS, "doctor")).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /binding FEEDS of the class TenantFeed is missing\.\n {2}\{"durable_objects":\{"bindings":\[\{"name":"FEEDS","class_name":"TenantFeed"\}\]\}\}/,
    ) as string,
  });
  writeFileSync(file, text);
});

test("dev answers a task whose tool reads a KV binding, and a killed run resumes", async () => {
  await program(WRANGLER, "kv", "key", "put", "ada", "gold", "--binding=PLANS", "--local");
  const port = await freePort();
  const first = await dev(port);
  const { id } = await first.client.tasks.create(
    scripted({ name: "plan", arguments: { customer: "ada" } }),
  );
  expect(await first.client.tasks.wait(id)).toMatchObject({ status: "completed" });
  const events = await Array.fromAsync(first.client.tasks.watch(id));
  expect(events.find(({ type }) => type === "tool.completed")).toMatchObject({
    data: { output: { plan: "gold" } },
  });

  const waiting = await first.client.tasks.create(
    scripted(
      { name: "plan", arguments: { customer: "ada" } },
      { name: "wait", arguments: { seconds: 2 } },
      { name: "plan", arguments: { customer: "eve" } },
    ),
  );
  await vi.waitFor(async () => {
    const { status } = await first.client.tasks.get(waiting.id);
    expect(status).toBe("waiting");
  }, PATIENCE);
  kill(first.child);
  const second = await dev(port);
  expect(await second.client.tasks.wait(waiting.id)).toMatchObject({ status: "completed" });
  const resumed = await Array.fromAsync(second.client.tasks.watch(waiting.id));
  const outputs = resumed.filter(({ type }) => type === "tool.completed").map(({ data }) => data);
  expect(outputs).toMatchObject([{ output: { plan: "gold" } }, {}, { output: { plan: "free" } }]);
  kill(second.child);
}, 600_000);
