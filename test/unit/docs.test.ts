/** The reference pages say what the code has: every event, code and setting is listed. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { COMMANDS } from "../../sdk/src/cli/commands.ts";
import { DEFAULTS, Opspawn } from "../../sdk/src/index.ts";
import { PROBLEMS } from "../../src/api/http/problem.ts";
import { SETTINGS } from "../../src/env/config.ts";
import { EVENT_TYPES } from "../../src/run/log/event-data.ts";
import { MODEL_FAILURES, RUN_FAILURES, TOOL_FAILURES } from "../../src/run/value/failure.ts";
import { pages } from "../doc-blocks.ts";

function missing(page: string, names: readonly string[]): string[] {
  const text = readFileSync(page, "utf8");
  expect(names.length).toBeGreaterThan(0);
  return names.filter((name) => !text.includes(`\`${name}\``));
}

test("every event type is documented", () => {
  expect(missing("docs/reference/events.md", EVENT_TYPES)).toEqual([]);
});

test("every code of a refusal or a failure is documented", () => {
  const codes = [PROBLEMS, MODEL_FAILURES, TOOL_FAILURES, RUN_FAILURES].flatMap(Object.keys);
  expect(missing("docs/reference/errors.md", codes)).toEqual([]);
});

test("every setting is documented", () => {
  expect(missing("docs/reference/settings.md", SETTINGS)).toEqual([]);
});

test("every command of the command line is documented with its options, and every method of the client", () => {
  const cli = readFileSync("docs/reference/cli.md", "utf8").split("\n");
  for (const { name, options } of COMMANDS) {
    const row = cli.find((line) => new RegExp(`^\\| \`${name}[\` ]`).test(line)) ?? "";
    expect(
      options.filter((option) => !row.includes(`\`--${option.name}`)).map((option) => option.name),
      name,
    ).toEqual([]);
    expect(row, name).not.toBe("");
  }
  const client = new Opspawn({ url: "http://here", key: "k" });
  const methods = Object.values(client)
    .filter((one): one is object => typeof one === "object")
    .flatMap((one) => Object.getOwnPropertyNames(Object.getPrototypeOf(one)))
    .filter((name) => name !== "constructor");
  expect(missing("docs/reference/sdk.md", [...new Set(methods)])).toEqual([]);
  const numbers = Object.entries(DEFAULTS).flatMap(([name, value]) =>
    typeof value === "number" ? [name] : Object.keys(value).map((field) => `${name}.${field}`),
  );
  expect(missing("docs/reference/sdk.md", numbers)).toEqual([]);
});

test("no page cuts a key out of a file by hand", () => {
  const texts = pages().map((page) => readFileSync(page, "utf8"));
  expect(texts.length).toBeGreaterThan(10);
  expect(texts.filter((text) => /sed .*LOCAL_KEY/.test(text))).toEqual([]);
});

test.each(["docs/crash-table.md", "docs/reference/invariants.md", "ARCHITECTURE.md"])(
  "every test that %s names exists",
  (page) => {
    const text = readFileSync(page, "utf8");
    const named = [...text.matchAll(/`(test\/[\w./-]+\.ts)`/g)].map((match) => match[1] ?? "");
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
  },
);

test("every row of the crash table names a test", () => {
  const rows = readFileSync("docs/crash-table.md", "utf8")
    .split("\n")
    .filter(
      (line) => line.startsWith("| ") && !/^\| (died|fault|---|before the task's row)/.test(line),
    );
  expect(rows.length).toBeGreaterThan(8);
  expect(rows.filter((row) => !/`test\/[\w./-]+\.ts`/.test(row))).toEqual([]);
});

test("every link of a page leads to a file", () => {
  const files = globSync(["*.md", "docs/**/*.md"]);
  expect(files.length).toBeGreaterThan(8);
  const broken = files.flatMap((page) =>
    Array.from(readFileSync(page, "utf8").matchAll(/\]\((?!https?:)([^)#]+)/g), (m) => m[1] ?? "")
      .filter((link) => !existsSync(join(dirname(page), link)))
      .map((link) => `${page}: ${link}`),
  );
  expect(broken).toEqual([]);
});

/** The tables that the code has, by the folder of their owner. */
function tablesOfTheCode(): string[] {
  const found = new Set<string>();
  for (const file of globSync(["migrations/*.sql", "src/**/*.ts"]).toSorted()) {
    const [folder = ""] = /^(?:migrations|src\/\w+\/\w+)/.exec(file) ?? [];
    const text = readFileSync(file, "utf8");
    const made = /CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?(\w+)/g;
    for (const [, table = ""] of text.matchAll(made)) {
      found.add(`${folder} ${table}`);
    }
    const changed = /(?:DROP TABLE|ALTER TABLE) (?:IF EXISTS )?(\w+)(?: RENAME TO (\w+)|;)/g;
    for (const [, table = "", name] of text.matchAll(changed)) {
      found.delete(`${folder} ${table}`);
      if (name !== undefined) {
        found.add(`${folder} ${name}`);
      }
    }
  }
  return [...found].toSorted();
}

test("every table has an owner, a bound and a deleter", () => {
  const page = readFileSync("docs/reference/storage.md", "utf8");
  const listed = page.split(/^## /m).flatMap((section) => {
    const [folder = ""] = /src\/durable\/\w+/.exec(section) ?? [];
    const rows = Array.from(section.matchAll(/^\| `(\w+)` \|(.*)\|$/gm));
    return rows.map(([, table = "", cells = ""]) => {
      expect(
        cells.split("|").filter((cell) => cell.trim() !== ""),
        table,
      ).toHaveLength(3);
      return `${section.startsWith("D1") ? "migrations" : folder} ${table}`;
    });
  });
  expect(listed.length).toBeGreaterThan(40);
  expect(listed.toSorted()).toEqual(tablesOfTheCode());
});
