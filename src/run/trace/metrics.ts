/**
 * Metrics of a run, made of its spans: points of delta temporality, which cover the spans that ended
 * between two events of the log. So they are derived from what is stored, and no process has to live
 * until they are sent. Pure. Names are those of the OpenTelemetry conventions for generative AI where
 * these have one. Labels are bounded: a model without a known price is `other`, and no label is an
 * id or an agent, and a tool
 * that is not built in is `other`.
 */
import { COMMON, GEN_AI, OPSPAWN } from "./names.ts";
import { CLIENT, INTERNAL, type Attributes, type AttributeValue, type Span } from "./span.ts";

/** A counter or a histogram. */
export interface Instrument {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** Upper bounds of the buckets of a histogram; null for a counter. */
  readonly bounds: readonly number[] | null;
  /** Whether amounts of a counter are whole numbers. */
  readonly isWhole: boolean;
}

/** What was measured under one set of labels. */
export interface Point {
  readonly attributes: Attributes;
  sum: number;
  count: number;
  min: number;
  max: number;
  /** Of a histogram: one more than it has bounds. */
  readonly buckets: number[];
}

/** An instrument with its points. */
export interface Metric {
  readonly instrument: Instrument;
  readonly points: readonly Point[];
}

/** Metrics of a span of time, milliseconds since the epoch. */
export interface Metrics {
  readonly start: number;
  readonly end: number;
  readonly metrics: readonly Metric[];
}

const SECONDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const TOKENS = Array.from({ length: 14 }, (_, i) => 4 ** i);
const AGENT_SECONDS = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6];
const RUN_SECONDS = [0.1, 1, 10, 60, 300, 900, 3600, 14_400, 86_400, 604_800];

const counter = (name: string, unit: string, description: string, isWhole = true): Instrument => ({
  name,
  description,
  unit,
  bounds: null,
  isWhole,
});
const histogram = (
  name: string,
  unit: string,
  description: string,
  bounds: readonly number[],
): Instrument => ({ name, description, unit, bounds, isWhole: false });

const CALLS = histogram(
  "gen_ai.client.inference.duration",
  "s",
  "Duration of attempts of model calls.",
  SECONDS,
);
const AGENTS = histogram(
  "gen_ai.invoke_agent.duration",
  "s",
  "Duration of the run of an agent.",
  AGENT_SECONDS,
);
const TOOLS = histogram(
  "gen_ai.execute_tool.duration",
  "s",
  "Duration of attempts of tool calls.",
  SECONDS,
);
const COST = counter("opspawn.cost", "{USD}", "Cost of model calls.", false);
const FAILURES = counter("opspawn.model.failures", "{attempt}", "Failed attempts of model calls.");
const RUNS = counter("opspawn.runs", "{run}", "Runs that ended.");
const RUN_TIME = histogram("opspawn.run.duration", "s", "Time from start to end.", RUN_SECONDS);
const RECOVERIES = counter("opspawn.recoveries", "{recovery}", "Recoveries of runs that ended.");
const WAITS = counter("opspawn.waits", "{wait}", "Waits that ended.");
const WAIT_TIME = histogram("opspawn.wait.duration", "s", "Duration of waits.", RUN_SECONDS);

/** Counters of tokens, by the attribute of the span that has the number. */
const USED = [
  "input_tokens",
  "output_tokens",
  "cache_read.input_tokens",
  "cache_write.input_tokens",
  "reasoning.output_tokens",
].map((kind) => ({
  attribute: `gen_ai.usage.${kind}`,
  counter: counter(`gen_ai.client.inference.usage.${kind}`, "{token}", "Tokens that were used."),
  sizes:
    kind.startsWith("input") || kind.startsWith("output")
      ? histogram(
          `gen_ai.client.inference.operation.${kind}`,
          "{token}",
          "Tokens of one call.",
          TOKENS,
        )
      : null,
}));

/** The names that are labels of their own. */
export interface KnownNames {
  /** @param model as `<provider>/<name>` of its span */
  isKnownModel(model: string): boolean;
  /** Returns whether a tool of this name is built in, if it is none of an MCP server. */
  isKnownTool(name: string): boolean;
}

/** Measures spans. */
export class Measurements {
  readonly #known: KnownNames;
  readonly #points = new Map<Instrument, Map<string, Point>>();
  #start = Number.POSITIVE_INFINITY;
  #end = 0;

  constructor(known: KnownNames) {
    this.#known = known;
  }

  /** What was measured; null if nothing was. */
  get metrics(): Metrics | null {
    const metrics = [...this.#points].map(([instrument, points]) => ({
      instrument,
      points: [...points.values()],
    }));
    return metrics.length === 0 ? null : { start: this.#start, end: this.#end, metrics };
  }

  /** Measures a span. */
  take(span: Span): void {
    const { attributes } = span;
    if (span.isRoot) {
      this.#run(span);
    } else if (attributes[OPSPAWN.waitedFor] !== undefined) {
      const labels = pick(attributes, [OPSPAWN.waitedFor]);
      this.#add(span, WAITS, labels, 1);
      this.#add(span, WAIT_TIME, labels, seconds(span));
    } else if (attributes[GEN_AI.toolName] !== undefined) {
      this.#tool(span);
    } else if (span.kind === CLIENT && attributes[GEN_AI.requestModel] !== undefined) {
      this.#call(span);
    }
  }

  #run(span: Span): void {
    const { attributes } = span;
    const status = pick(attributes, [OPSPAWN.status]);
    this.#add(span, RUNS, pick(attributes, [OPSPAWN.status, COMMON.errorType]), 1);
    this.#add(span, RUN_TIME, status, seconds(span));
    this.#add(span, AGENTS, pick(attributes, [COMMON.errorType]), seconds(span));
    const recoveries = numberOf(attributes[OPSPAWN.recoveries]);
    if (recoveries > 0) {
      this.#add(span, RECOVERIES, {}, recoveries);
    }
  }

  /** A call that was rejected before its first attempt was not executed. */
  #tool(span: Span): void {
    const { attributes, kind } = span;
    if (attributes[OPSPAWN.attempt] === 0) {
      return;
    }
    const name = String(attributes[GEN_AI.toolName]);
    const isKnown = kind === INTERNAL && this.#known.isKnownTool(name);
    const labels = {
      [GEN_AI.toolName]: isKnown ? name : "other",
      ...pick(attributes, [GEN_AI.toolType, COMMON.mcpMethod, COMMON.errorType]),
    };
    this.#add(span, TOOLS, labels, seconds(span));
  }

  #call(span: Span): void {
    const { attributes } = span;
    const provider = attributes[GEN_AI.provider];
    const model = attributes[GEN_AI.requestModel];
    const isKnown = this.#known.isKnownModel(`${String(provider)}/${String(model)}`);
    const labels = {
      ...pick(attributes, [GEN_AI.operation]),
      [GEN_AI.provider]: isKnown ? String(provider) : "other",
      [GEN_AI.requestModel]: isKnown ? String(model) : "other",
    };
    const failure = pick(attributes, [COMMON.errorType]);
    this.#add(span, CALLS, { ...labels, ...failure }, seconds(span));
    if (attributes[COMMON.errorType] !== undefined) {
      this.#add(span, FAILURES, { ...labels, ...failure }, 1);
    }
    for (const { attribute, counter: used, sizes } of USED) {
      const value = numberOf(attributes[attribute]);
      if (value > 0) {
        this.#add(span, used, labels, value);
        if (sizes !== null) {
          this.#add(span, sizes, labels, value);
        }
      }
    }
    const cost = numberOf(attributes[OPSPAWN.cost]);
    if (cost > 0) {
      this.#add(span, COST, labels, cost);
    }
  }

  #add(span: Span, instrument: Instrument, attributes: Attributes, value: number): void {
    this.#start = Math.min(this.#start, span.start);
    this.#end = Math.max(this.#end, span.end);
    const points = this.#points.get(instrument) ?? new Map<string, Point>();
    this.#points.set(instrument, points);
    const key = JSON.stringify(attributes);
    const { bounds } = instrument;
    const point = points.get(key) ?? {
      attributes,
      sum: 0,
      count: 0,
      min: value,
      max: value,
      buckets: bounds === null ? [] : [...bounds.map(() => 0), 0],
    };
    points.set(key, point);
    point.sum += value;
    point.count += 1;
    point.min = Math.min(point.min, value);
    point.max = Math.max(point.max, value);
    if (bounds !== null) {
      const place = bounds.findIndex((bound) => value <= bound);
      const bucket = place === -1 ? bounds.length : place;
      point.buckets[bucket] = (point.buckets[bucket] ?? 0) + 1;
    }
  }
}

function pick(attributes: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(
    names.flatMap((name): [string, AttributeValue][] => {
      const value = attributes[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function numberOf(value: AttributeValue | undefined): number {
  return typeof value === "number" ? value : 0;
}

function seconds({ start, end }: Span): number {
  return (end - start) / 1000;
}
