/** What the platform and the service can take: data with dates and sources. */
import { DELETED_A_MINUTE } from "../../src/queue/reconciler.ts";

/** The limits of one of each: one queue, one database, one object. */
export const LIMITS = {
  read: "2026-11-30",
  sources: [
    "https://developers.cloudflare.com/queues/platform/limits/",
    "https://developers.cloudflare.com/d1/platform/limits/",
    "https://developers.cloudflare.com/durable-objects/best-practices/rules-of-durable-objects/",
  ],
  /** Messages of one queue in a second. */
  queueMessages: 5000,
  /** Statements of one D1 database in a second, at one millisecond each. */
  databaseStatements: 1000,
  /** Bytes of one D1 database. */
  databaseBytes: 10_000_000_000,
  /** Requests that write, of one object in a second: the middle of what is documented. */
  objectRequests: 350,
  /** Tasks that the reconciler deletes in a minute. */
  deletions: DELETED_A_MINUTE,
} as const;
