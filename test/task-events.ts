/** Events as the client gets them, with only the data that a test is about. */
import type { TaskEvent } from "../sdk/src/index.ts";

/** The type and the data of an event. */
export type Said = readonly [type: string, data: Readonly<Record<string, unknown>>];

/** Events in a row: `seq` from 1, a tenth of a second apart. */
export function eventsOf(...said: readonly Said[]): TaskEvent[] {
  const events = said.map(([type, data], index) => ({
    seq: index + 1,
    at: new Date(Date.UTC(2026, 10, 22, 12, 0, 0, index * 100)).toISOString(),
    v: 1,
    type,
    data,
  }));
  return events as unknown as TaskEvent[];
}
