/** Dialogs that save and change memories. */
import type { MemoryBlock, MemoryItem } from "../../../../sdk/src/model.ts";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { etagOf, matching, pathOf, saving, withField } from "./requests.ts";

type Record_ = Readonly<Record<string, unknown>>;

interface DialogProps {
  readonly onClose: () => void;
}

interface StoreProps extends DialogProps {
  readonly store: string;
}

/** Saves an item in a store that is named in the dialog. */
export function SaveAnywhere({ onClose }: DialogProps) {
  return (
    <EditDialog
      title="Save a memory"
      schema="WriteMemoryItem"
      adjust={withField(
        "store",
        "The store: tenant, agent:NAME, subject:ID or agent:NAME,subject:ID.",
      )}
      base={{ store: "tenant", content: "" }}
      submit="Save"
      request={({ store, ...body }) => saving(String(store), body)}
      send={({ memory }, { store, ...body }) => memory.save(String(store), body as never)}
      onDone={() => invalidate("memories")}
      onClose={onClose}
    />
  );
}

/** Saves an item in a store. */
export function SaveItem({ store, onClose }: StoreProps) {
  return (
    <EditDialog
      title="Save a memory"
      schema="WriteMemoryItem"
      base={{ content: "" }}
      submit="Save"
      request={(body) => saving(store, body)}
      send={({ memory }, body) => memory.save(store, body as never)}
      onDone={() => invalidate(`memory/${store}`)}
      onClose={onClose}
    />
  );
}

/** Replaces an item, if it still has the version that was shown. */
export function EditItem({ store, item, onClose }: StoreProps & { readonly item: MemoryItem }) {
  const { id, content, key, tags } = item;
  const base = { content, tags, ...(key === null ? {} : { key }) };
  return (
    <EditDialog
      title="Change the memory"
      schema="WriteMemoryItem"
      isChange
      base={base}
      submit="Save"
      etag={etagOf(item)}
      request={(body) => ({
        method: "PUT",
        path: `${pathOf(store)}/items/${id}`,
        body,
        cli: ["memory", "put", store, id, String(body["content"])],
        sdk: ["memory.replaceItem", store, id, body],
      })}
      send={({ memory }, body, etag) =>
        memory.replaceItem(store, id, body as never, matching(etag))
      }
      reread={async ({ memory }) => {
        const now = await memory.getItem(store, id);
        return { value: now, etag: etagOf(now) };
      }}
      onDone={() => invalidate(`memory/${store}`)}
      onClose={onClose}
    />
  );
}

/** Creates a block, or replaces one. */
export function EditBlock({
  store,
  block,
  onClose,
}: StoreProps & { readonly block: MemoryBlock | null }) {
  const base: Record_ =
    block === null
      ? { label: "", content: "" }
      : {
          content: block.content,
          read_only: block.read_only,
          ...(block.description === null ? {} : { description: block.description }),
        };
  const labelOf = (value: Record_): string => block?.label ?? String(value["label"]);
  const bodyOf = ({ label: _label, ...body }: Record_): Record_ => body;
  return (
    <EditDialog
      title={block === null ? "New block" : `Change ${block.label}`}
      schema="WriteMemoryBlock"
      adjust={
        block === null
          ? withField("label", "The label: lower-case letters, digits, _ and -.")
          : undefined
      }
      isChange={block !== null}
      base={base}
      submit="Save"
      etag={block === null ? null : etagOf(block)}
      about={<p>Runs that begin from now on have it in their prompt.</p>}
      request={(value) => ({
        method: "PUT",
        path: `${pathOf(store)}/blocks/${labelOf(value)}`,
        body: bodyOf(value),
        cli: ["memory", "put", store, labelOf(value), String(value["content"])],
        sdk: ["memory.putBlock", store, labelOf(value), bodyOf(value)],
      })}
      send={({ memory }, value, etag) =>
        memory.putBlock(store, labelOf(value), bodyOf(value) as never, matching(etag))
      }
      onDone={() => invalidate(`memory/${store}`)}
      onClose={onClose}
    />
  );
}
