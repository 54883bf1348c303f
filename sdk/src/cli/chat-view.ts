/**
 * Renders the events of a turn as a chat: what the model says, as it says it, and the tools that it
 * calls. Pure. Text from models and tools is neutralised.
 */
import type { TaskEvent } from "../event.ts";
import { failureText, jsonText } from "../view/wording.ts";
import { painted, type Paint } from "./paint.ts";
import { neutralise, shorten, TextFlow } from "./terminal-text.ts";

/** Maximum columns of a line about a call. */
const MAX_COLUMNS = 120;

/** The view of one turn. Pass every event once, in order. */
export class ChatView {
  readonly #colour: boolean;
  readonly #columns: number | undefined;
  readonly #flow: TextFlow;
  /** What the current attempt has streamed, and what was said last. */
  #streamed = "";
  #said = "";

  /** @param columns of the terminal; absent for a file or a pipe, whose text is not wrapped */
  constructor(colour: boolean, columns?: number) {
    this.#colour = colour;
    this.#columns = columns;
    this.#flow = new TextFlow("", columns);
  }

  /** Returns the text to print for an event. */
  render(event: TaskEvent): string {
    switch (event.type) {
      case "model.delta": {
        const { text = "" } = event.data;
        this.#streamed += text;
        return this.#flow.feed(text);
      }
      case "model.completed": {
        const { text, problem } = event.data;
        // Deltas can have gaps; the complete reply is authoritative.
        const isWhole = text.startsWith(this.#streamed);
        const before = isWhole ? "" : this.#end();
        const rest = this.#flow.feed(isWhole ? text.slice(this.#streamed.length) : text);
        this.#said = text;
        const why = problem === undefined ? "" : this.#line("yellow", failureText(problem));
        return before + rest + this.#end() + why;
      }
      case "model.superseded":
        return this.#end();
      case "tool.requested": {
        const { name, arguments: args, attempt } = event.data;
        return attempt > 1 ? "" : this.#line("dim", `· ${name} ${jsonText(args)}`);
      }
      case "tool.failed":
        return this.#line("yellow", `· failed: ${failureText(event.data)}`);
      case "run.completed": {
        const { answer } = event.data.result;
        const isSaid = this.#said.trim() === answer.trim();
        return this.#end() + (isSaid ? "" : this.#flow.feed(answer) + this.#end());
      }
      case "run.failed":
        return this.#line("red", `failed: ${failureText(event.data)}`);
      case "run.cancelled":
        return this.#line("yellow", "cancelled");
      default:
        return "";
    }
  }

  #end(): string {
    this.#streamed = "";
    return this.#flow.end();
  }

  #line(paint: Paint, text: string): string {
    const line = shorten(neutralise(text), this.#columns ?? MAX_COLUMNS);
    return `${this.#end()}${this.#colour ? painted(paint, line) : line}\n`;
  }
}
