/**
 * The memory stores of a simulation: the real ones, in memory, which survive the processes of the
 * run. They begin empty.
 */
import type { OpenStore } from "../agent/tools/memory/memory-tools.ts";
import { recallFrom } from "../agent/tools/memory/recall.ts";
import { MemoryCore } from "../durable/memory/core.ts";
import type { NewEvent } from "../run/log/event.ts";
import type { MemoryPort } from "../run/memory/port.ts";
import { storesOf } from "../run/memory/store-name.ts";
import { goalOf, type RunSpec } from "../run/spec/spec.ts";
import { Disk, ProcessStorage } from "./disk.ts";

/** The stores of one simulation. */
export class SimulatedMemory {
  readonly #now: () => number;
  #ids = 0;
  readonly #stores = new Map<string, { readonly disk: Disk; readonly core: MemoryCore }>();

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns a store as runs use it. */
  readonly open: OpenStore = (store): MemoryPort => {
    const { core } = this.#storeOf(store);
    return {
      recall: async (order) => core.recall(order),
      save: (name, item, writer) => core.save(name, item, { writer }),
      editBlock: (name, edit, writer) => core.editBlock(name, edit, { writer }),
      removeItem: (id, version, writer) => core.remove({ kind: "item", id }, version, { writer }),
    };
  };

  /** Returns what a run recalls. */
  recall(spec: RunSpec): Promise<NewEvent> {
    return recallFrom(storesOf(spec), goalOf(spec.input_data), this.open, () => {});
  }

  close(): void {
    for (const { disk } of this.#stores.values()) {
      disk.close();
    }
    this.#stores.clear();
  }

  #storeOf(store: string) {
    const known = this.#stores.get(store);
    if (known !== undefined) {
      return known;
    }
    const disk = new Disk();
    const core = new MemoryCore(new ProcessStorage(disk, () => undefined), "simulation", {
      directory: { note: async () => {}, remove: async () => false },
      audit: { note: async () => {} },
      observer: { count: () => {}, fault: () => {} },
      now: this.#now,
      // Ids are the same in every simulation: they count.
      random: () => {
        this.#ids += 1;
        return Uint8Array.from({ length: 16 }, (_, i) => (this.#ids >> (8 * (15 - i))) & 255);
      },
    });
    const made = { disk, core };
    this.#stores.set(store, made);
    return made;
  }
}
