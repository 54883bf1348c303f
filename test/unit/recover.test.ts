/** What recovery makes of calls that a crash left open, and where its patience ends. */
import { expect, test } from "vitest";
import { z } from "zod";
import { defineTool, type ProbeAnswer, type RunTool } from "../../src/agent/tools/tool.ts";
import type { Effect } from "../../src/run/value/effect.ts";
import type { NewEvent } from "../../src/run/log/event.ts";
import { recover } from "../../src/run/decide/recover.ts";
import { foldNew } from "../../src/run/log/reduce.ts";
import type { AgentConfig } from "../../src/run/spec/spec.ts";
import type { RunState } from "../../src/run/log/state.ts";
import { Harness, Killed, specFor } from "../harness.ts";

const SCRIPT = [{ tool_calls: [{ name: "act", arguments: { n: 1 } }] }, { text: "done" }];

interface Acting {
  readonly harness: Harness;
  /** Attempts that ran to their end. */
  readonly runs: number[];
}

/** A run whose only tool acts and then dies with the process, as often as asked. */
function acting(
  effect: Effect,
  more: { config?: Partial<AgentConfig>; probe?: ProbeAnswer | Error; deaths?: number } = {},
): Acting {
  const runs: number[] = [];
  let deaths = more.deaths ?? 1;
  const { probe } = more;
  const tool: RunTool = defineTool({
    name: "act",
    description: "acts",
    input: z.strictObject({ n: z.number() }),
    output: z.string(),
    effect,
    run: (_input, { attempt }) => {
      runs.push(attempt);
      return "acted";
    },
    ...(probe === undefined
      ? {}
      : {
          probe: async () => {
            if (probe instanceof Error) {
              throw probe;
            }
            return probe;
          },
        }),
  });
  const harness = new Harness(
    specFor({ script: SCRIPT }, more.config === undefined ? {} : { config: more.config }),
    {
      extraTools: [tool],
      onWrite: (_n, when) => {
        // Before the write with the outcome: the tool has acted, and nobody will know.
        if (when === "before" && runs.length > 0 && deaths > 0 && harness.log.state.turn !== null) {
          deaths -= 1;
          throw new Killed();
        }
      },
    },
  );
  return { harness, runs };
}

function outcome({ harness }: Acting): unknown {
  const event = harness
    .events()
    .find(({ type }) => /^tool\.(completed|failed|outcome_unknown)$/.test(type));
  return event?.type === "tool.completed" ? event.data.output : event?.type;
}

test("a pure and an idempotent tool are run again, under the same key", async () => {
  for (const effect of ["pure", "idempotent"] as const) {
    const run = acting(effect);
    await run.harness.driveThroughKills();
    expect(run.runs).toEqual([1, 2]);
    const keys = run.harness
      .events()
      .flatMap((e) => (e.type === "tool.requested" ? [e.data.idempotency_key] : []));
    expect(keys).toEqual(["task_test:call_2", "task_test:call_2"]);
    expect(outcome(run)).toBe("acted");
  }
});

test("a tool that may run once is not run again, and the model is told", async () => {
  const run = acting("once");
  await run.harness.driveThroughKills();
  expect(run.runs).toEqual([1]);
  expect(outcome(run)).toBe("tool.outcome_unknown");
  expect(run.harness.log.state.status).toBe("completed");
});

test.each<[string, ProbeAnswer | Error | undefined, number[], unknown]>([
  ["says it is done", { state: "done", output: "found" }, [1], "found"],
  ["says it is not", { state: "not_done" }, [1, 2], "acted"],
  ["does not know", { state: "unknown" }, [1], "tool.outcome_unknown"],
  ["cannot be asked", new Error("no status"), [1], "tool.outcome_unknown"],
  ["has no status function", undefined, [1], "tool.outcome_unknown"],
  ["answers nonsense", { state: "done", output: 7 }, [1], "tool.failed"],
])("a tool of the effect `probe` that %s", async (_what, probe, runs, told) => {
  const run = acting("probe", probe === undefined ? {} : { probe });
  await run.harness.driveThroughKills();
  expect(run.runs).toEqual(runs);
  expect(outcome(run)).toEqual(told);
});

test("with `ask`, an unknown outcome is held for a person, who may have it run again", async () => {
  const config: Partial<AgentConfig> = {
    on_outcome_unknown: "ask",
    waits: { approval_expires_s: 60 },
  };
  const run = acting("once", { config });
  await run.harness.driveThroughKills().catch(() => undefined);
  const asked = run.harness.events().find((e) => e.type === "approval.requested");
  expect(asked?.data).toMatchObject({ call_id: "call_2", reason: "outcome_unknown" });
  expect(run.harness.types()).toContain("approval.expired");
  expect(run.runs).toEqual([1]);

  const again = acting("once", { config: { on_outcome_unknown: "ask" } });
  await again.harness.driveThroughKills();
  expect(again.harness.log.state.wait).toMatchObject({ for: "approval" });
  expect(
    again.harness.tell({
      kind: "decide",
      call_id: "call_2",
      decision: "approve",
      comment: null,
      by: "key",
    }),
  ).toBeNull();
  await again.harness.drive();
  expect(again.runs).toEqual([1, 2]);
  expect(again.harness.log.state.status).toBe("completed");
});

test("with `ask`, denying leaves the outcome unknown and tells the model", async () => {
  const run = acting("once", { config: { on_outcome_unknown: "ask" } });
  await run.harness.driveThroughKills();
  run.harness.tell({
    kind: "decide",
    call_id: "call_2",
    decision: "deny",
    comment: null,
    by: "key",
  });
  await run.harness.drive();
  expect(run.runs).toEqual([1]);
  const unknown = run.harness.events().filter((e) => e.type === "tool.outcome_unknown");
  expect(unknown.map((e) => e.data)).toEqual([
    { call_id: "call_2", held: true },
    { call_id: "call_2" },
  ]);
  expect(run.harness.log.state.status).toBe("completed");
});

test("with `fail`, an unknown outcome ends the run with its code", async () => {
  const run = acting("once", { config: { on_outcome_unknown: "fail" } });
  await run.harness.driveThroughKills();
  expect(run.harness.log.state.end).toMatchObject({ error: { code: "outcome_unknown" } });
});

/** A state with a model call in flight, after a run's first moments. */
function inFlight(): RunState {
  const harness = new Harness(specFor({ script: [{ text: "x" }] }));
  const spec = specFor({});
  const events: NewEvent[] = [
    { type: "run.created", data: spec },
    { type: "run.started", data: { epoch: 1 } },
    {
      type: "model.requested",
      data: { call_id: "call_1", attempt: 1, step: 1, model: "m", up_to_seq: 2, body_sha256: "" },
    },
  ];
  return foldNew(harness.log.state, events, Date.parse("2026-11-22T12:00:00Z"));
}

/** The state after an interruption, and after the next attempt has begun. */
function afterInterruption(state: RunState, at: number, reason: "interrupted" | "out_of_memory") {
  const settled = foldNew(state, recover(state, at, reason), at);
  const { model } = settled;
  return settled.end !== null || model === null
    ? settled
    : foldNew(
        settled,
        [
          {
            type: "model.requested",
            data: {
              call_id: model.call_id,
              attempt: model.attempt + 1,
              step: 1,
              model: "m",
              up_to_seq: 1,
              body_sha256: "",
            },
          },
        ],
        at,
      );
}

test("many wakes at once count as one interruption, and each is followed by a longer pause", () => {
  let state = inFlight();
  const pauses: number[] = [];
  for (let wake = 0; wake < 6; wake += 1) {
    const at = state.at + 1000;
    state = afterInterruption(state, at, "interrupted");
    pauses.push(Math.max(0, state.interruptions.pauseUntil - at));
  }
  expect(state.interruptions).toMatchObject({ incidents: 1, inIncident: 6 });
  expect(pauses).toEqual([0, 0, 250, 500, 1000, 2000]);
  state = afterInterruption(state, state.at + 60_000, "interrupted");
  expect(state.interruptions).toMatchObject({ incidents: 2, inIncident: 1, pauseUntil: 0 });
});

test("the third death of memory in a row ends the run; another kind of interruption begins the count anew", () => {
  let state = inFlight();
  state = afterInterruption(state, state.at + 60_000, "out_of_memory");
  state = afterInterruption(state, state.at + 60_000, "interrupted");
  state = afterInterruption(state, state.at + 60_000, "out_of_memory");
  state = afterInterruption(state, state.at + 60_000, "out_of_memory");
  expect(state.end).toBeNull();
  state = afterInterruption(state, state.at + 60_000, "out_of_memory");
  expect(state.end).toMatchObject({ error: { code: "out_of_memory" } });
});

test("a hundred incidents end the run, whatever it achieved in between", () => {
  let state = inFlight();
  for (let incident = 0; state.end === null && incident < 200; incident += 1) {
    state = afterInterruption(state, state.at + 60_000, "interrupted");
  }
  expect(state.interruptions.incidents).toBeLessThanOrEqual(101);
  expect(state.end).toMatchObject({ error: { code: "recovery_exhausted" } });
});

test("waiting for people is no interruption, however often the process is replaced", async () => {
  const harness = new Harness(
    specFor({ script: [{ tool_calls: [{ name: "ask_human", arguments: { question: "?" } }] }] }),
  );
  await harness.drive();
  for (let deploy = 0; deploy < 300; deploy += 1) {
    harness.die();
    await harness.drive();
  }
  expect(harness.log.state).toMatchObject({ status: "waiting", interruptions: { incidents: 0 } });
});

test.each([
  ["ask", "waiting"],
  ["fail", "failed"],
  ["tell_model", "completed"],
] as const)(
  "a tool that cannot say what became of it follows the agent's policy too: %s",
  async (on_outcome_unknown, status) => {
    const run = acting("probe", { config: { on_outcome_unknown }, probe: { state: "unknown" } });
    await run.harness.driveThroughKills();
    expect(run.harness.log.state.status).toBe(status);
    expect(run.runs).toEqual([1]);
  },
);
