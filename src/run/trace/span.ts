/** A span in the model of OpenTelemetry, before it is encoded. Times are milliseconds since the epoch. */

/** The value of an attribute. */
export type AttributeValue = string | number | boolean | readonly string[];
/** Attributes by name, in the order in which they are sent. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** `SpanKind` of OTLP. */
export const INTERNAL = 1;
/** `SpanKind` of OTLP. */
export const CLIENT = 3;

/** `StatusCode` of OTLP: 0 unset, 1 ok, 2 error. */
export interface SpanStatus {
  readonly code: 0 | 1 | 2;
  readonly message?: string;
}

/** Something that happened at one time. */
export interface SpanEvent {
  readonly at: number;
  readonly name: string;
  readonly attributes: Attributes;
}

/** A reference to another span. Ids are hex. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

/** A finished span. Ids are hex. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Null for the first span of a trace. */
  readonly parentSpanId: string | null;
  /** Whether it is the span of the whole run, whose parent is another service's or task's. */
  readonly isRoot: boolean;
  /** The `tracestate` of the caller; empty without one. */
  readonly traceState: string;
  readonly name: string;
  readonly kind: typeof INTERNAL | typeof CLIENT;
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly droppedEvents: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinks: number;
  readonly status: SpanStatus;
  /** `seq` of the event that ended it. Not sent. */
  readonly endSeq: number;
}

/** The instrumentation scope of all spans. Its version changes with the meaning of spans. */
export const SCOPE = { name: "opspawn", version: "1.0.0" } as const;

/** What all spans of a request have in common. */
export interface SpanSource {
  readonly resource: Attributes;
  readonly scope: { readonly name: string; readonly version: string };
}
