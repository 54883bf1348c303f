/** The part of `reduce` for long-term memory: what a run recalled, and what it wrote since. */
import { isTainted, recalledBlock, withEdits, withRecalled } from "../memory/recall.ts";
import { MEMORY_EDIT_BLOCK, writesMemory } from "../memory/tool-names.ts";
import { expect, type EventOf } from "./fold.ts";
import type { RunMemory, RunState } from "./state.ts";

/** The run recalled memories. They are in the prompt of each of its model calls. */
export function memoryRecalled(
  state: RunState,
  event: EventOf<"memory.recalled">,
  at: number,
): RunState {
  expect(state.status === "running" && state.model === null && state.turn === null, event);
  expect(state.memory === null, event);
  const { blocks, items } = event.data;
  const isFirst = state.untrusted === null && isTainted({ blocks, items });
  return {
    ...state,
    memory: { blocks, edits: [] },
    ...(isFirst ? { untrusted: "memory", untrustedAt: at } : {}),
    conversation: withRecalled(state.conversation, { blocks, items }),
  };
}

/** Counts the first intent of a call that writes to memory. */
export function countMemoryWrite(state: RunState, tool: string): number {
  const isWrite = state.spec?.config.long_term_memory !== undefined && writesMemory(tool);
  return state.memoryWrites + (isWrite ? 1 : 0);
}

/** Notes a block that the run edited: its new content is in the prompt once the conversation is compacted. */
export function noteBlockEdit(state: RunState, event: EventOf<"tool.completed">): RunState {
  const { memory } = state;
  const { call_id, parent_call_id, output } = event.data;
  if (memory === null || parent_call_id !== undefined) {
    return state;
  }
  const call = state.turn?.calls.find((one) => one.call.call_id === call_id);
  const edited =
    call?.request?.name === MEMORY_EDIT_BLOCK ? recalledBlock.safeParse(output).data : undefined;
  return edited === undefined
    ? state
    : { ...state, memory: { ...memory, edits: [...memory.edits, edited] } };
}

/** Returns the memory of a run whose older turns, and the edits in them, are left out. */
export function compactedMemory(memory: RunMemory | null): RunMemory | null {
  return memory === null || memory.edits.length === 0
    ? memory
    : { blocks: withEdits(memory.blocks, memory.edits), edits: [] };
}
