/** Reads the log of a run page by page and returns its spans, so that a long log is never held. */
import { EVENT_TYPES } from "../log/event-data.ts";
import { upcast } from "../log/event.ts";
import type { Span } from "./span.ts";
import { SpanFold, UNTRACED_TYPES, type TraceOptions } from "./spans.ts";

/** Maximum events of a page. */
const PAGE_EVENTS = 2000;
const TRACED_TYPES = EVENT_TYPES.filter((type) => !UNTRACED_TYPES.has(type));

/** A page of a log. */
interface LogPage {
  /** JSON list of events. */
  readonly events: string;
  readonly last_seq: number;
  readonly has_more: boolean;
  readonly end?: number;
}

/** The log of a run, in pages. */
export interface LogSource {
  events(
    after: number,
    limit: number,
    selection: { readonly types?: readonly string[]; readonly outline?: boolean },
  ): Promise<LogPage>;
}

/** The spans that end on one page of a log. */
export interface SpanPage {
  readonly spans: readonly Span[];
  readonly fold: SpanFold;
  /** The last event of the log, as of this page. */
  readonly lastSeq: number;
}

/**
 * Yields the spans of a run that have ended, page by page; at least one page.
 * @throws LogCorruption, and what the source throws
 */
export async function* readSpans(log: LogSource, options: TraceOptions): AsyncGenerator<SpanPage> {
  const fold = new SpanFold(options);
  const selection = options.content === "none" ? { types: TRACED_TYPES, outline: true } : {};
  for (let after = 0, more = true; more;) {
    const page = await log.events(after, PAGE_EVENTS, selection);
    const events: unknown[] = JSON.parse(page.events);
    const folded = events.map(upcast);
    const spans = folded.flatMap((event) => fold.take(event));
    yield { spans, fold, lastSeq: page.last_seq };
    const end = page.end ?? folded.at(-1)?.seq ?? after;
    more = page.has_more && end > after;
    after = end;
  }
}
