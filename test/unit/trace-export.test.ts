/** The export of traces: what is sent where, and what failures come to. */
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/run/log/event.ts";
import type { TraceMessage } from "../../src/run/trace/export-message.ts";
import { requestProtobuf } from "../../src/run/trace/otlp-protobuf.ts";
import { Collector, FACTS, MESSAGE, spansIn, type SpanJson } from "../collector.ts";
import { CANARY, created, EVENTFUL, fold, golden, logOf } from "../trace-log.ts";

const EXPECTED = fold(EVENTFUL).all.map(({ spanId, name }) => `${spanId} ${name}`);
const named = (spans: readonly SpanJson[]) => spans.map(({ spanId, name }) => `${spanId} ${name}`);

describe("an export", () => {
  it("sends every span once, with the headers of the target and without content", async () => {
    const collector = await Collector.start();
    collector.tenant = collector.target({ headers: { "x-key": "k" } });
    expect(await collector.consume(MESSAGE)).toBeNull();
    expect(named(collector.spans)).toEqual(EXPECTED);
    expect(collector.received).toHaveLength(1);
    expect(collector.received[0]?.headers).toMatchObject({
      "x-key": "k",
      "content-type": "application/json",
    });
    expect(collector.received[0]?.body.toString()).not.toContain(CANARY);
    expect([collector.queued, collector.failures]).toEqual([[], []]);
    await collector.consume(MESSAGE);
    expect(named(collector.spans)).toEqual([...EXPECTED, ...EXPECTED]);
  });

  it("sends protobuf, to the deployment's receiver and to the tenant's", async () => {
    const collector = await Collector.start();
    collector.deployment = collector.target({ format: "protobuf" });
    await collector.consume(MESSAGE);
    const { all, source } = fold(EVENTFUL);
    expect(collector.received[0]?.headers["content-type"]).toBe("application/x-protobuf");
    expect(collector.received[0]?.body.toString("hex")).toBe(
      Buffer.from(requestProtobuf(source, all)).toString("hex"),
    );
    expect(named(spansIn(collector.received[1]?.body ?? Buffer.alloc(0)))).toEqual(EXPECTED);
  });

  it("sends what ended after a cursor, and nothing of a task without a target or a log", async () => {
    const collector = await Collector.start();
    await collector.consume({ ...MESSAGE, after: 22 });
    expect(collector.spans.map(({ name }) => name)).toEqual([
      "execute_tool pay",
      "execute_tool nothing",
      "invoke_agent support",
    ]);
    collector.tenant = null;
    await collector.consume(MESSAGE);
    collector.tenant = collector.target();
    collector.log = [];
    expect(await collector.consume(MESSAGE)).toBeNull();
    expect(collector.received).toHaveLength(1);
  });

  it("sends what the sampling says, and a part only if nothing has to wait for the end", async () => {
    const collector = await Collector.start();
    const sends = async (sampling: string | null, more: object = {}) => {
      const before = collector.received.length;
      collector.tenant = collector.target({ sampling });
      await collector.consume({ ...MESSAGE, ...more });
      return collector.received.length > before;
    };
    expect(await sends('status == "completed"')).toBe(false);
    expect(await sends("recoveries > 0")).toBe(true);
    expect(await sends(null, { facts: { ...FACTS, parent_sampled: false } })).toBe(false);
    expect(await sends("true", { facts: { ...FACTS, parent_sampled: false } })).toBe(true);
    expect(await sends("true", { ended: false })).toBe(false);
    expect(await sends(null, { ended: false })).toBe(true);
    const { facts: _none, ...forced } = MESSAGE;
    expect(await sends('status == "completed"')).toBe(false);
    collector.tenant = collector.target({ sampling: "false" });
    const before = collector.received.length;
    await collector.consume(forced);
    expect(collector.received.length).toBe(before + 1);
  });

  it("sends a long trace in several requests, each span once", async () => {
    const collector = await Collector.start();
    collector.log = logOf([
      created(),
      ...Array.from({ length: 500 }, (_, i) => [
        ["run.waiting", { for: "timer", until: `${i}` }] as const,
        ["run.resumed", { from: "timer" }] as const,
      ]).flat(),
      ["run.cancelled", { by: "key" }],
    ]);
    await collector.consume(MESSAGE);
    expect(collector.received.map(({ body }) => spansIn(body).length)).toEqual([200, 200, 101]);
    expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(501);
  });
});

describe("a collector that", () => {
  it.each([
    ["is busy", { status: 429, headers: { "Retry-After": "120" } }, 120],
    ["is down", { status: 503 }, 5],
    ["is broken and answers HTML", { status: 500, type: "text/html", body: "<h1>no</h1>" }, 5],
    ["asks for a month", { status: 429, headers: { "Retry-After": "2592000" } }, 21_600],
  ])("%s gets the trace again, from the queue", async (_what, answer, delaySeconds) => {
    const collector = await Collector.start();
    collector.answers = [answer];
    expect(await collector.consume(MESSAGE)).toBeNull();
    expect(collector.failures).toEqual([]);
    expect(collector.queued).toMatchObject([
      { message: { ...MESSAGE, only: "tenant", tries: 1 }, delaySeconds },
    ]);
    collector.answers = [{}];
    await collector.consume(collector.queued[0]?.message);
    expect(named(spansIn(collector.received.at(-1)?.body ?? Buffer.alloc(0)))).toEqual(EXPECTED);
  });

  it("cannot be reached is given up after twelve exports, and counted", async () => {
    const collector = await Collector.start();
    collector.tenant = collector.target({ url: "http://127.0.0.1:9/v1/traces" });
    let message: TraceMessage | undefined = MESSAGE;
    let pauses = 0;
    while (message !== undefined) {
      collector.queued.length = 0;
      await collector.consume(message);
      message = collector.queued[0]?.message;
      pauses += collector.queued[0]?.delaySeconds ?? 0;
    }
    expect(collector.failures).toHaveLength(1);
    expect(collector.failures[0]).toMatchObject({ tenant: "acme", exports: 1, spans: 0 });
    expect(pauses).toBeGreaterThan(3600);
  });

  it("is silent is asked again, and holds up nothing beyond its timeout", async () => {
    const collector = await Collector.start();
    collector.isSilent = true;
    collector.timeoutMs = 50;
    expect(await collector.consume(MESSAGE)).toBeNull();
    expect(collector.queued).toMatchObject([{ message: { only: "tenant", tries: 1 } }]);
    expect(collector.failures).toEqual([]);
    collector.isSilent = false;
    collector.timeoutMs = 10_000;
    await collector.consume(collector.queued[0]?.message);
    expect(named(spansIn(collector.received.at(-1)?.body ?? Buffer.alloc(0)))).toEqual(EXPECTED);
  });

  it("refuses the trace is not asked again, and counted", async () => {
    const collector = await Collector.start();
    for (const status of [301, 400, 401, 415]) {
      collector.answers = [{ status, headers: { Location: collector.url } }];
      await collector.consume(MESSAGE);
    }
    expect(collector.queued).toEqual([]);
    expect(collector.failures.map(({ error }) => error)).toEqual([
      "http_301",
      "http_400",
      "http_401",
      "http_415",
    ]);
    expect(collector.received).toHaveLength(4);
  });

  it("takes less at once gets the spans in halves, and what is too large by itself is counted", async () => {
    const collector = await Collector.start();
    collector.answers = [{ status: 413 }, {}];
    await collector.consume(MESSAGE);
    expect(collector.received.map(({ body }) => spansIn(body).length)).toEqual([11, 6, 5]);
    expect(collector.failures).toEqual([]);
    collector.answers = [{ status: 413 }];
    await collector.consume(MESSAGE);
    expect(collector.failures).toMatchObject([
      { error: "partial_success", exports: 0, spans: EXPECTED.length },
    ]);
  });

  it.each([
    ["JSON", { body: '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}}' }, 3],
    ["protobuf", { type: "application/x-protobuf", body: "\n\u0002\u0008\u0002" }, 2],
    ["HTML", { type: "text/html", body: "<html>ok</html>" }, 0],
    ["JSON that is none", { body: "ok" }, 0],
    ["nothing", { body: "" }, 0],
  ])("answers a success with %s is understood", async (_what, answer, rejected) => {
    const collector = await Collector.start();
    collector.answers = [answer];
    await collector.consume(MESSAGE);
    expect(collector.queued).toEqual([]);
    expect(collector.failures.map(({ spans }) => spans)).toEqual(rejected === 0 ? [] : [rejected]);
  });

  it("fails in the middle gets the rest, and nothing a third time", async () => {
    const collector = await Collector.start();
    collector.log = logOf([
      created(),
      ...Array.from({ length: 250 }, () => [
        ["run.waiting", { for: "timer" }] as const,
        ["run.resumed", { from: "timer" }] as const,
      ]).flat(),
      ["run.cancelled", { by: "key" }],
    ]);
    collector.answers = [{}, { status: 503 }, {}];
    await collector.consume(MESSAGE);
    const again = collector.queued[0]?.message;
    expect(again).toMatchObject({ only: "tenant", tries: 1, after: 400 });
    await collector.consume(again);
    expect(collector.received.map(({ body }) => spansIn(body).length)).toEqual([200, 51, 52]);
  });

  it("fails does not have the other one asked again", async () => {
    const collector = await Collector.start();
    collector.deployment = collector.target();
    collector.answers = [{}, { status: 503 }, {}];
    await collector.consume(MESSAGE);
    expect(collector.queued.map(({ message }) => message.only)).toEqual(["tenant"]);
    await collector.consume(collector.queued[0]?.message);
    expect(collector.received).toHaveLength(3);
  });

  it("is at a private address is not asked at all", async () => {
    const collector = await Collector.start();
    collector.open = false;
    await collector.consume({ ...MESSAGE, tries: 11 });
    expect(collector.received).toEqual([]);
    expect(collector.failures).toMatchObject([{ error: "url_refused", exports: 1 }]);
  });
});

describe("a receiver whose name", () => {
  it("has a private address is not asked, counted, and can be sent to once it has another", async () => {
    const collector = await Collector.start();
    const { port } = new URL(collector.url);
    collector.tenant = collector.target({ url: `http://otlp.example.com:${port}/v1/traces` });
    for (const address of ["10.0.0.7", "127.0.0.1", "169.254.169.254", "fd00::1", "::1"]) {
      collector.addresses = { "otlp.example.com": ["93.184.216.34", address] };
      await collector.consume({ ...MESSAGE, tries: 11 });
    }
    expect(collector.received).toEqual([]);
    expect(collector.queued).toEqual([]);
    expect(
      collector.failures.map(({ tenant, error, exports }) => [tenant, error, exports]),
    ).toEqual(Array.from({ length: 5 }, () => ["acme", "url_refused", 1]));
    // By hand, to an address that is allowed.
    collector.addresses = null;
    collector.tenant = collector.target();
    const { facts: _facts, ...again } = MESSAGE;
    expect(await collector.consume(again)).toBeNull();
    expect(named(collector.spans)).toEqual(EXPECTED);
  });

  it("has a private address may have another at the next try, so it is tried again", async () => {
    const collector = await Collector.start();
    collector.addresses = { "otlp.example.com": ["10.0.0.7"] };
    collector.tenant = collector.target({ url: "https://otlp.example.com/v1/traces" });
    await collector.consume(MESSAGE);
    expect(collector.queued).toMatchObject([{ message: { only: "tenant", tries: 1 } }]);
    await collector.consume({ ...collector.queued[0]?.message, tries: 11 });
    expect(collector.queued).toHaveLength(1);
    expect(collector.failures).toMatchObject([{ error: "url_refused", exports: 1 }]);
    expect(collector.received).toEqual([]);
  });
});

it("content of megabytes leaves a bounded request", async () => {
  const collector = await Collector.start();
  const large = "x".repeat(5_000_000);
  // oxlint-disable-next-line oxc/no-map-spread -- the golden log stays as it is
  collector.log = golden("log-with-code.json").map((event) => {
    switch (event.type) {
      case "run.created":
        return { ...event, data: { ...event.data, input_data: { goal: large } } };
      case "tool.completed":
        return { ...event, data: { ...event.data, output: large } };
      default:
        return event;
    }
  });
  collector.tenant = collector.target({ content: "all" });
  expect(await collector.consume(MESSAGE)).toBeNull();
  const [request] = collector.received;
  expect(collector.received).toHaveLength(1);
  expect(request?.body.length).toBeGreaterThan(65_536);
  const spans = spansIn(request?.body ?? Buffer.alloc(0)).length;
  expect(request?.body.length).toBeLessThan((spans + 1) * 2 * 65_536);
});

describe("a message that", () => {
  it("is none of traces, or has settings that cannot be opened, ends", async () => {
    const collector = await Collector.start();
    expect(await collector.consume({ kind: "else" })).toBeNull();
    expect(collector.faults).toEqual(["traces.poison"]);
    collector.tenant = "unreadable";
    expect(await collector.consume(MESSAGE)).toBeNull();
    expect(collector.failures).toMatchObject([{ error: "headers_unreadable", exports: 1 }]);
  });

  it("meets a fault inside the service comes again", async () => {
    const collector = await Collector.start();
    collector.log = [{ ...EVENTFUL[1], v: 9 } as unknown as RunEvent];
    expect(await collector.consume(MESSAGE)).toBe(5);
    expect(collector.faults).toEqual(["traces"]);
  });
});
