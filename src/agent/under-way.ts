/** What a tool call says while it is under way: how far it is, and what it has to ask a person. */
import { hash } from "node:crypto";
import type { InputAnswer } from "../run/elicitation.ts";
import type { NewEvent } from "../run/event.ts";
import { clipMessage } from "../run/failure.ts";
import { canonicalJson, jsonDefect, type JsonObject } from "../run/json.ts";
import type { RunState, TurnCall } from "../run/state.ts";
import type { Effects } from "./effects.ts";
import { Suspended, type Asked, type Note } from "./tools/tool.ts";

/** What one call may tell, and how often a telling is written: the rows are what the owner pays for. */
const MAX_NOTES = 200;
const NOTES_PAUSE_MS = 1_000;
/** Characters of JSON of one note's data. */
const MAX_NOTE_CHARS = 4_000;
/** Questions of one call, and characters of one. */
const MAX_QUESTIONS = 20;
const MAX_QUESTION_CHARS = 32_768;

/** Writes the notes of one attempt of a call, several at once where they come fast. */
export class Notes {
  readonly #callId: string;
  readonly #parent: string | null;
  readonly #effects: Effects;
  readonly #waiting: NewEvent[] = [];
  #told = 0;
  #ended = false;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(callId: string, parent: string | null, effects: Effects) {
    this.#callId = callId;
    this.#parent = parent;
    this.#effects = effects;
  }

  report(note: Note): void {
    const event = this.#told < MAX_NOTES ? this.#event(note) : null;
    if (event === null || this.#ended) {
      return;
    }
    this.#told += 1;
    this.#waiting.push(event);
    if (this.#effects.now() - this.#writtenAt >= NOTES_PAUSE_MS) {
      this.#writtenAt = this.#effects.now();
      this.#effects.append(this.#waiting.splice(0));
    }
  }

  /** The call has its outcome, and says no more. What has not been written yet goes before that. */
  end(): NewEvent[] {
    this.#ended = true;
    return this.#waiting.splice(0);
  }

  #event(note: Note): NewEvent | null {
    const call = {
      call_id: this.#callId,
      ...(this.#parent === null ? {} : { parent_call_id: this.#parent }),
    };
    if (note.kind === "log") {
      const { level, logger, data } = note;
      const text = JSON.stringify(data);
      const kept =
        jsonDefect(data) === null && text.length <= MAX_NOTE_CHARS
          ? data
          : text.slice(0, MAX_NOTE_CHARS);
      const named = logger === undefined ? {} : { logger: clipMessage(logger) };
      return { type: "tool.logged", data: { ...call, level, ...named, data: kept } };
    }
    const { progress, total, message } = note;
    return Number.isFinite(progress)
      ? {
          type: "tool.progressed",
          data: {
            ...call,
            progress,
            ...(total === undefined || !Number.isFinite(total) ? {} : { total }),
            ...(message === undefined ? {} : { message: clipMessage(message) }),
          },
        }
      : null;
  }
}

/**
 * The questions of one attempt of a call. What was answered before is answered at once; a new one is
 * written, and the call is held for a while in case somebody is there.
 */
export function asking(
  callId: string,
  holdMs: number,
  effects: Effects,
): (question: Asked) => Promise<InputAnswer> {
  let asked = 0;
  return async ({ server, message, schema, url }) => {
    asked += 1;
    const text = canonicalJson({ message, schema: schema ?? null, url: url ?? null });
    if (asked > MAX_QUESTIONS || text.length > MAX_QUESTION_CHARS || unfit(schema)) {
      return { action: "cancel", content: null };
    }
    const key = `${asked}-${hash("sha256", text, "hex").slice(0, 16)}`;
    const known = questionOf(effects.state(), callId, key);
    if (known === undefined) {
      effects.append([
        {
          type: "input.requested",
          data: {
            call_id: callId,
            key,
            server,
            message,
            ...(schema === undefined ? {} : { schema }),
            ...(url === undefined ? {} : { url }),
          },
        },
      ]);
    }
    const answer = await effects.until(
      (state) => questionOf(state, callId, key)?.answer ?? null,
      holdMs,
    );
    if (answer === null) {
      throw new Suspended();
    }
    return answer;
  };
}

function unfit(schema: JsonObject | undefined): boolean {
  return schema !== undefined && jsonDefect(schema) !== null;
}

function questionOf(
  state: RunState | null,
  callId: string,
  key: string,
): TurnCall["questions"][number] | undefined {
  const call = state?.turn?.calls.find((one) => one.call.call_id === callId);
  return call?.questions.find((question) => question.key === key);
}
