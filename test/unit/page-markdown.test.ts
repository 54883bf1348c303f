/** Pages as Markdown, and pages that were built to keep their reader busy. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { pageMarkdown } from "../../src/agent/tools/built-in/page-markdown.ts";
import { ToolStop } from "../../src/run/value/failure.ts";

const SENTENCE = "It was a dark and stormy night, and the rain fell in torrents. ";

test("what surrounds an article is left out, and its links lead somewhere", () => {
  const { title, markdown } = pageMarkdown(
    `<!doctype html><html><head><title> The
      night </title><style>p { color: red }</style></head><body>
      <nav><a href="/">Home</a><a href="/shop">Shop</a></nav>
      <main><article><h2>Rain</h2><p>${SENTENCE.repeat(6)}</p>
      <p>See <a href="../more?x=1#y">more</a> and <a href="javascript:steal()">less</a>.
      ${SENTENCE.repeat(6)}</p><pre><code>if (a < b) {}</code></pre>
      <img src="rain.png" alt="Rain"></article></main>
      <footer>© nobody</footer><script>document.write("injected")</script></body></html>`,
    "https://example.com/stories/night",
  );
  expect(title).toBe("The night");
  expect(markdown).toContain("[more](https://example.com/more?x=1#y)");
  expect(markdown).toContain("![Rain](https://example.com/stories/rain.png)");
  expect(markdown).toContain("if (a < b) {}");
  expect(markdown).not.toMatch(/Shop|injected|steal|color/);
});

test("a page without an article is given whole", () => {
  expect(pageMarkdown("<ul><li>one<li>two</ul><p>three", "https://example.com/")).toEqual({
    title: null,
    markdown: "-   one\n-   two\n\nthree",
  });
  expect(pageMarkdown("", "https://example.com/").markdown).toBe("");
});

test("what looks like tags in scripts and comments counts for nothing", () => {
  const script = "<script>for (let i = 0; i<n; i++) { if (a<b) {} }</script>".repeat(5000);
  const comment = `<!-- ${"<div>".repeat(500)} -->`;
  const page = `${script}${comment}<p>text</p><STYLE>a<b</STYLE><p>end</p>`;
  expect(pageMarkdown(page, "https://example.com/").markdown).toBe("text\n\nend");
});

test.each([
  ["deep", "<div>".repeat(10_000)],
  ["deep by turns", "<p><td>".repeat(10_000)],
  ["wide", "<i>x</i>".repeat(100_000)],
  ["full of beginnings", "<".repeat(500_000)],
  ["ended without end", `${"</script".repeat(100_000)}<script>${"</script".repeat(100_000)}`],
])("a page that is %s is refused before it takes its reader's time", (_what, html) => {
  const begun = performance.now();
  expect(() => pageMarkdown(html, "https://example.com/")).toThrow(ToolStop);
  expect(performance.now() - begun).toBeLessThan(1000);
});

test("rows and lists whose ends are left out are no nesting", () => {
  const rows = `<table>${"<tr><td>a<td>b".repeat(1000)}</table>`;
  const list = `<ul>${"<li>x".repeat(1000)}</ul>`;
  expect(pageMarkdown(rows + list, "https://example.com/").markdown.length).toBeGreaterThan(3000);
});

test("whatever a page holds, it is text or refused", () => {
  const piece = fc.oneof(
    fc.constantFrom("<", ">", "</", "<!--", "-->", "<script>", "</p>", "<table>", "<td", "&", '"'),
    fc.constantFrom(
      "<p>",
      "<a href=",
      "<svg>",
      "<template>",
      "<title>",
      "<body>",
      "</html>",
      "<base ",
    ),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      let result: unknown;
      try {
        result = pageMarkdown(pieces.join(""), "https://example.com/").markdown;
      } catch (thrown) {
        result = thrown instanceof ToolStop ? thrown.code : thrown;
      }
      expect(typeof result).toBe("string");
    }),
    { numRuns: 300 },
  );
});
