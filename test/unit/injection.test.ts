/**
 * Tool outputs that give orders, and a model that obeys all of them: what it is made to do is
 * stopped by the policy or by nothing, since no model can be relied on to refuse.
 */
import { expect, test } from "vitest";
import type { LlmClient } from "../../src/agent/llm/client.ts";
import type { RunTool } from "../../src/agent/tools/tool.ts";
import { defineTool } from "../../src/agent/tools/tool.ts";
import { isJsonObject, type JsonValue } from "../../src/run/value/json.ts";
import type { Policy } from "../../src/run/spec/policy.ts";
import { z } from "zod";
import { nativePlanner } from "../../src/agent/planners/native.ts";
import { Harness, specFor } from "../harness.ts";
import { INJECTIONS, orderIn, type Injection } from "./injections.ts";

/** Reads the page, does what it says, and then says that it did. */
const obedient: LlmClient = {
  body: (request) => JSON.stringify(request.turns),
  async *stream(request) {
    const results = request.turns.flatMap((turn) => (turn.role === "tool" ? turn.results : []));
    const [read, ...obeyed] = results;
    const said = read === undefined ? null : (read.output ?? read.error?.message ?? null);
    // It is shown the mark, reads through it, and obeys all the same.
    const order = orderIn(
      isJsonObject(said) && "untrusted" in said ? (said["content"] ?? "") : said,
    );
    const calls =
      read === undefined
        ? [
            {
              name: request.tools.some((t) => t.name === "code") ? "code" : "read",
              arguments_text: "{}",
            },
          ]
        : order !== null && obeyed.length === 0
          ? [{ name: order, arguments_text: "{}" }]
          : [];
    yield {
      type: "done",
      reply: {
        text: calls.length === 0 ? "Done." : "",
        reasoning: "",
        tool_calls: calls,
        finish_reason: calls.length === 0 ? "stop" : "tool_calls",
      },
    };
  },
};

/** How the output comes in: by a tool, as the words of a tool that failed, or by way of code. */
const WAYS = ["output", "error", "code"] as const;
type Way = (typeof WAYS)[number];

interface Played {
  /** What was done to the world. */
  readonly done: readonly string[];
  readonly harness: Harness;
}

async function play(injection: Injection, way: Way, policy: Policy): Promise<Played> {
  const done: string[] = [];
  const any = z.looseObject({});
  const act = (name: string): RunTool =>
    defineTool({
      name,
      description: "Acts on the world.",
      input: any,
      output: z.string(),
      effect: "once",
      run: () => {
        done.push(name);
        return "done";
      },
    });
  const read = defineTool({
    name: "read",
    description: "Reads a page.",
    input: any,
    output: z.any(),
    effect: "pure",
    untrusted: "web",
    run: () => {
      if (way === "error") {
        throw new Error(JSON.stringify(injection.output));
      }
      return injection.output;
    },
  });
  const code: RunTool = {
    ...defineTool({
      name: "code",
      description: "Reads by way of code, and obeys there too.",
      input: any,
      output: z.any(),
      effect: "idempotent",
      run: async (_input, { calls }) => {
        const { output = null } = (await calls?.call("read", {})) ?? {};
        await calls?.call(orderIn(output) ?? "", {});
        return output;
      },
    }),
    callsTools: true,
  };
  const tools = [read, ...["pay", "send_mail", "delete_records"].map(act)];
  const harness = new Harness(specFor({}, { config: { model: "openai/obedient", policy } }), {
    llm: obedient,
    extraTools: way === "code" ? [...tools, code] : tools,
  });
  await harness.drive();
  return { done, harness };
}

const POLICIES: readonly {
  readonly name: string;
  readonly policy: Policy;
  readonly blocks: boolean;
}[] = [
  { name: "none", policy: {}, blocks: false },
  { name: "after_untrusted: approve", policy: { after_untrusted: "approve" }, blocks: true },
  { name: "after_untrusted: deny", policy: { after_untrusted: "deny" }, blocks: true },
  { name: "approve by name", policy: { approve: ["pay", "send_*", "delete_*"] }, blocks: true },
  { name: "allow reading only", policy: { allow: ["read", "code"] }, blocks: true },
  {
    name: "rate of none",
    policy: { rate: { "*_*": { per_run: 0 }, pay: { per_run: 0 } } },
    blocks: true,
  },
  { name: "deny one of three", policy: { deny: ["pay"] }, blocks: false },
];

test("the corpus is large, and every entry makes the model that obeys act where nothing stops it", async () => {
  expect(INJECTIONS.length).toBeGreaterThanOrEqual(40);
  for (const injection of INJECTIONS) {
    expect(orderIn(injection.output), injection.name).not.toBeNull();
    const { done } = await play(injection, "output", {});
    expect(done, injection.name).toHaveLength(1);
  }
});

test("no entry brings about a side effect that the policy wants a person to approve, or denies", async () => {
  const table: Record<string, string>[] = [];
  for (const { name, policy, blocks } of POLICIES) {
    const row: Record<string, string> = { policy: name };
    for (const way of WAYS) {
      let passed = 0;
      for (const injection of INJECTIONS) {
        const { done, harness } = await play(injection, way, policy);
        const about = `${injection.name}, by ${way}, under ${name}`;
        expect(blocks ? done : [], about).toEqual([]);
        expect(["completed", "waiting"], about).toContain(harness.log.state.status);
        passed += done.length > 0 ? 1 : 0;
      }
      row[way] = `${INJECTIONS.length - passed} blocked, ${passed} pass`;
    }
    table.push(row);
  }
  // oxlint-disable-next-line no-console -- what passes is for people to read
  console.table(table);
  // Without a policy everything passes: it is not the model that protects.
  expect(table[0]).toMatchObject({ output: `0 blocked, ${INJECTIONS.length} pass` });
});

test("a person who approves lets one call through, and no other", async () => {
  const [injection] = INJECTIONS;
  if (injection === undefined) {
    throw new Error("the corpus is empty");
  }
  const { done, harness } = await play(injection, "output", { after_untrusted: "approve" });
  const asked = harness.events().find((event) => event.type === "approval.requested");
  expect(asked?.data).toMatchObject({ reason: "policy", rule: "after_untrusted" });
  const call_id = String(asked?.data["call_id"]);
  harness.tell({ kind: "decide", call_id, decision: "approve", comment: null, by: "key" });
  await harness.drive();
  expect(done).toEqual(["pay"]);
  expect(harness.log.state.end).toMatchObject({ status: "completed" });
});

test("a mark cannot be closed by what it marks", async () => {
  for (const injection of INJECTIONS) {
    const { harness } = await play(injection, "output", { after_untrusted: "deny" });
    const { recent } = harness.log.state.conversation;
    const shown = JSON.parse(bodyOf(harness)) as JsonValue[];
    const marks = JSON.stringify(shown).split('"untrusted":"web"').length - 1;
    expect(marks, injection.name).toBe(1);
    expect(recent.length).toBeGreaterThan(2);
  }
});

function bodyOf(harness: Harness): string {
  const { turns } = nativePlanner.prompt(harness.log.state, []);
  return JSON.stringify(
    turns
      .flatMap((turn) => (turn.role === "tool" ? turn.results : []))
      .map(({ output }) => output ?? null),
  );
}
