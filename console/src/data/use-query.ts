/** Reads of the service in a component. */
import { useEffect, useRef } from "preact/hooks";
import type { LoadState } from "../parts/load-state.ts";
import { queryOf, type Read } from "./query.ts";

interface Options {
  /** Pause between two reads while the page is seen, in milliseconds; none by default. */
  readonly everyMs?: number;
  /** Keeps the value of the key before until that of a new key is there; true by default. */
  readonly keepsOld?: boolean;
}

/**
 * Reads a value, and again while the component is there.
 * @param name names the read: the same name is the same request
 */
export function useQuery<Value>(
  name: string,
  read: Read<Value>,
  { everyMs, keepsOld = true }: Options = {},
): LoadState<Value> {
  const query = queryOf(name, read, everyMs ?? null);
  const before = useRef<Value | undefined>(undefined);
  useEffect(() => query.use(), [query]);
  const { value, failure, toldAt, isLoading } = query.state.value;
  if (value !== undefined) {
    before.current = value;
  }
  const shown = value ?? (keepsOld && failure === null ? before.current : undefined);
  return { value: shown, failure, toldAt, isLoading, reload: () => void query.load() };
}
