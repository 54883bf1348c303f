/** The queue message that has the trace of a run exported, and where traces are exported to. */
import { z } from "zod";
import type { TraceContent } from "./content.ts";

/** The encodings of an export. */
export const EXPORT_FORMATS = ["protobuf", "json"] as const;
/** One of `EXPORT_FORMATS`. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Where traces are sent. */
export interface ExportTarget {
  /** The address of `v1/traces`. */
  readonly url: string;
  /** The address of `v1/metrics`; null and absent if no metrics are sent. */
  readonly metricsUrl?: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly format: ExportFormat;
  readonly content: TraceContent;
  /** A sampling expression; null for what the caller's sampled flag says. */
  readonly sampling: string | null;
}

/** What a message has sent. */
const SIGNALS = ["traces", "metrics"] as const;

/** Whose settings a target is from. */
export const TARGETS = ["deployment", "tenant"] as const;
/** One of `TARGETS`. */
export type TargetOwner = (typeof TARGETS)[number];

const facts = z.looseObject({
  status: z.string(),
  error_code: z.string(),
  agent: z.string(),
  duration_s: z.number(),
  active_s: z.number(),
  cost_usd: z.number(),
  steps: z.number(),
  model_calls: z.number(),
  tool_calls: z.number(),
  recoveries: z.number(),
  parent_sampled: z.boolean(),
  random: z.number(),
});

/** Has a trace exported. Persisted in the queue: fields are added, never changed. */
export const traceMessage = z.looseObject({
  kind: z.literal("trace"),
  tenant_id: z.string(),
  task_id: z.string(),
  /** Only spans that ended after this event. */
  after: z.number().int().min(0),
  /** The last event of the log when the message was sent; absent for the end of the log. */
  until: z.exactOptional(z.number().int().min(0)),
  /** What is sent; absent for all. */
  signal: z.exactOptional(z.enum(SIGNALS)),
  /** False for a part of the trace of a run that continues. */
  ended: z.boolean(),
  /** What sampling decides by; absent if the trace is exported whatever it says. */
  facts: z.exactOptional(facts),
  /** The target of a repeated export; absent for all. */
  only: z.exactOptional(z.enum(TARGETS)),
  /** Failed exports to this target so far. */
  tries: z.exactOptional(z.number().int().min(0)),
});
/** Has a trace exported. */
export type TraceMessage = z.infer<typeof traceMessage>;

/** The queue of traces, as a run sees it. */
export interface TraceExport {
  /** Whether the deployment exports the traces of all tenants. */
  readonly always: boolean;
  /** @throws what the queue throws */
  send(message: TraceMessage): Promise<void>;
}
