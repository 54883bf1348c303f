/** The console's pure parts: windows of rows, foreign text, numbers, JSON rows, addresses, commands. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { cliOf, curlOf, sdkOf } from "../../console/src/parts/equivalent.ts";
import { cutAt, lineOf, piecesOf, safeAddress } from "../../console/src/parts/foreign.ts";
import { openAtFirst, rowsOf } from "../../console/src/parts/json-rows.ts";
import { parseMarkdown } from "../../console/src/parts/markdown-tree.ts";
import {
  agoText,
  countText,
  moneyText,
  sizeText,
  spanText,
} from "../../console/src/parts/number.ts";
import { windowOf } from "../../console/src/parts/window.ts";
import { hrefTo, innerPath, match } from "../../console/src/route/match.ts";
import {
  oneOf,
  pairs,
  readQuery,
  someOf,
  text,
  whole,
  writeQuery,
} from "../../console/src/route/query-state.ts";

test("the window of rows has every row that the box shows, and few others", () => {
  fc.assert(
    fc.property(
      fc.nat(20_000),
      fc.integer({ min: 10, max: 60 }),
      fc.integer({ min: -5000, max: 500_000 }),
      fc.integer({ min: 0, max: 2000 }),
      (count, row, scrolled, height) => {
        const { first, end } = windowOf({ count, row, scrolled, height });
        const seen = Array.from({ length: count }, (_, i) => i).filter(
          (i) => (i + 1) * row > scrolled && i * row < scrolled + height,
        );
        expect(seen.every((i) => i >= first && i < end)).toBe(true);
        expect(end - first).toBeLessThanOrEqual(Math.ceil(height / row) + 14);
      },
    ),
    { numRuns: 60 },
  );
});

test("characters that hide or turn round a text are shown by name", () => {
  const shown = piecesOf("a\u202Eb\u0000c\u2066\ud800d\r\ne\tf");
  expect(shown.filter(({ isMark }) => isMark).map(({ text: name }) => name)).toEqual([
    "U+202E",
    "U+0000",
    "U+2066",
    "U+D800",
  ]);
  expect(shown.map((piece) => (piece.isMark ? "" : piece.text)).join("")).toBe("abcd\ne\tf");
  expect(piecesOf("👩‍👩‍👧 é 漢字 שלום").some(({ isMark }) => isMark)).toBe(false);
});

test("a text is cut without halving a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (given, chars) => {
      const cut = cutAt(given, chars);
      expect(given.startsWith(cut)).toBe(true);
      expect(cut.length).toBeLessThanOrEqual(Math.max(chars, 0));
      expect(cut.isWellFormed()).toBe(given.isWellFormed());
    }),
  );
  expect(lineOf(`a\n\n b${"x".repeat(1000)}`, 10)).toBe("a bxxxxxxx…");
});

test("links lead to web pages and mail addresses only", () => {
  expect(safeAddress("https://a.example/x")).toEqual({
    href: "https://a.example/x",
    host: "a.example",
  });
  expect(safeAddress("mailto:ada@a.example")?.host).toBe("ada@a.example");
  for (const address of [
    "javascript:alert(1)",
    " java\nscript:alert(1)",
    "data:text/html,x",
    "file:///x",
    "//a",
    "x",
  ]) {
    expect(safeAddress(address), address).toBeNull();
  }
});

test("Markdown that would overflow a parser or is too long stays text; HTML is a node of its own", () => {
  expect(parseMarkdown(`${"> ".repeat(5000)}x`)).toBeNull();
  expect(parseMarkdown("- ".repeat(3000))).toBeNull();
  expect(parseMarkdown("[".repeat(5000))).toBeNull();
  expect(parseMarkdown("x".repeat(200_000))).toBeNull();
  const tree = JSON.stringify(parseMarkdown("<script>alert(1)</script>\n\n| a |\n| - |\n| b |"));
  expect(tree).toContain('"type":"html"');
  expect(tree).toContain('"type":"table"');
});

test("numbers are short and exact enough", () => {
  expect([spanText(42), spanText(3400), spanText(59_980), spanText(125_000)]).toEqual([
    "42 ms",
    "3.4 s",
    "1 min",
    "2 min 5 s",
  ]);
  expect([spanText(7_260_000), spanText(90_000_000)]).toEqual(["2 h 1 min", "1 d 1 h"]);
  expect([moneyText(0), moneyText(0.0042), moneyText(12.5), moneyText(1e-9)]).toEqual([
    "$0",
    "$0.0042",
    "$12.50",
    "<$0.000001",
  ]);
  expect([countText(12_345), countText(123_456), countText(1_234_567)]).toEqual([
    "12,345",
    "123k",
    "1.2M",
  ]);
  expect([sizeText(0), sizeText(900), sizeText(262_144), sizeText(1_500_000)]).toEqual([
    "0 B",
    "900 B",
    "256 KiB",
    "1.4 MiB",
  ]);
  expect([agoText(2000), agoText(90_000), agoText(-7_200_000)]).toEqual(["now", "1 min", "2 h"]);
});

test("JSON is rows, however deep and however wide it is", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 2000; i += 1) {
    deep = [deep];
  }
  const all = new Set(Array.from({ length: 2001 }, (_, depth) => "/0".repeat(depth)));
  expect(rowsOf(deep, all).length).toBe(2001);
  const wide = Array.from({ length: 5000 }, (_, i) => i);
  const rows = rowsOf(wide, new Set([""]));
  expect(rows.length).toBe(1002);
  expect(rows.at(-1)?.omitted).toBe(4000);
  expect([...openAtFirst({ a: { b: { c: { d: 1 } } } })]).toEqual(["", "/a", "/a/b", "/a/b/c"]);
  expect(openAtFirst(wide).size).toBe(1);
  const odd = JSON.parse('{"__proto__":{"x":1},"constructor":2,"a/b~c":[]}') as unknown;
  expect(rowsOf(odd, openAtFirst(odd)).map(({ pointer }) => pointer)).toEqual([
    "",
    "/__proto__",
    "/__proto__/x",
    "/constructor",
    "/a~1b~0c",
  ]);
});

test("the state of a view survives its address", () => {
  const fields = {
    q: text,
    at: whole,
    view: oneOf("list", "grid"),
    status: someOf("running", "failed", "waiting"),
    metadata: pairs,
  };
  fc.assert(
    fc.property(
      fc.record({
        q: fc.string(),
        at: fc.option(fc.nat()),
        view: fc.constantFrom("list" as const, "grid" as const),
        status: fc.subarray(["running", "failed", "waiting"] as const),
        metadata: fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string())),
      }),
      (values) => {
        const written = writeQuery(fields, values);
        const given = Object.entries(written).filter(
          (pair): pair is [string, string] => pair[1] !== null,
        );
        const search = `?${new URLSearchParams(given).toString()}`;
        expect(readQuery(fields, search)).toEqual(values);
      },
    ),
  );
  expect(readQuery(fields, "?at=-1&view=tree&status=lost,failed&metadata=%25,a")).toEqual({
    q: "",
    at: null,
    view: "list",
    status: ["failed"],
    metadata: [],
  });
});

test("addresses are matched by their parts", () => {
  expect(match("/runs/:id", "/runs/task_1")).toEqual({ id: "task_1" });
  expect(match("/runs/:id", "/runs/a%2Fb")).toEqual({ id: "a/b" });
  expect(match("/runs/:id", "/runs")).toBeNull();
  expect(match("/runs/:id", "/runs/%E0%A4%A")).toBeNull();
  expect(innerPath("/console/runs")).toBe("/runs");
  expect(innerPath("/consoles")).toBeNull();
  expect(hrefTo(["runs", "a/b"], { at: 3, q: "" })).toBe("/console/runs/a%2Fb?at=3");
});

test("an action has its equivalent as curl, as a command and as code", () => {
  const request = {
    method: "POST",
    path: "/api/v1/tasks/task_1/cancel",
    body: { reason: "it's late" },
    cli: ["cancel", "task_1", "--reason", "it's late"],
    sdk: ["tasks.cancel", "task_1", { reason: "it's late", "a-b": 1 }],
  } as const;
  const curl = curlOf(request, "http://127.0.0.1:8787");
  expect(curl).toContain('-H "Authorization: Bearer $OPSPAWN_KEY"');
  expect(curl).toContain(String.raw`it'\''s late`);
  expect(cliOf(request)).toBe(String.raw`opspawn cancel task_1 --reason 'it'\''s late'`);
  expect(sdkOf(request)).toContain('reason: "it\'s late"');
  expect(sdkOf(request)).toContain('"a-b": 1');
});
