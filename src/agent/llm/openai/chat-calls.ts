/**
 * Assembles the tool calls of chat completions from their parts. Servers omit ids or indices, use
 * one index for all calls, and repeat names in each part, so a part is matched to its call by
 * everything that it says.
 */
import { defined } from "../../../run/value/defined.ts";
import { isJsonObject, type JsonObject } from "../../../run/value/json.ts";
import type { Reply } from "../../../run/value/message.ts";
import { argumentsIn, idIn, textOf } from "../field.ts";

/** A call as far as it has arrived. */
interface OpenCall {
  /** The name on the wire. */
  name: string;
  arguments_text: string;
  provider_id?: string;
  /** True if it may only be the repetition of the name of the call before it. */
  readonly maybeEcho: boolean;
}

/** What a part adds to a call. */
export interface CallAddition {
  /** The position of the call in the reply. */
  readonly place: number;
  /** The name so far; absent if the part says nothing about it. */
  readonly name?: string;
  readonly arguments_text: string;
}

type ReplyCall = Reply["tool_calls"][number];

interface Part {
  readonly index: unknown;
  readonly id: string;
  readonly name: string;
  readonly arguments_text: string;
  /** True if the arguments are JSON instead of a text. */
  readonly isWhole: boolean;
}

/** Assembles the calls of one reply. */
export class ChatCalls {
  readonly #offered: ReadonlySet<string>;
  readonly #calls: OpenCall[] = [];
  /**
   * Positions by the server's index. Our own are dense, so a large index costs nothing.
   */
  readonly #places = new Map<unknown, number>();

  /** @param offered names of the tools in the request, as they are on the wire */
  constructor(offered: ReadonlySet<string>) {
    this.#offered = offered;
  }

  /** Adds a part. Null if it says nothing. */
  take(value: unknown): CallAddition | null {
    const part = partOf(value);
    const known = part === null ? undefined : this.#placeOf(part);
    const call = known === undefined ? undefined : this.#calls[known];
    if (part === null || (call === undefined && saysNothing(part))) {
      return null;
    }
    if (known === undefined || call === undefined || this.#begins(call, part)) {
      return this.#begin(part, call);
    }
    if (part.index !== undefined) {
      this.#places.set(part.index, known);
    }
    const name = part.name === "" ? undefined : this.#joinedName(call.name, part.name);
    const renamed = name !== undefined && name !== call.name;
    call.name = name ?? call.name;
    const replaces = part.isWhole && call.arguments_text === "{}";
    call.arguments_text = (replaces ? "" : call.arguments_text) + part.arguments_text;
    if (part.id !== "") {
      call.provider_id ??= part.id;
    }
    return {
      place: known,
      ...(renamed && { name: call.name }),
      arguments_text: part.arguments_text,
    };
  }

  /** Adds an entry of a complete answer: each is a call of its own. */
  add(value: unknown): CallAddition | null {
    const part = partOf(value);
    return part === null || saysNothing(part) ? null : this.#begin(part, undefined);
  }

  /** True if no part of a call has arrived. */
  get areNone(): boolean {
    return this.#calls.length === 0;
  }

  /** True if there is a call, and the arguments of each are complete or absent. */
  get areWhole(): boolean {
    return (
      this.#calls.length > 0 &&
      this.#calls.every((call) => call.arguments_text.trim() === "" || isWhole(call))
    );
  }

  /**
   * Returns the calls, without those that were only repetitions of a name.
   * @param ownName maps a name on the wire to that of the tool
   */
  calls(ownName: (name: string) => string): Reply["tool_calls"] {
    return this.#calls
      .filter((call) => !call.maybeEcho || call.arguments_text !== "")
      .map((call) => replyCall(call, ownName(call.name)));
  }

  /**
   * Returns the position of the call that a part may belong to. An id decides among calls that
   * share an index; without an index the part belongs to the last call.
   */
  #placeOf({ index, id }: Part): number | undefined {
    const place = index === undefined ? this.#calls.length - 1 : this.#places.get(index);
    const call = place === undefined ? undefined : this.#calls[place];
    if (call === undefined || id === "" || (call.provider_id ?? id) === id) {
      return call === undefined ? undefined : place;
    }
    const named = this.#calls.findLastIndex(({ provider_id }) => provider_id === id);
    return named === -1 ? place : named;
  }

  #begin(part: Part, previous: OpenCall | undefined): CallAddition {
    const { index, id, name, arguments_text } = part;
    const maybeEcho = previous?.name === name && id === "" && arguments_text === "";
    const place = this.#calls.length;
    this.#calls.push({ name, arguments_text, ...(id !== "" && { provider_id: id }), maybeEcho });
    if (index !== undefined) {
      this.#places.set(index, place);
    }
    return { place, ...(name !== "" && { name }), arguments_text };
  }

  /** Returns whether a part begins a call after the given one. */
  #begins(call: OpenCall, { id, name, arguments_text }: Part): boolean {
    const isOther = id !== "" && call.provider_id !== undefined && call.provider_id !== id;
    if (name === "") {
      // Some servers send another id with each part of a call.
      return isOther && arguments_text !== "" && isWhole(call);
    }
    const hasArguments = call.arguments_text.trim() !== "";
    if (isOther) {
      const continues = hasArguments && name === call.name && !isWhole(call);
      return !continues || /^\s*(?:\{|$)/.test(arguments_text);
    }
    if (this.#continuesName(call.name, name)) {
      return false;
    }
    if (!hasArguments) {
      // Two names that were offered and do not form a third are two calls.
      const are = [call.name, name].every((one) => this.#offered.has(one));
      return are && name !== call.name && !this.#offered.has(call.name + name);
    }
    const repeats = name === call.name;
    if (!isWhole(call)) {
      return !repeats;
    }
    return !(repeats && id !== "" && id === call.provider_id && arguments_text === "");
  }

  /** Returns whether a name that no tool has becomes that of a tool. */
  #continuesName(before: string, more: string): boolean {
    return (
      !this.#offered.has(before) &&
      (this.#offered.has(before + more) || (more.startsWith(before) && this.#offered.has(more)))
    );
  }

  /** A name comes in pieces, or again, or as far as it is known. */
  #joinedName(before: string, more: string): string {
    if (this.#offered.has(before + more)) {
      return before + more;
    }
    return more.startsWith(before) ? more : before === more ? before : before + more;
  }
}

function replyCall({ arguments_text, provider_id }: OpenCall, name: string): ReplyCall {
  return { name, arguments_text, ...defined({ provider_id }) };
}

function partOf(value: unknown): Part | null {
  if (!isJsonObject(value)) {
    return null;
  }
  // Some servers leave out the inner object, or name the arguments as in a schema.
  const called: JsonObject = isJsonObject(value["function"]) ? value["function"] : value;
  const given = called["arguments"] ?? called["parameters"] ?? called["input"];
  return {
    index: value["index"] ?? undefined,
    id: idIn(value["id"]),
    name: textOf(called["name"]),
    arguments_text: argumentsIn(given),
    isWhole: isJsonObject(given),
  };
}

function saysNothing({ id, name, arguments_text }: Part): boolean {
  return id === "" && name === "" && arguments_text === "";
}

/** Returns whether the arguments are complete: nothing can follow them but another call. */
function isWhole({ arguments_text }: OpenCall): boolean {
  try {
    const value: unknown = JSON.parse(arguments_text);
    return typeof value === "object";
  } catch {
    return false;
  }
}
