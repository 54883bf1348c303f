/** What one row of a pane showed, and from when to when. */
import type { Row } from "./screen.ts";

/** A row's content over a stretch of time, in milliseconds of the recording. */
export interface Shot {
  readonly line: number;
  readonly row: Row;
  readonly from: number;
  readonly to: number;
}

/** Collects what the rows of one pane show; a row that does not change is one shot. */
export class Film {
  readonly #open = new Map<number, { readonly row: Row; readonly from: number }>();
  readonly #shots: Shot[] = [];

  /** The pane as it is at this moment; moments come in order. */
  take(rows: readonly Row[], at: number): void {
    for (let line = 0; line < Math.max(rows.length, this.#open.size); line += 1) {
      const row = rows[line] ?? [];
      const open = this.#open.get(line);
      if (JSON.stringify(open?.row) === JSON.stringify(row)) {
        continue;
      }
      this.#close(line, at);
      this.#open.set(line, { row, from: at });
    }
  }

  /** All shots up to the end; those of empty rows are left out. */
  end(at: number): readonly Shot[] {
    for (const line of this.#open.keys()) {
      this.#close(line, at);
    }
    this.#open.clear();
    return this.#shots;
  }

  #close(line: number, at: number): void {
    const open = this.#open.get(line);
    if (open !== undefined && open.row.length > 0 && at > open.from) {
      this.#shots.push({ line, row: open.row, from: open.from, to: at });
    }
  }
}
