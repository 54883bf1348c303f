/**
 * The conversation of a run as it is remembered: turns in a form of our own, which each planner
 * and each provider's adapter renders in its way. Built only by folding the log.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";
import { pictureChars, type Image, type Picture } from "./picture.ts";
import type { Untrusted } from "./trust.ts";

/** One tool call as the model asked for it. */
export interface ToolCall {
  /** Our id, unique in the run. */
  readonly call_id: string;
  readonly name: string;
  /** Parsed arguments; absent where the model's text was not JSON. */
  readonly arguments?: JsonValue;
  /** What the model sent where it did not parse. */
  readonly arguments_text?: string;
  /** The provider's own id for the call, to be sent back with its result. */
  readonly provider_id?: string;
}

/** What a tool call came to, as the model is told. */
export interface ToolResult {
  readonly call_id: string;
  readonly name: string;
  readonly provider_id?: string;
  readonly output?: JsonValue;
  readonly error?: { readonly code: string; readonly message: string };
  /** Pictures beside the output; none of an error. */
  readonly images?: readonly Picture[];
  /** Where it comes from, if nobody vouches for what it says. */
  readonly untrusted?: Untrusted;
}

/**
 * What a provider wants back unchanged with the next request: signatures of its thinking, encrypted
 * reasoning, ids. Only the adapter of that provider writes and reads `data`.
 */
export interface Opaque {
  readonly provider: string;
  readonly data: JsonValue;
}

export type Turn =
  | { readonly role: "user"; readonly text: string; readonly images?: readonly Image[] }
  | {
      readonly role: "assistant";
      readonly text: string;
      readonly tool_calls: readonly ToolCall[];
      readonly opaque?: Opaque;
    }
  | { readonly role: "tool"; readonly results: readonly ToolResult[] }
  /** Something the loop tells the model about its last reply; providers see it as the user's. */
  | { readonly role: "notice"; readonly text: string };

/** All pictures of a turn. */
export function imagesOf(turn: Turn): readonly Image[] {
  switch (turn.role) {
    case "user":
      return turn.images ?? [];
    case "tool":
      return turn.results.flatMap(({ images = [] }) => images);
    case "assistant":
    case "notice":
      return [];
    default:
      return turn satisfies never;
  }
}

/** A turn as text can show it: results of tools without their pictures. */
export function withoutPictures(turn: Turn): Turn {
  return turn.role === "tool" && imagesOf(turn).length > 0
    ? { role: "tool", results: turn.results.map(outputOnly) }
    : turn;
}

function outputOnly(result: ToolResult): ToolResult {
  const { images, ...rest } = result;
  return images === undefined ? result : rest;
}

/** A result whose pictures were left out, and says so; one without any as it is. */
export function leavingOutPictures<T extends Pick<ToolResult, "output" | "images">>(
  result: T,
): T | (Omit<T, "images" | "output"> & { readonly output: JsonValue }) {
  const { images, output = null, ...rest } = result;
  if (images === undefined) {
    return result;
  }
  const said = isJsonObject(output) ? output : { output };
  return { ...rest, output: { ...said, pictures_left_out: images.length } };
}

/** How many turns a window may hold before its older half is left out. */
export const DEFAULT_WINDOW = 100;
/** How many characters of JSON it may hold: a turn can be as large as its tools' outputs. */
const WINDOW_CHARS = 400_000;

/**
 * The conversation as far as the model is shown it. `pinned` (what the client said at the start)
 * always stays; of `recent`, the older half is dropped when it outgrows the window, in turns or in
 * characters. Dropping by halves keeps the prefix of consecutive requests the same, which is what
 * prompt caches live on, and bounds the work of a step however long the run has become.
 */
export interface Conversation {
  readonly pinned: readonly Turn[];
  readonly recent: readonly Turn[];
  /** Characters of each recent turn, and of all of them. */
  readonly sizes: readonly number[];
  readonly chars: number;
  /** Turns left out so far. */
  readonly dropped: number;
}

/** A conversation of nothing but what the client said. */
export function openWith(pinned: readonly Turn[]): Conversation {
  return { pinned, recent: [], sizes: [], chars: 0, dropped: 0 };
}

/** How many pictures the model is shown. */
export function picturesIn({ pinned, recent }: Conversation): number {
  return [...pinned, ...recent].reduce((sum, turn) => sum + imagesOf(turn).length, 0);
}

/** The conversation with one more turn, trimmed to the window. */
export function extend(conversation: Conversation, turn: Turn, window: number): Conversation {
  const size = sizeOf(turn);
  const recent = [...conversation.recent, turn];
  const sizes = [...conversation.sizes, size];
  const chars = conversation.chars + size;
  const extended = { ...conversation, recent, sizes, chars };
  return recent.length <= window && chars <= WINDOW_CHARS ? extended : trimmed(extended, window);
}

/** Characters that a turn counts for: its JSON, and a measure of its own for each picture of a tool. */
function sizeOf(turn: Turn): number {
  const images = turn.role === "tool" ? imagesOf(turn) : [];
  return images.reduce(
    (sum, image) => sum + pictureChars(image),
    JSON.stringify(withoutPictures(turn)).length,
  );
}

/** At most half a window, beginning with something the model said; the newest exchange stays. */
function trimmed(conversation: Conversation, window: number): Conversation {
  return without(conversation, olderHalf(conversation, window));
}

/** How many of the oldest turns to leave out so that half a window is left, or less. */
function olderHalf({ recent, sizes, chars }: Conversation, window: number): number {
  const newest = recent.findLastIndex((turn) => turn.role === "assistant");
  const most = Math.min(WINDOW_CHARS, chars) / 2;
  let from = 0;
  let left = chars;
  const fits = (): boolean => recent.length - from <= window / 2 && left <= most;
  while (from < newest && !(fits() && recent[from]?.role === "assistant")) {
    left -= sizes[from] ?? 0;
    from += 1;
  }
  return from;
}

function without({ pinned, recent, sizes, dropped }: Conversation, oldest: number): Conversation {
  const kept = sizes.slice(oldest);
  return {
    pinned,
    recent: recent.slice(oldest),
    sizes: kept,
    chars: kept.reduce((sum, size) => sum + size, 0),
    dropped: dropped + oldest,
  };
}

/** Turns that compaction would leave out; none where only the newest exchange is left. */
export function compactable(conversation: Conversation): readonly Turn[] {
  return conversation.recent.slice(0, olderHalf(conversation, Number.POSITIVE_INFINITY));
}

/** The conversation without those turns; a summary, if there is one, stands in their place. */
export function compacted(conversation: Conversation, summary: string): Conversation {
  const left = without(conversation, compactable(conversation).length);
  if (summary === "") {
    return left;
  }
  const turn: Turn = { role: "notice", text: `What happened before, in short:\n${summary}` };
  const size = sizeOf(turn);
  return {
    ...left,
    recent: [turn, ...left.recent],
    sizes: [size, ...left.sizes],
    chars: left.chars + size,
  };
}

/** Turns at the end whose outputs are not shortened: the model is working with them. */
const UNTOUCHED = 4;
/** What is left of a tool's output that is shortened, characters of its JSON. */
const SHORT_OUTPUT = 1000;

/** The conversation with the outputs of older tool calls shortened, and their pictures left out. */
export function withShortOutputs(conversation: Conversation): Conversation {
  const { recent } = conversation;
  const turns = recent.map((turn, i) =>
    turn.role === "tool" && i < recent.length - UNTOUCHED
      ? { ...turn, results: turn.results.map(shortResult) }
      : turn,
  );
  const sizes = turns.map((turn, i) =>
    turn === recent[i] ? (conversation.sizes[i] ?? 0) : sizeOf(turn),
  );
  const chars = sizes.reduce((sum, size) => sum + size, 0);
  return { ...conversation, recent: turns, sizes, chars };
}

function shortResult(result: ToolResult): ToolResult {
  const { images, ...rest } = result;
  if (isJsonObject(rest.output) && rest.output["shortened"] === true && images === undefined) {
    return result;
  }
  const text = JSON.stringify(result.output ?? null);
  if (text.length <= SHORT_OUTPUT) {
    return leavingOutPictures(result);
  }
  // Where the whole is kept can still be read after this.
  const kept = isJsonObject(result.output) ? result.output["output_sha256"] : undefined;
  const reference = kept === undefined ? {} : { output_sha256: kept };
  const pictures = images === undefined ? {} : { pictures_left_out: images.length };
  const beginning = text.slice(0, SHORT_OUTPUT);
  return { ...rest, output: { beginning, shortened: true, ...reference, ...pictures } };
}

/** A tool as a model is told of it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly input_schema: JsonObject;
}

/** What a model is shown in one call, provider-neutral. */
export interface Prompt {
  readonly system: string;
  readonly turns: readonly Turn[];
  /** Tools offered for native calling; a planner that calls tools by text offers none. */
  readonly tools: readonly ToolDescription[];
  readonly stop: readonly string[];
  /** JSON Schema that the reply's text must fit; how it is asked for is the adapter's business. */
  readonly output_schema?: JsonObject;
}

/** A whole reply, as an adapter assembled it. */
export interface Reply {
  readonly text: string;
  readonly reasoning: string;
  readonly tool_calls: readonly {
    readonly name: string;
    /** The arguments as the model wrote them, to be parsed by the planner. */
    readonly arguments_text: string;
    readonly provider_id?: string;
  }[];
  /** `length`: the reply is cut. `pause`: the provider wants to be asked to go on. */
  readonly finish_reason: FinishReason;
  /** What must go back to the provider with the next request, if it wants anything. */
  readonly opaque?: Opaque;
}

export const FINISH_REASONS = ["stop", "tool_calls", "length", "pause"] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];
