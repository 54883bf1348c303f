/**
 * Applies stop sequences for providers without them. The text ends before the first stop sequence,
 * even if it is split over several pieces. A possible start of a stop sequence is held back until
 * it is clear.
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

  /** Adds a piece. Returns the text that can be emitted now. */
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

  /** Returns the text that is still held back, at the end of the stream. */
  end(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}
