/**
 * Promises of a run under anything that may happen to it: random scripts, and at random moments
 * crashes, commands, duplicate starts, clocks that jump and time that passes.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineTool, type RunTool } from "../../src/agent/tools/tool.ts";
import { dueAt } from "../../src/run/decide/due.ts";
import { EFFECTS } from "../../src/run/value/effect.ts";
import { parseEvent, TERMINAL_TYPES, type RunEvent } from "../../src/run/log/event.ts";
import { recover } from "../../src/run/decide/recover.ts";
import { foldNew, reduce } from "../../src/run/log/reduce.ts";
import type { RunCommand } from "../../src/run/decide/command.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import type { Policy } from "../../src/run/spec/policy.ts";
import { INITIAL_STATE, type RunState } from "../../src/run/log/state.ts";
import { isTerminal } from "../../src/run/decide/view.ts";
import { Harness, Killed, specFor } from "../harness.ts";

/** A tool of each effect; what the world saw of them is counted by key. */
function worldTools(seen: Map<string, number>): RunTool[] {
  return EFFECTS.map((effect) =>
    defineTool({
      name: `${effect}_tool`,
      description: effect,
      input: z.strictObject({}),
      output: z.string(),
      effect,
      run: (_input, { idempotencyKey }) => {
        const key = `${effect}:${idempotencyKey}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        return "done";
      },
      probe: async (_input, { idempotencyKey }) =>
        seen.has(`probe:${idempotencyKey}`)
          ? { state: "done", output: "done" }
          : { state: "not_done" },
    }),
  );
}

/** A tool that acts by calling the others, as code does: each outcome in a turn of its own. */
const codeTool: RunTool = {
  ...defineTool({
    name: "code_tool",
    description: "Calls tools.",
    input: z.strictObject({}),
    output: z.array(z.string()),
    effect: "idempotent",
    run: async (_input, { calls }) => {
      const made = async (...names: string[]): Promise<string[]> => {
        const told: string[] = [];
        for (const name of names) {
          const answer = await calls?.call(name, {});
          await new Promise((arrived) => {
            setImmediate(arrived);
          });
          told.push(answer?.error?.code ?? "done");
        }
        return told;
      };
      const beside = [made("once_tool", "pure_tool"), made("probe_tool", "idempotent_tool")];
      return (await Promise.all(beside)).flat();
    },
  }),
  callsTools: true,
};

const call = fc.oneof(
  fc.constant({ name: "code_tool" }),
  fc.constantFrom(...EFFECTS.map((effect) => ({ name: `${effect}_tool` }))),
  fc.constantFrom<{ name: string; arguments: JsonValue }>(
    { name: "wait", arguments: { seconds: 30 } },
    { name: "ask_human", arguments: { question: "Well?" } },
    { name: "add_numbers", arguments: { a: 1, b: 2 } },
    { name: "add_numbers", arguments: { a: "one" } },
    { name: "no_such_tool", arguments: {} },
  ),
);
const entry = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(call, { minLength: 1, maxLength: 3 }).map((tool_calls) => ({ tool_calls })),
  },
  { weight: 1, arbitrary: fc.constant({ error: { class: "overloaded", times: 2 } }) },
);

const by = "key_1";
const command = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constant<RunCommand>({ kind: "message", content: "hm", data: null, by }),
  },
  { weight: 1, arbitrary: fc.constant<RunCommand>({ kind: "cancel", reason: null, by }) },
  {
    weight: 4,
    arbitrary: fc
      .record({
        decision: fc.constantFrom<"approve" | "deny">("approve", "deny"),
        n: fc.integer({ min: 1, max: 12 }),
      })
      .map(({ decision, n }): RunCommand => ({
        kind: "decide",
        call_id: `call_${n}`,
        decision,
        comment: null,
        by,
      })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom({ max_steps: 3 }, { max_steps: null }, { max_tokens: 5 }, { max_tokens: null })
      .map((changes): RunCommand => ({ kind: "limits", changes, by })),
  },
);

/** What happens around the nth write of the run. */
const happening = fc.record({
  at: fc.integer({ min: 1, max: 25 }),
  when: fc.constantFrom<"before" | "after">("before", "after"),
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constant("die" as const) },
    { weight: 3, arbitrary: command },
    { weight: 1, arbitrary: fc.constantFrom("back" as const, "ahead" as const) },
  ),
});

const scene = fc.record({
  script: fc.array(entry, { minLength: 1, maxLength: 6 }),
  happenings: fc.array(happening, { maxLength: 6 }),
  policy: fc.constantFrom<Policy>(
    {},
    { approve: ["once_*"] },
    { approve: ["*"] },
    { deny: ["probe_*"], rate: { "*_tool": { per_run: 3, per_minute: 2 } } },
  ),
  on_outcome_unknown: fc.constantFrom("tell_model", "ask", "fail"),
  on_expiry: fc.constantFrom("deny", "fail", "continue"),
  limits: fc.constantFrom({}, { max_steps: 2 }, { max_tokens: 30 }, { max_tool_calls: 2 }),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

interface Played {
  readonly harness: Harness;
  readonly seen: Map<string, number>;
}

/** Plays a scene to the run's end; whatever waits for people is ended by its expiry or a cancel. */
async function play({ script, happenings, limits, ...policy }: Scene): Promise<Played> {
  const seen = new Map<string, number>();
  const left = [...happenings];
  const harness: Harness = new Harness(
    specFor(
      {
        script: [...script, { text: "end" }, ...Array.from({ length: 20 }, () => ({ text: "so" }))],
      },
      {
        config: {
          policy: policy.policy,
          on_outcome_unknown: policy.on_outcome_unknown,
          waits: {
            approval_expires_s: 60,
            input_expires_s: 60,
            on_expiry: policy.on_expiry,
          },
        },
        limits,
      },
    ),
    {
      extraTools: [...worldTools(seen), codeTool],
      onWrite: (n, when) => {
        const found = left.findIndex((one) => one.at <= n && one.when === when);
        const [happens] = found === -1 ? [] : left.splice(found, 1);
        if (happens === undefined || harness.log.state.seq === 0) {
          return;
        }
        const { what } = happens;
        if (what === "die") {
          throw new Killed();
        }
        if (what === "back" || what === "ahead") {
          harness.now += what === "back" ? -3_600_000 : 3_600_000;
        } else if (when === "after") {
          harness.tell(what);
        }
      },
    },
  );
  for (let rounds = 0; rounds < 20 && !isTerminal(harness.log.state.status); rounds += 1) {
    await harness.driveThroughKills();
    // Nobody raises a budget here: the run waits for it, by name, and is cancelled.
    if (harness.log.state.wait?.for === "budget") {
      harness.tell({ kind: "cancel", reason: "enough", by });
    }
  }
  return { harness, seen };
}

function fold(events: readonly RunEvent[]): RunState {
  return events.reduce(reduce, INITIAL_STATE);
}

test("whatever happens to a run, it ends once, its log is legal, and no effect is repeated in silence", async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (played) => {
      const { harness, seen } = await play(played);
      const events = harness.events();
      expect(isTerminal(harness.log.state.status)).toBe(true);
      expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
      // The log takes over what a plan has folded.
      expect(harness.log.state).toEqual(fold(events));
      expect(events.filter((event) => TERMINAL_TYPES.has(event.type))).toHaveLength(1);
      expect(TERMINAL_TYPES.has(events.at(-1)?.type ?? "run.created")).toBe(true);
      // Time never runs back in a log.
      const moments = events.map((event) => Date.parse(event.at));
      expect(moments.toSorted((a, b) => a - b)).toEqual(moments);
      for (const event of events) {
        expect(parseEvent(event)).toEqual(event);
      }
      // Twice only where a person, or the tool itself, said so.
      const approvedAgain = new Set(
        events.flatMap((e) =>
          e.type === "approval.requested" && e.data.reason === "outcome_unknown"
            ? [e.data.call_id]
            : [],
        ),
      );
      const repeated = [...seen].filter(([key, times]) => {
        const callId = key.slice(key.lastIndexOf(":") + 1);
        const once = key.startsWith("once:") && !approvedAgain.has(callId);
        return (once || key.startsWith("probe:")) && times > 1;
      });
      expect(repeated).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("every prefix of such a log folds, can be recovered, and is either over, due, or waits for somebody", async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (played) => {
      const { harness } = await play(played);
      const events = harness.events();
      for (let length = 1; length <= events.length; length += 1) {
        const state = fold(events.slice(0, length));
        const settled = foldNew(state, recover(state, state.at), state.at);
        const due = dueAt(settled);
        expect(
          settled.end !== null || due !== null || settled.wait?.for === "budget",
          `after ${events[length - 1]?.type}`,
        ).toBe(true);
        // Recovering again, at once, finds nothing more to settle.
        const again = recover(settled, settled.at).filter((e) => e.type !== "recovery.started");
        expect(again.filter((e) => e.type === "model.superseded")).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
});
