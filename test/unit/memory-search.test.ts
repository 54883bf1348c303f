/** Names, search, trust, edits and prompt placement of long-term memory: the pure parts. */
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { editText } from "../../src/run/memory/edit.ts";
import { MAX_BLOCK_CHARS, MAX_RECALLED_CHARS } from "../../src/run/memory/limits.ts";
import {
  blocksText,
  fitted,
  isTainted,
  withEdits,
  withRecalled,
  type RecalledBlock,
  type RecalledItem,
} from "../../src/run/memory/recall.ts";
import {
  matchQuery,
  ranked,
  recency,
  scan,
  searchableText,
  termsOf,
  wordsOf,
} from "../../src/run/memory/search.ts";
import { storeName, storeOwner, storesOf } from "../../src/run/memory/store-name.ts";
import { lowestTrust } from "../../src/run/memory/trust.ts";
import { longTermMemory } from "../../src/run/spec/long-term-memory.ts";
import { newConversation } from "../../src/run/value/message.ts";

const DAY_MS = 86_400_000;

const find = (query: string, ...texts: string[]): string[] =>
  scan(
    texts.map((content) => ({
      of: content,
      text: searchableText({ key: null, content, tags: [] }),
    })),
    termsOf(query),
  )
    .toSorted((a, b) => b.score - a.score)
    .map(({ of }) => of);

const block = (label: string, more: Partial<RecalledBlock> = {}): RecalledBlock => ({
  store: "tenant",
  label,
  version: 1,
  trust: "user",
  content: `about ${label}`,
  ...more,
});
const item = (memory_id: string, more: Partial<RecalledItem> = {}): RecalledItem => ({
  store: "tenant",
  memory_id,
  version: 1,
  trust: "agent",
  score: 1,
  content: `item ${memory_id}`,
  ...more,
});

describe("names of stores", () => {
  test.each([
    ["tenant", { agent: null, subject: null }],
    ["agent:support", { agent: "support", subject: null }],
    ["subject:anna@example.com", { agent: null, subject: "anna@example.com" }],
    ["agent:support,subject:a,subject:b", { agent: "support", subject: "a,subject:b" }],
    ["subject:agent:x", { agent: null, subject: "agent:x" }],
  ])("%s is read as it is written", (name, owner) => {
    expect(storeOwner(name)).toEqual(owner);
    expect(storeName(owner)).toBe(name);
  });

  test.each([
    "",
    "tenants",
    "agent:",
    "agent:Upper",
    "agent:a,",
    "subject:",
    "subject:a\nb",
    `subject:${"x".repeat(129)}`,
    "agent:a;subject:b",
    "subject:a".replace("subject", "Subject"),
  ])("%j is no store", (name) => {
    expect(storeOwner(name)).toBeNull();
  });

  test("a run without a subject has no store for one", () => {
    const stores = [{ scope: "subject" }, { scope: "agent" }, { scope: "agent_subject" }] as const;
    const config = { model: "m", planner: "native", long_term_memory: { stores: [...stores] } };
    const names = (subject?: string): string[] =>
      storesOf({ agent: "a", config, ...(subject === undefined ? {} : { subject }) }).map(
        ({ store }) => store,
      );
    expect(names()).toEqual(["agent:a"]);
    expect(names("u1")).toEqual(["subject:u1", "agent:a", "agent:a,subject:u1"]);
  });

  test("a config names each scope at most once", () => {
    const twice = { stores: [{ scope: "tenant" }, { scope: "tenant", access: "write" }] };
    expect(longTermMemory.safeParse(twice).success).toBe(false);
    expect(longTermMemory.safeParse({ stores: [{ scope: "tenant" }] }).success).toBe(true);
  });
});

describe("queries", () => {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE VIRTUAL TABLE item USING fts5(text, tokenize = 'unicode61')");
  database.prepare("INSERT INTO item VALUES (?)").run("don t and near or not peanuts");

  test.each([
    "don't",
    '"',
    '""',
    "a AND",
    "NEAR(",
    "NOT",
    "OR OR",
    "col:x",
    "a*",
    "^a",
    "(((",
    "-a +b",
    "\0",
    "日本",
    "🙂",
    "x".repeat(10_240),
    "word ".repeat(2048),
    "'; DROP TABLE item; --",
  ])("%j is a legal query", (text) => {
    const query = matchQuery(termsOf(text));
    const search = (): unknown =>
      query === null
        ? null
        : database.prepare("SELECT rowid FROM item WHERE item MATCH ?").all(query);
    expect(search).not.toThrow();
  });

  test("a text without words has no query", () => {
    expect(matchQuery(termsOf('"" ( ) * -'))).toBeNull();
    expect(matchQuery(termsOf(""))).toBeNull();
  });

  test("the longest words of a long text are used", () => {
    const long = Array.from({ length: 100 }, (_, i) => `w${i}`).join(" ");
    const { words } = termsOf(`${long} significance`);
    expect(words).toHaveLength(32);
    expect(words[0]).toBe("significance");
  });

  test("accents and case do not matter", () => {
    expect(wordsOf("Café CRÈME naïve")).toEqual(["cafe", "creme", "naive"]);
  });

  test("a text without spaces has its pairs of characters as words", () => {
    expect(wordsOf("東京都に")).toEqual(["東京", "京都", "都に"]);
    expect(wordsOf("猫")).toEqual(["猫"]);
  });
});

describe("ranking", () => {
  test("a word finds others with its beginning, after the exact word", () => {
    expect(find("any allergies?", "allergic to peanuts")).toEqual(["allergic to peanuts"]);
    expect(find("teas", "likes tea", "likes milk")).toEqual(["likes tea"]);
    expect(find("allergies", "is allergic", "no allergies", "likes tea")).toEqual([
      "no allergies",
      "is allergic",
    ]);
  });

  test("a rare word counts more than a common one", () => {
    const found = find("green tea", "tea at four", "tea at five", "green", "tea at six");
    expect(found[0]).toBe("green");
    expect(found).toHaveLength(4);
  });

  test("age halves what it can, and ties are in the order of ids", () => {
    expect(recency(0)).toBe(1);
    expect(recency(90 * DAY_MS)).toBeCloseTo(0.75);
    expect(recency(-DAY_MS)).toBe(1);
    const now = 1000 * DAY_MS;
    const matches = [
      { id: "b", score: 1, at: now },
      { id: "a", score: 1, at: now },
      { id: "c", score: 1.2, at: 0 },
    ];
    expect(ranked(matches, now, 2).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(ranked(matches, now, 3).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });
});

test("what several sources contributed to has the lowest trust of theirs", () => {
  expect(lowestTrust("user")).toBe("user");
  expect(lowestTrust("user", "agent")).toBe("agent");
  expect(lowestTrust("agent", "untrusted", "user")).toBe("untrusted");
});

describe("edits", () => {
  test("an edit replaces the only occurrence of a piece", () => {
    expect(editText("likes tea", "tea", "coffee")).toEqual({ ok: true, content: "likes coffee" });
    expect(editText("tea, tea", "tea", "x")).toEqual({ ok: false, reason: "ambiguous" });
    expect(editText("aaa", "aa", "x")).toEqual({ ok: false, reason: "ambiguous" });
    expect(editText("likes tea", "milk", "x")).toEqual({ ok: false, reason: "not_found" });
    expect(editText(null, "milk", "x")).toEqual({ ok: false, reason: "not_found" });
    expect(editText("a", "a", "$&$1")).toEqual({ ok: true, content: "$&$1" });
  });

  test("an empty piece appends a line, and makes a block", () => {
    expect(editText(null, "", "first")).toEqual({ ok: true, content: "first" });
    expect(editText("first", "", "second")).toEqual({ ok: true, content: "first\nsecond" });
    const full = "x".repeat(MAX_BLOCK_CHARS);
    expect(editText(full, "", "y")).toEqual({ ok: false, reason: "too_long" });
  });
});

describe("recall", () => {
  const opening = newConversation([
    { role: "user", text: "before" },
    { role: "assistant", text: "yes", tool_calls: [] },
    { role: "user", text: "the goal" },
  ]);

  test("trusted blocks are in the system prompt; untrusted ones and items never are", () => {
    const blocks = [block("a", { description: "of\nuse" }), block("b", { trust: "untrusted" })];
    expect(blocksText(blocks)).toBe(
      "# What you remember from earlier tasks\n\n## a: of use\nabout a",
    );
    expect(blocksText([block("b", { trust: "untrusted" })])).toBeNull();
    const [, , goal] = withRecalled(opening, { blocks, items: [item("m1")] }).pinned;
    const text = goal?.role === "user" ? goal.text : "";
    expect(text.startsWith("the goal\n\nMemory:\n")).toBe(true);
    const data: unknown = JSON.parse(text.slice(text.indexOf("{")));
    expect(data).toMatchObject({
      untrusted: "memory",
      content: {
        blocks: [{ label: "b", content: "about b" }],
        items: [{ memory_id: "m1", content: "item m1" }],
      },
    });
    expect(text).not.toContain("about a");
  });

  test("without anything to place, the conversation is unchanged", () => {
    expect(withRecalled(opening, { blocks: [block("a")], items: [] })).toBe(opening);
  });

  test("only untrusted memories taint", () => {
    expect(isTainted({ blocks: [block("a")], items: [item("m")] })).toBe(false);
    expect(isTainted({ blocks: [], items: [item("m", { trust: "untrusted" })] })).toBe(true);
  });

  test("a prompt takes a bounded number of characters, and says what it left out", () => {
    const content = "x".repeat(8000);
    const blocks = ["a", "b", "c", "d"].map((label) => block(label, { content }));
    const all = { blocks, items: [item("m1", { content }), item("m2", { content: "" })] };
    const { leftOut, ...kept } = fitted(all);
    expect(kept.blocks.map(({ label }) => label)).toEqual(["a", "b", "c"]);
    expect(kept.items.map(({ memory_id }) => memory_id)).toEqual(["m2"]);
    expect(leftOut).toBe(2);
    const chars = kept.blocks.reduce((sum, one) => sum + one.content.length, 0);
    expect(chars).toBe(MAX_RECALLED_CHARS);
  });

  test("edits replace what was recalled, the newest of each block", () => {
    const edits = [
      block("a", { version: 2, content: "two" }),
      block("a", { version: 3, content: "three" }),
      block("new", { content: "made" }),
      block("new", { version: 2, content: "made again" }),
    ];
    const after = withEdits([block("a", { description: "of use" }), block("b")], edits);
    expect(after.map(({ label, content }) => [label, content])).toEqual([
      ["a", "three"],
      ["b", "about b"],
      ["new", "made again"],
    ]);
    expect(after[0]?.description).toBe("of use");
  });
});
