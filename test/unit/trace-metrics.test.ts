/** Metrics that are made of spans: what is measured, how it is encoded, and how it is sent. */
import { ValueType } from "@opentelemetry/api";
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { describe, expect, it } from "vitest";
import { BUILT_IN_NAMES } from "../../src/agent/tools/registry.ts";
import { Measurements, type Metrics, type Point } from "../../src/run/trace/metrics.ts";
import { metricsJson, metricsProtobuf } from "../../src/run/trace/otlp-metrics.ts";
import { SCOPE } from "../../src/run/trace/span.ts";
import { Collector, FACTS, MESSAGE } from "../collector.ts";
import { CANARY, created, EVENTFUL, fold, logOf, requested } from "../trace-log.ts";

const SOURCE = { resource: { "service.name": "opspawn" }, scope: SCOPE };

function measured(isKnown = true, log = EVENTFUL): Metrics {
  const measurements = new Measurements({
    isKnownModel: () => isKnown,
    isKnownTool: (name) => isKnown && BUILT_IN_NAMES.has(name),
  });
  for (const span of fold(log).all) {
    measurements.take(span);
  }
  return measurements.metrics ?? { start: 0, end: 0, metrics: [] };
}

/** Returns the points of a metric: their labels without prefixes, and their sums. */
function points({ metrics }: Metrics, name: string): string[] {
  const found = metrics.find(({ instrument }) => instrument.name === name);
  return (found?.points ?? []).map(pointText);
}

function pointText({ attributes, sum, count }: Point): string {
  return [...Object.values(attributes), `${sum}/${count}`].join(" ");
}

describe("the metrics of a run", () => {
  it("are its calls, tokens, cost, waits, recoveries and its end", () => {
    const all = measured();
    const labels = "generate_content gcp.gemini gemini-x";
    expect(points(all, "gen_ai.client.inference.duration")).toEqual([
      `${labels} rate_limited 1/1`,
      `${labels} 2/1`,
    ]);
    expect(points(all, "opspawn.model.failures")).toEqual([`${labels} rate_limited 1/1`]);
    expect(points(all, "gen_ai.client.inference.usage.input_tokens")).toEqual([`${labels} 10/1`]);
    expect(points(all, "gen_ai.client.inference.usage.cache_read.input_tokens")).toEqual([
      `${labels} 4/1`,
    ]);
    expect(points(all, "gen_ai.client.inference.operation.output_tokens")).toEqual([
      `${labels} 3/1`,
    ]);
    expect(points(all, "gen_ai.invoke_agent.duration")).toEqual(["limit_reached 25/1"]);
    // Names of the tenant's tools and of MCP servers are no labels; a refused call was not executed.
    expect(points(all, "gen_ai.execute_tool.duration")).toEqual([
      "run_code function interrupted 3/1",
      "add_numbers function 3/1",
      "run_code function 2/1",
      "other function tools/call 1/1",
      "other function 5/1",
      "other function outcome_unknown 1/1",
    ]);
    expect(points(all, "opspawn.cost")).toEqual([`${labels} 0.0015/1`]);
    expect(points(all, "opspawn.waits")).toEqual(["children 1/1"]);
    expect(points(all, "opspawn.recoveries")).toEqual(["1/1"]);
    expect(points(all, "opspawn.runs")).toEqual(["failed limit_reached 1/1"]);
    expect(points(all, "opspawn.run.duration")).toEqual(["failed 25/1"]);
    expect(all.end - all.start).toBe(25_000);
  });

  it("have few labels, and no content, id, agent or tool", () => {
    const text = metricsJson(SOURCE, measured(false));
    expect(points(measured(false), "opspawn.cost")).toEqual([
      "generate_content other other 0.0015/1",
    ]);
    for (const none of [CANARY, "task_", "call_", "acme", "support", "run_code", "gemini-x"]) {
      expect(text).not.toContain(none);
    }
  });

  it("put every value into one bucket, also at a bound and above all", () => {
    const calls = Array.from({ length: 200 }, (_, i) => requested(`call_${i}`));
    const { metrics } = measured(
      true,
      logOf([created(), ...calls, ["run.cancelled", { by: "k" }]]),
    );
    const histogram = metrics.find(({ instrument }) => instrument.bounds !== null);
    const [point] = histogram?.points ?? [];
    expect(point?.count).toBe(200);
    expect(point?.buckets).toHaveLength((histogram?.instrument.bounds?.length ?? 0) + 1);
    expect(point?.buckets.reduce((sum, n) => sum + n, 0)).toBe(200);
    expect(point?.buckets.at(-1)).toBeGreaterThan(100);
    expect([point?.min, point?.max]).toEqual([1, 200]);
  });

  it("are encoded as OpenTelemetry's own serialisers do, as JSON and as protobuf", () => {
    const all = measured();
    const theirs = readable(all);
    const json: unknown = JSON.parse(
      new TextDecoder().decode(JsonMetricsSerializer.serializeRequest(theirs)),
    );
    expect(JSON.parse(metricsJson(SOURCE, all))).toEqual(withTexts(json));
    const bytes = ProtobufMetricsSerializer.serializeRequest(theirs) ?? new Uint8Array();
    expect(Buffer.from(metricsProtobuf(SOURCE, all)).toString("hex")).toBe(
      Buffer.from(bytes).toString("hex"),
    );
  });
});

async function started(format: "json" | "protobuf" = "json"): Promise<Collector> {
  const collector = await Collector.start();
  const metricsUrl = collector.url.replace("traces", "metrics");
  collector.tenant = null;
  collector.deployment = collector.target({ metricsUrl, format });
  return collector;
}

function paths({ received }: Collector): string[] {
  return received.map(({ path }) => path);
}

describe("an export of metrics", () => {
  it("follows the trace, also of a run that the sampling leaves out", async () => {
    const collector = await started();
    await collector.consume(MESSAGE);
    expect(paths(collector)).toEqual(["/v1/traces", "/v1/metrics"]);
    await collector.consume({ ...MESSAGE, facts: { ...FACTS, parent_sampled: false } });
    expect(paths(collector).slice(2)).toEqual(["/v1/metrics"]);
    const protobuf = await started("protobuf");
    await protobuf.consume(MESSAGE);
    const type = protobuf.received.map(({ headers }) => headers["content-type"]);
    expect(type).toEqual(["application/x-protobuf", "application/x-protobuf"]);
  });

  it("counts each span once over the parts of a long run, and not when a trace is sent again", async () => {
    const collector = await started();
    await collector.consume({ ...MESSAGE, ended: false, until: 12 });
    await collector.consume({ ...MESSAGE, after: 12, until: EVENTFUL.length });
    const { facts: _facts, ...again } = MESSAGE;
    await collector.consume(again);
    const bodies = collector.received.filter(({ path }) => path === "/v1/metrics");
    expect(bodies).toHaveLength(2);
    const names = bodies.map(({ body }) => body.toString());
    expect(names.map((text) => text.includes("gen_ai.client.inference.duration"))).toEqual([
      true,
      false,
    ]);
    expect(names.map((text) => text.includes("opspawn.runs"))).toEqual([false, true]);
  });

  it("is sent again without the trace, and the trace without it", async () => {
    const collector = await started();
    collector.answers = [{}, { status: 429, headers: { "Retry-After": "600" } }, {}];
    await collector.consume(MESSAGE);
    expect(collector.queued).toMatchObject([
      { message: { signal: "metrics", tries: 1, after: 0 }, delaySeconds: 600 },
    ]);
    await collector.consume(collector.queued[0]?.message);
    expect(paths(collector)).toEqual(["/v1/traces", "/v1/metrics", "/v1/metrics"]);
    const other = await started();
    other.answers = [{ status: 503 }, {}];
    await other.consume(MESSAGE);
    expect(other.queued).toMatchObject([{ message: { signal: "traces", only: "deployment" } }]);
    await other.consume(other.queued[0]?.message);
    expect(paths(other)).toEqual(["/v1/traces", "/v1/metrics", "/v1/traces"]);
  });

  it.each([
    [{ status: 400 }, "metrics_http_400"],
    [{ status: 413 }, "metrics_http_413"],
    [{ body: '{"partialSuccess":{"rejectedDataPoints":"3"}}' }, "metrics_partial_success"],
  ])("that is refused with %j is counted", async (answer, error) => {
    const collector = await started();
    collector.answers = [{}, answer];
    await collector.consume(MESSAGE);
    expect(collector.queued).toEqual([]);
    expect(collector.failures).toMatchObject([{ tenant: null, error, exports: 1 }]);
  });

  it("that finds no receiver is given up after twelve tries", async () => {
    const collector = await started();
    collector.deployment = collector.target({ metricsUrl: "http://127.0.0.1:9/v1/metrics" });
    await collector.consume({ ...MESSAGE, signal: "metrics", tries: 10 });
    expect(collector.queued).toMatchObject([{ message: { tries: 11 } }]);
    await collector.consume(collector.queued[0]?.message);
    expect(collector.queued).toHaveLength(1);
    expect(collector.failures).toMatchObject([{ tenant: null, exports: 1 }]);
    expect(collector.received).toEqual([]);
  });
});

async function withTenants(): Promise<Collector> {
  const collector = await started();
  for (const tenant of ["acme", "other"]) {
    const url = collector.url.replace("/v1", `/${tenant}/v1`);
    const metricsUrl = url.replace("traces", "metrics");
    collector.tenants[tenant] = collector.target({
      url,
      metricsUrl,
      headers: { "x-tenant": tenant },
    });
  }
  return collector;
}

describe("a tenant's receiver of metrics", () => {
  it("gets those of its own runs, with its own headers and its id, beside the deployment's", async () => {
    const collector = await withTenants();
    await collector.consume(MESSAGE);
    await collector.consume({ ...MESSAGE, tenant_id: "other" });
    expect(paths(collector).filter((path) => path === "/v1/metrics")).toHaveLength(2);
    for (const tenant of ["acme", "other"]) {
      const [sent, ...more] = collector.received.filter(
        ({ path }) => path === `/${tenant}/v1/metrics`,
      );
      expect(more).toEqual([]);
      expect(sent?.headers["x-tenant"]).toBe(tenant);
      expect(sent?.body.toString()).toContain(
        `{"key":"opspawn.tenant.id","value":{"stringValue":"${tenant}"}}`,
      );
    }
    const ofDeployment = collector.received.filter(({ path }) => path === "/v1/metrics");
    for (const { body, headers } of ofDeployment) {
      expect(body.toString()).not.toContain("opspawn.tenant.id");
      expect(headers["x-tenant"]).toBeUndefined();
    }
  });

  it("gets them without a receiver of the deployment, and none without an address for them", async () => {
    const collector = await withTenants();
    collector.deployment = null;
    await collector.consume(MESSAGE);
    expect(paths(collector)).toEqual(["/acme/v1/traces", "/acme/v1/metrics"]);
    collector.tenants["acme"] = collector.target();
    await collector.consume(MESSAGE);
    expect(paths(collector).slice(2)).toEqual(["/v1/traces"]);
  });

  it("that fails is asked again alone, and its failure is the tenant's", async () => {
    const collector = await withTenants();
    const metricsUrl = collector.url.replace("traces", "metrics");
    collector.deployment = collector.target({ metricsUrl, sampling: "false" });
    // The tenant's trace, the deployment's metrics, then the tenant's.
    collector.answers = [{}, {}, { status: 503 }, {}];
    await collector.consume(MESSAGE);
    expect(collector.queued).toMatchObject([
      { message: { signal: "metrics", only: "tenant", tries: 1 } },
    ]);
    await collector.consume(collector.queued[0]?.message);
    expect(paths(collector)).toEqual([
      "/acme/v1/traces",
      "/v1/metrics",
      "/acme/v1/metrics",
      "/acme/v1/metrics",
    ]);
    collector.answers = [{ status: 400 }];
    await collector.consume(collector.queued[0]?.message);
    expect(collector.failures).toMatchObject([{ tenant: "acme", error: "metrics_http_400" }]);
  });

  it("is at a private address is refused and counted", async () => {
    const collector = await withTenants();
    collector.deployment = null;
    collector.addresses = { "otlp.example.com": ["10.0.0.7"] };
    collector.tenants["acme"] = collector.target({
      sampling: "false",
      metricsUrl: "https://otlp.example.com/v1/metrics",
    });
    await collector.consume({ ...MESSAGE, signal: "metrics", only: "tenant", tries: 11 });
    expect(collector.failures).toMatchObject([{ tenant: "acme", error: "metrics_url_refused" }]);
  });

  it("is not meant by an older message that names no owner", async () => {
    const collector = await withTenants();
    await collector.consume({ ...MESSAGE, signal: "metrics", tries: 1 });
    expect(paths(collector)).toEqual(["/v1/metrics"]);
  });
});

type Theirs = Parameters<typeof ProtobufMetricsSerializer.serializeRequest>[0];

function time(ms: number): [number, number] {
  return [Math.trunc(ms / 1000), (ms % 1000) * 1_000_000];
}

/** Returns metrics in the model of the SDK. Its enumerations: delta is 0, a histogram 0, a sum 3. */
function readable({ start, end, metrics }: Metrics): Theirs {
  const common = (point: Point) => ({
    startTime: time(start),
    endTime: time(end),
    attributes: point.attributes as Record<string, string>,
  });
  return {
    resource: resourceFromAttributes(SOURCE.resource),
    scopeMetrics: [
      {
        scope: SCOPE,
        // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- they are const enumerations
        metrics: metrics.map(({ instrument, points: all }) => {
          const { name, description, unit, bounds, isWhole } = instrument;
          const valueType = isWhole ? ValueType.INT : ValueType.DOUBLE;
          const base = {
            descriptor: { name, description, unit, valueType },
            aggregationTemporality: 0,
          };
          return bounds === null
            ? {
                ...base,
                dataPointType: 3,
                isMonotonic: true,
                dataPoints: all.map((point) => ({ ...common(point), value: point.sum })),
              }
            : {
                ...base,
                dataPointType: 0,
                dataPoints: all.map(({ buckets, sum, count, min, max, ...point }) => ({
                  ...common({ buckets, sum, count, min, max, ...point }),
                  value: {
                    buckets: { boundaries: [...bounds], counts: buckets },
                    sum,
                    count,
                    min,
                    max,
                  },
                })),
              };
        }),
      },
    ],
  };
}

/** 64-bit numbers are texts in the JSON form of protobuf; the SDK writes numbers. */
function withTexts(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      key === "asInt" || key === "count"
        ? String(inner)
        : key === "bucketCounts" && Array.isArray(inner)
          ? inner.map(String)
          : inner,
    ),
  );
}
