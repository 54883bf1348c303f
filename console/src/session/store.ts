/** The key of this tab and what the service says about it. Written only by `session.ts`. */
import { computed, signal } from "@preact/signals";

/** The key's tenant, name and rights. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAt: string | null;
}

/**
 * `starting`: looking for a key. `out`: there is none. `in`: there is one. `refused`: the service
 * refused the key that was in use; what is on the page stays.
 */
export type SessionState = "starting" | "out" | "in" | "refused";

export const sessionState = signal<SessionState>("starting");

/** The key; null while there is none. */
export const key = signal<string | null>(null);

/** What the service says about the key; null until it has. */
export const identity = signal<Identity | null>(null);

/** Why the last key was not accepted, as a sentence. */
export const refusal = signal<string | null>(null);

/** The scopes of the key; all of them as long as they are unknown, since the service decides. */
const scopes = computed(() => identity.value?.scopes ?? null);

/** Returns the scope if the key is known to lack it, otherwise null: for the `needs` of a button. */
export function lacking(scope: string): string | null {
  const held = scopes.value;
  return held === null || held.has(scope) ? null : scope;
}

/** The service refused the key: keeps the page and asks for another one. */
export function refuse(): void {
  if (sessionState.value === "in") {
    sessionState.value = "refused";
  }
}
