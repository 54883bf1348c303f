/** The setting OPSPAWN_LOG_LEVEL: which lines the service writes to the log of the Worker. */
import { z } from "zod";

const LEVELS = ["off", "error", "warn", "info"] as const;

/** The setting, as `config.ts` checks it. */
export const logLevel = z.enum(LEVELS, `it must be one of ${LEVELS.join(", ")}`).default("error");

/**
 * Returns the least important level that is written; null for nothing. Faults must be written while
 * a setting is invalid, so an invalid level counts as the default.
 */
export function logLevelOf(env: object): Exclude<(typeof LEVELS)[number], "off"> | null {
  const parsed = logLevel.safeParse(Reflect.get(env, "OPSPAWN_LOG_LEVEL"));
  const level = parsed.success ? parsed.data : "error";
  return level === "off" ? null : level;
}
