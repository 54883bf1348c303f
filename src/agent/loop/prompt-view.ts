/**
 * The prompt of a model call for people and programs: what the model saw, and the body of its
 * request. Pictures and files are references, so the size is bounded by the conversation's window.
 */
import { hash } from "node:crypto";
import { defined } from "../../run/value/defined.ts";
import { cut } from "../../run/value/cut.ts";
import type { JsonObject } from "../../run/value/json.ts";
import {
  imagesOf,
  loadedIn,
  type ToolDescription,
  type ToolResult,
  type Turn,
} from "../../run/value/message.ts";
import type { Attachment, LoadedAttachment } from "../../run/value/attachment.ts";
import type { Image, Picture } from "../../run/value/picture.ts";
import type { Composed } from "./context.ts";
import type { PastRequest } from "./past-request.ts";

/** Maximum characters of `body`. */
const BODY_CHARS = 2_000_000;
/** Pictures of at least this many characters of base64 are references in `body` too. */
const MIN_PICTURE_CHARS = 256;

/** A picture without its data. */
export type PictureReference =
  | { readonly url: string }
  | {
      readonly media_type: string;
      /** SHA-256 of the base64 text, lower-case hex. */
      readonly data_sha256: string;
      /** Characters of base64. */
      readonly data_chars: number;
    };

/**
 * A turn with references in place of its pictures and files, without data that only its provider
 * reads. Text files are part of the text.
 */
export type TurnView =
  | {
      readonly role: "user";
      readonly text: string;
      readonly images?: readonly PictureReference[];
      readonly files?: readonly Attachment[];
    }
  | Omit<Extract<Turn, { role: "assistant" }>, "opaque">
  | { readonly role: "tool"; readonly results: readonly ResultView[] }
  | Extract<Turn, { role: "notice" }>;

type ResultView = Omit<ToolResult, "images"> & { readonly images?: readonly PictureReference[] };

/** What the model saw in one attempt of a call. */
export interface PromptView {
  readonly call_id: string;
  readonly attempt: number;
  /** `seq` of the intent, `model.requested`. */
  readonly seq: number;
  readonly purpose: "step" | "compact";
  /** The model, as `provider/name`. */
  readonly model: string;
  readonly system: string;
  readonly turns: readonly TurnView[];
  readonly tools: readonly ToolDescription[];
  readonly stop: readonly string[];
  readonly output_schema?: JsonObject;
  /** The request's body, with references in place of its pictures and files. */
  readonly body: string;
  /** Characters of the exact body. */
  readonly body_chars: number;
  /** Whether `body` is the exact text: nothing is a reference, and the end is not cut. */
  readonly body_complete: boolean;
  /** SHA-256 of the exact body, lower-case hex. */
  readonly body_sha256: string;
  /** Whether it is the hash that the log noted when the request was sent. */
  readonly matches: boolean;
}

/** Returns the view of an attempt whose request was composed again. */
export function promptView({ intent }: PastRequest, composed: Composed): PromptView {
  const { call_id, attempt, purpose = "step", model, body_sha256: noted } = intent.data;
  const { system, turns, tools, stop, output_schema } = composed.request;
  const references = new References();
  const body = shortened(composed.body, [
    ...turns.flatMap(imagesOf).flatMap((image) => references.longIn(image)),
    ...turns.flatMap(loadedIn).map(({ data, sha256 }) => ({ data, reference: sha256 })),
  ]);
  return {
    call_id,
    attempt,
    seq: intent.seq,
    purpose,
    model,
    system,
    turns: turns.map((turn) => turnView(turn, references)),
    tools,
    stop,
    ...defined({ output_schema }),
    body,
    body_chars: composed.body.length,
    body_complete: body === composed.body,
    body_sha256: composed.sha256,
    matches: composed.sha256 === noted,
  };
}

function turnView(turn: Turn, references: References): TurnView {
  switch (turn.role) {
    case "user": {
      const { images, files, ...rest } = turn;
      return {
        ...rest,
        ...(images === undefined ? {} : { images: references.of(images) }),
        ...(files === undefined ? {} : { files: files.map(withoutData) }),
      };
    }
    case "assistant": {
      const { opaque: _opaque, ...rest } = turn;
      return rest;
    }
    case "tool":
      return {
        role: "tool",
        results: turn.results.map((result) => resultView(result, references)),
      };
    case "notice":
      return turn;
    default:
      return turn satisfies never;
  }
}

function withoutData(file: Attachment | LoadedAttachment): Attachment {
  const { sha256, name, media_type, bytes, pages } = file;
  return { sha256, name, media_type, bytes, ...defined({ pages }) };
}

function resultView({ images, ...rest }: ToolResult, references: References): ResultView {
  return images === undefined ? rest : { ...rest, images: references.of(images) };
}

/** References to pictures. Each picture is hashed once. */
class References {
  readonly #known = new Map<string, string>();

  of(images: readonly Image[]): PictureReference[] {
    return images.map((image) =>
      "url" in image
        ? image
        : {
            media_type: image.media_type,
            data_sha256: this.hashOf(image),
            data_chars: image.data.length,
          },
    );
  }

  /** Returns a picture with its hash if it is long enough to be a reference in a body. */
  longIn(image: Image): Referred[] {
    return "data" in image && image.data.length >= MIN_PICTURE_CHARS
      ? [{ data: image.data, reference: this.hashOf(image) }]
      : [];
  }

  hashOf({ data }: Picture): string {
    const known = this.#known.get(data) ?? hash("sha256", data, "hex");
    this.#known.set(data, known);
    return known;
  }
}

/** A text in a body, and the hash that stands for it. */
interface Referred {
  readonly data: string;
  readonly reference: string;
}

/** Returns a body with `sha256:<hash>` in place of each of these, cut to its maximum length. */
function shortened(body: string, referred: readonly Referred[]): string {
  const byData = new Map(referred.map((one) => [one.data, one]));
  const places = [...byData.values()]
    .flatMap((one) => placesOf(one, body))
    .toSorted((a, b) => a.at - b.at);
  const parts: string[] = [];
  let from = 0;
  for (const { at, one } of places) {
    parts.push(body.slice(from, at), `sha256:${one.reference}`);
    from = at + one.data.length;
  }
  const text = `${parts.join("")}${body.slice(from)}`;
  return text.length > BODY_CHARS ? cut(text, BODY_CHARS) : text;
}

interface Place {
  readonly at: number;
  readonly one: Referred;
}

function placesOf(one: Referred, body: string): Place[] {
  const places: Place[] = [];
  const { data } = one;
  for (let at = body.indexOf(data); at !== -1; at = body.indexOf(data, at + data.length)) {
    places.push({ at, one });
  }
  return places;
}
