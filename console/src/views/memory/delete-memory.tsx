/** The dialog that deletes an item, a block, or a store. */
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import type { Doomed } from "./open.ts";
import { pathOf } from "./requests.ts";

interface DeleteProps {
  readonly store: string;
  readonly of: Doomed;
  /** Follows the deletion of a store. */
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** The dialog. */
export function DeleteMemory({ store, of: { item, block }, onDone, onClose }: DeleteProps) {
  const entry = item?.id ?? block?.label;
  const kind = item === undefined ? "blocks" : "items";
  const method = item === undefined ? "deleteBlock" : "deleteItem";
  return (
    <ConfirmDialog
      title={entry === undefined ? `Delete ${store}?` : `Delete ${block?.label ?? "the memory"}?`}
      submit={entry === undefined ? "Delete the store" : "Delete it"}
      isDanger
      request={{
        method: "DELETE",
        path: entry === undefined ? pathOf(store) : `${pathOf(store)}/${kind}/${entry}`,
        cli: ["memory", "delete", store, entry ?? "--all"],
        sdk:
          entry === undefined ? ["memory.deleteStore", store] : [`memory.${method}`, store, entry],
      }}
      send={({ memory }) =>
        entry === undefined ? memory.deleteStore(store) : memory[method](store, entry)
      }
      onDone={() => {
        // The page still shows a store that is gone.
        invalidate(entry === undefined ? "memories" : `memory/${store}`);
        if (entry === undefined) {
          onDone();
        }
      }}
      onClose={onClose}
    >
      <p>
        {entry === undefined
          ? "All blocks and items are deleted with their versions, and cannot be restored. What runs have recalled stays in their logs."
          : "No run recalls it any more. Its versions stay for 30 days, and can be restored."}
      </p>
    </ConfirmDialog>
  );
}
