/**
 * Recorded conversations, turn by turn inside workerd: each reply goes through our adapter into a
 * turn of ours, and the request that follows must carry what the recorded one carries.
 */
import { expect, inject, test } from "vitest";
import type { LlmClient } from "../../src/agent/llm/client.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import type { Reply, ToolCall, Turn } from "../../src/run/value/message.ts";
import { readArguments } from "../../src/run/decide/planner.ts";
import { adapterFor, eventsOf, requestOf } from "./adapters.ts";
import { saidIn, type Said } from "./conversation.ts";
import type { Listed } from "./server.ts";

const address = inject("recordings");
const recordings = address === null ? [] : await (await fetch(`${address}/list`)).json<Listed[]>();

/** Recordings whose clients did not send back what the model had said. */
const UNFAITHFUL = new Map([
  ["openai/chat-agent-4parallel-5turns.json", "it kept one of several parallel calls"],
  ["openai/responses-stream-tool-loop.json", "it took the item's id for the call's"],
]);

/** Pairs of a recorded request and the conversation it goes on from. */
const continued = recordings.flatMap((recording) =>
  recording.exchanges.flatMap(({ request }, at) =>
    request !== null && !UNFAITHFUL.has(recording.file) && goesOn(recording, at)
      ? [{ name: `${recording.file}, request ${at + 1}`, recording, at, request }]
      : [],
  ),
);

/** Whether a request holds all that was said before, with one reply more than the one before it. */
function goesOn({ provider, api, exchanges }: Listed, at: number): boolean {
  if (at === 0) {
    return false;
  }
  const counts = exchanges.slice(0, at + 1).map(({ request, expected }, n) => {
    const readable = request !== null && (n === at || expected?.kind === "reply");
    return readable ? replies(saidIn(provider, api, request)) : Number.NaN;
  });
  return counts.every((count, n) => n === 0 || count === (counts[n - 1] ?? 0) + 1);
}

/** How many turns of the model a conversation has. */
function replies(said: readonly Said[]): number {
  return said.filter(({ who }, at) => who === "model" && said[at - 1]?.who !== "model").length;
}

test("there are recorded conversations that go on", (context) => {
  context.skip(address === null, "../shared/fixtures/llm is missing: nothing is replayed");
  expect(continued.length).toBeGreaterThan(40);
});

test.each(continued)(
  "$name carries what the provider requires",
  async ({ recording, at, request }) => {
    const { id, provider, api, exchanges } = recording;
    const model = modelOf(request, exchanges[at]?.url ?? "");
    const first = saidIn(provider, api, exchanges[0]?.request ?? {});
    const earlier = replies(first);
    const turns: Turn[] = [];
    let seen = 0;
    for (const group of grouped(saidIn(provider, api, request))) {
      const [head] = group;
      if (head?.who === "model") {
        const played = seen - earlier;
        const llm = adapterFor(provider, api, `${address}/play/${id}/${played}/odd`);
        turns.push(played < 0 ? spoken(group) : await turnOf(llm, model));
        seen += 1;
      } else if (head?.who === "tool") {
        turns.push({
          role: "tool",
          results: group.flatMap((said) => answered(said, turns, group)),
        });
      } else if (head !== undefined) {
        turns.push({ role: "user", text: head.text });
      }
    }
    const llm = adapterFor(provider, api, "http://unused.example");
    const body = JSON.parse(llm.body(requestOf(model, { turns }))) as JsonObject;
    expect(comparable(saidIn(provider, api, body))).toEqual(
      comparable(saidIn(provider, api, request)),
    );
  },
);

/** One list for what the model, and for what the tools, said at a time; users speak one by one. */
function grouped(said: readonly Said[]): Said[][] {
  const groups: Said[][] = [];
  for (const one of said) {
    const last = groups.at(-1);
    if (last?.[0]?.who === one.who && one.who !== "user") {
      last.push(one);
    } else {
      groups.push([one]);
    }
  }
  return groups;
}

/** A turn of the model that is older than the recording: text is all that is compared of it. */
function spoken(group: readonly Said[]): Turn {
  const texts = group.flatMap((said) =>
    said.who === "model" && said.says.startsWith("text ")
      ? [JSON.parse(said.says.slice("text ".length)) as string]
      : [],
  );
  return { role: "assistant", text: texts.join(""), tool_calls: [] };
}

async function turnOf(llm: LlmClient, model: string): Promise<Turn> {
  const end = (await eventsOf(llm, requestOf(model))).at(-1);
  if (end?.type !== "done") {
    throw new Error(`The recorded reply was not read: ${JSON.stringify(end)}`);
  }
  // It is stored as JSON between the calls.
  return JSON.parse(JSON.stringify(asTurn(end.reply))) as Turn;
}

/** As the log and the planner make a turn of a reply. */
function asTurn(reply: Reply): Turn {
  const tool_calls = reply.tool_calls.map(
    ({ name, arguments_text, provider_id }, at): ToolCall => ({
      call_id: `call_${at}`,
      name,
      ...readArguments(arguments_text),
      ...(provider_id === undefined ? {} : { provider_id }),
    }),
  );
  const { text, opaque } = reply;
  return { role: "assistant", text, tool_calls, ...(opaque === undefined ? {} : { opaque }) };
}

/** A tool's result as recorded, under the id that our turn gave its call. */
function answered(said: Said, turns: readonly Turn[], group: readonly Said[]) {
  if (said.who !== "tool") {
    return [];
  }
  const asked = turns.findLast((turn) => turn.role === "assistant");
  const calls = asked?.role === "assistant" ? asked.tool_calls : [];
  const { provider_id, ...result } = said.result;
  const call =
    provider_id === ""
      ? calls[group.indexOf(said)]
      : calls.find((one) => one.provider_id === provider_id);
  expect(call, `a call for the result ${provider_id}`).toBeDefined();
  const own = call?.provider_id === undefined ? {} : { provider_id: call.provider_id };
  return [{ ...result, name: call?.name ?? "", ...own }];
}

/** Of results, that they are there, in order and under their ids. */
function comparable(said: readonly Said[]): string[] {
  return said.map((one) =>
    one.who === "tool"
      ? `result ${one.result.provider_id}`
      : one.who === "model"
        ? one.says
        : `user ${one.text}`,
  );
}

/** The model that was asked: in the body, or, of Google's, in the address. */
function modelOf(request: JsonObject, url: string): string {
  const { model } = request;
  return typeof model === "string" ? model : (/models\/([^:]+)/.exec(url)?.[1] ?? "some-model");
}
