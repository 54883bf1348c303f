/**
 * Stop sequences where the provider has none: a reply's text ends before the first of them, also
 * where it comes in pieces. Text that may be the beginning of one is held back until it is clear.
 */
export class StopText {
  readonly #stops: readonly string[];
  readonly #longest: number;
  #held = "";
  #stopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== "");
    this.#longest = Math.max(0, ...this.#stops.map((stop) => stop.length));
  }

  /** What can be passed on now that this piece has come. */
  take(piece: string): string {
    if (this.#longest === 0) {
      return piece;
    }
    if (this.#stopped) {
      return "";
    }
    const text = this.#held + piece;
    const at = this.#stops
      .map((stop) => text.indexOf(stop))
      .filter((index) => index !== -1)
      .reduce((first, index) => Math.min(first, index), text.length);
    if (at < text.length) {
      this.#stopped = true;
      this.#held = "";
      return text.slice(0, at);
    }
    const keep = Math.min(text.length, this.#longest - 1);
    this.#held = text.slice(text.length - keep);
    return text.slice(0, text.length - keep);
  }

  /** What was held back, now that nothing more comes. */
  end(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}
