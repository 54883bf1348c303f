/** Simulations and replays of runs with long-term memory. */
import { expect, test } from "vitest";
import type { Cassette } from "../../src/testing/contract.ts";
import { enumerate, simulate } from "../../src/testing/index.ts";

const agent = {
  config: {
    long_term_memory: { stores: [{ scope: "agent", access: "write", recall: { items: 3 } }] },
  },
};
const calls = (name: string, args: Readonly<Record<string, string>>) => ({
  tool_calls: [{ name, arguments: args }],
});
const script = [
  calls("memory_save", { content: "The carrier answers within two days.", key: "carrier" }),
  calls("memory_edit_block", { label: "notes", old: "", new: "Be brief." }),
  calls("memory_search", { query: "carriers" }),
  { text: "Done." },
];

test("a simulated run recalls, saves and finds again", async () => {
  const run = await simulate(agent, { script });
  expect(run.status).toBe("completed");
  expect(run.events.map(({ type }) => type)).toContain("memory.recalled");
  const outputs = run.events.flatMap((event) =>
    event.type === "tool.completed" ? [event.data["output"]] : [],
  );
  expect(outputs).toMatchObject([
    { version: 1, scope: "agent" },
    { store: "agent:default", label: "notes", version: 1, content: "Be brief." },
    { items: [{ key: "carrier", content: "The carrier answers within two days." }] },
  ]);
});

test("a run that crashes around every write ends as without a crash", async () => {
  const { runs, different, unknown } = await enumerate(agent, { script });
  expect(runs.length).toBeGreaterThan(10);
  expect([different, unknown]).toEqual([[], []]);
});

test("a replay recalls what the recorded run did, from a store that has it no more", async () => {
  const run = await simulate(agent, { script });
  const cassette = JSON.parse(JSON.stringify(run.cassette())) as Cassette;
  const again = await simulate({}, { cassette });
  expect(again.log_sha256).toBe(cassette.log_sha256);
});
