/** Spans that have not ended, and how they end. */
import type { RunEvent } from "../log/event.ts";
import { defined } from "../value/defined.ts";
import type { TraceIdentity } from "./identity.ts";
import { COMMON } from "./names.ts";
import type { Attributes, Span, SpanEvent, SpanLink, SpanStatus } from "./span.ts";

/** Maximum span events of a span; later ones are counted. */
const MAX_EVENTS = 128;
/** Maximum links of a span; later ones are counted. */
const MAX_LINKS = 128;

/** The part of an event that ends a span. */
export type Moment = Pick<RunEvent, "at" | "seq">;

/** How a span ends. */
export interface Outcome {
  readonly status: SpanStatus;
  readonly errorType?: string;
}

/** The outcome of what succeeded. */
export const OK: Outcome = { status: { code: 1 } };
/** The outcome of what neither succeeded nor failed. */
export const UNSET: Outcome = { status: { code: 0 } };

/** Returns the outcome of a failure. @param message the code by default */
export function failed(code: string, message = code): Outcome {
  return { status: { code: 2, message }, errorType: code };
}

/** What is known of a span when it begins. */
interface SpanStart extends Pick<Span, "spanId" | "parentSpanId" | "name" | "kind"> {
  /** RFC 3339. */
  readonly at: string;
  readonly attributes: Attributes;
}

/** A span that has not ended. */
export class OpenSpan {
  readonly spanId: string;
  readonly #start: SpanStart;
  #attributes: Attributes;
  readonly #events: SpanEvent[] = [];
  #droppedEvents = 0;
  readonly #links: SpanLink[] = [];
  #droppedLinks = 0;

  constructor(start: SpanStart) {
    this.spanId = start.spanId;
    this.#start = start;
    this.#attributes = start.attributes;
  }

  /** When it began, milliseconds since the epoch. */
  get start(): number {
    return Date.parse(this.#start.at);
  }

  /** Adds attributes. */
  add(attributes: Attributes): void {
    this.#attributes = { ...this.#attributes, ...attributes };
  }

  /** Adds a span event, or counts it if there are too many. */
  note(at: string, name: string, attributes: Attributes): void {
    if (this.#events.length < MAX_EVENTS) {
      this.#events.push({ at: Date.parse(at), name, attributes });
    } else {
      this.#droppedEvents += 1;
    }
  }

  /** Adds a link, or counts it if there are too many. */
  link(link: SpanLink): void {
    if (this.#links.length < MAX_LINKS) {
      this.#links.push(link);
    } else {
      this.#droppedLinks += 1;
    }
  }

  /** Returns the finished span. @param more attributes that are known at its end */
  end(trace: TraceIdentity, { at, seq }: Moment, outcome: Outcome, more: Attributes): Span {
    const { spanId, parentSpanId, name, kind } = this.#start;
    return {
      traceId: trace.traceId,
      spanId,
      parentSpanId,
      isRoot: spanId === trace.rootSpanId,
      traceState: trace.traceState,
      name,
      kind,
      start: this.start,
      end: Math.max(this.start, Date.parse(at)),
      attributes: {
        ...this.#attributes,
        ...defined({ [COMMON.errorType]: outcome.errorType }),
        ...more,
      },
      events: this.#events,
      droppedEvents: this.#droppedEvents,
      links: this.#links,
      droppedLinks: this.#droppedLinks,
      status: outcome.status,
      endSeq: seq,
    };
  }
}
