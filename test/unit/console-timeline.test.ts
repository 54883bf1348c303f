/** The axis and the rows of the console's timeline. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { RunFold } from "../../console/src/log/fold.ts";
import type { LogEvent } from "../../console/src/log/store.ts";
import { boxOf, clampRange, rangeOf } from "../../console/src/timeline/place.ts";
import { scaleOf, timelineRows, type Folds } from "../../console/src/timeline/rows.ts";
import { idleSpans, Scale, type Gap } from "../../console/src/timeline/scale.ts";
import { ticksOf } from "../../console/src/timeline/ticks.ts";
import { Harness, NO_FAMILY, specFor } from "../harness.ts";

const NONE: Folds = { folded: new Set(), opened: new Set() };

/** A span and gaps within it that do not touch. */
const axis = fc
  .tuple(
    fc.integer({ min: 0, max: 2 ** 41 }),
    fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 3, maxLength: 15 }),
  )
  .map(([from, lengths]) => {
    let at = from;
    const ends = lengths.map((length) => (at += length));
    const gaps: Gap[] = ends
      .slice(0, -1)
      .flatMap((to, i) =>
        i % 2 === 1 ? [{ from: ends[i - 1] ?? from, to, text: "waited", seq: 1 }] : [],
      );
    return { span: { from, to: at }, gaps };
  });

test("a time that is projected and back is the same, and later is further right", () => {
  fc.assert(
    fc.property(axis, fc.double({ min: 0, max: 1, noNaN: true }), ({ span, gaps }, share) => {
      const scale = new Scale(span, gaps);
      const time = span.from + share * (span.to - span.from);
      const place = scale.project(time);
      expect(place).toBeGreaterThanOrEqual(0);
      expect(place).toBeLessThanOrEqual(1);
      const allowed = 1 + (span.to - span.from) * 1e-7;
      expect(Math.abs(scale.unproject(place) - time)).toBeLessThanOrEqual(allowed);
      expect(scale.project(time + 1)).toBeGreaterThanOrEqual(place);
    }),
  );
});

test("a gap is short whatever it lasted, and all gaps together leave room for work", () => {
  fc.assert(
    fc.property(axis, ({ span, gaps }) => {
      const scale = new Scale(span, gaps);
      const shares = scale.gaps.map(({ start, end }) => end - start);
      expect(shares.every((share) => share <= 0.0451)).toBe(true);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(0.41);
    }),
  );
});

test("labels are in order, apart from each other, and in no gap", () => {
  fc.assert(
    fc.property(axis, fc.double({ min: 0.05, max: 0.3, noNaN: true }), ({ span, gaps }, apart) => {
      const scale = new Scale(span, gaps);
      const ticks = ticksOf(scale, 0, 1, apart);
      expect(ticks.length).toBeLessThanOrEqual(Math.ceil(1 / apart) + 1);
      for (const [i, { place, ms }] of ticks.entries()) {
        const before = ticks[i - 1];
        expect(before === undefined || place - before.place >= apart * 0.98).toBe(true);
        const at = scale.from + ms;
        expect(gaps.some(({ from, to }) => from < at && at < to)).toBe(false);
      }
    }),
  );
});

test("idle time is what no span covers", () => {
  const idle = idleSpans({ from: 0, to: 100 }, [
    { from: 40, to: 60 },
    { from: 10, to: 20 },
    { from: 15, to: 30 },
  ]);
  expect(idle).toEqual([
    { from: 0, to: 10 },
    { from: 30, to: 40 },
    { from: 60, to: 100 },
  ]);
});

test("a zoomed range stays on the axis and keeps its length where it can", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.double({ min: 0, max: 3, noNaN: true }),
      (start, length) => {
        const range = clampRange({ start, end: start + length });
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeLessThanOrEqual(1 + 1e-9);
        expect(range.end).toBeGreaterThan(range.start);
      },
    ),
  );
});

test("rows follow the log, tools can be folded, and a wait that takes long is a named gap", async () => {
  const script = [
    {
      tool_calls: [
        { name: "look", arguments: { at: 1 } },
        { name: "look", arguments: { at: 2 } },
      ],
    },
    { text: "ok" },
  ];
  const look = { name: "look", delay_ms: 1, outputs: [{ output: 1 }, { output: 2 }] };
  const spec = specFor(
    { script, script_tools: [look] },
    { config: { policy: { approve: ["look"] } } },
  );
  const harness = new Harness(spec, { realTime: false });
  await harness.drive();
  harness.now += 3_600_000;
  const fold = new RunFold();
  const add = (): void => {
    for (const event of harness.events().slice(fold.seq) as unknown as LogEvent[]) {
      fold.add(event);
    }
  };
  add();
  for (const question of fold.questions.list) {
    if (question.kind === "approval") {
      harness.tell({
        kind: "decide",
        call_id: question.callId,
        decision: "approve",
        comment: null,
        by: "ops",
      });
    }
  }
  await harness.drive();
  add();

  const rows = timelineRows(fold, fold.at, NONE);
  expect(rows.map(({ name }) => name).filter((name) => name === "look").length).toBe(2);
  const [model] = rows;
  expect(model?.members).toBe(2);
  const folded = timelineRows(fold, fold.at, {
    ...NONE,
    folded: new Set([model?.id ?? ""]),
  });
  expect(folded.length).toBe(rows.length - 2);
  const scale = scaleOf(fold, fold.at, true);
  expect(scale.gaps.map(({ gap }) => gap.text)).toEqual(["waited for approval, approved by ops"]);
  for (const row of rows) {
    for (const bar of row.bars) {
      expect(bar.to).toBeGreaterThanOrEqual(bar.from);
      expect(boxOf(scale, { start: 0, end: 1 }, bar.from, bar.to)).not.toBeNull();
    }
  }
});

test("many equal calls beside each other are one row, until it is unfolded", async () => {
  const calls = Array.from({ length: 8 }, (_, at) => ({ name: "look", arguments: { at } }));
  const script = [
    { tool_calls: [...calls, { name: "add_numbers", arguments: { a: 1, b: 2 } }] },
    { text: "ok" },
  ];
  const look = { name: "look", outputs: calls.map((_, output) => ({ output })) };
  const harness = new Harness(specFor({ script, script_tools: [look] }), { realTime: false });
  await harness.drive();
  const fold = new RunFold();
  for (const event of harness.events() as unknown as LogEvent[]) {
    fold.add(event);
  }

  const rows = timelineRows(fold, fold.at, NONE);
  expect(rows.map(({ name }) => name)).toEqual(["step 1", "look × 8", "add_numbers", "step 2"]);
  const group = rows[1];
  expect(group).toMatchObject({ members: 8, isFolded: true, depth: 1 });
  expect(group?.group?.length).toBe(8);
  const opened = timelineRows(fold, fold.at, { ...NONE, opened: new Set([group?.id ?? ""]) });
  expect(opened.map(({ depth }) => depth)).toEqual([0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 1, 0]);
  const folded = timelineRows(fold, fold.at, { ...NONE, folded: new Set([rows[0]?.id ?? ""]) });
  expect(folded.map(({ name }) => name)).toEqual(["step 1", "step 2"]);
});

test("zooming to spans shows all of them, with a margin", () => {
  fc.assert(
    fc.property(axis, fc.nat(), fc.nat(), ({ span, gaps }, a, b) => {
      const scale = new Scale(span, gaps);
      const length = span.to - span.from;
      const [from = 0, to = 0] = [span.from + (a % length), span.from + (b % length)].toSorted(
        (one, other) => one - other,
      );
      const range = rangeOf(scale, [{ from, to }]);
      expect(range?.start).toBeLessThanOrEqual(scale.project(from) + 1e-9);
      expect(range?.end).toBeGreaterThanOrEqual(scale.project(to) - 1e-9);
      expect(range?.start).toBeGreaterThanOrEqual(0);
      expect(range?.end).toBeLessThanOrEqual(1 + 1e-9);
    }),
  );
  expect(rangeOf(new Scale({ from: 0, to: 10 }, []), [])).toBeNull();
});

test("a task that a call starts is a row below it, from its beginning to its end", async () => {
  const calls = ["a", "b"].map((goal) => ({ name: "agent_writer", arguments: { goal } }));
  const writer = { agent: "writer", version: 1, tool: "agent_writer", description: "Writes." };
  const ids: string[] = [];
  const harness = new Harness(
    specFor({ script: [{ tool_calls: calls }, { text: "ok" }] }, { spec: { agents: [writer] } }),
    {
      realTime: false,
      children: {
        ...NO_FAMILY.children,
        submit: async (orders) => {
          ids.push(...orders.map(({ task_id }) => task_id));
          return orders.map(() => ({ ok: true, created: true }));
        },
      },
    },
  );
  await harness.slice();
  const fold = new RunFold();
  const rows = () => {
    for (const event of harness.events().slice(fold.seq) as unknown as LogEvent[]) {
      fold.add(event);
    }
    return timelineRows(fold, fold.at, NONE);
  };
  const open = rows().filter(({ child }) => child !== null);
  expect(open.map(({ name, about, depth }) => [name, about, depth])).toEqual([
    ["writer", "open", 2],
    ["writer", "open", 2],
  ]);
  expect(open.every(({ bars }) => bars[0]?.isLive)).toBe(true);

  const [first = "", second = ""] = ids;
  harness.now += 60_000;
  harness.tell({
    kind: "child",
    task_id: second,
    report: { kind: "ended", status: "failed", code: "limit_reached", message: "No." },
  });
  harness.tell({
    kind: "child",
    task_id: first,
    report: { kind: "ended", status: "completed", answer: "Written." },
  });
  const ended = rows();
  expect(ended.map(({ name }) => name).slice(0, 5)).toEqual([
    "step 1",
    "agent_writer",
    "writer",
    "agent_writer",
    "writer",
  ]);
  expect(ended.some(({ name }) => name === "child")).toBe(false);
  const [one, other] = ended.filter(({ child }) => child !== null);
  expect([one?.about, other?.about, other?.bars[0]?.look]).toEqual(["completed", "failed", "bad"]);
  expect(fold.items.flatMap((item) => (item.kind === "mark" ? [item.text] : []))).toEqual([
    "started the task of writer",
    "started the task of writer",
    "the task of writer failed: limit_reached: No.",
    "the task of writer completed",
  ]);
  const { from = 0, to = 0 } = one?.bars[0] ?? {};
  expect(to - from).toBeGreaterThanOrEqual(60_000);
});
