/** What commands print for programs, what they ask for on a terminal, and profiles. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { ANY, anything } from "../any-answer.ts";
import { cli, envOf } from "../cli.ts";
import { fakeService, type Asked, type Fake } from "../fake-service.ts";

function fileOf(value: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), "opspawn-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "a.json");
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
  return file;
}

/** Written once: the table below is made before the tests run. */

const ITEM = { id: "t_1", status: "failed", usage: { steps: 3 }, error: null };

function listing(...pages: readonly (readonly unknown[])[]): Promise<Fake> {
  return fakeService([], ({ line }: Asked) => {
    const at = Number(new URL(line.split(" ")[1] ?? "", "http://fake").searchParams.get("cursor"));
    return {
      status: 200,
      body: { data: pages[at], next_cursor: pages[at + 1] ? String(at + 1) : null },
    };
  });
}

test("--json with names prints these fields only, wherever it stands", async () => {
  const fake = await listing([ITEM]);
  const env = envOf(fake);
  const two = '{"id":"t_1","usage.steps":3}\n';
  for (const line of [
    "ls --json=id,usage.steps",
    "ls --json id,usage.steps",
    "ls --json id,usage.steps -l 2",
    "tasks list -s failed --json id,usage.steps",
  ]) {
    expect(await cli(line.split(" "), { env }), line).toEqual({ code: 0, out: two, err: "" });
  }
  expect((await cli(["ls", "--json", "id"], { env })).out).toBe('{"id":"t_1"}\n');
  expect((await cli(["ls", "--json=error.code"], { env })).out).toBe('{"error.code":null}\n');
  expect((await cli(["ls", "--json"], { env })).out).toBe(`${JSON.stringify(ITEM)}\n`);
  const { code, err } = await cli(["ls", "--json=stauts"], { env });
  expect([code, err]).toEqual([
    2,
    expect.stringContaining("no field stauts. Did you mean status?"),
  ]);
});

test("a word after --json is a task, or text, where the command has a place for it", async () => {
  const fake = await fakeService([], () => ({ status: 200, body: { ...ANY, ...ITEM } }));
  const env = envOf(fake);
  await cli(["get", "--json", "task_1"], { env });
  await cli(["get", "--json", "id,status", "task_1"], { env });
  await cli(["get", "task_1", "--json", "id"], { env });
  await cli(["run", "--detach", "--json", "id,status"], { env });
  await cli(["get", "--json", "--", "task_1"], { env });
  expect(fake.requests.map(({ line, body }) => body ?? line)).toEqual([
    "GET /api/v1/tasks/task_1",
    "GET /api/v1/tasks/task_1",
    "GET /api/v1/tasks/task_1",
    { input_data: { goal: "id,status" } },
    "GET /api/v1/tasks/task_1",
  ]);
});

test("on a terminal a missing argument is asked for, elsewhere it is an error", async () => {
  vi.stubEnv("TERM", "xterm");
  onTestFinished(() => void vi.unstubAllEnvs());
  const fake = await anything();
  const terminal = { env: envOf(fake), columns: 80 };
  const asked = await cli(["agents", "delete"], { ...terminal, typed: " adder \n" });
  expect([asked.code, asked.err]).toEqual([0, "name: "]);
  const goal = await cli(["run", "--detach"], { ...terminal, typed: "Add two\n" });
  expect([goal.code, goal.err]).toEqual([0, "goal: "]);
  expect(fake.requests.map(({ line, body }) => [line, body])).toEqual([
    ["DELETE /api/v1/agents/adder", null],
    ["POST /api/v1/tasks", { input_data: { goal: "Add two" } }],
  ]);
  for (const typed of ["\n", ""]) {
    const { code, err } = await cli(["agents", "delete"], { ...terminal, typed });
    expect([code, err]).toEqual([2, expect.stringContaining("agents delete needs <name>.")]);
  }
  expect((await cli(["agents", "delete"], { env: envOf(fake) })).err).toMatch(
    /^agents delete needs/,
  );
  expect(fake.requests).toHaveLength(2);
});

test("token prints the key that commands use, as other programs need it", async () => {
  const key = { code: 0, out: "opsk_a\n", err: "" };
  expect(await cli(["token"], { env: { OPSPAWN_KEY: "\u{feff}opsk_a\r\n" } })).toEqual(key);
  const profiles = { default: { url: "https://a.example", key: "opsk_a" } };
  expect(await cli(["token"], { configFile: fileOf({ profiles }) })).toEqual(key);
  expect((await cli(["token"])).err).toContain("No API key");
});

test("profiles are listed without their keys, and logout deletes one", async () => {
  const file = fileOf({
    profiles: {
      default: { url: "https://a.example", key: "opsk_secret" },
      two: { url: "https://b.example", key: "opsk_other" },
    },
  });
  const list = await cli(["profiles"], { configFile: file });
  expect(list.out).toMatch(/^default +current +https:\/\/a\.example\n^two +https:\/\/b\.example$/m);
  expect(list.out).not.toContain("opsk_");
  expect((await cli(["profiles", "--json=name,current"], { configFile: file })).out).toBe(
    '{"name":"default","current":true}\n{"name":"two","current":false}\n',
  );
  expect((await cli(["logout"], { configFile: file })).out).toBe("Logged out.\n");
  expect((await cli(["profiles", "delete", "two"], { configFile: file })).code).toBe(0);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ profiles: {} });
  expect((await cli(["logout", "-p", "two"], { configFile: file })).err).toContain(
    "Unknown profile two",
  );
});
