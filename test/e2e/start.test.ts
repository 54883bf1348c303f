/** `npm start` in a copy of the project: what changes while it serves, and what it leaves behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "../free-port.ts";
import { Newcomer } from "../newcomer.ts";

const ABACUS = `import { z } from "zod";
import { defineTool } from "./library/index.ts";

const abacus = defineTool({
  name: "abacus",
  description: "Counts beads.",
  input: z.object({}),
  effect: "pure",
  run: () => 3,
});

export const tools = [abacus];
`;
const PATIENCE = { timeout: 180_000, interval: 200 };
let newcomer: Newcomer;

beforeAll(async () => {
  newcomer = await Newcomer.arrive({}, {}, true);
});
afterAll(() => newcomer[Symbol.asyncDispose]());

async function toolNames(): Promise<string[]> {
  const headers = { Authorization: `Bearer ${newcomer.key}` };
  const response = await fetch(`${newcomer.url}/api/v1/tools?limit=100`, { headers });
  const { data } = await response.json<{ data: { name: string }[] }>();
  return data.map(({ name }) => name);
}

function save(source: string): void {
  writeFileSync(join(newcomer.folder, "src/tools.ts"), source);
}

test("a tool that is added while it serves is there without a restart; a mistake before changes nothing", async () => {
  await newcomer.run("npm start");
  const before = await toolNames();
  save("export const tools = = [];\n");
  const shown = /It does not build; the service runs as before:\n✘ \[ERROR\][^]*tools\.ts:1:/;
  await vi.waitFor(() => expect(newcomer.terminal).toMatch(shown), PATIENCE);
  expect(await toolNames()).toEqual(before);
  save(ABACUS);
  await vi.waitFor(async () => expect(await toolNames()).toContain("abacus"), PATIENCE);
});

test("nothing of the service outlives a killed start", async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/health`;
  // The Worker is built: what is killed is a service, and no build.
  const [built, state] = ["state", "killed"].map((name) =>
    join(newcomer.folder, ".wrangler", name),
  );
  cpSync(join(`${built}`, "worker"), join(`${state}`, "worker"), { recursive: true });
  const start = spawn("node", ["scripts/start.ts", "--no-demo"], {
    cwd: newcomer.folder,
    env: { ...process.env, PORT: String(port), OPSPAWN_STATE: ".wrangler/killed" },
    stdio: "ignore",
  });
  await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), PATIENCE);
  const ended = once(start, "exit");
  start.kill("SIGKILL");
  await ended;
  await vi.waitFor(() => expect(fetch(url)).rejects.toThrow("fetch failed"), PATIENCE);
});
