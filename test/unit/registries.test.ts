/** A run may outlive the code that it was started with: what is gone has a code, and the log stays readable. */
import { expect, test } from "vitest";
import { z } from "zod";
import type { LlmClient } from "../../src/agent/llm/client.ts";
import { modelProblem, providerNames } from "../../src/agent/llm/providers.ts";
import { nativePlanner } from "../../src/agent/planners/native.ts";
import { PLANNERS } from "../../src/agent/planners/planner-for.ts";
import { defineTool, type RunTool } from "../../src/agent/tools/tool.ts";
import { buildCatalogue } from "../../src/compose/catalogue.ts";
import { NO_EXTENSIONS, type Extensions } from "../../src/compose/extensions.ts";
import { providersOf } from "../../src/compose/network.ts";
import { buildDeps } from "../../src/compose/run.ts";
import { Slice, type SliceHost } from "../../src/durable/run/slice.ts";
import { EventLog } from "../../src/durable/run/storage/event-log.ts";
import { configOf } from "../../src/env/config.ts";
import type { Planner } from "../../src/run/decide/planner.ts";
import { createdEvent, Harness, Killed, memoryStorage, specFor, NO_FAMILY } from "../harness.ts";
import { NO_GATE } from "../no-gate.ts";

const HOST: SliceHost = {
  publish: () => {},
  watched: () => false,
  values: { put: () => {}, read: () => null },
  slot: { held: false, take: async () => null },
  gate: NO_GATE,
  ...NO_FAMILY,
  budgets: {
    active: false,
    settlesEachCall: false,
    reserve: async () => ({ ok: true, sum: 0, capped: false }),
    settle: async () => {},
  },
};

const ECHO: Planner = {
  ...nativePlanner,
  name: "echo",
  next: () => ({ kind: "finish", answer: "echoed" }),
};

function withPlanners(...planners: readonly Planner[]): Extensions {
  const own = planners.map((planner) => [planner.name, planner] as const);
  return { ...NO_EXTENSIONS, planners: new Map([...PLANNERS, ...own]) };
}

async function runWith(planner: string, extensions?: Extensions) {
  const { sql, transaction } = memoryStorage();
  const log = new EventLog(sql, transaction);
  const context = { log, storage: { sync: async () => {} }, background: () => {} };
  const slice = new Slice(context, buildDeps({} as Env, null, extensions), HOST);
  await slice.run([createdEvent(specFor({}, { config: { planner } }))]);
  slice.close();
  log.reload();
  return log.state;
}

test("a planner in code plans the runs that name it", async () => {
  const state = await runWith("echo", withPlanners(ECHO));
  expect(state).toMatchObject({ status: "completed", end: { result: { answer: "echoed" } } });
});

test("a run whose planner is gone ends with planner_unavailable, and its log is readable", async () => {
  const state = await runWith("echo");
  expect(state).toMatchObject({
    status: "failed",
    end: { error: { code: "planner_unavailable", message: expect.stringContaining("echo") } },
    spec: { config: { planner: "echo" } },
  });
});

test("the default planner is checked against the planners there are", () => {
  const config = configOf({ AGENTKIT_PLANNER_TYPE: "echo" });
  expect(() => buildCatalogue(config)).toThrow(
    "The setting AGENTKIT_PLANNER_TYPE is wrong: it must be one of native, react, placeholder.",
  );
  expect(buildCatalogue(config, {}, withPlanners(ECHO)).planners).toContain("echo");
});

async function failureOf(client: LlmClient): Promise<unknown> {
  const request = { model: "m", system: "", turns: [], tools: [], stop: [] };
  const { signal } = new AbortController();
  const stream = client.stream(
    { ...request, position: { replies: 0, failedAttempts: 0 } },
    "{}",
    signal,
  );
  for await (const event of stream) {
    return event;
  }
  return null;
}

test("a provider in code is built from the environment; one that is gone fails with provider_unavailable", async () => {
  const env = { ACME_URL: "https://acme.example" };
  const built: object[] = [];
  const acme: LlmClient = {
    body: () => "{}",
    async *stream() {
      await Promise.resolve();
      yield { type: "text", text: "hello" };
    },
  };
  const extensions: Extensions = {
    ...NO_EXTENSIONS,
    providers: new Map([["acme", { client: (given) => (built.push(given), acme) }]]),
  };
  const clientIn = (chosen: Extensions) =>
    buildDeps(env as object as Env, null, chosen)
      .toolsFor(specFor({}), () => null)
      .llmFor("acme/m");
  expect(await failureOf(clientIn(extensions))).toEqual({ type: "text", text: "hello" });
  expect(built).toEqual([env]);
  expect(await failureOf(clientIn(NO_EXTENSIONS))).toMatchObject({
    type: "failed",
    failure: { code: "provider_unavailable", message: expect.stringContaining("acme") },
  });
  const names = providerNames(providersOf(configOf(env), env, extensions));
  expect(modelProblem("acme/m", names)).toBeNull();
});

test("a call of a selected tool that is gone fails with tool_unavailable, and the run goes on", async () => {
  const script = [{ tool_calls: [{ name: "refund", arguments: {} }] }, { text: "done without" }];
  const run = new Harness(specFor({ script }, { config: { tools: ["refund"] } }));
  await run.drive();
  const failed = run.events().find((event) => event.type === "tool.failed");
  expect(failed).toMatchObject({ data: { code: "tool_unavailable" } });
  expect(run.log.state).toMatchObject({ status: "completed" });
});

test("a call that may have acted before its tool was removed says so", async () => {
  const refund = defineTool({
    name: "refund",
    description: "Refunds.",
    input: z.object({}),
    output: z.unknown(),
    effect: "idempotent",
    run: () => {
      // The process dies while the call is out, and the next version has no such tool.
      tools.length = 0;
      throw new Killed();
    },
  });
  const tools: RunTool[] = [refund];
  const script = [{ tool_calls: [{ name: "refund", arguments: {} }] }, { text: "done" }];
  const run = new Harness(specFor({ script }), {
    extraTools: tools,
    onWrite: () => {
      if (tools.length === 0 && !run.types().includes("recovery.started") && !died) {
        died = true;
        throw new Killed();
      }
    },
  });
  let died = false;
  expect(await run.driveThroughKills()).toBe(2);
  const failed = run.events().find((event) => event.type === "tool.failed");
  expect(failed).toMatchObject({
    data: {
      code: "tool_unavailable",
      message: "The tool refund is no longer available. It may or may not have taken effect.",
    },
  });
  expect(run.log.state).toMatchObject({ status: "completed" });
});
