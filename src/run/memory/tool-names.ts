/** Names of the tools by which runs use their memory. */

export const MEMORY_SEARCH = "memory_search";
export const MEMORY_SAVE = "memory_save";
export const MEMORY_DELETE = "memory_delete";
export const MEMORY_EDIT_BLOCK = "memory_edit_block";

/** The tools that write to memory. */
const WRITES: ReadonlySet<string> = new Set([MEMORY_SAVE, MEMORY_DELETE, MEMORY_EDIT_BLOCK]);

/** Returns whether a tool of a run with memory writes to it. */
export function writesMemory(tool: string): boolean {
  return WRITES.has(tool);
}

/** The tools that a run with memory has. @param canWrite whether it may write to a store */
export function memoryToolNames(canWrite: boolean): readonly string[] {
  return canWrite ? [MEMORY_SEARCH, ...WRITES] : [MEMORY_SEARCH];
}
