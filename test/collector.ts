/** A collector of OpenTelemetry for tests, with the queue and the counts of the service. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { guardedFetch } from "../src/agent/fetch/guarded-fetch.ts";
import { HostRules } from "../src/agent/fetch/host-rules.ts";
import { consumeTraces, type TraceDeps } from "../src/queue/traces/consumer.ts";
import type { RunEvent } from "../src/run/log/event.ts";
import type { ExportTarget, TraceMessage } from "../src/run/trace/export-message.ts";
import type { ExportFailure } from "../src/store/telemetry.ts";
import { EVENTFUL } from "./trace-log.ts";

/** The time of the service. */
const NOW = Date.UTC(2026, 10, 30, 12);
/** What sampling decides by. */
export const FACTS = {
  status: "failed",
  error_code: "limit_reached",
  agent: "support",
  duration_s: 25,
  active_s: 24,
  cost_usd: 0.0015,
  steps: 1,
  model_calls: 1,
  tool_calls: 5,
  recoveries: 1,
  parent_sampled: true,
  random: 0.5,
};
/** Has the trace of `EVENTFUL` exported. */
export const MESSAGE: TraceMessage = {
  kind: "trace",
  tenant_id: "acme",
  task_id: "task_a",
  after: 0,
  ended: true,
  facts: FACTS,
};
const ANSWER = { status: 200, type: "application/json", body: "{}", headers: {} };

interface Received {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** A span, as far as tests look at it. */
export interface SpanJson {
  readonly spanId: string;
  readonly name: string;
}

/** A collector, the queue, and what is counted. */
export class Collector {
  readonly received: Received[] = [];
  readonly queued: { readonly message: TraceMessage; readonly delaySeconds: number }[] = [];
  readonly failures: (ExportFailure & { readonly tenant: string | null })[] = [];
  readonly faults: string[] = [];
  /** The answer to each request, in order; the last one is repeated. */
  answers: Partial<typeof ANSWER>[] = [{}];
  log: readonly RunEvent[] = EVENTFUL;
  deployment: ExportTarget | null = null;
  tenant: ExportTarget | "unreadable" | null;
  /** The targets of tenants that have their own. */
  readonly tenants: Record<string, ExportTarget> = {};
  readonly url: string;
  open = true;
  /** The addresses of names; null if names are not resolved. */
  addresses: Readonly<Record<string, readonly string[]>> | null = null;
  /** Whether requests are never answered. */
  isSilent = false;
  timeoutMs = 1000;

  private constructor(url: string) {
    this.url = url;
    this.tenant = this.target();
  }

  static async start(): Promise<Collector> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const at = collector.received.push({
          path: request.url ?? "",
          headers: request.headers,
          body: Buffer.concat(chunks),
        });
        if (collector.isSilent) {
          return;
        }
        const answer = { ...ANSWER, ...(collector.answers[at - 1] ?? collector.answers.at(-1)) };
        response
          .writeHead(answer.status, { "Content-Type": answer.type, ...answer.headers })
          .end(answer.body);
      });
    });
    await new Promise<void>((done) => {
      server.listen(0, "127.0.0.1", done);
    });
    const collector = new Collector(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    );
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return collector;
  }

  target(more: Partial<ExportTarget> = {}): ExportTarget {
    return { url: this.url, headers: {}, format: "json", content: "none", sampling: null, ...more };
  }

  /** Has a message consumed. Returns after how many seconds it comes again, null for never. */
  async consume(body: unknown): Promise<number | null> {
    let pause: number | null | undefined;
    const { addresses } = this;
    const open = this.open ? [new URL(this.url).host] : [];
    const deps: TraceDeps = {
      run: () => ({
        events: async (after, limit) => {
          const rest = this.log.filter(({ seq }) => seq > after);
          const page = rest.slice(0, Math.min(limit, 10));
          return {
            events: JSON.stringify(page),
            last_seq: this.log.length,
            has_more: rest.length > page.length,
          };
        },
      }),
      deployment: this.deployment,
      tenant: async (tenantId) => this.tenants[tenantId] ?? this.tenant,
      failed: async (tenant, failure) => void this.failures.push({ tenant, ...failure }),
      queue: {
        send: async (message, options) => {
          this.queued.push({ message, delaySeconds: options?.delaySeconds ?? 0 });
          return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
        },
      },
      observer: { count() {}, fault: (name) => this.faults.push(name) },
      fetch: guardedFetch({
        rules: new HostRules({ allow: [], deny: [], open }),
        resolve: addresses === null ? null : async (host) => addresses[host] ?? [],
        maxBytes: 1_000_000,
        timeoutMs: this.timeoutMs,
      }),
      timeoutMs: this.timeoutMs,
      now: () => NOW,
      random: () => 0,
      isKnownTool: (name) => name === "run_code",
      isKnownModel: (model) => model === "gcp.gemini/gemini-x",
    };
    await consumeTraces(
      {
        queue: "opspawn-traces",
        metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
        messages: [
          {
            id: "1",
            timestamp: new Date(),
            attempts: 1,
            body,
            ack: () => (pause = null),
            retry: ({ delaySeconds = 0 } = {}) => (pause = delaySeconds),
          },
        ],
        ackAll: () => {},
        retryAll: () => {},
      },
      deps,
    );
    if (pause === undefined) {
      throw new Error("the message was neither acknowledged nor retried");
    }
    return pause;
  }

  get spans(): SpanJson[] {
    return this.received.flatMap(({ body }) => spansIn(body));
  }
}

/** Returns the spans of a request. */
export function spansIn(body: Buffer): SpanJson[] {
  const request = JSON.parse(body.toString()) as {
    resourceSpans: { scopeSpans: { spans: SpanJson[] }[] }[];
  };
  return request.resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
}
