/** What the pictures of the console show: a few runs, and things that are set up. */
import type { Opspawn, SubmitTask } from "../../sdk/src/index.ts";

/** Ids of the runs that have a picture of their own. */
export interface Seeded {
  readonly refund: string;
  readonly invoices: string;
  readonly schedule: string;
  readonly tree: string;
}

const REFUND: SubmitTask = {
  name: "Refund A-1001",
  input_data: {
    goal: "Refund order A-1001 if the parcel was lost, and say what happens next.",
    script: [
      {
        text: "I look up the **order** and the **parcel** first.",
        tool_calls: [
          { name: "get_order", arguments: { order: "A-1001" } },
          { name: "track_parcel", arguments: { parcel: "P-77", carrier: "Post" } },
        ],
        chunks: 6,
        delay_ms: 300,
      },
      { error: { class: "rate_limited", times: 1 } },
      {
        text: "It was last seen twelve days ago. I read what the carrier says about losses.",
        tool_calls: [{ name: "read_page", arguments: { url: "https://carrier.example/losses" } }],
        chunks: 6,
        delay_ms: 300,
      },
      {
        text: "The policy allows a refund, so I ask for it.",
        tool_calls: [{ name: "refund", arguments: { order: "A-1001", sum: 49.9 } }],
      },
      { text: "Refunded." },
    ],
    script_tools: [
      { name: "get_order", delay_ms: 400, outputs: [{ output: { id: "A-1001", sum: 49.9 } }] },
      { name: "track_parcel", delay_ms: 900, outputs: [{ output: { last_seen: "Leipzig" } }] },
      {
        name: "read_page",
        delay_ms: 700,
        untrusted: "web",
        outputs: [{ output: "Not scanned for ten days counts as lost." }],
      },
      { name: "refund", effect: "once", outputs: [{ output: { state: "booked" } }] },
    ],
  },
  agent_config: { model: "local/script", policy: { approve: ["refund"] } },
  metadata: { team: "support" },
};

const NUMBERS = Array.from({ length: 12 }, (_, i) => `INV-${1001 + i}`);

const INVOICES: SubmitTask = {
  name: "Reconcile October",
  agent: "reports",
  input_data: {
    goal: "Compare the invoices of October with the ledger, and say what is missing.",
    script: [
      {
        text: "I fetch the invoices.",
        tool_calls: NUMBERS.map((number) => ({ name: "get_invoice", arguments: { number } })),
        chunks: 6,
        delay_ms: 250,
      },
      {
        text: "Now the ledger of the same month.",
        tool_calls: [{ name: "get_ledger", arguments: { month: "2026-10" } }],
        chunks: 6,
        delay_ms: 200,
      },
      {
        text: "## Two invoices are missing\n\n| invoice | vendor | sum |\n| --- | --- | --: |\n| INV-1003 | Hooli | 120.50 |\n| INV-1011 | Initech | 1,250.00 |\n\nAll others **match** the ledger.",
        chunks: 10,
        delay_ms: 120,
      },
    ],
    script_tools: [
      {
        name: "get_invoice",
        delay_ms: 220,
        effect: "pure",
        outputs: NUMBERS.map((number, i) =>
          i === 5 ? { error: "The vendor did not answer." } : { output: { number, sum: 17.5 * i } },
        ),
      },
      { name: "get_ledger", delay_ms: 700, effect: "pure", outputs: [{ output: { lines: 10 } }] },
    ],
  },
  limits: { max_steps: 40 },
  metadata: { team: "finance" },
};

const QUESTION: SubmitTask = {
  input_data: {
    goal: "Book the offsite in March.",
    script: [
      {
        tool_calls: [
          {
            name: "ask_human",
            arguments: { question: "Lisbon has 24 rooms from 9 to 12 March. Shall I hold them?" },
          },
        ],
      },
      { text: "Held." },
    ],
  },
  agent_config: { model: "local/script", waits: { input_expires_s: 3600, on_expiry: "continue" } },
};

/** The agents of a run that gives work to others. */
const RESEARCHERS = ["prices", "reviews", "stock"];

const TREE: SubmitTask = {
  name: "Which tent to sell",
  agent: "buyer",
  input_data: {
    goal: "Find out which of our tents to sell this spring.",
    script: [
      {
        text: "I ask three researchers at the same time.",
        tool_calls: RESEARCHERS.map((name) => ({
          name: `agent_${name}`,
          arguments: { goal: `Look into the ${name} of our tents.` },
        })),
      },
      { text: "The small one." },
    ],
    script_agents: {
      prices: { script: [{ text: "Ours are the cheapest.", chunks: 4, delay_ms: 300 }] },
      reviews: { script: [{ text: "The small one is liked.", chunks: 6, delay_ms: 300 }] },
      stock: {
        script: [
          {
            tool_calls: [{ name: "count_stock", arguments: { article: "tent", place: "Leipzig" } }],
          },
          { text: "Nine are left." },
        ],
        script_tools: [{ name: "count_stock", outputs: [{ output: 9 }] }],
      },
    },
  },
};

const TOOL = {
  name: "refund_payment",
  kind: "http" as const,
  description: "Refunds a payment of the shop",
  effect: "once" as const,
  approval: "always" as const,
  input_schema: {
    type: "object",
    required: ["payment", "amount"],
    properties: {
      payment: { type: "string" },
      amount: { type: "number", minimum: 0, description: "In dollars" },
      reason: { type: ["string", "null"] },
    },
    additionalProperties: false,
  },
  http: { method: "POST" as const, url: "https://shop.example/refunds" },
};

/** Sets up a fresh service. */
export async function seed(opspawn: Opspawn): Promise<Seeded> {
  const { agents, tools, webhooks, mcpServers, keys, secrets, budgets, concurrency, tasks } =
    opspawn;
  const { schedules } = opspawn;
  const config = { model: "local/script", instructions: "Be fair, and brief." };
  await agents.create({ name: "refunds", description: "Handles refunds of customers", config });
  await agents.create({ name: "reports", description: "Writes the monthly report", config });
  await agents.replace("reports", {
    description: "Writes the monthly report",
    config: { ...config, policy: { approve: ["http_*"] } },
    limits: { max_steps: 40 },
  });
  await tools.register(TOOL);
  const types = ["task.failed", "approval.requested"] as const;
  await webhooks.create({ url: "https://pager.example/opspawn", description: "Pager", types });
  await mcpServers.create({ name: "tickets", url: "https://tickets.example/mcp" });
  await keys.create({ name: "support desk", scopes: ["tasks:read", "tasks:write"] });
  await keys.create({ name: "dashboard", scopes: ["tasks:read"] });
  await secrets.set("STRIPE_KEY", { value: "a-value-of-the-seed", hosts: ["api.stripe.com"] });
  await secrets.set("provider.anthropic", { value: "another-value-of-the-seed" });
  await budgets.set("tenant", "month", { max_cost_usd: 200 });
  await budgets.set("agent:refunds", "day", { max_cost_usd: 5 });
  await concurrency.set("tenant", { max_runs: 20 });
  for (let percent = 5; percent <= 60; percent += 5) {
    const goal = `What is ${percent} % of 2,340, and what time is it?`;
    await tasks.run({ input_data: { goal }, metadata: { batch: "nightly" } });
  }
  await tasks.run(QUESTION);
  for (const name of RESEARCHERS) {
    await agents.create({
      name,
      description: `Knows all about ${name}`,
      config: { ...config, policy: { approve: ["count_*"] } },
    });
  }
  await agents.create({
    name: "buyer",
    description: "Decides what to buy",
    config: { ...config, agents: RESEARCHERS.map((agent) => ({ agent })) },
  });
  const { id: tree } = await tasks.create(TREE);
  const letters = ["Adler", "Berg", "Cohen", "Diaz"].map((name) => ({
    input_data: { goal: `Say hello to ${name}.` },
  }));
  await tasks.createMany(letters);
  const { id: invoices } = await tasks.run(INVOICES);
  const { id: refund } = await tasks.run(REFUND);
  const { id: schedule } = await schedules.create({
    name: "daily report",
    spec: { cron: ["0 9 * * 1-5"], timezone: "Europe/Berlin", exclude: ["2026-12-25"] },
    action: { task: { input_data: { goal: "What is 17 % of 2,340?" } } },
    policy: { overlap: "allow" },
  });
  const week = { from: isoDaysAgo(7), to: isoDaysAgo(0) };
  await schedules.backfill(schedule, week);
  await schedules.trigger(schedule);
  await schedules.trigger(schedule, { overlap: "skip" });
  await remember(opspawn);
  await converse(opspawn);
  const { id: paused } = await schedules.create({
    name: "stock check",
    spec: { every_s: 600 },
    action: { task: { input_data: { goal: "Check the stock." } } },
  });
  await schedules.pause(paused, { note: "The shop is closed." });
  return { refund, invoices, schedule, tree };
}

function isoDaysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString();
}

/** Makes a conversation of two turns. */
async function converse({ tasks }: Opspawn): Promise<void> {
  for (const goal of ["What is 17 % of 2,340?", "And what is 20 % of 2,340?"]) {
    await tasks.run({ conversation: "support-42", input_data: { goal } });
  }
}

/** Fills the memory store of a user. */
async function remember({ memory }: Opspawn): Promise<void> {
  const store = "subject:anna";
  const description = "How to talk to the user";
  await memory.putBlock(store, "preferences", { content: "Speaks German.", description });
  const longer = { content: "Speaks German.\nPrefers short answers.", description };
  await memory.putBlock(store, "preferences", longer);
  const allergy = { content: "Anna is allergic to peanuts.", key: "allergies", tags: ["health"] };
  await memory.save(store, allergy);
  await memory.save(store, { content: "Prefers a table by the window.", tags: ["seating"] });
  await memory.save("agent:refunds", { content: "The carrier answers within two days." });
}
