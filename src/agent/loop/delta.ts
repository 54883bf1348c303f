/**
 * Packs a reply's stream into delta events: one event per short period instead of one per token.
 * Without watchers nothing is stored; `model.completed` holds the complete reply in any case.
 */
import { defined } from "../../run/value/defined.ts";
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
      this.#writeOut(this.take());
    }
    this.#piece = this.#piece === null ? piece : joined(this.#piece, piece);
    if (charsOf(this.#piece) >= this.#settings.deltaChars) {
      this.flush();
    } else {
      this.#timer ??= setTimeout(() => this.flush(), this.#settings.deltaMs);
    }
  }

  /** Writes the packed piece. Holds back half a character at its end for the next piece. */
  flush(): void {
    const half = this.#piece === null ? null : halfAtEnd(this.#piece);
    if (half === null) {
      this.#writeOut(this.take());
      return;
    }
    const [whole, held] = half;
    this.#piece = whole;
    this.#writeOut(this.take());
    this.#piece = held;
  }

  #writeOut(events: readonly NewEvent[]): void {
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
        ? { tool_call: wellFormedCall(piece) }
        : { [piece.type]: piece.text.toWellFormed() };
    return [
      { type: "model.delta", data: { call_id: this.#callId, attempt: this.#attempt, ...content } },
    ];
  }
}

type CallPiece = Extract<Piece, { type: "tool_call" }>;

function wellFormedCall({ index, name, arguments_text }: CallPiece): Omit<CallPiece, "type"> {
  return {
    index,
    ...defined({
      name: name?.toWellFormed(),
      arguments_text: arguments_text?.toWellFormed(),
    }),
  };
}

/**
 * Returns a piece that ends in the first half of a surrogate pair as what is before the half (null
 * if nothing is) and the half. Null for any other piece.
 */
function halfAtEnd(piece: Piece): readonly [Piece | null, Piece] | null {
  const text = piece.type === "tool_call" ? (piece.arguments_text ?? "") : piece.text;
  if (!/[\ud800-\udbff]$/.test(text)) {
    return null;
  }
  const [before, half] = [text.slice(0, -1), text.slice(-1)];
  if (piece.type === "tool_call") {
    const { type, index, name } = piece;
    const isEmpty = before === "" && name === undefined;
    return [
      isEmpty ? null : { ...piece, arguments_text: before },
      { type, index, arguments_text: half },
    ];
  }
  return [before === "" ? null : { ...piece, text: before }, { ...piece, text: half }];
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
