/** Shared parts of the examples. */

/**
 * Examples by schema name, for schemas without one of their own. A test validates each against its
 * schema, and finds schemas of bodies and responses without an example.
 */
export type Examples = Readonly<Record<string, unknown>>;

export const TASK_ID = "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11";
export const AT = "2026-11-22T19:05:12.345Z";
export const LATER = "2026-11-22T19:06:12.345Z";
