/** Calls that a tool's code makes: what is replayed after a crash, and what is never done twice. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineTool, type RunTool, type ToolCaller } from "../../src/agent/tools/tool.ts";
import { EFFECTS } from "../../src/run/value/effect.ts";
import { parseEvent, upcast, type RunEvent } from "../../src/run/log/event.ts";
import type { EventData } from "../../src/run/log/event-data.ts";
import { foldNew, reduce } from "../../src/run/log/reduce.ts";
import { abandonOpenCalls } from "../../src/run/decide/recover.ts";
import { INITIAL_STATE } from "../../src/run/log/state.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import { Harness, Killed, specFor } from "../harness.ts";

type Code = (calls: ToolCaller, attempt: number) => Promise<JsonValue>;

/** A tool that acts by nothing but calls, as code does. */
function coded(code: Code): RunTool {
  const tool = defineTool({
    name: "code",
    description: "Calls tools.",
    input: z.strictObject({}),
    output: z.any(),
    effect: "idempotent",
    run: (_input, { calls, attempt }) => {
      if (calls === undefined) {
        throw new Error("it has no tools");
      }
      return code({ names: calls.names, call: (...made) => hop(calls.call(...made)) }, attempt);
    },
  });
  return { ...tool, callsTools: true };
}

/** As between isolates: outcomes arrive in their order, each in a turn of its own. */
async function hop<T>(answer: Promise<T>): Promise<T> {
  const value = await answer;
  await new Promise((arrived) => {
    setImmediate(arrived);
  });
  return value;
}

function worldTools(seen: Map<string, number>): RunTool[] {
  return EFFECTS.map((effect) =>
    defineTool({
      name: `${effect}_tool`,
      description: effect,
      input: z.strictObject({ n: z.number() }),
      output: z.number(),
      effect,
      run: ({ n }, { idempotencyKey }) => {
        const key = `${effect}:${idempotencyKey}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        return n;
      },
      probe: async ({ n }, { idempotencyKey }) =>
        seen.has(`probe:${idempotencyKey}`) ? { state: "done", output: n } : { state: "not_done" },
    }),
  );
}

interface Kill {
  readonly n: number;
  readonly when: "before" | "after";
}

async function played(code: Code, ...kills: readonly Kill[]) {
  const seen = new Map<string, number>();
  const left = [...kills];
  const script = [{ tool_calls: [{ name: "code", arguments: {} }] }, { text: "end" }];
  const harness: Harness = new Harness(specFor({ script }), {
    extraTools: [coded(code), ...worldTools(seen)],
    onWrite: (n, when) => {
      const [next] = left;
      if (next?.n === n && next.when === when) {
        left.shift();
        throw new Killed();
      }
    },
  });
  const processes = await harness.driveThroughKills();
  return { harness, seen, processes };
}

function outputOf(harness: Harness): JsonValue | undefined {
  return own(harness, "tool.completed")?.output;
}

function own<T extends "tool.completed" | "tool.failed">(
  harness: Harness,
  type: T,
): EventData<T> | undefined {
  const found = harness
    .events()
    .find((event) => event.type === type && event.data["parent_call_id"] === undefined);
  return found?.data as EventData<T> | undefined;
}

/** Two chains side by side, in which what comes first depends on what is faster. */
const CHAINS: Code = async (calls) => {
  const value = async (name: string, n: number): Promise<JsonValue> => {
    const { output, error } = await calls.call(name, { n });
    return error?.code ?? output ?? null;
  };
  const chain = async (...names: string[]): Promise<JsonValue[]> => {
    const values: JsonValue[] = [];
    for (const name of names) {
      values.push(await value(name, values.length));
    }
    return values;
  };
  return [
    await value("once_tool", 7),
    ...(await Promise.all([
      chain("pure_tool", "once_tool", "idempotent_tool"),
      chain("probe_tool", "pure_tool", "once_tool"),
    ])),
  ];
};

test("code that is stopped at any write comes to its end, with no effect of `once` twice", async () => {
  const undisturbed = await played(CHAINS);
  expect(outputOf(undisturbed.harness)).toEqual([7, [0, 1, 2], [0, 1, 2]]);
  const writes = undisturbed.harness.writes;
  expect(writes).toBeGreaterThan(15);
  let unknown = 0;
  for (let n = 1; n <= writes; n += 1) {
    for (const when of ["before", "after"] as const) {
      for (const second of [[], [{ n: n + 2, when }], [{ n: n + 5, when }]]) {
        const about = `${when} write ${n}, ${JSON.stringify(second)}`;
        const { harness, seen, processes } = await played(CHAINS, { n, when }, ...second);
        const events = harness.events();
        expect(processes, about).toBeGreaterThan(1);
        expect(harness.log.state.end, about).toMatchObject({ status: "completed" });
        const told = JSON.stringify(outputOf(harness) ?? own(harness, "tool.failed"));
        unknown += told.includes("outcome_unknown") ? 1 : 0;
        expect(told.replaceAll(/"outcome_unknown"/g, "7").length, about).toBe(
          JSON.stringify([7, [0, 1, 2], [0, 1, 2]]).length,
        );
        for (const [key, times] of seen) {
          expect(/^(once|probe):/.test(key) ? times : 1, `${about}: ${key}`).toBe(1);
        }
        const ids = events.filter((e) => e.type === "tool.requested" && e.data.attempt === 1);
        expect(new Set(ids.map((e) => e.data["call_id"])).size, about).toBe(ids.length);
        expect(harness.log.state.usage.tool_calls, about).toBe(8);
        expectLegal(events);
      }
    }
  }
  expect(unknown).toBeGreaterThan(0);
});

test("a log with calls of code and with refusals still folds as it did when it was written", () => {
  const text = readFileSync("test/golden/log-with-code.json", "utf8");
  const events = JSON.parse(text) as RunEvent[];
  expectLegal(events);
  const end = events.map(upcast).reduce(reduce, INITIAL_STATE);
  expect(end).toMatchObject({
    status: "completed",
    untrusted: "web",
    usage: { tool_calls: 4 },
    rates: { "*_numbers": { total: 2 } },
  });
  expect(new Set(events.map(({ type }) => type))).toContain("recovery.started");
  expect(events.some(({ data }) => data["rule"] !== undefined)).toBe(true);
});

function expectLegal(events: readonly RunEvent[]): void {
  // Every prefix is a crash point.
  let state = INITIAL_STATE;
  for (const event of events.map(upcast)) {
    expect(parseEvent(event)).toEqual(event);
    state = reduce(state, event);
  }
  expect(state.turn).toBeNull();
}

const WAVERING: Code = async (calls, attempt) => {
  await calls.call("pure_tool", { n: 1 });
  const { output } = await calls.call("once_tool", { n: attempt });
  await calls.call("pure_tool", { n: 2 });
  return output ?? null;
};

test("code that goes another way when it runs again is ended, and nothing new is done", async () => {
  const { harness, seen } = await played(WAVERING, { n: 8, when: "before" });
  expect(own(harness, "tool.failed")).toMatchObject({ code: "replay_mismatch" });
  expect([...seen.keys()].filter((key) => key.startsWith("once"))).toHaveLength(1);
  expect(harness.log.state.end).toMatchObject({ status: "completed" });
});

const FEWER: Code = async (calls, attempt) => {
  for (let n = attempt; n < 3; n += 1) {
    await calls.call("pure_tool", { n: 0 });
  }
  return "done";
};

test("code that makes fewer calls when it runs again is ended too", async () => {
  const { harness } = await played(FEWER, { n: 8, when: "before" });
  expect(own(harness, "tool.failed")).toMatchObject({ code: "replay_mismatch" });
});

test("an output that was too long for the log is whole again when it is replayed", async () => {
  const long = "y".repeat(100_000);
  const big = defineTool({
    name: "big",
    description: "Long.",
    input: z.strictObject({}),
    output: z.string(),
    effect: "once",
    run: () => long,
  });
  const lengths: number[] = [];
  const code: Code = async (calls) => {
    const { output } = await calls.call("big", {});
    lengths.push(typeof output === "string" ? output.length : 0);
    await calls.call("big", {});
    return null;
  };
  const script = [{ tool_calls: [{ name: "code", arguments: {} }] }, { text: "end" }];
  const harness = new Harness(specFor({ script }), {
    extraTools: [coded(code), big],
    onWrite: (n, when) => {
      if (n === 6 && when === "after") {
        throw new Killed();
      }
    },
  });
  await harness.driveThroughKills();
  expect(lengths).toEqual([100_000, 100_000]);
});

test("cancelling a run says of its code's open calls that nobody knows", async () => {
  const { harness } = await played(CHAINS);
  let state = INITIAL_STATE;
  for (const event of harness.events()) {
    state = reduce(state, event);
    if (event.type === "tool.requested" && event.data.parent_call_id !== undefined) {
      break;
    }
  }
  const events = abandonOpenCalls(state);
  expect(events.map(({ data }) => data)).toEqual([
    { call_id: "call_3", parent_call_id: "call_2" },
    { call_id: "call_2" },
  ]);
  expect(() => foldNew(state, events, harness.now)).not.toThrow();
});

test("a call after the code has ended is refused", async () => {
  const late: { calls?: ToolCaller } = {};
  const code: Code = async (calls) => {
    late.calls = calls;
    return 1;
  };
  const { harness, seen } = await played(code);
  await expect(late.calls?.call("once_tool", { n: 1 })).rejects.toThrow("stopped");
  expect(seen.size).toBe(0);
  expect(harness.types()).toContain("run.completed");
});

const ENDLESS: Code = async (calls) => {
  for (;;) {
    const { error } = await calls.call("pure_tool", { n: 1 });
    if (error !== undefined) {
      return error.code;
    }
  }
};

test("code cannot make calls without end", async () => {
  const { harness } = await played(ENDLESS);
  expect(outputOf(harness)).toBe("limit_reached");
});
