/** Cassettes: a recorded run is replayed without network, strictly, and a difference is named. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { changed, changeOf, logHash } from "../../sdk/src/cli/cassette-format.ts";
import { parseEvent } from "../../src/run/log/event.ts";
import type { RunTool } from "../../src/agent/tools/tool.ts";
import type { Cassette, SimulatedEvent, SimulatedTool } from "../../src/testing/contract.ts";
import { simulate } from "../../src/testing/index.ts";

/** Arguments of calls whose output is too long for an event. */
const LONG = new Set(['{"n":2}']);
const CANARY = "canary-9f2c-secret";

const tools = (paid: unknown[], description = "Pays."): SimulatedTool[] => [
  {
    name: "pay",
    description,
    effect: "once",
    run: async (input, context) => {
      paid.push(input);
      await context.fetch("https://pay.test/", { headers: { Authorization: CANARY } });
      return "x".repeat(LONG.has(JSON.stringify(input)) ? 80_000 : 10);
    },
  },
  { name: "look", effect: "pure", run: () => "seen" },
];

const options = {
  script: [
    { tool_calls: [{ name: "pay", arguments: { n: 1 } }, { name: "look" }] },
    {
      error: { class: "overloaded" },
      tool_calls: [{ name: "wait", arguments: { seconds: 86_400 } }],
    },
    { tool_calls: [{ name: "ask_human", arguments: { question: "Sure?" } }] },
    { text: "Paid." },
  ],
  world: (): unknown[] => [],
  tools: (paid: unknown[]) => tools(paid),
  people: () => ({ content: "yes", after_s: 100 }),
  fetch: () => new Response("ok"),
};
const agent = { config: { model: "anthropic/claude-sonnet-5" } };

/** A cassette as a file has it. */
async function recorded(more: Partial<Parameters<typeof simulate<unknown[]>>[1]> = {}) {
  const run = await simulate(agent, { ...options, ...more });
  return JSON.parse(JSON.stringify(run.cassette())) as Cassette;
}

/** Replays a cassette with the tools in code of its run. */
function replay(cassette: Cassette, description?: string) {
  return simulate(
    {},
    { cassette, world: options.world, tools: (paid) => tools(paid, description) },
  );
}

test("cassettes of runs with a crash around every write replay with the same log", async () => {
  const { writes } = (await simulate(agent, options)).counts;
  expect(writes).toBeGreaterThan(8);
  for (let write = 1; write <= writes; write += 1) {
    const when = write % 2 === 0 ? "before" : "after";
    const cassette = await recorded({ faults: [{ kind: "crash", write, when }] });
    const run = await replay(cassette);
    expect(run.log_sha256, `crash ${when} write ${write}`).toBe(cassette.log_sha256);
    expect(run).toMatchObject({ status: "completed", answer: "Paid.", world: [], requests: [] });
  }
});

test.each([3, 4, 5, 6, 7])("the cassette of a run with faults by seed %i replays", async (seed) => {
  const cassette = await recorded({ seed });
  expect((await replay(cassette)).log_sha256).toBe(cassette.log_sha256);
});

test("a request that is not the recorded one is named by its first different place", async () => {
  const cassette = await recorded();
  await expect(replay(cassette, "Pays twice.")).rejects.toThrow(
    /at seq 3, in the request of call_1: \/tools\/\d+\/description is "Pays twice\.", expected "Pays\."/,
  );
  const brief = { config: { instructions: "Be brief." } };
  await expect(
    simulate(brief, { cassette, world: options.world, tools: options.tools }),
  ).rejects.toThrow(/in the request of call_1: \/system/);
  const events = cassette.events.map((event) =>
    event.type === "tool.requested" && event.data["name"] === "pay"
      ? { ...event, data: { ...event.data, effect: "pure" } }
      : event,
  );
  await expect(replay({ ...cassette, events })).rejects.toThrow(
    /event tool\.requested: \/data\/effect is "once", expected "pure"/,
  );
  const [first, ...others] = cassette.events;
  expect(first?.type).toBe("run.created");
  await expect(replay({ ...cassette, events: others })).rejects.toThrow(/does not begin with/);
  const cancelled = { ...cassette.events[1], seq: 2, type: "run.cancelled", data: { by: "key" } };
  const unstarted = [cassette.events[0], cancelled] as typeof cassette.events;
  await expect(replay({ ...cassette, events: unstarted })).rejects.toThrow(/before it started/);
});

test("a cassette has no secrets, and its requests are stored once", async () => {
  const [pay, ...others] = options.script;
  const long = { ...pay, tool_calls: [{ name: "pay", arguments: { n: 2 } }, { name: "look" }] };
  const cassette = await recorded({ script: [long, ...others] });
  expect(Object.values(cassette.outputs)).toEqual(["x".repeat(80_000)]);
  expect((await replay(cassette)).log_sha256).toBe(cassette.log_sha256);
  const text = JSON.stringify(cassette);
  expect(text).not.toContain(CANARY);
  expect(cassette.requests.length).toBeGreaterThan(3);
  let [body, whole] = ["", 0];
  for (const request of cassette.requests) {
    body = changed(body, request);
    whole += body.length;
    expect(JSON.parse(body)).toMatchObject({ model: "claude-sonnet-5" });
  }
  expect(JSON.stringify(cassette.requests).length).toBeLessThan(whole * 0.6);
  expect(changed("abcXdef", changeOf("abcXdef", "abcYYdef"))).toBe("abcYYdef");
});

test("a log of an earlier version with calls of code replays, and one with other texts does not", async () => {
  // The texts of the tools have changed since, and so have the requests: they get today's hashes.
  const replayed = async (events: readonly SimulatedEvent[]): Promise<string> => {
    const log_sha256 = logHash(events);
    const cassette = { format: "opspawn-cassette/1", task_id: "t", log_sha256, events } as const;
    try {
      const run = await simulate(
        {},
        { cassette: { ...cassette, requests: [], outputs: {} }, tools: [CODE] },
      );
      expect(run.log_sha256).toBe(log_sha256);
      return run.status;
    } catch (error) {
      const message = String(error);
      const [, seq, hash] = /seq (\d+), event model.requested: \/data\/body_sha256 is "(\w+)"/.exec(
        message,
      ) ?? [null, null, null];
      return seq === null
        ? message
        : replayed(
            events.map((event) =>
              event.seq === Number(seq)
                ? { ...event, data: { ...event.data, body_sha256: String(hash) } }
                : event,
            ),
          );
    }
  };
  expect(await replayed(golden("log-with-code"))).toBe("completed");
  expect(await replayed(golden("log-before-waits"))).toMatch(
    /seq 16, event tool\.failed: \/data\/message is "Unknown tool.*expected "There is no tool.*\. The service writes this text: another version recorded the cassette\. Record the task again with this version\.$/,
  );
});

/** A log of an earlier version, as this version reads it. */
function golden(name: string): SimulatedEvent[] {
  const events = JSON.parse(readFileSync(`test/golden/${name}.json`, "utf8")) as unknown[];
  return events.map((event) => JSON.parse(JSON.stringify(parseEvent(event))) as SimulatedEvent);
}

const anything = (value: unknown) => ({ ok: true as const, value: value as string });

/** The tool that made calls in the log. */
const CODE: RunTool = {
  kind: "run",
  callsTools: true,
  name: "code",
  description: "",
  inputSchema: { type: "object" },
  outputSchema: null,
  effect: "idempotent",
  timeoutMs: 60_000,
  checkInput: anything,
  checkOutput: anything,
  run: async () => null,
};
