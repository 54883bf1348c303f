/** What a running tool call sends: notes (progress and log lines), and questions to a person. */
import { cut } from "../../run/value/cut.ts";
import { hash } from "node:crypto";
import type { InputAnswer } from "../../run/log/elicitation.ts";
import type { NewEvent } from "../../run/log/event.ts";
import { clipMessage } from "../../run/value/failure.ts";
import { canonicalJson, jsonDefect, type JsonObject } from "../../run/value/json.ts";
import type { RunState, TurnCall } from "../../run/log/state.ts";
import type { Effects } from "./effects.ts";
import { Suspended, type Asked, type Note } from "../tools/tool.ts";

/**
 * Maximum notes of one call, and the minimum pause between writes, milliseconds: each write costs a
 * row.
 */
const MAX_NOTES = 200;
const NOTES_PAUSE_MS = 1_000;
/** Maximum characters of JSON of one note's data. */
const MAX_NOTE_CHARS = 4_000;
/** Maximum questions of one call, and maximum characters of one. */
const MAX_QUESTIONS = 20;
const MAX_QUESTION_CHARS = 32_768;

/** Levels of a log line, as in syslog and MCP. */
const LEVELS: ReadonlySet<string> = new Set([
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
]);

/** Writes the notes of one attempt of a call. Batches them if they arrive quickly. */
export class Notes {
  readonly #callId: string;
  readonly #parent: string | null;
  readonly #effects: Effects;
  readonly #waiting: NewEvent[] = [];
  #reported = 0;
  #ended = false;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(callId: string, parent: string | null, effects: Effects) {
    this.#callId = callId;
    this.#parent = parent;
    this.#effects = effects;
  }

  report(note: Note): void {
    const event = this.#reported < MAX_NOTES ? this.#event(note) : null;
    if (event === null || this.#ended) {
      return;
    }
    this.#reported += 1;
    this.#waiting.push(event);
    if (this.#effects.clock.now() - this.#writtenAt >= NOTES_PAUSE_MS) {
      this.#writtenAt = this.#effects.clock.now();
      this.#effects.log.append(this.#waiting.splice(0));
    }
  }

  /**
   * Stops accepting notes, because the call has its outcome. Returns the notes that are not written
   * yet; they belong before the outcome.
   */
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
          : cut(text, MAX_NOTE_CHARS);
      const named = logger === undefined ? {} : { logger: clipMessage(logger) };
      const known = LEVELS.has(level) ? level : "info";
      return { type: "tool.logged", data: { ...call, level: known, ...named, data: kept } };
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
 * Returns the function with which one attempt of a call asks questions. A question that was
 * answered before is answered at once. A new one is written, and the call is held for `holdMs`
 * milliseconds in case a person is there.
 * @throws Suspended from the function if no answer arrives in that time
 */
export function askPerson(
  callId: string,
  holdMs: number,
  effects: Effects,
): (question: Asked) => Promise<InputAnswer> {
  // How often this attempt has asked each question: a different order of questions creates no new
  // ones.
  const asked = new Map<string, number>();
  return async ({ server, message, schema, url, takenBack }) => {
    const text = canonicalJson({ message, schema: schema ?? null, url: url ?? null });
    const digest = hash("sha256", text, "hex").slice(0, 16);
    const times = (asked.get(digest) ?? 0) + 1;
    asked.set(digest, times);
    const key = times === 1 ? digest : `${digest}-${times}`;
    const questions = questionsOf(effects.log.state(), callId);
    const known = questions.some((question) => question.key === key);
    const tooMuch = !known && questions.length >= MAX_QUESTIONS;
    if (tooMuch || text.length > MAX_QUESTION_CHARS || isUnstorable(schema)) {
      return { action: "cancel", content: null };
    }
    if (!known) {
      effects.log.append([
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
    const answerIn = (state: RunState | null): InputAnswer | null =>
      questionsOf(state, callId).find((question) => question.key === key)?.answer ?? null;
    const withdraw = (): void => {
      const state = effects.log.state();
      if (questionsOf(state, callId).some((one) => one.key === key && one.answer === null)) {
        effects.log.append([{ type: "input.withdrawn", data: { call_id: callId, key } }]);
      }
    };
    takenBack?.addEventListener("abort", withdraw, { once: true });
    try {
      const answer = await effects.log.until(answerIn, holdMs);
      if (answer === null) {
        throw new Suspended();
      }
      return answer;
    } finally {
      takenBack?.removeEventListener("abort", withdraw);
    }
  };
}

function isUnstorable(schema: JsonObject | undefined): boolean {
  return schema !== undefined && jsonDefect(schema) !== null;
}

/** Returns the questions of a call without an outcome. */
function questionsOf(state: RunState | null, callId: string): TurnCall["questions"] {
  const call = state?.turn?.calls.find((one) => one.call.call_id === callId);
  return call?.result === null ? call.questions : [];
}
