/** Requests of the dialogs of a memory store. Pure. */
import type { MemoryBlock, MemoryItem } from "../../../../sdk/src/model.ts";

type Record_ = Readonly<Record<string, unknown>>;

/** The entity tag of an item or block, as the service makes it. */
export function etagOf({ version, created_at }: MemoryItem | MemoryBlock): string {
  return `"${version}-${Date.parse(created_at).toString(36)}"`;
}

/** Returns the option of a change that expects a version. */
export function matching(etag: string | undefined) {
  return etag === undefined ? {} : { ifMatch: etag };
}

/** Returns the path of a store. */
export function pathOf(store: string): string {
  return `/api/v1/memory/${encodeURIComponent(store)}`;
}

/** Returns the request that saves an item. */
export function saving(store: string, body: Record_) {
  return {
    method: "POST",
    path: `${pathOf(store)}/items`,
    body,
    cli: ["memory", "save", store, String(body["content"])],
    sdk: ["memory.save", store, body],
  } as const;
}

/** Adds a text to the fields of a schema, which is part of the path. */
export function withField(name: string, description: string) {
  return (schema: Record_): Record_ => {
    const { properties, required } = schema;
    const fields = typeof properties === "object" ? properties : {};
    const needed = Array.isArray(required) ? required : [];
    return {
      ...schema,
      properties: { [name]: { type: "string", minLength: 1, description }, ...fields },
      required: [name, ...needed],
    };
  };
}
