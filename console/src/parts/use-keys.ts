/** Single keys as shortcuts: off in fields and dialogs, and where a person switched them off. */
import { useEffect, useRef } from "preact/hooks";
import { shortcuts } from "./preferences.ts";

const FIELDS = "input, textarea, select, dialog";
/** These do something on a focused button or link already. */
const OF_CONTROLS: ReadonlySet<string> = new Set([" ", "Enter"]);

/** Whether a key is not for a shortcut: typed into a field, with a modifier, or switched off. */
export function isTyping({ target, metaKey, ctrlKey, altKey, key }: KeyboardEvent): boolean {
  const elements = OF_CONTROLS.has(key) ? `${FIELDS}, button, a, summary` : FIELDS;
  const isInField = target instanceof Element && target.closest(elements) !== null;
  return isInField || metaKey || ctrlKey || altKey || shortcuts.value === "off";
}

/** Calls back on keys by their `key`, such as `j`, while the component is mounted. */
export function useKeys(keys: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isTyping(event) && Object.hasOwn(latest.current, event.key)) {
        latest.current[event.key]?.(event);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
