/** Decides writes of blocks. */
import { editText } from "../../run/memory/edit.ts";
import { MAX_BLOCKS } from "../../run/memory/limits.ts";
import type { BlockWritten, EditBlock, MemoryBlock, MemoryWriter } from "../../run/memory/port.ts";
import { lowestTrust } from "../../run/memory/trust.ts";
import { isoTime } from "../../run/value/time.ts";
import type { Cleaning } from "./cleaning.ts";
import { NOT_FOUND, refText, staleness, type Decision } from "./decision.ts";
import type { MemoryRows } from "./rows.ts";
import type { ExpectedMemory, MemoryOp, PutBlock } from "./rpc.ts";

type Written = Extract<BlockWritten, { ok: true }>;

export class BlockWrites {
  readonly #rows: MemoryRows;
  readonly #cleaning: Cleaning;

  constructor(rows: MemoryRows, cleaning: Cleaning) {
    this.#rows = rows;
    this.#cleaning = cleaning;
  }

  put(input: PutBlock, expected: ExpectedMemory | null, writer: MemoryWriter): Decision<Written> {
    const current = this.#rows.block(input.label);
    const op = current === null ? "create" : "change";
    return staleness(current, expected) ?? this.#set(input, current, writer, op);
  }

  edit(edit: EditBlock, writer: MemoryWriter): Decision<Written> {
    const again = this.#again(writer);
    if (again !== null) {
      return { done: again };
    }
    const current = this.#rows.block(edit.label);
    if (current?.read_only === true) {
      return { ok: false, reason: "read_only" };
    }
    const stale = staleness(current, edit.version);
    if (stale !== null) {
      return stale;
    }
    const edited = editText(current?.content ?? null, edit.old, edit.new);
    if (!edited.ok) {
      return edited.reason === "too_long"
        ? { ok: false, reason: "full", limit: "block_chars" }
        : { ok: false, reason: edited.reason === "not_found" ? "no_match" : "ambiguous", current };
    }
    const trust = current === null ? writer.trust : lowestTrust(current.trust, writer.trust);
    const next = {
      label: edit.label,
      description: current?.description ?? null,
      content: edited.content,
      read_only: false,
    };
    return this.#set(next, current, { ...writer, trust }, "edit");
  }

  restore(label: string, version: number, author: MemoryWriter): Decision<Written> {
    const kept = this.#rows.versions.value(refText({ kind: "block", id: label }), version);
    if (kept === null) {
      return NOT_FOUND;
    }
    const { content, description = null, read_only = false } = kept.value;
    const writer = { ...author, trust: lowestTrust(kept.trust, author.trust) };
    const next = { label, description, content, read_only };
    return this.#set(next, this.#rows.block(label), writer, "restore");
  }

  /** Returns what an earlier attempt of an edit wrote. */
  #again({ idem }: MemoryWriter): Written | null {
    const known = this.#rows.versions.written(idem);
    const kept = known === null ? null : this.#rows.versions.value(known.ref, known.version);
    if (known === null || kept === null) {
      return null;
    }
    const { content, description = null, read_only = false } = kept.value;
    const label = known.ref.replace(/^block:/, "");
    const at = isoTime(kept.at);
    const { version } = known;
    const block = { label, description, content, read_only, version, trust: kept.trust };
    return { ok: true, block: { ...block, created_at: at, updated_at: at } };
  }

  #set(
    { label, description, content, read_only }: PutBlock,
    current: MemoryBlock | null,
    writer: MemoryWriter,
    op: MemoryOp,
  ): Decision<Written> {
    if (current === null && this.#rows.blocks().length >= MAX_BLOCKS) {
      return { ok: false, reason: "full", limit: "blocks" };
    }
    const ref = refText({ kind: "block", id: label });
    const version = (current?.version ?? this.#rows.versions.newest(ref)) + 1;
    return {
      added: { items: 0, chars: content.length - (current?.content.length ?? 0) },
      subject: label,
      action: op === "restore" ? "memory.block_restored" : "memory.block_written",
      commit: (at) => {
        this.#cleaning.restored(ref);
        const block: MemoryBlock = {
          label,
          description,
          content,
          read_only,
          version,
          trust: writer.trust,
          created_at: current?.created_at ?? isoTime(at),
          updated_at: isoTime(at),
        };
        this.#rows.setBlock(block);
        const value = { content, description, read_only };
        this.#rows.versions.add({ ref, version, op, value, writer, at });
        return { ok: true, block };
      },
    };
  }
}
