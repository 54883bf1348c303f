/** Memory in the console: differences of versions line by line, and what a run recalled. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { RunFold } from "../../console/src/log/fold.ts";
import type { LogEvent } from "../../console/src/log/store.ts";
import { lineDifference } from "../../console/src/views/memory/line-difference.ts";
import { subjectOf } from "../../console/src/views/memory/subject-of.ts";

test("lines that are new, gone and the same are shown in order", () => {
  expect(lineDifference("a\nb\nc", "a\nx\nc\nd")).toEqual([
    { kind: "same", text: "a" },
    { kind: "old", text: "b" },
    { kind: "new", text: "x" },
    { kind: "same", text: "c" },
    { kind: "new", text: "d" },
  ]);
  expect(lineDifference("", "a")).toEqual([{ kind: "new", text: "a" }]);
  expect(lineDifference("a", "")).toEqual([{ kind: "old", text: "a" }]);
});

test("a difference contains both texts whole", () => {
  const text = fc
    .array(fc.constantFrom("a", "b", "c", ""), { maxLength: 8 })
    .map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = lineDifference(before, after);
      const side = (gone: "old" | "new"): string =>
        lines
          .filter(({ kind }) => kind !== gone)
          .map((line) => line.text)
          .join("\n");
      expect(side("new")).toBe(before);
      expect(side("old")).toBe(after);
    }),
  );
});

test("a run shows what it recalled, with its stores", () => {
  const fold = new RunFold();
  const at = "2026-11-30T12:00:00.000Z";
  const data = {
    query: "q",
    blocks: [{ store: "agent:a", label: "notes", version: 1, trust: "user", content: "Be kind." }],
    items: [
      {
        store: "subject:u1",
        memory_id: "memory_1",
        version: 1,
        trust: "untrusted",
        score: 1,
        content: "Likes tea.",
      },
    ],
  };
  const event = { seq: 3, at, v: 1, type: "memory.recalled", data };
  fold.add(event as LogEvent);
  expect(fold.items).toMatchObject([
    {
      kind: "mark",
      what: "memory",
      text: "recalled 1 block and 1 item from memory",
      memories: [
        { store: "agent:a", entry: "notes", content: "Be kind.", trust: "user" },
        { store: "subject:u1", entry: "memory_1", content: "Likes tea.", trust: "untrusted" },
      ],
    },
  ]);
});

test.each([
  ["subject:anna@example.com", "anna@example.com"],
  ["agent:concierge,subject:a,subject:b", "a,subject:b"],
  ["subject:agent:x,subject:y", "agent:x,subject:y"],
  ["agent:concierge", null],
  ["tenant", null],
])("the subject of the store %s is %s", (store, subject) => {
  expect(subjectOf(store)).toBe(subject);
});
