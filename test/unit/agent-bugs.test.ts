/**
 * Ten bugs of agents, each beside its repair: simulated runs show the bug, by a seed or by an
 * enumeration of crashes, and find nothing in the repaired agent.
 */
import { expect, test } from "vitest";
import {
  enumerate,
  expectCost,
  expectEvents,
  ExpectationError,
  simulate,
  SimulationError,
} from "../../src/testing/index.ts";
import type {
  Agent,
  SimulatedTool,
  SimulateOptions,
  Simulation,
} from "../../src/testing/contract.ts";

const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);
const DAY = 86_400;

type Options<W> = Omit<SimulateOptions<W>, "seed" | "faults">;

/** Returns the first seed whose run is not as a check wants it; null if all runs are. */
async function firstSeed<W>(
  agent: Agent,
  options: Options<W>,
  check: (run: Simulation<W>) => void,
): Promise<number | null> {
  for (const seed of SEEDS) {
    try {
      check(await simulate(agent, { ...options, seed }));
    } catch (error) {
      if (error instanceof ExpectationError || error instanceof SimulationError) {
        return seed;
      }
      throw error;
    }
  }
  return null;
}

/** Returns whether an enumeration of crashes finds a difference. */
async function differs<W>(agent: Agent, options: Options<W>): Promise<boolean> {
  try {
    return (await enumerate(agent, options)).different.length > 0;
  } catch (error) {
    if (error instanceof SimulationError) {
      return true;
    }
    throw error;
  }
}

function must(holds: boolean, message: string): void {
  if (!holds) {
    throw new ExpectationError(message);
  }
}

const call = (name: string, args: Readonly<Record<string, number | string>> = {}) => ({
  tool_calls: [{ name, arguments: args }],
});
const payment = { script: [call("pay", { order: "o1" }), { text: "Paid." }] };

/** Payments that a fake provider has, by their keys. */
const payments = () => new Map<string, string>();
type Payments = Map<string, string>;

const paying = { ...payment, world: payments };

const once = (run: Simulation<Payments>) => must(run.world.size <= 1, "paid more than once");

const keyedPay =
  (keyed: boolean) =>
  (world: Payments): SimulatedTool[] => [
    {
      name: "pay",
      effect: "idempotent",
      run: (_input, { idempotencyKey }) => {
        world.set(keyed ? idempotencyKey : `payment ${world.size + 1}`, "o1");
        return "paid";
      },
    },
  ];

test("an idempotent tool that does not send its key pays twice", async () => {
  expect(await firstSeed({}, { ...paying, tools: keyedPay(false) }, once)).not.toBeNull();
  expect(await firstSeed({}, { ...paying, tools: keyedPay(true) }, once)).toBeNull();
});

const declaredPay =
  (effect: "pure" | "once") =>
  (world: Payments): SimulatedTool[] => [
    {
      name: "pay",
      effect,
      run: () => {
        world.set(`payment ${world.size + 1}`, "o1");
        return "paid";
      },
    },
  ];

test("a tool that is declared pure and has an effect pays twice", async () => {
  expect(await firstSeed({}, { ...paying, tools: declaredPay("pure") }, once)).not.toBeNull();
  expect(await firstSeed({}, { ...paying, tools: declaredPay("once") }, once)).toBeNull();
});

const expectApproved = (run: Simulation) =>
  expectEvents(run, ["approval.decided", "tool.requested"]);

test("a payment that no policy holds is made without an approval", async () => {
  const options = {
    ...payment,
    tools: [{ name: "pay", run: () => "paid" }],
    people: () => "approve" as const,
  };
  expect(await firstSeed({}, options, expectApproved)).toBe(1);
  const held = { config: { policy: { approve: ["pay"] } } };
  expect(await firstSeed(held, options, expectApproved)).toBeNull();
});

const retryingPay = (most: number): SimulatedTool => ({
  name: "pay",
  run: async (_input, context) => {
    for (let attempt = 1; attempt <= most; attempt += 1) {
      const answer = await context.fetch("https://pay.test/").catch(() => null);
      if (answer?.ok === true) {
        return "paid";
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 2000);
      });
    }
    throw new Error("The payment service is down.");
  },
});

const expectFew = (run: Simulation) => must(run.requests.length <= 6, "asked too often");

test("a tool that tries again without a bound floods a server that is down", async () => {
  expect(await firstSeed({}, { ...payment, tools: [retryingPay(Infinity)] }, expectFew)).toBe(1);
  expect(await firstSeed({}, { ...payment, tools: [retryingPay(3)] }, expectFew)).toBeNull();
});

const signInTools =
  (stored: boolean) =>
  (world: Payments): SimulatedTool[] => {
    const tokens = stored ? world : new Map<string, string>();
    return [
      {
        name: "sign_in",
        effect: "idempotent",
        run: () => {
          tokens.set("token", "t1");
          return "signed in";
        },
      },
      {
        name: "pay",
        effect: "pure",
        run: () => {
          if (!tokens.has("token")) {
            throw new Error("Not signed in.");
          }
          return "paid";
        },
      },
    ];
  };
// The answer of the model does not depend on the tools here, so their outcomes are compared.
const expectPaid = (run: Simulation<Payments>) =>
  must(
    run.effects.every(({ tool, error }) => tool !== "pay" || error !== "tool_error") ||
      run.faults.some(({ kind }) => kind === "tool"),
    "the payment failed",
  );

test("state that a tool keeps in a variable is lost with the process", async () => {
  const script = [call("sign_in"), call("pay", { order: "o1" }), { text: "Paid." }];
  expect(
    await firstSeed({}, { ...paying, script, tools: signInTools(false) }, expectPaid),
  ).not.toBeNull();
  expect(
    await firstSeed({}, { ...paying, script, tools: signInTools(true) }, expectPaid),
  ).toBeNull();
});

const chancePay =
  (byChance: boolean) =>
  (world: Payments): SimulatedTool[] => [
    {
      name: "pay",
      effect: "idempotent",
      run: (_input, { idempotencyKey }) => {
        world.set(byChance ? crypto.randomUUID() : idempotencyKey, "o1");
        return "paid";
      },
    },
  ];

test("a key that a tool makes by chance is another one after a crash", async () => {
  expect(await differs({}, { ...paying, tools: chancePay(true) })).toBe(true);
  expect(await differs({}, { ...paying, tools: chancePay(false) })).toBe(false);
});

const quietPay = (swallows: boolean): SimulatedTool => ({
  name: "pay",
  run: async (_input, context) => {
    const answer = await context.fetch("https://pay.test/").catch((error: unknown) => {
      if (swallows) {
        return null;
      }
      throw error;
    });
    if (answer?.ok === false && !swallows) {
      throw new Error(`The payment service answered ${answer.status}.`);
    }
    return "paid";
  },
});

const expectHonest = (run: Simulation) =>
  must(
    run.effects.every(({ outcome }) => outcome !== "completed") ||
      run.requests.some(({ status }) => status === 200),
    "the run says that it paid, and no payment was made",
  );

test("a tool that swallows errors says that it paid", async () => {
  const options = { ...payment, fetch: () => new Response("done") };
  expect(await firstSeed({}, { ...options, tools: [quietPay(true)] }, expectHonest)).not.toBeNull();
  expect(await firstSeed({}, { ...options, tools: [quietPay(false)] }, expectHonest)).toBeNull();
});

const waiting = (seconds: number) => ({ script: [call("wait", { seconds }), { text: "Done." }] });

const expectThirtyDays = ({ waits }: Simulation) =>
  must(
    waits.some((wait) => wait.for === "timer" && (wait.seconds ?? 0) >= 30 * DAY),
    "the run did not wait thirty days",
  );
test("a wait of thirty hours is no wait of thirty days", async () => {
  expect(await firstSeed({}, waiting(30 * 3600), expectThirtyDays)).toBe(1);
  expect(await firstSeed({}, waiting(30 * DAY), expectThirtyDays)).toBeNull();
});

const expectCheap = (run: Simulation) => expectCost(run, { max_usd: 1.5 });

test("an agent without a limit spends more than its budget", async () => {
  const usage = { input_tokens: 100_000, output_tokens: 1000 };
  const options = {
    script: [...Array.from({ length: 8 }, () => ({ ...call("look"), usage })), { text: "Done." }],
    tools: [{ name: "look", effect: "pure" as const, run: () => "nothing" }],
  };
  const config = { model: "anthropic/claude-sonnet-5" };
  expect(await firstSeed({ config }, options, expectCheap)).toBe(1);
  const limits = { max_cost_usd: 1.5 };
  expect(await firstSeed({ config, limits }, options, expectCheap)).toBeNull();
});

const backgroundPay =
  (awaits: boolean) =>
  (world: Payments): SimulatedTool[] => [
    {
      name: "pay",
      run: async (_input, { idempotencyKey }) => {
        const work = new Promise<void>((resolve) => {
          setTimeout(() => {
            world.set(idempotencyKey, "o1");
            resolve();
          }, 2000);
        });
        if (awaits) {
          await work;
        }
        return "paid";
      },
    },
  ];
const expectDone = (run: Simulation<Payments>) =>
  must(run.unfinished.length === 0, `${run.unfinished.join()} goes on after its answer`);

test("a tool that does not await its work answers before it is done", async () => {
  expect(
    await firstSeed({}, { ...paying, tools: backgroundPay(false) }, expectDone),
  ).not.toBeNull();
  expect(await firstSeed({}, { ...paying, tools: backgroundPay(true) }, expectDone)).toBeNull();
});
