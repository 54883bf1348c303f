/** Outlines of events: their form is that of the event, and their size is bounded. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EVENT_DATA, EVENT_TYPES, type EventType } from "../../src/run/log/event-data.ts";
import { outlineOf, outlineOfText } from "../../src/run/log/outline.ts";
import type { JsonObject } from "../../src/run/value/json.ts";

interface Outline {
  readonly type: EventType;
  readonly data: JsonObject;
  readonly bytes: number;
  readonly truncated?: true;
}

function outlined(type: EventType, data: object): Outline {
  const text = JSON.stringify({ seq: 3, at: "2026-11-22T12:00:00.000Z", type, v: 1, data });
  return JSON.parse(outlineOfText(text)) as Outline;
}

const call = { call_id: "call_1", attempt: 1 };

test("a small event is its own outline, with its size", () => {
  const event = { seq: 1, at: "now", type: "run.started", v: 1, data: { epoch: 1, note: "é" } };
  const text = JSON.stringify(event);
  const bytes = Buffer.byteLength(text);
  expect(JSON.parse(outlineOf(event, text))).toEqual({ ...event, bytes });
});

test("texts, lists and free content are cut, and all other fields stay", () => {
  const tool_calls = Array.from({ length: 64 }, (_, i) => ({
    call_id: `call_${i + 2}`,
    name: "search",
    arguments: { query: "q".repeat(900), pages: Array.from({ length: 2000 }, () => 7) },
  }));
  const whole = {
    ...call,
    finish_reason: "tool_calls",
    text: "🙂".repeat(150),
    tool_calls,
    opaque: { provider: "anthropic", data: [{ signature: "s".repeat(50_000) }] },
  };
  const { data, truncated } = outlined("model.completed", whole);
  expect(truncated).toBe(true);
  expect(data).toMatchObject({ ...call, finish_reason: "tool_calls", text: "🙂".repeat(100) });
  const shown = data["tool_calls"] as unknown as typeof tool_calls;
  expect(shown).toHaveLength(20);
  expect(shown[19]).toMatchObject({ call_id: "call_21", name: "search" });
  expect(shown[0]?.arguments.query).toBe("q".repeat(200));
  expect(shown[0]?.arguments.pages.length).toBeLessThan(1000);
  expect(data["opaque"]).toEqual({
    provider: "anthropic",
    data: [{ signature: "s".repeat(200) }],
  });
  expect(EVENT_DATA["model.completed"].safeParse(data).success).toBe(true);
});

test("whatever an event contains, its outline is bounded and of its type", () => {
  const free = fc.oneof(
    fc.jsonValue({ maxDepth: 6 }),
    fc.array(fc.string({ minLength: 100, maxLength: 250 }), { minLength: 30, maxLength: 60 }),
    fc.dictionary(fc.string({ maxLength: 300 }), fc.jsonValue({ maxDepth: 3 }), {
      minKeys: 60,
      maxKeys: 80,
    }),
    fc.string({ unit: "binary", maxLength: 5000 }),
  );
  const outcome = fc.record({
    call_id: fc.constant("call_1"),
    output: free,
    images: fc.array(fc.record({ media_type: fc.constant("image/png"), data: fc.string() })),
    duration_ms: fc.nat(),
  });
  fc.assert(
    fc.property(outcome, free, (data, more) => {
      const text = JSON.stringify({ type: "tool.completed", data: { ...data, more } });
      const outline = outlined("tool.completed", { ...data, more });
      expect(EVENT_DATA["tool.completed"].safeParse(outline.data).error).toBeUndefined();
      expect(outline.bytes).toBeGreaterThan(text.length);
      const isWhole = isDeepStrictEqual(
        outline.data,
        JSON.parse(JSON.stringify({ ...data, more })),
      );
      expect(isWhole).toBe(outline.truncated !== true);
      expect(JSON.stringify(outline).length).toBeLessThan(40_000);
    }),
    { numRuns: 40 },
  );
});

test("no event has more fields or levels than an outline keeps", () => {
  expect(EVENT_TYPES.length).toBeGreaterThan(25);
  for (const type of EVENT_TYPES) {
    expect(Object.keys(EVENT_DATA[type].shape).length, type).toBeLessThan(50);
  }
});
