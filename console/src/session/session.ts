/** Signs in and out: by the fragment of the address, from storage, from another tab, by hand. */
import { batch } from "@preact/signals";
import { whoIs } from "../data/identity.ts";
import { keyAtStart } from "../early.ts";
import { identity, key, refusal, sessionState, type Identity } from "./store.ts";
import { answerSiblings, askSiblings, forgetKey, isKept, storeKey, tellOut } from "./vault.ts";

/** Signs in with the key that the page started with, or with that of another tab. */
export async function startSession(): Promise<void> {
  answerSiblings(() => (sessionState.value === "in" ? key.value : null), leave);
  const found = keyAtStart() ?? (await askSiblings());
  if (found === null) {
    sessionState.value = "out";
    return;
  }
  await signIn(found, isKept());
}

/**
 * Signs in with a key. A service that cannot be reached does not refuse a key: the views then say
 * that they wait for it.
 * @param keep whether the browser keeps it when its tabs are closed
 * @returns whether the key was accepted
 */
export async function signIn(given: string, keep: boolean): Promise<boolean> {
  const found = await whoIs(given);
  if (found.state === "refused") {
    const wasIn = sessionState.value === "refused";
    batch(() => {
      refusal.value = found.why;
      sessionState.value = wasIn ? "refused" : "out";
    });
    forgetKey();
    return false;
  }
  storeKey(given, keep);
  enter(given, found.state === "known" ? found.identity : null);
  return true;
}

/** Signs out in all tabs of this browser, and forgets the key in each. */
export function signOut(): void {
  tellOut();
  leave();
}

function enter(given: string, who: Identity | null): void {
  batch(() => {
    key.value = given;
    identity.value = who;
    refusal.value = null;
    sessionState.value = "in";
  });
}

function leave(): void {
  forgetKey();
  batch(() => {
    key.value = null;
    identity.value = null;
    refusal.value = null;
    sessionState.value = "out";
  });
}
