/** The built console: its size by view, and that nothing in it is inline. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { ensureConsole, isConsoleBuilt } from "../../scripts/console-build.ts";

beforeAll(ensureConsole);

test("the first view, the run and the whole console are small", () => {
  const folder = "console/dist/console/assets";
  const files = new Map(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  const named = (start: string): string =>
    [...files.keys()].find((name) => name.startsWith(`${start}-`)) ?? start;
  const withImports = (name: string, known = new Set<string>()): Set<string> => {
    known.add(name);
    for (const [, file = ""] of (files.get(name) ?? "").matchAll(/(?:from|import)"\.\/([^"]+)"/g)) {
      if (!known.has(file)) {
        withImports(file, known);
      }
    }
    return known;
  };
  const kib = (names: Iterable<string>): number =>
    [...names].reduce((sum, name) => sum + gzipSync(files.get(name) ?? "").length, 0) / 1024;
  const first = withImports(named("app"), withImports(named("main"))).add(named("style"));
  const run = [...withImports(named("run-views"))].filter((name) => !first.has(name));
  expect(first.size).toBeGreaterThan(2);
  expect(run.length).toBeGreaterThan(0);
  expect(kib(first)).toBeLessThan(60);
  // Ten, and one of 106 bytes that esbuild makes for itself.
  expect(first.size).toBeLessThanOrEqual(11);
  expect(kib(run)).toBeLessThan(31);
  expect(kib([named("uPlot.esm")])).toBeLessThan(26);
  expect(kib([named("markdown-nodes")])).toBeLessThan(40);
  expect(kib(files.keys())).toBeLessThan(320);
});

test("the build is that of its sources, and its page has nothing inline", () => {
  expect(isConsoleBuilt()).toBe(true);
  const html = readFileSync("console/dist/console/index.html", "utf8");
  expect(html).toContain('rel="modulepreload"');
  expect(html).not.toMatch(/<script(?![^>]*src)|<style|\sstyle=|\son\w+=|http/i);
  for (const name of ["run-files", "other-files"]) {
    const [, files = ""] = new RegExp(`<meta name="${name}" content="([^"]+)"`).exec(html) ?? [];
    expect(files).toContain("-views-");
    for (const file of files.split(" ")) {
      expect(html).not.toContain(`modulepreload" href="/console/assets/${file}"`);
      expect(readFileSync(join("console/dist/console/assets", file)).length).toBeGreaterThan(50);
    }
  }
  for (const [, path = ""] of html.matchAll(/(?:src|href)="\/console\/([^"]+)"/g)) {
    expect(readFileSync(join("console/dist/console", path)).length).toBeGreaterThan(50);
  }
});
