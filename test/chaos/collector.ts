/**
 * A receiver of traces that mostly fails: what it answers follows from the seed and the number of
 * the request. It keeps the spans that it took, as they came.
 */
import type { ServerResponse } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { upcast } from "../../src/run/log/event.ts";
import { requestJson } from "../../src/run/trace/otlp-json.ts";
import { fold } from "../trace-log.ts";
import { Chance } from "./chance.ts";

/** What a request comes to. */
const ANSWERS = {
  take: 45,
  late: 8,
  down: 15,
  busy: 10,
  html: 8,
  refuse: 3,
  too_large: 3,
  hang_up: 6,
  silent: 2,
} as const;
type Answer = keyof typeof ANSWERS;

interface SpanJson {
  readonly spanId: string;
  readonly name: string;
}

/** The receiver. */
export class FailingCollector {
  /** How often each answer was given. */
  readonly answers: Partial<Record<Answer, number>> = {};
  /** Spans that were taken, by their id, as often as they came. */
  readonly spans = new Map<string, SpanJson[]>();
  readonly #seed: string;
  #requests = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  answer(body: string, response: ServerResponse): void {
    this.#requests += 1;
    const answer = new Chance(this.#seed, "collector", this.#requests).pick(ANSWERS);
    this.answers[answer] = (this.answers[answer] ?? 0) + 1;
    switch (answer) {
      case "take":
        this.#take(body);
        response.end("{}");
        break;
      case "late": {
        const timer = setTimeout(() => {
          this.#take(body);
          response.end("<p>thank you</p>");
        }, 1500);
        response.once("close", () => clearTimeout(timer));
        break;
      }
      case "down":
        response.writeHead(503).end();
        break;
      case "busy":
        response.writeHead(429, { "Retry-After": "1" }).end();
        break;
      case "html":
        response.writeHead(502, { "Content-Type": "text/html" }).end("<h1>Bad gateway</h1>");
        break;
      case "refuse":
        response.writeHead(400).end();
        break;
      case "too_large":
        response.writeHead(413).end();
        break;
      case "hang_up":
        // It has the spans, and the sender does not know.
        this.#take(body);
        response.destroy();
        break;
      case "silent":
        break;
      default:
        answer satisfies never;
    }
  }

  /**
   * What is wrong with the spans of a task: they are those of its log, byte for byte, however often
   * they came; and where its own span came, which is sent last, all of them did.
   */
  breaches(texts: readonly string[]): string[] {
    const { all, source } = fold(texts.map((text) => upcast(JSON.parse(text))));
    const spans = spansIn(requestJson(source, all));
    const differing = spans.flatMap((span) =>
      (this.spans.get(span.spanId) ?? [])
        .filter((came) => !isDeepStrictEqual(came, span))
        .map((came) => `its span ${span.name} came as ${JSON.stringify(came)}`),
    );
    const last = spans.at(-1);
    const isWhole = last !== undefined && this.spans.has(last.spanId);
    const missing = spans.filter(({ spanId }) => isWhole && !this.spans.has(spanId));
    return [...differing, ...missing.map(({ name }) => `its span ${name} is missing`)];
  }

  /** The ids of all spans of the logs. */
  static idsOf(logs: readonly (readonly string[])[]): Set<string> {
    return new Set(
      logs.flatMap((texts) =>
        fold(texts.map((text) => upcast(JSON.parse(text)))).all.map(({ spanId }) => spanId),
      ),
    );
  }

  #take(body: string): void {
    // The tasks of schedules are another tenant's, and audited elsewhere.
    if (body.includes('{"stringValue":"timetabled"}')) {
      return;
    }
    for (const span of spansIn(body)) {
      this.spans.set(span.spanId, [...(this.spans.get(span.spanId) ?? []), span]);
    }
  }
}

function spansIn(body: string): SpanJson[] {
  const request = JSON.parse(body) as {
    resourceSpans: { scopeSpans: { spans: SpanJson[] }[] }[];
  };
  return request.resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
}
