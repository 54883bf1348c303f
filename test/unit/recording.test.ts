/** The recording in the README: what its small terminal reads, and what the picture is made of. */
import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { Film } from "../../scripts/recording/film.ts";
import { Screen } from "../../scripts/recording/screen.ts";
import { svg, type Picture } from "../../scripts/recording/svg.ts";

const ESC = "\u001b";

function textOf(screen: Screen): string[] {
  return screen.rows.map((row) => row.map(({ text }) => text).join(""));
}

test("a status line that is written again shows its last text only", () => {
  const screen = new Screen(5);
  screen.write("calling charge · 1.0 s");
  screen.write(`\r${ESC}[K? charge\r\ndeciding`);
  expect(textOf(screen)).toEqual(["? charge", "deciding"]);
});

test("a sequence that arrives in pieces is one sequence, and colours end where they say", () => {
  const screen = new Screen(1);
  for (const char of `${ESC}[33m!${ESC}[39m ${ESC}[1mstep 1${ESC}[22m`) {
    screen.write(char);
  }
  const plain = { colour: null, bold: false, dim: false };
  expect(screen.rows).toEqual([
    [
      { ...plain, colour: "yellow", text: "!" },
      { ...plain, text: " " },
      { ...plain, bold: true, text: "step 1" },
    ],
  ]);
});

test("a screen that is full scrolls, and a sequence it does not know is an error", () => {
  const screen = new Screen(2);
  screen.write("one\r\ntwo\r\nthree");
  expect(textOf(screen)).toEqual(["two", "three"]);
  expect(() => screen.write(`${ESC}[2J`)).toThrow("2J");
});

test("a row that stays the same is one shot, however often it is looked at", () => {
  const screen = new Screen(2);
  const film = new Film();
  screen.write("$ run\r\n1");
  film.take(screen.rows, 0);
  screen.write("\r2");
  film.take(screen.rows, 100);
  film.take(screen.rows, 200);
  const shots = film.end(300).map(({ line, from, to, row }) => [line, from, to, row[0]?.text]);
  expect(shots).toEqual([
    [1, 0, 100, "1"],
    [0, 0, 300, "$ run"],
    [1, 100, 300, "2"],
  ]);
});

test("the picture is one file without scripts, and shows its last moment to who wants no motion", () => {
  const row = [{ colour: null, bold: false, dim: false, text: "a < b & c" }];
  const picture: Picture = {
    title: "t",
    description: "d",
    columns: 20,
    duration: 1000,
    panes: [
      {
        title: "p",
        lines: 1,
        lamp: [{ at: 0, isUp: true }],
        shots: [
          { line: 0, row, from: 0, to: 250 },
          { line: 0, row, from: 250, to: 1000 },
        ],
      },
    ],
  };
  const text = svg(picture);
  expect(text).toContain("a &lt; b &amp; c");
  expect(text).toContain("{0%{opacity:1}25.00%{opacity:0}}");
  expect(text).toContain("{0%{opacity:0}25.00%{opacity:1}}");
  expect(text.match(/class="s last"/g)).toHaveLength(2);
  expect(text.match(/class="s"/g)).toHaveLength(1);
});

test("the picture in the README is small, plays without loading anything, and shows the whole story", () => {
  const file = "docs/recording.svg";
  expect(readFileSync("README.md", "utf8")).toContain(file);
  expect(statSync(file).size).toBeLessThan(300 * 1024);
  const text = readFileSync(file, "utf8");
  expect(text).not.toMatch(/<script|<foreignObject|<image|@import|(?:href|src)=|url\(/);
  for (const part of ["kill -9 ", "completed after", "charges of this order: 1"]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain("charges of this order: 2");
});
