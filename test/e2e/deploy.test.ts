/**
 * `npm run deploy` against an account at Cloudflare: the real wrangler over HTTP, and, where every
 * point of a deployment is to be tried, a double of wrangler that is held against the real one.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { look } from "../../scripts/deploy/account.ts";
import { DeployError } from "../../scripts/deploy/deploy-error.ts";
import { readOptions } from "../../scripts/deploy/options.ts";
import { deploy, refuseForeign } from "../../scripts/deploy/steps.ts";
import { readTarget } from "../../scripts/deploy/target.ts";
import { Cloudflare, ConnectionLost, type Fault } from "../cloudflare/cloudflare.ts";
import { holdingsOf } from "../cloudflare/holdings.ts";
import { CloudflareServer } from "../cloudflare/server.ts";
import { wranglerDouble } from "../cloudflare/wrangler-double.ts";

const ROOT = process.cwd();
const PROVIDER_KEY = "sk-a-key-of-a-provider";
/** In the middle of the migrations. */
const KILLED_AT = " 0005_mcp.sql";
const FAULTS: readonly Fault[] = ["answer lost", "never arrived", "status 500"];
const target = readTarget(join(ROOT, "wrangler.toml"), "");

const home = mkdtempSync(join(tmpdir(), "opspawn-deployer-"));
const commandLines = `${home}.argv`;
let server: CloudflareServer;

beforeAll(async () => {
  server = await CloudflareServer.start();
});

afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
  rmSync(commandLines, { force: true });
});

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Writes down the command line of every program that a deployment starts. */
const WITNESS = `data:text/javascript,${encodeURIComponent(
  `import{appendFileSync}from"node:fs";appendFileSync(process.env.ARGUMENTS,JSON.stringify(process.argv)+"\\n")`,
)}`;

/** The program as a person starts it; `begun` gets the id of its process group. */
async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = server.environment,
  begun: (group: number) => void = () => undefined,
): Promise<Run> {
  const child = spawn(process.execPath, [join(ROOT, "scripts/deploy.ts"), ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      TMPDIR: home,
      NODE_OPTIONS: `--import=${WITNESS}`,
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
      ARGUMENTS: commandLines,
      ...env,
    },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  begun(child.pid ?? 0);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((done) => child.once("close", done)),
  ]);
  return { code, stdout, stderr };
}

/** Every file that was left in the folder of whoever deploys, and the command lines. */
function traces(): string {
  const files = readdirSync(home, { recursive: true, encoding: "utf8" })
    .map((name) => join(home, name))
    .filter((path) => statSync(path).isFile());
  return [...files, commandLines].map((path) => readFileSync(path, "utf8")).join("\n");
}

function keysIn(output: string): string[] {
  return output.match(/\bopsk_[\w-]{43}/g) ?? [];
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

test("a deployment that is killed is finished by the next one, and a third one changes nothing", async () => {
  const { cloudflare } = server;
  const config = readFileSync("wrangler.toml", "utf8");
  const args = ["--yes", "--provider-keys", `--url=${server.origin}`];
  const env = { ...server.environment, OPENAI_API_KEY: PROVIDER_KEY };

  let group = 0;
  cloudflare.faultAt = (change) => {
    if (change.endsWith(KILLED_AT)) {
      cloudflare.faultAt = () => null;
      process.kill(-group, "SIGKILL");
      return "answer lost";
    }
    return null;
  };
  const killed = await run(args, env, (started) => (group = started));
  expect(killed.code).toBeNull();
  expect(keysIn(killed.stdout)).toEqual([]);

  const finished = await run(args, env);
  expect(finished).toMatchObject({ code: 0, stderr: "" });
  expect(finished.stdout).toContain(`Opspawn serves ${server.origin}`);
  const [key = "", ...others] = keysIn(finished.stdout);
  expect(others).toEqual([]);
  const [database] = cloudflare.account.databases;
  expect(database?.rows("SELECT hash FROM api_key")).toEqual([{ hash: hashOf(key) }]);
  const made = holdingsOf(cloudflare.account);
  expect(made).toEqual(await cleanHoldings(["OPENAI_API_KEY"]));
  const changes = cloudflare.changes.length;
  expect(cloudflare.changes).toEqual(await changesOfTheDouble());

  const secrets = new Map(cloudflare.account.workers.get("opspawn")?.secrets);
  const again = await run(args, env);
  expect(again).toMatchObject({ code: 0, stderr: "" });
  expect(keysIn(again.stdout)).toEqual([]);
  expect(holdingsOf(cloudflare.account)).toEqual(made);
  expect(cloudflare.account.workers.get("opspawn")?.secrets).toEqual(secrets);
  expect(cloudflare.changes.slice(changes).filter((one) => one.startsWith("POST /q"))).toEqual([]);

  expect(secrets.get("OPENAI_API_KEY")).toBe(PROVIDER_KEY);
  const sealing = secrets.get("OPSPAWN_ENCRYPTION_KEY") ?? "";
  expect(Buffer.from(sealing, "base64").byteLength).toBe(32);
  const shown = [killed, finished, again].map(({ stdout, stderr }) => stdout + stderr).join("\n");
  const left = traces();
  expect(left).toContain("secret");
  for (const secret of [sealing, PROVIDER_KEY]) {
    expect(shown + left).not.toContain(secret);
  }
  expect(left).not.toContain(key);
  expect(readFileSync("wrangler.toml", "utf8")).toBe(config);
}, 900_000);

test("what cannot go on says in a sentence what to do, and ends with 2", async () => {
  const wrongToken = { ...server.environment, CLOUDFLARE_API_TOKEN: "wrong" };
  const nowhere = { ...server.environment, CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:1/v4" };
  const before = server.cloudflare.changes.length;
  const cases: readonly (readonly [string[], Record<string, string>, RegExp])[] = [
    [["--yes"], wrongToken, /refuses this login.*the permissions that docs\/how-to/],
    [["--yes"], nowhere, /cannot be reached/],
    [
      ["--yes", "--env=nope"],
      server.environment,
      /no environment nope; it has staging, production/,
    ],
    [["--nope"], server.environment, /Unknown option '--nope'/],
    [[], server.environment, /without a terminal: add --yes/],
  ];
  for (const [args, env, sentence] of cases) {
    const { code, stderr } = await run(args, env);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  }
  expect(server.cloudflare.changes.length).toBe(before);
});

test("a dry run makes nothing, and says what it cannot know without a login", async () => {
  const { CLOUDFLARE_API_TOKEN: _none, ...withoutToken } = server.environment;
  const before = server.cloudflare.changes.length;
  const { code, stdout } = await run(["--dry-run", "--env=staging"], withoutToken);
  expect(code).toBe(0);
  expect(stdout).toContain("database opspawn-staging");
  expect(stdout).toContain("queue opspawn-staging-tasks-dead");
  expect(stdout).toContain("What is there already is not known: Wrangler is not logged in");
  expect(stdout).toMatch(/The bundle builds: [\d,]+ KiB, [\d,]+ KiB compressed/);
  expect(server.cloudflare.changes.length).toBe(before);
});

/** A deployment in this process, by the double; what it said. */
async function deployWithDouble(
  cloudflare: Cloudflare,
  said: string[] = [],
  providerKeys: readonly string[] = [],
): Promise<string[]> {
  const wrangler = wranglerDouble(cloudflare, target);
  const options = readOptions([]);
  if (options === null) {
    throw new Error("there are options");
  }
  const found = await look(wrangler, target);
  refuseForeign(target, found);
  await deploy(target, found, providerKeys, options, {
    wrangler,
    env: { OPENAI_API_KEY: PROVIDER_KEY },
    say: (line) => said.push(line),
    untilHealthy: () => Promise.resolve(),
  });
  return said;
}

async function cleanHoldings(providerKeys: readonly string[] = []): Promise<object> {
  const cloudflare = new Cloudflare();
  await deployWithDouble(cloudflare, [], providerKeys);
  return holdingsOf(cloudflare.account);
}

/** The double's own changes where it is killed and begun again as the real one was. */
async function changesOfTheDouble(): Promise<string[]> {
  const cloudflare = new Cloudflare();
  cloudflare.faultAt = (change) => (change.endsWith(KILLED_AT) ? "answer lost" : null);
  await expect(deployWithDouble(cloudflare, [], ["OPENAI_API_KEY"])).rejects.toThrow(
    ConnectionLost,
  );
  cloudflare.faultAt = () => null;
  await deployWithDouble(cloudflare, [], ["OPENAI_API_KEY"]);
  return cloudflare.changes;
}

const INTERRUPTED = (["first", "later"] as const).flatMap((which) =>
  FAULTS.map((fault) => ({ which, fault })),
);

test.each(INTERRUPTED)(
  "whichever change a $which deployment ends at ($fault), the next one ends the same",
  async ({ which, fault }) => {
    const clean = await cleanHoldings(["OPENAI_API_KEY"]);
    let stoppedAt = 0;
    for (let whole = false; !whole; stoppedAt += 1) {
      const cloudflare = new Cloudflare();
      const said: string[] = [];
      if (which === "later") {
        await deployWithDouble(cloudflare, said);
      }
      const worker = () => cloudflare.account.workers.get("opspawn");
      const from = cloudflare.changes.length;
      cloudflare.faultAt = (_, before) => (before - from === stoppedAt ? fault : null);
      whole = await deployWithDouble(cloudflare, said, ["OPENAI_API_KEY"]).then(
        () => true,
        (error: unknown) => {
          // A lost connection is a kill; what is refused is told.
          expect(error).toBeInstanceOf(fault === "status 500" ? DeployError : ConnectionLost);
          return false;
        },
      );
      const sealing = worker()?.secrets.get("OPSPAWN_ENCRYPTION_KEY");

      cloudflare.faultAt = () => null;
      await deployWithDouble(cloudflare, said, ["OPENAI_API_KEY"]);
      expect(holdingsOf(cloudflare.account)).toEqual(clean);
      expect(worker()?.deployed).toBe(worker()?.versions.at(-1)?.id);
      const kept = worker()?.secrets.get("OPSPAWN_ENCRYPTION_KEY");
      expect(kept).toBe(sealing ?? kept);
      const stored = cloudflare.account.databases[0]?.rows("SELECT hash FROM api_key");
      const shown = said.flatMap(keysIn).map((key) => ({ hash: hashOf(key) }));
      expect(stored).toHaveLength(1);
      expect(shown).toEqual(expect.arrayContaining(stored ?? []));
    }
    expect(stoppedAt).toBeGreaterThan(which === "first" ? 20 : 10);
  },
);

test("a Worker of the same name that is something else is left alone", async () => {
  const cloudflare = new Cloudflare();
  await deployWithDouble(cloudflare);
  cloudflare.account.databases.length = 0;
  const before = cloudflare.changes.length;
  await expect(deployWithDouble(cloudflare)).rejects.toThrow("it is something else");
  expect(cloudflare.changes.length).toBe(before);
});

test("a token that was pasted with a second line is refused before it is used, and printed nowhere", async () => {
  for (const name of ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID"]) {
    const env = { ...server.environment, [name]: "tok_0123456789\nsecond" };
    const { code, stdout, stderr } = await run(["--yes"], env);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(`${name} contains a line feed: set it again, to the value alone.\n`);
  }
});
