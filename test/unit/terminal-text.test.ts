/** Text from outside on its way to a terminal: wrapped, cut and measured in whole characters. */
import { expect, test } from "vitest";
import { columnsOf, neutralise, shorten, TextFlow } from "../../sdk/src/cli/terminal-text.ts";

test("streamed text looks the same however it is cut into pieces", () => {
  const text =
    "Some words,\r\n  an indented line, 漢字 and 𠀀𠀁 and a👩‍👧b:\n\n- a very long item at the end of it";
  const whole = new TextFlow("  ", 30);
  const expected = whole.feed(text) + whole.end();
  for (const size of [1, 2, 3, 7]) {
    const flow = new TextFlow("  ", 30);
    let out = "";
    for (let at = 0; at < text.length; at += size) {
      out += flow.feed(text.slice(at, at + size));
    }
    expect(out + flow.end(), `pieces of ${size}`).toBe(expected);
  }
  expect(expected).toContain("\n    an indented line");
});

test("text is cut to a width in whole characters and measured in columns", () => {
  expect(shorten("漢字漢字", 5)).toBe("漢字…");
  expect(shorten("e\u0301e\u0301e\u0301", 2)).toBe("e\u0301…");
  expect(shorten("two\n  lines", 20)).toBe("two lines");
  expect(shorten("y".repeat(5_000_000), 4)).toBe("yyy…");
  expect(columnsOf("👩‍👩‍👧‍👦漢a\u0301")).toBe(5);
  expect(neutralise("lone \ud800 tab\tend")).toBe("lone \ufffd tab  end");
});
