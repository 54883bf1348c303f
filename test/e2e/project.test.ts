/**
 * Projects outside the repository, made by `create-opspawn` from packed archives. Their other
 * packages are those of the repository, so that no registry is asked.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import { Opspawn } from "../../sdk/src/index.ts";
import { TEMPLATES } from "../../sdk/src/cli/project/create.ts";
import { freePort } from "../free-port.ts";
import { installProject, packedArchives } from "../project-packages.ts";

/** The repository's own bundle has 915 kB, compressed, with the SDKs of all providers. */
const MOST_BYTES = 900_000;
const PATIENCE = { timeout: 840_000, interval: 200 };
const folder = mkdtempSync(join(tmpdir(), "opspawn-project-"));
const project = join(folder, "my-agents");
const run = promisify(execFile);
const running = new Set<ChildProcess>();

/** The projects, by their templates. */
const PROJECTS = Object.keys(TEMPLATES).map((template) => ({
  template,
  path: template === "starter" ? project : join(folder, `my-${template}`),
}));

beforeAll(async () => {
  const archives = await packedArchives();
  await run("tar", ["xzf", join(archives, "create-opspawn-0.1.0.tgz")], { cwd: folder });
  for (const { template, path } of PROJECTS) {
    const args = ["package/dist/create-opspawn.mjs", path, "-t", template, "--packages", archives];
    await run(process.execPath, args, { cwd: folder });
    await installProject(path);
  }
}, 900_000);

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

/** Runs a program of a project's packages; returns what it prints. */
async function program(args: readonly string[], cwd = project): Promise<string> {
  const { stdout } = await run(process.execPath, ["--no-warnings", ...args], {
    cwd,
    env: environment,
  });
  return stdout;
}

const WRANGLER = "node_modules/wrangler/bin/wrangler.js";
const OPSPAWN = "node_modules/opspawn/dist/cli/main.js";

/** Starts `dev`; resolves to a client once the service is healthy. */
async function dev(
  port: number,
  cwd = project,
): Promise<{ readonly client: Opspawn; readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, ["--no-warnings", OPSPAWN, "dev", "--port", `${port}`], {
    cwd,
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (output += String(chunk)));
  const key = await vi.waitFor(() => {
    const shown = /console\/#key=(\S+)/.exec(output)?.[1];
    expect(shown, output).toBeDefined();
    return shown;
  }, PATIENCE);
  const url = `http://127.0.0.1:${port}`;
  return { client: new Opspawn({ url, key }), url, child };
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

test("the package needs two others", () => {
  const manifest = JSON.parse(
    readFileSync(join(project, "node_modules/@opspawn/worker/package.json"), "utf8"),
  ) as { dependencies: object };
  expect(Object.keys(manifest.dependencies)).toEqual(["hono", "zod"]);
});

test.each(PROJECTS)("the tests of $template crash its agent, in plain Node", async ({ path }) => {
  const output = await program(["--test", "--test-reporter=tap"], path);
  expect(output).toMatch(/# pass [2-9]/);
  expect(output).toMatch(/crash/);
});

test.each(PROJECTS)("$template can be deployed by Cloudflare's button", ({ template, path }) => {
  const config: Configured = readConfig({ config: join(path, "wrangler.jsonc"), env: "" });
  const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest;
  // The folder is the whole repository: nothing of it is elsewhere.
  const files = readdirSync(join("templates", template), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:tsx?|mjs|jsonc?|css)$/.test(name))
    .map((name) => readFileSync(join("templates", template, name), "utf8"));
  expect(
    files.filter((content) =>
      /["'](?:\.\.\/){2}|workspace:|\.\.\/\.\.\/node_modules/.test(content),
    ),
  ).toEqual([]);
  // Resources are found by names that the page may change: the file's own, never a command's.
  const named = [
    config.name,
    ...config.d1_databases.map(({ database_name }) => database_name),
    ...(config.queues.producers ?? []).map(({ queue }) => queue),
  ];
  expect(named.every((name) => name?.startsWith(`my-`))).toBe(true);
  expect(manifest.scripts["deploy"]).toBe("opspawn deploy");
  // The page asks for each secret that the example names, and shows what it is for.
  const secrets = Array.from(
    readFileSync(join(path, ".dev.vars.example"), "utf8").matchAll(/^(\w+)=(.*)$/gm),
    ([, name = "", value = ""]) => ({ name, value }),
  );
  expect(secrets.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["OPSPAWN_ENCRYPTION_KEY", "OPSPAWN_ADMIN_KEY"]),
  );
  expect(secrets.filter(({ value }) => value !== "")).toEqual([]);
  const described = Object.entries(manifest.cloudflare.bindings);
  expect(described.every(([, { description }]) => description.length > 20)).toBe(true);
  expect(described.map(([name]) => name)).toEqual(
    expect.arrayContaining([...secrets.map(({ name }) => name), "DB", ...Object.keys(config.vars)]),
  );
  expect(readFileSync(join(path, ".gitignore"), "utf8")).toContain(".dev.vars");
});

interface Configured {
  readonly name?: string;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly d1_databases: readonly { readonly database_name?: string }[];
  readonly queues: { readonly producers?: readonly { readonly queue: string }[] };
}

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly cloudflare: { readonly bindings: Readonly<Record<string, { description: string }>> };
}

test("it can be deployed: the bundle builds without the SDKs of providers", async () => {
  await program([WRANGLER, "deploy", "--dry-run", "--outdir=out"]);
  const bundle = readFileSync(join(project, "out", "index.js"));
  expect(gzipSync(bundle).length).toBeLessThan(MOST_BYTES);
});

/** Changes a file of the project for the time of a call. */
async function withChange<T>(
  name: string,
  from: string,
  to: string,
  act: () => Promise<T>,
): Promise<T> {
  const file = join(project, name);
  const before = readFileSync(file, "utf8");
  expect(before).toContain(from);
  writeFileSync(file, before.replace(from, to));
  try {
    return await act();
  } finally {
    writeFileSync(file, before);
  }
}

test("the doctor names what the configuration lacks, with the lines to add", async () => {
  const lacking = withChange("wrangler.jsonc", '"name": "FEEDS"', '"name": "OTHER"', () =>
    program([OPSPAWN, "doctor"]),
  );
  await expect(lacking).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /^wrangler\.jsonc: .*binding FEEDS of the class TenantFeed is missing\.\n {2}\{"durable_objects":\{"bindings":\[\{"name":"FEEDS","class_name":"TenantFeed"\}\]\}\}/,
    ) as string,
  });
});

test("a Worker that does not start is named with file and line", async () => {
  const twice = withChange("src/index.ts", "tools: [plan]", "tools: [plan, plan]", () =>
    program([OPSPAWN, "doctor"]),
  );
  await expect(twice).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /^src\/index\.ts:6: Two tools have the name plan; names must be unique\.$/m,
    ) as string,
  });
});

test("a class that is not exported is named with the line to add, and nothing is served", async () => {
  const port = await freePort();
  const hidden = withChange("src/index.ts", "export class TenantFeed", "class TenantFeed", () =>
    program([OPSPAWN, "dev", "--port", `${port}`]),
  );
  await expect(hidden).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /^src\/index\.ts: The Durable Object class TenantFeed is not exported\.\n {2}export class TenantFeed extends opspawn\.TenantFeed \{\}$/m,
    ) as string,
    stderr: expect.stringContaining("Nothing was started") as string,
  });
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow("fetch failed");
});

test("dev answers a task whose tool reads a KV binding, and a killed run resumes", async () => {
  await program([WRANGLER, "kv", "key", "put", "ada", "gold", "--binding=PLANS", "--local"]);
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

  const questions = ["What is 3 * 120?", "What is 17% of 2,340?", "What is 6 * 7?"];
  const calls = questions.map((goal) => ({ name: "agent_researcher", arguments: { goal } }));
  const research = await first.client.tasks.run({
    agent: "research",
    agent_config: { model: "local/script" },
    input_data: { goal: "What does it cost?", script: [{ tool_calls: calls }, { text: "799.80" }] },
  });
  expect(research).toMatchObject({ status: "completed", result: { answer: "799.80" } });
  const { data: tree } = await first.client.tasks.tree(research.id);
  expect(tree.map(({ agent, status }) => `${agent} ${status}`).toSorted()).toEqual([
    "research completed",
    ...questions.map(() => "researcher completed"),
  ]);

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

test("chat: a visitor sees and approves own tasks by a cookie, and no others", async () => {
  const { url, child } = await dev(await freePort(), join(folder, "my-chat"));
  const page = await fetch(url);
  expect(await page.text()).toContain('src="/main.js"');
  expect((await fetch(`${url}/main.js`)).headers.get("content-type")).toContain("javascript");
  const visitor = (await fetch(url)).headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const clientOf = (cookie: string) =>
    new Opspawn({
      url,
      key: "cookie",
      WebSocket: null,
      fetch: (input, init) => {
        const headers = new Headers(init?.headers);
        headers.set("Cookie", cookie);
        return fetch(input, { ...init, headers });
      },
    });
  const { tasks, agents } = clientOf(visitor);
  const goal = "What is 17% of 2,340?";
  const task = await tasks.run({ agent: "concierge", input_data: { goal } });
  expect(task).toMatchObject({ status: "waiting", waiting_for: "approval" });
  await tasks.approve(task.id, task.waiting?.call_id ?? "");
  expect(await tasks.wait(task.id)).toMatchObject({
    result: { answer: expect.stringContaining("397.8") as string },
  });
  await expect(agents.create({ name: "own" })).rejects.toMatchObject({ code: "forbidden" });
  const other = page.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  await expect(clientOf(other).tasks.get(task.id)).rejects.toMatchObject({ code: "not_found" });
  await expect(clientOf("").tasks.get(task.id)).rejects.toMatchObject({ code: "unauthorized" });
  kill(child);
}, 600_000);

test("slack: a command submits a task, a button approves its call, and the answer is posted", async () => {
  const posted: { readonly path: string; readonly body: Readonly<Record<string, unknown>> }[] = [];
  // Slack's API, faked.
  const slack = createServer((request, response) => {
    void text(request).then((body) => {
      posted.push({ path: request.url ?? "", body: JSON.parse(body) as Record<string, unknown> });
      response.end('{"ok":true}');
    });
  });
  const api = `http://127.0.0.1:${await freePort()}`;
  slack.listen(Number(new URL(api).port), "127.0.0.1");
  const path = join(folder, "my-slack");
  const vars = `SLACK_SIGNING_SECRET=sign-me\nSLACK_BOT_TOKEN=xoxb-1\nSLACK_API=${api}\n`;
  writeFileSync(join(path, ".dev.vars"), vars);
  const { url, child } = await dev(await freePort(), path);
  const send = (to: string, form: Readonly<Record<string, string>>, secret = "sign-me") => {
    const body = new URLSearchParams(form).toString();
    const at = String(Math.floor(Date.now() / 1000));
    const signature = createHmac("sha256", secret).update(`v0:${at}:${body}`).digest("hex");
    return fetch(`${url}/slack/${to}`, {
      method: "POST",
      headers: { "X-Slack-Request-Timestamp": at, "X-Slack-Signature": `v0=${signature}` },
      body,
    });
  };
  const posting = (pattern: RegExp) =>
    vi.waitFor(() => {
      const found = posted.find(({ body }) => pattern.test(JSON.stringify(body)));
      expect(found, JSON.stringify(posted)).toBeDefined();
      return JSON.stringify(found);
    }, PATIENCE);
  const command = { text: "What is 17% of 2,340?", channel_id: "C1", trigger_id: "t1" };
  expect((await send("commands", command, "another")).status).toBe(401);
  expect((await send("commands", command)).status).toBe(200);
  // Slack repeats what it takes for lost: it is the same task.
  expect((await send("commands", command)).status).toBe(200);
  const value = /task_\S+ call_\d+/.exec(await posting(/Approve calculator\?/))?.[0] ?? "";
  const press = {
    user: { id: "U7" },
    response_url: `${api}/response`,
    actions: [{ action_id: "approve", value }],
  };
  expect((await send("interactions", { payload: JSON.stringify(press) })).status).toBe(200);
  await posting(/"text":"Approved by <@U7>\."/);
  expect(await posting(/397\.8/)).toContain('"channel":"C1"');
  expect(posted.filter(({ body }) => "blocks" in body)).toHaveLength(1);
  kill(child);
  slack.close();
}, 600_000);
