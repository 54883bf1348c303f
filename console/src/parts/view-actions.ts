/** What can be done in the current view, for the palette. */
import { signal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { IconName } from "./icon.tsx";

/** An action of the view. */
export interface ViewAction {
  readonly text: string;
  readonly icon: IconName;
  readonly act: () => void;
}

/** The actions of the views that are on the page. */
export const viewActions: Signal<readonly ViewAction[]> = signal<readonly ViewAction[]>([]);

/**
 * Offers actions in the palette while the component is mounted.
 * @param key changes when the actions do
 */
export function useViewActions(actions: readonly ViewAction[], key: string): void {
  useEffect(() => {
    viewActions.value = [...viewActions.value, ...actions];
    return () => {
      viewActions.value = viewActions.value.filter((one) => !actions.includes(one));
    };
  }, [key]);
}
