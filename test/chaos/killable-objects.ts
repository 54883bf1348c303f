/** The objects of a tenant, to which what a run sends is a write like any other of its own. */
import type { Deps } from "../../src/durable/run/deps.ts";
import type { AdoptRequest, LedgerRpc, SlotRequest } from "../../src/durable/ledger/rpc.ts";
import type { MemoryPort } from "../../src/run/memory/port.ts";
import type { SubmitOrder } from "../../src/run/spec/task-order.ts";

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
            case "adopt":
              return (request: AdoptRequest) =>
                life.write("children counted", () => target.adopt(request));
            case "setTreeCap":
              return (...args: Parameters<LedgerRpc["setTreeCap"]>) =>
                life.write("tree cap told", () => target.setTreeCap(...args));
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

/** The submission of tasks that a run starts: each is a write like any other of its own. */
export function killableSubmit(submit: SubmitOrder, life: Writer): SubmitOrder {
  return (order) =>
    life.ending ? new Promise(() => {}) : life.write("child submitted", () => submit(order));
}

/** Another run of the tree, to which what a run says is a write like any other of its own. */
export function killableFamily(
  run: ReturnType<Deps["run"]>,
  life: Writer,
): ReturnType<Deps["run"]> {
  return run === null
    ? null
    : {
        cancel: (...args) => life.write("child cancelled", () => run.cancel(...args)),
        command: (text) => life.write("family told", () => run.command(text)),
        view: () => run.view(),
        wantsChild: (...args) => run.wantsChild(...args),
      };
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

/** A memory store, to which what a run saves is a write like any other. */
export function killableMemory(port: MemoryPort, life: Writer): MemoryPort {
  const write = <T>(name: string, effect: () => Promise<T>): Promise<T> =>
    life.ending ? new Promise(() => {}) : life.write(name, effect);
  return {
    recall: (order) => port.recall(order),
    save: (...args) => write("memory saved", () => port.save(...args)),
    editBlock: (...args) => write("memory edited", () => port.editBlock(...args)),
    removeItem: (...args) => write("memory deleted", () => port.removeItem(...args)),
  };
}
