/** Sends the trace of a task to an OTLP receiver, so that promptfoo can check its trajectory. */
import type { Trace } from "../model.ts";

/** Longest wait for the receiver, which is usually on the same machine. */
const TIMEOUT_MS = 10_000;

/** Posts OTLP JSON. @throws Error if the receiver does not take it */
export async function sendSpans(
  url: string,
  trace: Trace,
  signal: AbortSignal | undefined,
): Promise<void> {
  const late = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(trace),
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    });
  } catch {
    throw new Error(`The OTLP receiver ${url} cannot be reached.`);
  }
  await response.body?.cancel();
  if (!response.ok) {
    throw new Error(`The OTLP receiver ${url} answered ${response.status}.`);
  }
}
