/** Every recorded answer, served byte for byte to the adapters inside workerd, in pieces of any size. */
import { describe, expect, inject, test } from "vitest";
import type { LlmEvent } from "../../src/agent/llm/client.ts";
import { adapterFor, eventsOf, KEY, requestOf } from "./adapters.ts";
import type { ExpectedFailure, ExpectedReply } from "./expected.ts";
import { CUTS, type Listed } from "./server.ts";

const address = inject("recordings");
const recordings = address === null ? [] : await (await fetch(`${address}/list`)).json<Listed[]>();

test("there are as many recordings as the index names", (context) => {
  context.skip(address === null, "../shared/fixtures/llm is missing: nothing is replayed");
  expect(recordings.length).toBeGreaterThan(85);
});

/** Pieces of a stream add up to what the reply says in the end. */
function joined(events: readonly LlmEvent[], type: "text" | "reasoning"): string {
  return events.map((event) => (event.type === type ? event.text : "")).join("");
}

function expectReply(events: readonly LlmEvent[], expected: ExpectedReply): void {
  const end = events.at(-1);
  expect(end, JSON.stringify(end)).toMatchObject({ type: "done" });
  if (end?.type !== "done") {
    return;
  }
  const { reply } = end;
  expect(reply.text).toBe(expected.text);
  expect(joined(events, "text")).toBe(expected.text);
  expect(
    reply.tool_calls.map(({ name, arguments_text, provider_id }) => ({
      name,
      args: parsed(arguments_text),
      id: provider_id ?? null,
    })),
  ).toEqual(expected.calls);
  expect(reply.finish_reason).toBe(expected.finish);
  const { cost_micro_usd, cache_write_tokens, ...usage } = expected.usage;
  const metered = events.findLast((event) => event.type === "usage")?.usage;
  expect(metered).toEqual({
    ...usage,
    ...(cost_micro_usd === null ? {} : { cost_micro_usd }),
    ...(cache_write_tokens === 0 ? {} : { cache_write_tokens }),
  });
  const opaque = JSON.stringify(reply.opaque ?? null);
  expect(expected.secrets.filter((secret) => !opaque.includes(JSON.stringify(secret)))).toEqual([]);
}

function parsed(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return text;
  }
}

function expectFailure(events: readonly LlmEvent[], expected: ExpectedFailure, name: string): void {
  const end = events.at(-1);
  const { code, retryAfterMs } = expected;
  expect(end, JSON.stringify(end)).toMatchObject({
    type: "failed",
    failure: { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  });
  const text = JSON.stringify(end);
  expect(text).toContain(`${name}: `);
  expect(text).not.toContain(KEY);
}

describe.each(recordings)("$file", ({ id, provider, api, exchanges }) => {
  const played = exchanges.flatMap(({ expected, request, url }, at) =>
    expected === null
      ? []
      : CUTS.map((cut) => ({ at, cut, expected, model: modelOf(request, url) })),
  );
  test.each(played)(
    "exchange $at, sent $cut, is read right",
    async ({ at, cut, expected, model }) => {
      const base = `${address}/play/${id}/${at}/${cut}`;
      const llm = adapterFor(provider, api, base);
      const request = requestOf(model);
      const events = await eventsOf(llm, request);
      const ends = events.filter((event) => event.type === "done" || event.type === "failed");
      expect(ends).toHaveLength(1);
      if (expected.kind === "reply") {
        expectReply(events, expected);
      } else {
        expectFailure(events, expected, provider);
      }
      // The text that is hashed is the text that is sent.
      const sent = await (await fetch(`${address}/sent/${id}/${at}/${cut}`)).text();
      expect(sent).toBe(llm.body(request));
    },
  );
});

/** The model that was asked: in the body, or, of Google's, in the address. */
function modelOf(request: Listed["exchanges"][number]["request"], url: string): string {
  const model = request?.["model"];
  return typeof model === "string" ? model : (/models\/([^:]+)/.exec(url)?.[1] ?? "some-model");
}
