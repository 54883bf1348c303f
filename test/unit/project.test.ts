/** Projects of their own: what is missing is named with file and line, and with the lines to add. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { appliedMigrations } from "../../scripts/deploy/account.ts";
import type { Wrangler } from "../../scripts/deploy/wrangler.ts";
import { configLines } from "../../scripts/project/config-lines.ts";
import { findings, missingExports, missingMigrations } from "../../scripts/project/doctor.ts";
import { entryExports } from "../../scripts/project/entry-exports.ts";
import { requirementsOf } from "../../scripts/project/requirements.ts";
import { startOutput, startSentence } from "../../scripts/project/start-check.ts";

const folder = mkdtempSync(join(tmpdir(), "opspawn-unit-project-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NEEDS = requirementsOf("wrangler.toml", "migrations");

const EMPTY = {
  durable_objects: { bindings: [] },
  migrations: [],
  d1_databases: [],
  queues: {},
  triggers: {},
};

test("each missing part is a sentence with the file, and lines in the format of the file", () => {
  const found = findings(NEEDS, EMPTY, "wrangler.toml");
  expect(found.map(({ problem }) => problem)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^wrangler\.toml: The compatibility date is older than 2026/),
      "wrangler.toml: The D1 binding DB is missing.",
      "wrangler.toml: No migration creates the class TenantLedger.",
      "wrangler.toml: The queue producer TASKS_LOW is missing.",
    ]),
  );
  expect(found.find(({ problem }) => problem.includes("binding FEEDS"))?.add).toBe(
    '[[durable_objects.bindings]]\nname = "FEEDS"\nclass_name = "TenantFeed"',
  );
  expect(configLines({ triggers: { crons: ["* * * * *"] } }, "wrangler.toml")).toBe(
    '[triggers]\ncrons = ["* * * * *"]',
  );
  const own = { ...EMPTY, compatibility_date: "2099-01-01" };
  expect(findings(NEEDS, own, "wrangler.jsonc").map(({ add }) => add)).toContain(
    '{"triggers":{"crons":["* * * * *"]}}',
  );
});

test("a class that the entry does not export is named with the line to add", async () => {
  const entry = join(folder, "entry.ts");
  writeFileSync(
    entry,
    'import { a } from "some-package";\nexport const { AgentRun, TenantLedger, Timetable } = a;\nexport default {};\n',
  );
  const exported = (await entryExports(entry)) ?? [];
  expect(exported).toEqual(expect.arrayContaining(["AgentRun", "TenantLedger", "default"]));
  expect(missingExports(NEEDS, "src/index.ts", exported)).toEqual([
    {
      problem: "src/index.ts: The Durable Object class TenantFeed is not exported.",
      add: "export class TenantFeed extends opspawn.TenantFeed {}",
    },
    {
      problem: "src/index.ts: The Durable Object class TenantMemory is not exported.",
      add: "export class TenantMemory extends opspawn.TenantMemory {}",
    },
    {
      problem: "src/index.ts: The Durable Object class TenantFile is not exported.",
      add: "export class TenantFile extends opspawn.TenantFile {}",
    },
    {
      problem: "src/index.ts: The Durable Object class ProviderGate is not exported.",
      add: "export class ProviderGate extends opspawn.ProviderGate {}",
    },
  ]);
  writeFileSync(entry, 'export * from "some-package";\n');
  expect(await entryExports(entry)).toBeNull();
  writeFileSync(entry, "export {");
  expect(await entryExports(entry)).toBeNull();
});

/** A wrangler that answers every command with the same. */
function answering(ok: boolean, stdout: string): Wrangler {
  return async (args) => {
    expect(args).toContain("--remote");
    return { ok, stdout, stderr: "", entries: [] };
  };
}

test("a database with an older migration state is named with the command that repairs it", async () => {
  const names = NEEDS.d1_migrations.slice(0, -2);
  const rows = JSON.stringify([{ results: names.map((name) => ({ name })) }]);
  const applied = await appliedMigrations(answering(true, rows), "agents");
  expect(missingMigrations(NEEDS, "agents", applied, "opspawn deploy")).toEqual([
    {
      problem: `The database agents lacks 2 of ${NEEDS.d1_migrations.length} migrations of this version, beginning with ${NEEDS.d1_migrations.at(-2)}.`,
      add: "opspawn deploy",
    },
  ]);
  const all = missingMigrations(NEEDS, "agents", NEEDS.d1_migrations, "opspawn deploy");
  expect(all).toEqual([]);
  const fresh = answering(false, '{"error":"no such table: d1_migrations: SQLITE_ERROR"}');
  expect(await appliedMigrations(fresh, "agents")).toEqual([]);
  await expect(appliedMigrations(answering(false, "?"), "agents")).rejects.toThrow(/migrations/);
});

/** Builds a Worker as wrangler does, and returns why it does not start. */
async function sentenceOf(files: Readonly<Record<string, string>>): Promise<string | null> {
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
  }
  const script = join(folder, "out.js");
  await build({
    entryPoints: [join(folder, "index.ts")],
    outfile: script,
    bundle: true,
    format: "esm",
    sourcemap: true,
  });
  const options = { name: "unit", compatibilityDate: "2026-11-01" };
  const output = await startOutput({ script, options, vars: {} });
  return output === null ? null : startSentence(output, script, /library\.ts$/);
}

test("why a Worker does not start is a sentence with the project's own file and line", async () => {
  const index = 'import "./tool.ts";\nexport default { fetch: () => new Response("") };\n';
  const library =
    'class DefinitionError extends Error { name = "DefinitionError" }\nexport const refuse = () => { throw new DefinitionError("The tool x has no name."); };\n';
  expect(
    await sentenceOf({ "index.ts": index, "tool.ts": '\nthrow new TypeError("no customers");\n' }),
  ).toMatch(/(?:^|\/)tool\.ts:2: This throws when the Worker starts: TypeError: no customers$/);
  expect(
    await sentenceOf({
      "index.ts": index,
      "library.ts": library,
      "tool.ts": 'import { refuse } from "./library.ts";\n\nrefuse();\n',
    }),
  ).toMatch(/(?:^|\/)tool\.ts:3: The tool x has no name\.$/);
  const quoted = `{"message":"service core:user:x: Uncaught TypeError: no orders\\n  at out.js:1:1","depth":0}`;
  expect(startSentence(quoted, join(folder, "out.js"), /nothing/)).toMatch(
    /This throws when the Worker starts: TypeError: no orders$/,
  );
  expect(await sentenceOf({ "index.ts": index, "tool.ts": "export {};\n" })).toBeNull();
});
