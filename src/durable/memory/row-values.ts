/** Rows of a memory store as values, and back. */
import { readStoredValue, type StoredValue } from "../../run/memory/stored-value.ts";
import type { MemoryBlock, MemoryItem } from "../../run/memory/port.ts";
import { TRUST } from "../../run/memory/trust.ts";
import { isoTime } from "../../run/value/time.ts";
import type { SqlRow } from "../run/storage/schema.ts";
import { MEMORY_OPS, type MemoryVersion } from "./rpc.ts";

/** Returns the columns of an item that a change writes. */
export function changing(item: MemoryItem): (string | number | null)[] {
  return [
    item.key,
    item.content,
    JSON.stringify(item.tags),
    item.version,
    item.trust,
    Date.parse(item.created_at),
    Date.parse(item.updated_at),
    item.expires_at === null ? null : Date.parse(item.expires_at),
  ];
}

/** Returns a block from its row. */
export function blockOf(row: SqlRow): MemoryBlock {
  return {
    label: String(row["label"]),
    description: textOf(row["description"]),
    content: String(row["content"]),
    read_only: row["read_only"] === 1,
    version: Number(row["version"]),
    trust: oneOf(TRUST, row["trust"]),
    created_at: isoTime(Number(row["created_at"])),
    updated_at: isoTime(Number(row["updated_at"])),
  };
}

/** Returns an item from its row. */
export function itemOf(row: SqlRow): MemoryItem {
  return {
    memory_id: String(row["memory_id"]),
    key: textOf(row["key"]),
    content: String(row["content"]),
    tags: tagsIn(String(row["tags"])),
    version: Number(row["version"]),
    trust: oneOf(TRUST, row["trust"]),
    created_at: isoTime(Number(row["created_at"])),
    updated_at: isoTime(Number(row["updated_at"])),
    expires_at: row["expires_at"] === null ? null : isoTime(Number(row["expires_at"])),
  };
}

/** Returns a version from its row. */
export function versionOf(row: SqlRow): MemoryVersion {
  return {
    version: Number(row["version"]),
    op: oneOf(MEMORY_OPS, row["op"]),
    content: row["value"] === null ? null : valueOf(row).content,
    trust: oneOf(TRUST, row["trust"]),
    by: String(row["by"]),
    task_id: textOf(row["task_id"]),
    call_id: textOf(row["call_id"]),
    at: isoTime(Number(row["at"])),
  };
}

/** Returns what a version holds. */
export function valueOf(row: SqlRow): StoredValue {
  return readStoredValue(String(row["value"]));
}

function tagsIn(text: string): string[] {
  const tags: unknown = JSON.parse(text);
  return Array.isArray(tags) ? tags.map(String) : [];
}

/** Returns a known value. @throws for one that only newer code writes */
export function oneOf<T extends string>(known: readonly T[], value: unknown): T {
  const found = known.find((one) => one === value);
  if (found === undefined) {
    throw new Error("This memory store was written by a newer version of the service.");
  }
  return found;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
