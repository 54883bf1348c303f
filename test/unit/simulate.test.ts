/** Simulated runs: the real engine on a virtual clock, with faults. */
import { expect, test } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/agent/tools/tool.ts";
import { defineAgent } from "../../src/library/define-agent.ts";
import { defineTool as defineToolInCode, type ToolContext } from "../../src/library/define-tool.ts";
import {
  enumerate,
  expectCost,
  expectEffects,
  expectEvents,
  expectSame,
  simulate,
} from "../../src/testing/index.ts";

const refund = (book: string[]) =>
  defineTool({
    name: "refund",
    description: "Refunds an order.",
    input: z.strictObject({ order: z.string() }),
    output: z.strictObject({ ok: z.boolean() }),
    effect: "once",
    run: ({ order }) => {
      book.push(order);
      return { ok: true };
    },
  });

const calls = (name: string, args: object) => ({
  tool_calls: [{ name, arguments: { ...args } as Record<string, string> }],
});

test("a run of twenty steps takes no time of its clock, and its tools really run", async () => {
  const run = await simulate(
    { config: {} },
    {
      script: [
        ...Array.from({ length: 20 }, (_, i) => calls("refund", { order: `o${i}` })),
        { text: "Done." },
      ],
      world: () => [] as string[],
      tools: (book) => [refund(book)],
    },
  );
  expect(run).toMatchObject({ status: "completed", answer: "Done.", error: null });
  expect(run.world).toHaveLength(20);
  expect(run.effects.map(({ runs, outcome }) => [runs, outcome])).toEqual(
    Array.from({ length: 20 }, () => [1, "completed"]),
  );
  expect(run.elapsed_s).toBe(0);
});

test("waits of thirty days pass at once, and people take as long as they say", async () => {
  const run = await simulate(
    { config: { policy: { approve: ["refund"] } } },
    {
      script: [
        { tool_calls: [{ name: "wait", arguments: { seconds: 30 * 86_400 } }] },
        calls("refund", { order: "o1" }),
        { text: "Done." },
      ],
      world: () => [] as string[],
      tools: (book) => [refund(book)],
      people: (question) =>
        question.kind === "approval" ? { decision: "approve", after_s: 3600 } : null,
    },
  );
  expect(run.status).toBe("completed");
  expect(run.waits).toMatchObject([
    { for: "timer", seconds: 30 * 86_400 },
    { for: "approval", seconds: 3600 },
  ]);
  expect(run.elapsed_s).toBeGreaterThanOrEqual(30 * 86_400 + 3600);
  expect(run.questions).toMatchObject([{ kind: "approval", tool: "refund" }]);
});

test.each(["before", "after"] as const)(
  "a process that stops %s any write comes back by its alarm",
  async (when) => {
    const options = {
      script: [calls("refund", { order: "o1" }), { text: "Done." }],
      world: () => [] as string[],
      tools: (book: string[]) => [refund(book)],
    };
    const whole = await simulate({}, options);
    for (let write = 1; write <= whole.counts.writes; write += 1) {
      const run = await simulate({}, { ...options, faults: [{ kind: "crash", write, when }] });
      expect(run.faults).toHaveLength(1);
      expect(run.status).toBe("completed");
      expect(run.counts.processes).toBe(2);
      expect(run.world.length).toBeLessThanOrEqual(1);
    }
  },
);

/** A tool that writes into its world, under the call's key or under the next number. */
const note = (keyed: boolean) => (notes: Map<string, string>) => [
  {
    name: "note",
    effect: "idempotent" as const,
    run: (_input: unknown, { idempotencyKey }: { idempotencyKey: string }) => {
      notes.set(keyed ? idempotencyKey : `note ${notes.size + 1}`, "hello");
      return "noted";
    },
  },
];
const world = () => new Map<string, string>();

test("an enumeration names the crash after which an effect is repeated", async () => {
  const script = [calls("note", { text: "hello" }), { text: "Done." }];
  const right = await enumerate({}, { script, world, tools: note(true) });
  expect(right.runs).toHaveLength(2 * right.reference.counts.writes);
  expectSame(right);
  const wrong = await enumerate({}, { script, world, tools: note(false) });
  expect(wrong.different.length).toBeGreaterThan(0);
  expect(() => expectSame(wrong)).toThrow(/crash before write 3: world\/1 is \["note 2","hello"\]/);
});

test("expectations say what differs, and how the run is repeated", async () => {
  const run = await simulate(
    { config: { model: "anthropic/claude-sonnet-5" } },
    {
      seed: 9,
      script: [calls("refund", { order: "o1" }), { text: "Done." }],
      world: () => [] as string[],
      tools: (book) => [refund(book)],
    },
  );
  expectEvents(run, ["run.started", { type: "tool.requested", data: { name: "refund" } }]);
  expect(() => expectEvents(run, ["approval.requested"])).toThrow(/Event 1 .* is missing/);
  expect(() => expectEffects(run, {})).toThrow(/refund ran once, expected never[^]*seed 9/);
  expect(run.cost.usd).toBeGreaterThan(0);
  expectCost(run, { max_usd: 1, max_steps: 2 });
  expect(() => expectCost(run, { max_usd: 0.000001 })).toThrow(/usd is 0\.\d+, at most/);
});

test("a simulation leaves the timers and the clock of its test alone", async () => {
  const before = Date.now();
  const run = simulate({}, { script: [calls("wait", { seconds: 86_400 }), { text: "Done." }] });
  const seen = await new Promise<number>((resolve) => {
    setTimeout(() => resolve(Date.now()), 1);
  });
  expect(seen - before).toBeLessThan(60_000);
  expect((await run).elapsed_s).toBe(86_400);
  expect(new Date().getTime() - before).toBeLessThan(60_000);
});

test("a tool that hangs meets its timeout, and the network is only what the test offers", async () => {
  const run = await simulate(
    {},
    {
      real_wait_ms: 5,
      script: [calls("hang", {}), calls("ask", {}), calls("ask", {}), { text: "Done." }],
      tools: [
        { name: "hang", run: () => new Promise(() => {}) },
        {
          name: "ask",
          run: async (_input, context) => (await context.fetch("https://a.test/")).status,
        },
      ],
      fetch: (request) => (request.url === "https://a.test/" ? new Response("yes") : null),
      faults: [{ kind: "fetch", request: 2, failure: 503 }],
    },
  );
  expect(run.effects.map(({ error, outcome }) => error ?? outcome)).toEqual([
    "tool_timeout",
    "completed",
    "completed",
  ]);
  expect(run.elapsed_s).toBe(60);
  expect(run.requests.map(({ status }) => status)).toEqual([200, 503]);
  const cut = await simulate(
    {},
    {
      script: [calls("ask", {}), { text: "Done." }],
      tools: [{ name: "ask", run: async () => (await fetch("https://b.test/")).status }],
    },
  );
  expect(cut.effects).toMatchObject([{ outcome: "failed", error: "server_unreachable" }]);
});

test("the same seed injects the same faults, and an error of the test's own code is the result", async () => {
  const options = { seed: 4, script: [calls("wait", { seconds: 1 }), { text: "Done." }] };
  const [first, second] = [await simulate({}, options), await simulate({}, options)];
  expect(first.faults.length).toBeGreaterThan(0);
  expect(second.faults).toEqual(first.faults);
  expect(second.log_sha256).toBe(first.log_sha256);
  const asking = simulate(
    {},
    {
      script: [calls("ask_human", { question: "Well?" }), { text: "Done." }],
      people: () => {
        throw new Error("of the test");
      },
    },
  );
  await expect(asking).rejects.toThrow("of the test");
  await expect(simulate({ config: { modle: "x" } }, {})).rejects.toThrow(/config is invalid/);
});

interface Bindings {
  readonly ORDERS: Map<string, string>;
}

test("tools and agents of the library run as they are defined, with their bindings and secrets", async () => {
  const cancel = defineToolInCode({
    name: "cancel_order",
    description: "Cancels an order.",
    input: z.object({ order: z.string() }),
    effect: "idempotent",
    run: async ({ order }, context: ToolContext<Bindings>) => {
      context.env.ORDERS.set(order, "cancelled");
      return { tenant: context.tenant, length: (await context.secret("ORDERS_KEY")).length };
    },
  });
  const agent = defineAgent({ name: "support", config: { tools: ["cancel_order"] } });
  const script = [calls("cancel_order", { order: "o1" }), { text: "Cancelled." }];
  const options = {
    script,
    tools: [cancel],
    world: () => new Map([["o1", "open"]]),
    env: (orders: Map<string, string>) => ({ ORDERS: orders }),
    secrets: { ORDERS_KEY: "12345" },
  };
  const run = await simulate(agent, options);
  expect(run.world.get("o1")).toBe("cancelled");
  expectEvents(run, [
    { type: "run.created", data: { agent: "support" } },
    { type: "tool.completed", data: { output: { tenant: "simulation", length: 5 } } },
  ]);
  expectSame(await enumerate(agent, options));
  const without = await simulate(agent, { ...options, secrets: {} });
  expect(without.effects).toMatchObject([{ outcome: "failed", error: "secret_missing" }]);
});

test("what a tool in code returns, reports or throws hides the secrets that it has read", async () => {
  const TOKEN = "token-of-the-crm";
  const leak = defineToolInCode({
    name: "leak",
    description: "Leaks.",
    input: z.object({ fails: z.boolean() }),
    effect: "pure",
    run: async ({ fails }, { secret, report }: ToolContext<object>) => {
      const token = await secret("CRM_TOKEN");
      report({ kind: "progress", progress: 1, message: `signing in with ${token}` });
      if (fails) {
        throw new Error(`the server refuses ${token}`);
      }
      return { header: `Bearer ${token}`, [token]: 1 };
    },
  });
  const run = await simulate(
    { config: {} },
    {
      script: [calls("leak", { fails: false }), calls("leak", { fails: true }), { text: "Done." }],
      tools: [leak],
      secrets: { CRM_TOKEN: TOKEN },
    },
  );
  expect(run.status).toBe("completed");
  expect(JSON.stringify([run.events, run.cassette()])).not.toContain(TOKEN);
  const outcomes = run.events.filter(({ type }) => /^tool\.(?:completed|failed)$/.test(type));
  expect(outcomes).toMatchObject([
    { data: { output: { header: "Bearer [secret CRM_TOKEN]", "[secret CRM_TOKEN]": 1 } } },
    { data: { message: expect.stringContaining("refuses [secret CRM_TOKEN]") as string } },
  ]);
});
