/** Clients side by side, each doing one thing after the other, within bounds. */
import { setTimeout } from "node:timers/promises";

export interface Bounds {
  readonly clients: number;
  /** No client begins anything after this time. */
  readonly forMs: number;
  /** Nor after this many things were begun by all of them together. */
  readonly atMost?: number;
  /** Milliseconds that a client rests after each thing. */
  readonly rest?: () => number;
}

/** Lets the clients do the job until a bound is met; gives the milliseconds until all were done. */
export async function drive(bounds: Bounds, job: () => Promise<void>): Promise<number> {
  const { clients, forMs, atMost = Infinity, rest } = bounds;
  const from = performance.now();
  let begun = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - from < forMs && begun < atMost) {
      begun += 1;
      await job();
      if (rest !== undefined) {
        await setTimeout(rest());
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return performance.now() - from;
}
