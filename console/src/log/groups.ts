/** Pure: groups of equal neighbouring calls, which a view shows as one at first. */
import type { Item, ToolCall } from "./model.ts";

/** So many neighbouring calls of one tool are a group. */
const GROUP_FROM = 6;

/** An item, with the calls that it stands for if it is the first of a group. */
type Grouped = readonly [item: Item, calls: readonly ToolCall[] | null];

/** Puts calls of the same tool by the same reply together; all other items stay single. */
export function groupsOf(items: readonly Item[]): Grouped[] {
  const groups: Grouped[] = [];
  for (let i = 0; i < items.length;) {
    const item = items[i];
    if (item === undefined) {
      break;
    }
    const calls = callsFrom(items, i);
    const isGroup = calls.length >= GROUP_FROM;
    groups.push([item, isGroup ? calls : null]);
    i += isGroup ? calls.length : 1;
  }
  return groups;
}

/** The calls from an item on that are of the same tool and the same reply. */
function callsFrom(items: readonly Item[], from: number): ToolCall[] {
  const calls: ToolCall[] = [];
  for (let i = from; i < items.length; i += 1) {
    const item = items[i];
    if (item?.kind !== "tool" || !areSiblings(calls[0] ?? item, item)) {
      break;
    }
    calls.push(item);
  }
  return calls;
}

function areSiblings(one: ToolCall, other: ToolCall): boolean {
  return (
    one.name === other.name &&
    one.modelCallId === other.modelCallId &&
    one.parentId === other.parentId
  );
}
