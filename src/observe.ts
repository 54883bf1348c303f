/**
 * The observation port: counters, spans and faults that a deployment may want to see. The service
 * works the same whatever an observer does. Everything here is about this process, and is lost with
 * it; the trace of a run is derived from its log instead.
 */

/** What something observed belongs to. Ids only. */
export interface ObservedIds {
  readonly tenant_id?: string;
  readonly task_id?: string;
  readonly request_id?: string;
  /** Of W3C Trace Context, 32 hex digits. */
  readonly trace_id?: string;
  /** The span that caused it, 16 hex digits. */
  readonly span_id?: string;
}

/** Levels of log lines, most important first. */
export const LOG_LEVELS = ["error", "warn", "info"] as const;
/** One of `LOG_LEVELS`. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Something that this process did. */
export interface ObservedSpan extends ObservedIds {
  /** `http.request`, `queue.batch` or `cron`. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  /** Milliseconds since the epoch. */
  readonly end: number;
  /** `error`: the service failed. `warn`: it refused. `info`: it succeeded. */
  readonly level: LogLevel;
  /** Never content and no path with content: a route is a pattern. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** The observation port. */
export interface Observer {
  /** Adds `by` to a named counter. Labels are low in cardinality: never an id, never content. */
  count(name: string, by?: number, labels?: Readonly<Record<string, string>>): void;
  /**
   * Reports a fault inside the service, which no response may contain. The detail is for operators.
   */
  fault(name: string, error: unknown, ids?: ObservedIds): void;
  /** Reports a request, a batch of a queue or a run of the reconciler when it has ended. */
  span?(span: ObservedSpan): void;
}

/** Maximum characters of a message and of a stack. */
const MAX_MESSAGE = 500;
const MAX_STACK = 4000;

/**
 * Returns an observer that writes one JSON object a line: faults, and spans of a level. It ignores
 * counters.
 * @param least the least important level that is written; null for nothing
 */
export function logObserver(
  write: (line: string, level: LogLevel) => void,
  least: LogLevel | null = "error",
): Observer {
  const isWritten = (level: LogLevel): boolean =>
    least !== null && LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(least);
  return {
    count() {},
    fault(name, error, ids = {}) {
      if (isWritten("error")) {
        const line = { level: "error", event: name, ...idsOf(ids), ...detailOf(error) };
        write(JSON.stringify(line), "error");
      }
    },
    span({ name, level, start, end, attributes, ...ids }) {
      if (isWritten(level)) {
        const at = new Date(start).toISOString();
        const line = { level, event: name, at, duration_ms: end - start };
        write(JSON.stringify({ ...line, ...idsOf(ids), ...attributes }), level);
      }
    },
  };
}

/** Returns an observer whose faults have ids. @param ids called for each fault; must not throw */
export function observerFor(observer: Observer, ids: () => ObservedIds): Observer {
  return {
    count: (name, by, labels) => observer.count(name, by, labels),
    fault: (name, error, more = {}) => observer.fault(name, error, { ...ids(), ...more }),
    span: (span) => observer.span?.({ ...ids(), ...span }),
  };
}

function idsOf({ tenant_id, task_id, request_id, trace_id, span_id }: ObservedIds): ObservedIds {
  return {
    ...(tenant_id !== undefined && { tenant_id }),
    ...(task_id !== undefined && { task_id }),
    ...(request_id !== undefined && { request_id }),
    ...(trace_id !== undefined && { trace_id }),
    ...(span_id !== undefined && { span_id }),
  };
}

/** A message of a parser quotes what it read, which may be content: it is left out. */
function detailOf(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Error)) {
    return { error: typeof error };
  }
  const { name, message, stack = "" } = error;
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return {
    error: name,
    ...(!(error instanceof SyntaxError) && { message: message.slice(0, MAX_MESSAGE) }),
    stack: frames.join("\n").slice(0, MAX_STACK),
  };
}
