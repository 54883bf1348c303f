/** The objects of a tenant, to which what a run sends is a write like any other of its own. */
import type { Deps } from "../../src/durable/run/deps.ts";
import type { LedgerRpc, SlotRequest } from "../../src/durable/ledger/rpc.ts";

/** A life that counts writes and may end at one. */
interface Writer {
  /** Whether the process has written its last word. */
  readonly ending: boolean;
  write<T>(name: string, write: () => T): T;
}

/** The tenant's ledger, to which what a run says of its slot is a write like any other. */
export function killableLedger(ledger: LedgerRpc | null, life: Writer): LedgerRpc | null {
  return ledger === null
    ? null
    : new Proxy(ledger, {
        get(target, name) {
          switch (name) {
            case "takeSlot":
              return (seeker: SlotRequest) =>
                life.write("slot taken", () => target.takeSlot(seeker));
            case "releaseSlot":
              return (taskId: string, seq: number) =>
                life.write("slot given back", () => target.releaseSlot(taskId, seq));
            default:
              return Reflect.get(target, name) as unknown;
          }
        },
      });
}

/** The tenant's feed, to which a change is a write like any other. */
export function killableFeed(
  feed: ReturnType<Deps["feed"]>,
  life: Writer,
): ReturnType<Deps["feed"]> {
  return feed === null
    ? null
    : {
        changed: (change) =>
          life.ending ? new Promise(() => {}) : life.write("feed", () => feed.changed(change)),
      };
}
