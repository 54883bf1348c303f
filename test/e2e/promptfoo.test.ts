/** The provider of promptfoo, as promptfoo loads it: installed, constructed and called by contract. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type * as provider from "../../sdk/src/promptfoo/index.ts";
import { installPackage, type InstalledPackage } from "../package.ts";
import { Service } from "../service.ts";
import { getTask, listTasks } from "../tasks.ts";

const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const SUM = { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] };
const ASK = { tool_calls: [{ name: "ask_human", arguments: { question: "Which colour?" } }] };

let service: Service;
let installed: InstalledPackage;
let loaded: typeof provider;
let OpspawnProvider: typeof provider.OpspawnProvider;

beforeAll(async () => {
  [service, installed] = await Promise.all([Service.join(), installPackage()]);
  const file = join(installed.path, "dist", "promptfoo", "index.js");
  loaded = (await import(pathToFileURL(file).href)) as typeof provider;
  ({ OpspawnProvider } = loaded);
});
afterAll(async () => {
  await service.stop();
  await installed[Symbol.asyncDispose]();
});

function providerOf(config: provider.ProviderConfig, script: readonly object[] = []) {
  const { url, key } = service;
  return new OpspawnProvider({
    id: "package:opspawn/promptfoo:OpspawnProvider",
    config: {
      url,
      key,
      agent_config: { model: "local/script" },
      input_data: { script },
      ...config,
    },
  });
}

test("promptfoo finds the class as the default export of a file, and by name in a package", () => {
  expect(loaded.default).toBe(OpspawnProvider);
  // By name, it looks in the default export, since there is one.
  expect(loaded.default.OpspawnProvider).toBe(OpspawnProvider);
});

test("a call runs a task in the trace of the eval, and returns what promptfoo asserts on", async () => {
  const played = providerOf({ metadata: { suite: "sums" } }, [SUM, { text: "It is 3." }]);
  expect(played.id()).toBe("opspawn:default");
  const result = await played.callApi("What is 1 + 2?", { traceparent: TRACEPARENT });
  expect(result).toMatchObject({
    output: "It is 3.",
    cost: 0,
    cached: false,
    metadata: {
      status: "completed",
      agent: "default",
      agent_version: 1,
      model: "local/script",
      trajectory: [{ name: "add_numbers", arguments: { a: 1, b: 2 }, outcome: "completed" }],
    },
  });
  const { total = 0, prompt = 0, completion = 0, numRequests } = result.tokenUsage ?? {};
  expect([total, numRequests]).toEqual([prompt + completion, 2]);
  expect(prompt).toBeGreaterThan(0);
  expect(result.latencyMs).toBeGreaterThanOrEqual(0);
  const { task_id: id } = result.metadata as provider.CallMetadata;
  expect((await getTask(service, id)).metadata).toEqual({ suite: "sums" });
  const trace = await service.send("GET", `/api/v1/tasks/${id}/trace`);
  expect(await trace.text()).toContain(TRACEPARENT.split("-")[1]);
});

test("the same call of an eval is one task; another repeat is another task", async () => {
  const played = providerOf({}, [{ text: "Once." }]);
  const context = { evaluationId: "eval-1", testIdx: 4, promptIdx: 0, repeatIndex: 0 };
  const ids: unknown[] = [];
  for (const given of [context, context, { ...context, repeatIndex: 1 }]) {
    const { metadata } = await played.callApi("Say it.", given);
    ids.push((metadata as provider.CallMetadata).task_id);
  }
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
});

test("the options of a test override the config, and events are returned if asked for", async () => {
  const played = providerOf({ events: true }, [{ text: "Not this." }]);
  const options = { input_data: { script: [{ text: "This." }] }, rubricPrompt: "of promptfoo" };
  const result = await played.callApi("Say it.", { prompt: { config: options } });
  expect(result.output).toBe("This.");
  const { events = [] } = result.metadata as provider.CallMetadata;
  expect([events[0]?.type, events.at(-1)?.type]).toEqual(["run.created", "run.completed"]);
});

test("a failure is an error with its code, and never a rejection", async () => {
  const { url, key } = service;
  const codes: string[] = [];
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  for (const given of [
    { url, key, agent: "nobody" },
    { url, key, version: 7 },
    { url, key: "opsk_wrong" },
    { url: `http://127.0.0.1:${port}`, key },
    { url: "not an address", key },
    { url, key, agent_config: { model: "local/script" }, input_data: { script: [] } },
  ]) {
    const { error, metadata } = await new OpspawnProvider({ config: given }).callApi("Go.");
    const { error_code: code = "" } = metadata ?? {};
    expect(error).toMatch(new RegExp(`^${code}: .`));
    codes.push(code);
  }
  expect(codes).toEqual([
    "unknown_agent",
    "unknown_agent",
    "unauthorized",
    "unreachable",
    "invalid_request",
    "script_exhausted",
  ]);
}, 60_000);

test("a task that waits for a person or takes too long is cancelled, and both are errors", async () => {
  const asked = await providerOf({}, [ASK]).callApi("Ask.");
  expect(asked.error).toContain("cancelled: ");
  expect(asked.metadata).toMatchObject({ status: "cancelled", error_code: "cancelled" });
  const wait = { tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] };
  const late = await providerOf({ timeout_s: 1 }, [wait]).callApi("Wait.");
  expect(late.metadata).toMatchObject({ status: "cancelled" });
  expect((await listTasks(service, "?status=waiting")).data).toEqual([]);
}, 60_000);

test("spans are posted to the receiver, and a receiver that refuses is an error", async () => {
  const bodies: string[] = [];
  const receiver = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.writeHead(request.url === "/v1/traces" ? 200 : 404).end();
    });
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  onTestFinished(() => void receiver.close());
  const otlp = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const script = [SUM, { text: "3" }];
  const context = { traceparent: TRACEPARENT };
  const sent = await providerOf({ otlp: `${otlp}/v1/traces` }, script).callApi("Add.", context);
  expect(sent.output).toBe("3");
  expect(bodies[0]).toContain('"gen_ai.tool.name"');
  expect(bodies[0]).toContain(TRACEPARENT.split("-")[1]);
  const refused = await providerOf({ otlp }, script).callApi("Add.");
  expect(refused.error).toMatch(/OTLP receiver .* answered 404/);
});
