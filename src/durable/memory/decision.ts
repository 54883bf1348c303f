/** What is decided about a write before it is made. */
import type { MemoryBlock, MemoryItem, MemoryRefusal } from "../../run/memory/port.ts";
import type { AuditAction } from "../../store/audit.ts";
import type { ExpectedMemory, MemoryAuthor, MemoryRef } from "./rpc.ts";

/** What a write adds to a store. */
export interface Added {
  readonly items: number;
  readonly chars: number;
}

/** How a write is carried out: not at all, not again, or by a transaction. */
export type Decision<T> =
  | MemoryRefusal
  | { readonly done: T }
  | {
      readonly added: Added;
      /** Makes the change, in a transaction. */
      readonly commit: (now: number) => T;
      /** For the audit entry: the item or block. */
      readonly subject: string;
      readonly action: AuditAction;
    };

/** The author of a write: a run, or a client, whose write is audited. */
export type Author = Pick<MemoryAuthor, "writer"> & Partial<Pick<MemoryAuthor, "actor">>;

/** The refusal of a write to something that does not exist. */
export const NOT_FOUND = { ok: false, reason: "not_found" } as const;

/** Returns how an item or block is named among versions. */
export function refText({ kind, id }: MemoryRef): string {
  return kind === "block" ? `block:${id}` : id;
}

/**
 * Returns the refusal of a write that expects another version; null if it may be made.
 * @param expected a version as it was read, or its number alone; null for any
 */
export function staleness(
  current: MemoryBlock | MemoryItem | null,
  expected: ExpectedMemory | number | null,
): MemoryRefusal | null {
  if (expected === null) {
    return null;
  }
  if (current === null) {
    return NOT_FOUND;
  }
  const isCurrent =
    typeof expected === "number"
      ? expected === current.version
      : expected.version === current.version && expected.created_at === current.created_at;
  return isCurrent ? null : { ok: false, reason: "conflict", current };
}
