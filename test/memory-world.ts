/** A memory store in plain Node with all that it calls, and a clock that only moves when a test says so. */
import type { ObservedIds } from "../src/observe.ts";
import { MemoryCore } from "../src/durable/memory/core.ts";
import type { MemoryAuthor } from "../src/durable/memory/rpc.ts";
import type { MemoryWriter, SaveItem } from "../src/run/memory/port.ts";
import type { MemoryStoreRow } from "../src/store/memory-stores.ts";
import { Disk, ProcessStorage } from "../src/testing/disk.ts";

export const STORE = "subject:u1";
export const START = Date.parse("2026-11-30T12:00:00Z");
export const MINUTE_MS = 60_000;

export class MemoryWorld {
  now = START;
  readonly disk = new Disk();
  readonly directory = new Map<string, MemoryStoreRow>();
  readonly audited: string[] = [];
  readonly faults: string[] = [];
  /** What each fault belongs to. */
  readonly faultIds: ObservedIds[] = [];
  notes = 0;
  isDown = false;
  #random = 0;
  core = this.#boot();

  #boot(): MemoryCore {
    return new MemoryCore(new ProcessStorage(this.disk, () => undefined), "acme", {
      directory: {
        note: async (_tenant, row) => {
          this.#fail();
          this.notes += 1;
          this.directory.set(row.store, row);
        },
        remove: async (_tenant, store) => {
          this.#fail();
          return this.directory.delete(store);
        },
      },
      audit: {
        note: async (actor, { action, subject, details }) => {
          this.audited.push(`${actor.by} ${action} ${subject} ${JSON.stringify(details)}`);
        },
      },
      observer: {
        count: () => undefined,
        fault: (name, _error, ids) => {
          this.faults.push(name);
          this.faultIds.push(ids ?? {});
        },
      },
      now: () => this.now,
      random: () => {
        this.#random += 1;
        return Uint8Array.from({ length: 16 }, (_, i) =>
          i > 12 ? this.#random >> (8 * (15 - i)) : 0,
        );
      },
    });
  }

  #fail(): void {
    if (this.isDown) {
      throw new Error("D1 is down");
    }
  }

  restart(): void {
    this.core = this.#boot();
  }

  async save(content: string, more: Partial<SaveItem> = {}, by: Partial<MemoryWriter> = {}) {
    const item = { key: null, content, tags: [], expires_in_s: null, version: null, ...more };
    return this.core.save(STORE, item, { writer: writer(by) });
  }

  async saved(...args: Parameters<MemoryWorld["save"]>) {
    const written = await this.save(...args);
    if (!written.ok) {
      throw new Error(`refused: ${written.reason}`);
    }
    return written.item;
  }

  find(query: string): string[] {
    return (this.core.search(query, 10) ?? []).map(({ content }) => content);
  }
}

let idem = 0;

export function writer(more: Partial<MemoryWriter> = {}): MemoryWriter {
  idem += 1;
  return {
    by: "task_1",
    task_id: "task_1",
    call_id: "call_2",
    idem: `task_1:call_${idem}`,
    trust: "agent",
    ...more,
  };
}

/** A client, whose changes are audited. */
export const client = (): MemoryAuthor => ({
  actor: { id: "audit_1", at: new Date(START).toISOString(), by: "key_1" },
  writer: { by: "key_1", task_id: null, call_id: null, idem: null, trust: "user" },
});
