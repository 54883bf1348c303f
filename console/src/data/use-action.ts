/** Changes of the service by a person: busy while they last, with what went wrong. */
import { useRef, useState } from "preact/hooks";
import type { Opspawn } from "../../../sdk/src/index.ts";
import type { Failure } from "../parts/failure.ts";
import { call } from "./client.ts";
import { failureOf } from "./failure.ts";

/** An action of a person. */
export interface Action {
  readonly isBusy: boolean;
  /** Why the last attempt failed. */
  readonly failure: Failure | null;
  /** Runs a change; a second one at the same time does nothing. Resolves with whether it worked. */
  readonly run: (change: (opspawn: Opspawn) => PromiseLike<unknown>) => Promise<boolean>;
  readonly clear: () => void;
}

/**
 * Keeps the state of an action.
 * @param onFailure is called with why an attempt failed
 */
export function useAction(onFailure: (failure: Failure) => void = () => undefined): Action {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const running = useRef(false);
  const run: Action["run"] = async (change) => {
    if (running.current) {
      return false;
    }
    running.current = true;
    setBusy(true);
    setFailure(null);
    try {
      await call(change);
      return true;
    } catch (error) {
      const found = failureOf(error);
      setFailure(found);
      onFailure(found);
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { isBusy, failure, run, clear: () => setFailure(null) };
}
