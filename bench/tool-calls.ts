/**
 * What a tool call costs beyond its tool: policy, validation, ledger and log, as a ratio to calling
 * the function; and what code costs that is run in an isolate, for itself and for each of its calls.
 */
import { addNumbers } from "../src/agent/tools/built-in/add-numbers.ts";
import type { Policy } from "../src/run/spec/policy.ts";
import { Harness, specFor } from "../test/harness.ts";
import type { Service } from "../test/service.ts";

const ROUNDS = 7;
const TURNS = 10;
const CALLS = 50;

const POLICY: Policy = {
  allow: ["add_*", "subtract_*"],
  deny: ["mail.*"],
  approve: ["pay"],
  arguments: { "add_*": { properties: { a: { maximum: 1_000_000 } } } },
  rate: { "add_*": { per_run: 100_000, per_minute: 600 } },
  after_untrusted: "approve",
};

/**
 * Time per tool call in plain Node, the log on SQLite in memory: the difference between turns of
 * many calls and turns of one, so that the cost of a turn is in neither.
 */
export async function toolCallCosts() {
  const none: number[] = [];
  const full: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    none.push(await perCall({}));
    full.push(await perCall(POLICY));
    bare.push(await perBareCall());
  }
  const [policyUs, noPolicyUs, functionUs] = [full, none, bare].map((all) => 1000 * median(all));
  const result = {
    us: rounded(policyUs ?? 0),
    usWithoutPolicy: rounded(noPolicyUs ?? 0),
    functionUs: rounded(functionUs ?? 0),
    ratio: rounded((policyUs ?? 0) / (functionUs ?? 1)),
    ratioOfPolicy: rounded((policyUs ?? 0) / (noPolicyUs ?? 1)),
  };
  console.log(
    "\nA tool call through policy, validation, ledger and log, against calling the function:",
    result,
  );
  return result;
}

async function perCall(policy: Policy): Promise<number> {
  const one = await timed(() => drive(1, policy));
  const many = await timed(() => drive(CALLS, policy));
  return (many - one) / (TURNS * (CALLS - 1));
}

async function drive(calls: number, policy: Policy): Promise<void> {
  const script = Array.from({ length: TURNS }, (_, turn) => ({
    tool_calls: Array.from({ length: calls }, (__, i) => ({
      name: "add_numbers",
      arguments: { a: turn, b: i },
    })),
  }));
  const harness = new Harness(
    specFor({ script: [...script, { text: "end" }] }, { config: { policy } }),
  );
  await harness.drive();
  if (harness.log.state.usage.tool_calls !== TURNS * calls) {
    throw new Error("the run did not make its calls");
  }
}

async function perBareCall(): Promise<number> {
  const context = {
    tenantId: "t",
    metadata: {},
    taskId: "task",
    callId: "call",
    idempotencyKey: "key",
    attempt: 1,
    trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    signal: new AbortController().signal,
    fetch: () => Promise.reject(new Error("there is no network here")),
    secret: () => Promise.reject(new Error("there are no secrets here")),
    kept: () => null,
  };
  const calls = 20_000;
  const ms = await timed(async () => {
    for (let i = 0; i < calls; i += 1) {
      await addNumbers.run({ a: i, b: 1 }, context);
    }
  });
  return ms / calls;
}

/** What code costs in the service itself: runs that differ in nothing but what their tool is. */
export async function codeCosts(service: Service) {
  const plain: number[] = [];
  const empty: number[] = [];
  const full: number[] = [];
  await run(service, "run_code", { code: inner(1) });
  for (let round = 0; round < ROUNDS; round += 1) {
    plain.push(await timed(() => run(service, "add_numbers", { a: 1, b: 1 })));
    empty.push(await timed(() => run(service, "run_code", { code: "return 1" })));
    full.push(await timed(() => run(service, "run_code", { code: inner(CALLS) })));
  }
  const [plainMs, emptyMs, fullMs] = [plain, empty, full].map((all) => median(all) / TURNS);
  const result = {
    toolCallMs: rounded(plainMs ?? 0),
    codeMs: rounded((emptyMs ?? 0) - (plainMs ?? 0)),
    innerCallMs: rounded(((fullMs ?? 0) - (emptyMs ?? 0)) / CALLS),
    ratioOfInnerCall: rounded(((fullMs ?? 0) - (emptyMs ?? 0)) / CALLS / (plainMs ?? 1)),
  };
  console.log(
    "\nCode in an isolate: a step with a tool, what `run_code` adds, each inner call:",
    result,
  );
  return result;
}

function inner(calls: number): string {
  return `for (let i = 0; i < ${calls}; i++) await tools.add_numbers({ a: i, b: 1 }); return 1`;
}

async function run(service: Service, name: string, args: object): Promise<void> {
  const turn = { tool_calls: [{ name, arguments: args }] };
  const response = await service.request("/api/v1/tasks", {
    method: "POST",
    body: JSON.stringify({
      input_data: {
        goal: "measure",
        script: [...Array.from({ length: TURNS }, () => turn), { text: "end" }],
      },
      agent_config: { model: "local/script" },
      limits: { max_steps: TURNS + 1, max_repeats: 100 },
    }),
  });
  const { task_id } = await response.json<{ task_id: string }>();
  const done = await service.request(`/api/v1/tasks/${task_id}`, {
    headers: { Prefer: "wait=60" },
  });
  const { status } = await done.json<{ status: string }>();
  if (status !== "completed") {
    throw new Error(`the run ended ${status}: ${service.output}`);
  }
}

async function timed(job: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await job();
  return performance.now() - from;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
