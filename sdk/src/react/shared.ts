/** State outside of React that several views share, in the form of `useSyncExternalStore`. */

/** State that views subscribe to. */
export interface Store<State> {
  /** The state now. The same object until it changes. */
  readonly state: () => State;
  /** Calls the listener after each change. @returns a function that unsubscribes */
  readonly subscribe: (listener: () => void) => () => void;
}

/** State that is kept up to date while there are subscribers. */
export abstract class Shared<State> {
  #state: State;
  readonly #listeners = new Set<() => void>();
  #isActive = false;

  constructor(initial: State) {
    this.#state = initial;
  }

  get state(): State {
    return this.#state;
  }

  /**
   * Calls the listener after each change, until the returned function is called.
   * @param onUnused called when the last subscriber left
   */
  subscribe(listener: () => void, onUnused: () => void): () => void {
    this.#listeners.add(listener);
    if (!this.#isActive) {
      this.#isActive = true;
      this.begin();
    }
    return () => {
      this.#listeners.delete(listener);
      // React's strict mode unsubscribes and subscribes again at once: that keeps the connection.
      queueMicrotask(() => {
        if (this.#listeners.size === 0 && this.#isActive) {
          this.#isActive = false;
          onUnused();
          this.end();
        }
      });
    };
  }

  protected set(state: State): void {
    this.#state = state;
    for (const listener of this.#listeners) {
      listener();
    }
  }

  /** Called when the first subscriber comes. */
  protected abstract begin(): void;

  /** Called when the last one has left. */
  protected abstract end(): void;
}
