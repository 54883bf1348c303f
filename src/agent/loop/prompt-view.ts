/**
 * The prompt of a model call for people and programs: what the model saw, and the body of its
 * request. Pictures are references, so the size is bounded by the conversation's window.
 */
import { hash } from "node:crypto";
import { defined } from "../../run/value/defined.ts";
import { cut } from "../../run/value/cut.ts";
import type { JsonObject } from "../../run/value/json.ts";
import {
  imagesOf,
  type ToolDescription,
  type ToolResult,
  type Turn,
} from "../../run/value/message.ts";
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

/** A turn with references in place of its pictures, without data that only its provider reads. */
export type TurnView =
  | {
      readonly role: "user";
      readonly text: string;
      readonly images?: readonly PictureReference[];
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
  /** The request's body, with references in place of its pictures. */
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
  const body = shortened(composed.body, turns.flatMap(imagesOf), references);
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
      const { images, ...rest } = turn;
      return images === undefined ? rest : { ...rest, images: references.of(images) };
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

  hashOf({ data }: Picture): string {
    const known = this.#known.get(data) ?? hash("sha256", data, "hex");
    this.#known.set(data, known);
    return known;
  }
}

/** Returns a body with `sha256:<hash>` in place of each picture, cut to its maximum length. */
function shortened(body: string, images: readonly Image[], references: References): string {
  const pictures = images.filter(
    (image): image is Picture => "data" in image && image.data.length >= MIN_PICTURE_CHARS,
  );
  const byData = new Map(pictures.map((picture) => [picture.data, picture]));
  const places = [...byData.values()]
    .flatMap((picture) => placesOf(picture, body))
    .toSorted((a, b) => a.at - b.at);
  const parts: string[] = [];
  let from = 0;
  for (const { at, picture } of places) {
    parts.push(body.slice(from, at), `sha256:${references.hashOf(picture)}`);
    from = at + picture.data.length;
  }
  const text = `${parts.join("")}${body.slice(from)}`;
  return text.length > BODY_CHARS ? cut(text, BODY_CHARS) : text;
}

interface Place {
  readonly at: number;
  readonly picture: Picture;
}

function placesOf(picture: Picture, body: string): Place[] {
  const places: Place[] = [];
  const { data } = picture;
  for (let at = body.indexOf(data); at !== -1; at = body.indexOf(data, at + data.length)) {
    places.push({ at, picture });
  }
  return places;
}
