/**
 * The conversation of a run: turns in a provider-neutral form, which each planner and each provider
 * adapter renders. Built only by folding the log. The window is bounded in turns and characters.
 */
import type { Attachment, LoadedAttachment } from "./attachment.ts";
import { cut } from "./cut.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";
import { pictureChars, type Image, type Picture } from "./picture.ts";
import type { Untrusted } from "./trust.ts";

/** One tool call as the model requested it. */
export interface ToolCall {
  /** The service's own id, unique in the run. */
  readonly call_id: string;
  readonly name: string;
  /** Parsed arguments. Absent if the model's text was not JSON. */
  readonly arguments?: JsonValue;
  /** The model's text if it was not JSON. */
  readonly arguments_text?: string;
  /** The provider's own id for the call, sent back with its result. */
  readonly provider_id?: string;
}

/** The outcome of a tool call, as the model sees it. */
export interface ToolResult {
  readonly call_id: string;
  readonly name: string;
  readonly provider_id?: string;
  readonly output?: JsonValue;
  readonly error?: { readonly code: string; readonly message: string };
  /** Pictures in addition to the output. An error has none. */
  readonly images?: readonly Picture[];
  /** The untrusted source of the content. Absent if the content is trusted. */
  readonly untrusted?: Untrusted;
}

/**
 * Data that a provider requires back unchanged in the next request: signatures of its thinking,
 * encrypted reasoning, ids. Only the adapter of that provider writes and reads `data`.
 */
export interface Opaque {
  readonly provider: string;
  readonly data: JsonValue;
}

/** One entry of the conversation. */
export type Turn =
  | {
      readonly role: "user";
      readonly text: string;
      readonly images?: readonly Image[];
      /** Files of the client. In a request, those that its text does not contain have their data. */
      readonly files?: readonly (Attachment | LoadedAttachment)[];
    }
  | {
      readonly role: "assistant";
      readonly text: string;
      readonly tool_calls: readonly ToolCall[];
      readonly opaque?: Opaque;
    }
  | { readonly role: "tool"; readonly results: readonly ToolResult[] }
  /** A message from the loop to the model. Providers see it as a user message. */
  | { readonly role: "notice"; readonly text: string };

/** Returns all pictures of a turn. */
export function imagesOf(turn: Turn): readonly Image[] {
  switch (turn.role) {
    case "user":
      return turn.images ?? NONE;
    case "tool":
      return turn.results.some(({ images }) => images !== undefined)
        ? turn.results.flatMap(({ images = [] }) => images)
        : NONE;
    case "assistant":
    case "notice":
      return NONE;
    default:
      return turn satisfies never;
  }
}

const NONE: readonly Image[] = [];

/** Returns the files of a turn. */
export function filesOf(turn: Turn): readonly (Attachment | LoadedAttachment)[] {
  return turn.role === "user" ? (turn.files ?? NO_FILES) : NO_FILES;
}

const NO_FILES: readonly Attachment[] = [];

/** Returns the files of a turn that have their data. */
export function loadedIn(turn: Turn): LoadedAttachment[] {
  return filesOf(turn).filter((file): file is LoadedAttachment => "data" in file);
}

/** Returns the turn without the pictures of its tool results, for a rendering as text. */
export function withoutPictures(turn: Turn): Turn {
  return turn.role === "tool" && imagesOf(turn).length > 0
    ? { role: "tool", results: turn.results.map(outputOnly) }
    : turn;
}

function outputOnly(result: ToolResult): ToolResult {
  const { images, ...rest } = result;
  return images === undefined ? result : rest;
}

/**
 * Returns the result without its pictures; its output then states how many were left out. A result
 * without pictures is returned unchanged.
 */
export function omitPictures<T extends Pick<ToolResult, "output" | "images">>(
  result: T,
): T | (Omit<T, "images" | "output"> & { readonly output: JsonValue }) {
  const { images, output = null, ...rest } = result;
  if (images === undefined) {
    return result;
  }
  const fields = isJsonObject(output) ? output : { output };
  return { ...rest, output: { ...fields, pictures_left_out: images.length } };
}

/** Maximum turns of the window. Beyond it, the older half is left out. */
export const DEFAULT_WINDOW = 100;
/** Maximum characters of JSON in the window: one turn can be as large as its tools' outputs. */
const WINDOW_CHARS = 400_000;

/**
 * The part of the conversation that the model sees. `pinned` (what the client fields at the start)
 * always stays. The older half of `recent` is dropped when it outgrows the window, in turns or in
 * characters. Dropping by halves keeps the prefix of consecutive requests stable, as prompt caches
 * require, and bounds the work of a step regardless of the length of the run.
 */
export interface Conversation {
  /** What earlier turns of a conversation said, for a run that continues one. Precedes `pinned`. */
  readonly earlier: readonly Turn[];
  /** Characters of `earlier`. */
  readonly earlierChars: number;
  readonly pinned: readonly Turn[];
  readonly recent: readonly Turn[];
  /** Characters of each recent turn. `chars` is their sum. */
  readonly sizes: readonly number[];
  readonly chars: number;
  /** Number of turns left out so far. */
  readonly dropped: number;
  /** Number of pictures in all turns, with the pages of files. */
  readonly pictures: number;
}

/** Returns a conversation that consists of the client's opening turns, after earlier ones. */
export function newConversation(
  pinned: readonly Turn[],
  earlier: readonly Turn[] = [],
): Conversation {
  return {
    earlier,
    earlierChars: charsOf(earlier),
    pinned,
    recent: [],
    sizes: [],
    chars: 0,
    dropped: 0,
    pictures: picturesIn(pinned),
  };
}

/** Returns all turns that the model sees, oldest first. */
export function turnsIn({ earlier, pinned, recent }: Conversation): Turn[] {
  return [...earlier, ...pinned, ...recent];
}

function charsOf(turns: readonly Turn[]): number {
  return turns.reduce((sum, turn) => sum + turnChars(turn), 0);
}

function picturesIn(turns: readonly Turn[]): number {
  return turns.reduce((sum, turn) => sum + picturesOf(turn), 0);
}

/** Returns the pictures that a turn counts for. A page of a file counts as one. */
export function picturesOf(turn: Turn): number {
  return filesOf(turn).reduce((sum, { pages = 0 }) => sum + pages, imagesOf(turn).length);
}

/**
 * Returns the conversation with one more turn, trimmed to the window.
 * @param window maximum number of recent turns
 */
export function extend(conversation: Conversation, turn: Turn, window: number): Conversation {
  const size = turnChars(turn);
  const recent = [...conversation.recent, turn];
  const sizes = [...conversation.sizes, size];
  const chars = conversation.chars + size;
  const pictures = conversation.pictures + picturesOf(turn);
  const extended = { ...conversation, recent, sizes, chars, pictures };
  return recent.length <= window && chars <= WINDOW_CHARS ? extended : trimmed(extended, window);
}

/**
 * Returns the size of a turn in characters: its JSON, plus a fixed measure for each picture of a
 * tool.
 */
export function turnChars(turn: Turn): number {
  const images = turn.role === "tool" ? imagesOf(turn) : [];
  return images.reduce(
    (sum, image) => sum + pictureChars(image),
    JSON.stringify(withoutPictures(turn)).length,
  );
}

/** Returns at most half a window that begins with an assistant turn. The newest exchange stays. */
function trimmed(conversation: Conversation, window: number): Conversation {
  return without(conversation, olderHalf(conversation, window));
}

/** Returns how many of the oldest turns to drop so that at most half a window remains. */
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

function without(conversation: Conversation, oldest: number): Conversation {
  const { recent, sizes, dropped } = conversation;
  const kept = sizes.slice(oldest);
  return {
    ...conversation,
    recent: recent.slice(oldest),
    sizes: kept,
    chars: kept.reduce((sum, size) => sum + size, 0),
    dropped: dropped + oldest,
    pictures: conversation.pictures - picturesIn(recent.slice(0, oldest)),
  };
}

/**
 * Returns the turns that compaction would leave out: none if only the newest exchange remains. Those
 * of an earlier run come first.
 */
export function compactable(conversation: Conversation): readonly Turn[] {
  const past = conversation.earlier.slice(0, olderExchanges(conversation));
  return past.some((turn) => turn.role === "assistant")
    ? past
    : conversation.recent.slice(0, olderHalf(conversation, Number.POSITIVE_INFINITY));
}

/** Returns how many of the earlier turns to leave out so that at most half of their text remains. */
function olderExchanges({ earlier, earlierChars }: Conversation): number {
  let from = 0;
  let left = earlierChars;
  while (from < earlier.length && !(left <= earlierChars / 2 && earlier[from]?.role === "user")) {
    const turn = earlier[from];
    left -= turn === undefined ? 0 : turnChars(turn);
    from += 1;
  }
  return from;
}

/** The text in place of turns of earlier runs that are left out without a summary. */
export const LEFT_OUT = "The beginning of this conversation is left out.";
const SUMMARY = "What happened before, in short:\n";

/** Returns whether a turn is the summary that a compaction wrote. */
export function isSummary(turn: Turn): boolean {
  return turn.role === "notice" && turn.text.startsWith(SUMMARY);
}

/**
 * Returns the conversation without the compactable turns. A non-empty summary takes their place.
 */
export function compacted(conversation: Conversation, summary: string): Conversation {
  const older = compactable(conversation);
  const turn: Turn = { role: "notice", text: `${SUMMARY}${summary}` };
  if (older.length > 0 && older[0] === conversation.earlier[0]) {
    const first: Turn = summary === "" ? { role: "notice", text: LEFT_OUT } : turn;
    const earlier = [first, ...conversation.earlier.slice(older.length)];
    return { ...conversation, earlier, earlierChars: charsOf(earlier) };
  }
  const left = without(conversation, older.length);
  if (summary === "") {
    return left;
  }
  const size = turnChars(turn);
  return {
    ...left,
    recent: [turn, ...left.recent],
    sizes: [size, ...left.sizes],
    chars: left.chars + size,
  };
}

/** Number of newest turns whose outputs are not shortened: the model is working with them. */
const UNTOUCHED = 4;
/** Characters of JSON that remain of a shortened tool output. */
const SHORT_OUTPUT = 1000;

/** Returns the conversation with shortened outputs, without pictures, for older tool calls. */
export function withShortOutputs(conversation: Conversation): Conversation {
  const { recent } = conversation;
  const turns = recent.map((turn, i) =>
    turn.role === "tool" && i < recent.length - UNTOUCHED
      ? { ...turn, results: turn.results.map(shortResult) }
      : turn,
  );
  const sizes = turns.map((turn, i) =>
    turn === recent[i] ? (conversation.sizes[i] ?? 0) : turnChars(turn),
  );
  const chars = sizes.reduce((sum, size) => sum + size, 0);
  const pictures = conversation.pictures - picturesIn(recent) + picturesIn(turns);
  return { ...conversation, recent: turns, sizes, chars, pictures };
}

function shortResult(result: ToolResult): ToolResult {
  const { images, ...rest } = result;
  if (isJsonObject(rest.output) && rest.output["shortened"] === true && images === undefined) {
    return result;
  }
  const text = JSON.stringify(result.output ?? null);
  if (text.length <= SHORT_OUTPUT) {
    return omitPictures(result);
  }
  // A stored output can still be read by its hash.
  const kept = isJsonObject(result.output) ? result.output["output_sha256"] : undefined;
  const reference = kept === undefined ? {} : { output_sha256: kept };
  const pictures = images === undefined ? {} : { pictures_left_out: images.length };
  const beginning = cut(text, SHORT_OUTPUT);
  return { ...rest, output: { beginning, shortened: true, ...reference, ...pictures } };
}

/** A tool as it is described to the model. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly input_schema: JsonObject;
}

/** The content of one model call, provider-neutral. */
export interface Prompt {
  readonly system: string;
  readonly turns: readonly Turn[];
  /** Tools for native calling. Empty for a planner that calls tools through text. */
  readonly tools: readonly ToolDescription[];
  readonly stop: readonly string[];
  /** JSON Schema that the reply's text must match. The adapter decides how to request it. */
  readonly output_schema?: JsonObject;
}

/** A complete reply, as an adapter assembled it. */
export interface Reply {
  readonly text: string;
  readonly reasoning: string;
  readonly tool_calls: readonly {
    readonly name: string;
    /** The arguments as the model wrote them. The planner parses them. */
    readonly arguments_text: string;
    readonly provider_id?: string;
  }[];
  /**
   * `length`: the reply is truncated. `pause`: the provider asks for another request to continue.
   */
  readonly finish_reason: FinishReason;
  /** Data that the provider requires back in the next request. */
  readonly opaque?: Opaque;
}

/** Why a model's reply ended. */
export const FINISH_REASONS = ["stop", "tool_calls", "length", "pause"] as const;
/** One of `FINISH_REASONS`. */
export type FinishReason = (typeof FINISH_REASONS)[number];
