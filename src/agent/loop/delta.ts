/**
 * Packs a reply's stream into delta events: one event per short period instead of one per token.
 * Without watchers nothing is stored; `model.completed` holds the complete reply in any case.
 */
import type { NewEvent } from "../../run/log/event.ts";
import type { LlmEvent } from "../llm/client.ts";

/** A streamed piece of a reply. */
export type Piece = Extract<LlmEvent, { type: "text" | "reasoning" | "tool_call" }>;

/** Packs the pieces of one attempt. */
export class DeltaPacker {
  readonly #callId: string;
  readonly #attempt: number;
  readonly #settings: { readonly deltaChars: number; readonly deltaMs: number };
  readonly #write: (events: readonly NewEvent[]) => void;
  #piece: Piece | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    call: { readonly callId: string; readonly attempt: number },
    settings: { readonly deltaChars: number; readonly deltaMs: number },
    write: (events: readonly NewEvent[]) => void,
  ) {
    this.#callId = call.callId;
    this.#attempt = call.attempt;
    this.#settings = settings;
    this.#write = write;
  }

  /** Adds a piece of the stream. May write an event. */
  add(piece: Piece): void {
    if (this.#piece !== null && !sameKind(this.#piece, piece)) {
      this.flush();
    }
    this.#piece = this.#piece === null ? piece : joined(this.#piece, piece);
    if (charsOf(this.#piece) >= this.#settings.deltaChars) {
      this.flush();
    } else {
      this.#timer ??= setTimeout(() => this.flush(), this.#settings.deltaMs);
    }
  }

  /** Writes the packed piece. */
  flush(): void {
    const events = this.take();
    if (events.length > 0) {
      this.#write(events);
    }
  }

  /** Returns the packed piece as an unwritten event, and stops the timer. */
  take(): NewEvent[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const piece = this.#piece;
    this.#piece = null;
    if (piece === null) {
      return [];
    }
    const content =
      piece.type === "tool_call"
        ? { tool_call: { ...piece, type: undefined } }
        : { [piece.type]: piece.text };
    return [
      { type: "model.delta", data: { call_id: this.#callId, attempt: this.#attempt, ...content } },
    ];
  }
}

function sameKind(a: Piece, b: Piece): boolean {
  return a.type === "tool_call" && b.type === "tool_call" ? a.index === b.index : a.type === b.type;
}

function joined(a: Piece, b: Piece): Piece {
  if (a.type === "tool_call" && b.type === "tool_call") {
    const text = (a.arguments_text ?? "") + (b.arguments_text ?? "");
    const name = a.name ?? b.name;
    return { ...a, ...(name === undefined ? {} : { name }), arguments_text: text };
  }
  return a.type !== "tool_call" && b.type !== "tool_call" ? { ...a, text: a.text + b.text } : b;
}

/** Returns the number of characters of a piece. */
export function charsOf(piece: Piece): number {
  return piece.type === "tool_call"
    ? (piece.name?.length ?? 0) + (piece.arguments_text?.length ?? 0)
    : piece.text.length;
}
