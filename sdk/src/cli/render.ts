/**
 * Renders a run's events as text for a terminal. Pure: no output and no clock; the same events
 * produce the same text. Text from models and tools is neutralised. Events that mean nothing to a
 * reader, and unknown ones from a newer service, produce no text.
 */
import type { TaskEvent } from "../event.ts";
import { painted, type Paint } from "./paint.ts";
import { endOfWait, numberOf, recordOf, RunProgress, textOf } from "./run-progress.ts";
import { block, columnsOf, isIdentifier, neutralise, shorten, TextFlow } from "./terminal-text.ts";

/** Capabilities of the output. */
export interface Screen {
  /** Columns of the terminal. Absent for a file or a pipe: text is not wrapped. */
  readonly columns?: number;
  readonly colour: boolean;
}

type Render = (data: TaskEvent["data"], event: TaskEvent) => string;

const INDENT = "  ";
/** Maximum line length without a terminal. */
const FILE_COLUMNS = 120;
/** Below this many columns, a tool call's line shows only the outcome. */
const MIN_SHARED = 24;

function silent(): string {
  return "";
}

/** The view of one run. Pass every event once, in order. */
export class RunView {
  readonly #screen: Screen;
  readonly #columns: number;
  readonly #progress = new RunProgress();
  #flow: TextFlow;
  /** Text streamed by the current attempt. */
  #streamed = "";

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#columns = screen.columns ?? FILE_COLUMNS;
    this.#flow = new TextFlow(INDENT, screen.columns);
  }

  /** Returns the text to print for an event. */
  render(event: TaskEvent): string {
    const step = this.#progress.step;
    this.#progress.observe(event);
    // An event type could collide with a property of Object.prototype.
    const render = Object.hasOwn(this.#renders, event.type) ? this.#renders[event.type] : silent;
    const text = render?.(event.data, event) ?? "";
    const isNewStep = this.#progress.step !== step;
    return isNewStep ? this.#line("bold", "", `step ${this.#progress.step}`) + text : text;
  }

  /** The current activity, in a few words. */
  get doing(): string {
    return neutralise(this.#progress.doing);
  }

  /** When the current wait ends by itself, in milliseconds since 1970; null if that is unknown. */
  get until(): number | null {
    return this.#progress.until;
  }

  /** Whether the last line is unfinished. Then the streaming text itself shows activity. */
  get midLine(): boolean {
    return this.#flow.midLine;
  }

  /** Ends the current line so that another can be printed. Streamed text continues below. */
  interrupt(): string {
    return this.#paint("dim", this.#flow.end());
  }

  readonly #renders: Readonly<Record<string, Render>> = {
    "run.created": (data) => {
      const input = recordOf(data["input_data"]);
      // Version 1 of the event repeats both outside the config.
      const { model, planner } = recordOf(data["config"]);
      const id = textOf(data["task_id"]);
      const about = [model, planner].map(textOf).filter((part) => part !== "");
      const goal = block(textOf(input["goal"] ?? input["prompt"]), "> ", this.#screen.columns);
      return `${this.#heading(id, about.join(" · "))}${goal}\n`;
    },
    "run.started": silent,
    "run.waiting": (data) => {
      const end = endOfWait(data);
      const until =
        end === null ? "" : ` until ${new Date(end).toISOString().replace(".000Z", "Z")}`;
      const text = block(
        `waiting for ${textOf(data["for"])}${until}`,
        INDENT,
        this.#screen.columns,
      );
      return this.#endText() + this.#paint("yellow", text);
    },
    "run.resumed": (data) => this.#note(`resumed after ${textOf(data["from"])}`),
    "run.completed": (data, event) => {
      const answer = block(
        textOf(recordOf(data["result"])["answer"]),
        INDENT,
        this.#screen.columns,
      );
      const rule = "─".repeat(Math.min(this.#columns, 60));
      return (
        `\n${this.#line("green", "", "Answer")}${this.#paint("bold", answer)}` +
        `${this.#line("dim", "", rule)}${this.#end("green", "completed", "", event)}`
      );
    },
    "run.failed": (data, event) => this.#end("red", "failed", `: ${failure(data)}`, event),
    "run.cancelled": (data, event) => {
      const reason = textOf(data["reason"]);
      const why = reason === "" ? "" : `: ${reason}`;
      return this.#end("yellow", "cancelled", ` by ${textOf(data["by"])}${why}`, event);
    },
    "model.requested": (data) => {
      const attempt = numberOf(data["attempt"]);
      return attempt > 1 ? this.#note(`attempt ${attempt}`) : "";
    },
    "model.delta": (data) => {
      const text = textOf(data["text"]);
      this.#streamed += text;
      return this.#paint("dim", this.#flow.feed(text));
    },
    "model.completed": (data) => {
      const text = textOf(data["text"]);
      // Deltas can have gaps; the complete reply is authoritative.
      const isWhole = text.startsWith(this.#streamed);
      const shown = isWhole ? "" : this.#endText();
      const rest = this.#flow.feed(isWhole ? text.slice(this.#streamed.length) : text);
      const problem = recordOf(data["problem"]);
      return (
        shown +
        this.#paint("dim", rest) +
        this.#endText() +
        ("code" in problem ? this.#warn(`! unusable reply: ${failure(problem)}`) : "") +
        (data["finish_reason"] === "length"
          ? this.#warn("! the reply was truncated at its length limit")
          : "")
      );
    },
    "usage.recorded": silent,
    "model.failed": (data) => {
      const retry = data["retry_in_ms"];
      const next =
        typeof retry === "number" ? `retrying in ${duration(retry)}` : "no attempts left";
      return this.#warn(`! model call failed: ${failure(data)} · ${next}`);
    },
    "model.switched": (data) =>
      this.#warn(
        `! ${textOf(data["from"])} failed (${textOf(data["code"])}): switching to ${textOf(data["to"])}`,
      ),
    "model.superseded": () => this.#note("discarded the reply above"),
    // On a terminal, the status line shows it.
    "tool.requested": (data) =>
      this.#screen.columns === undefined ? this.#note(`… calling ${textOf(data["name"])}`) : "",
    "tool.completed": (data) => {
      const cut = data["truncated"] === true ? " (truncated)" : "";
      const images = Array.isArray(data["images"]) ? ` (images: ${data["images"].length})` : "";
      return this.#call("green", "✓", data, jsonText(data["output"]), cut + images);
    },
    "tool.failed": (data) => this.#call("red", "✗", data, failure(data)),
    "tool.outcome_unknown": (data) => this.#call("yellow", "?", data, "outcome unknown"),
    "tool.progressed": (data) => {
      const total = numberOf(data["total"]);
      const of = total === 0 ? "" : ` of ${total}`;
      const message = textOf(data["message"]);
      const said = message === "" ? "" : `: ${message}`;
      return this.#note(`… ${numberOf(data["progress"])}${of}${said}`);
    },
    "tool.logged": (data) => this.#note(`… ${textOf(data["level"])}: ${jsonText(data["data"])}`),
    "input.requested": (data) =>
      this.#warn(`? ${textOf(data["server"])} asks: ${textOf(data["message"])}`),
    "input.withdrawn": () => this.#note("the question was withdrawn"),
    "tool.suspended": () => this.#note("the call is repeated after the answer"),
    "mcp.listed": (data) => {
      const error = recordOf(data["error"]);
      return "code" in error
        ? this.#warn(`! the MCP server ${textOf(data["server"])}: ${failure(error)}`)
        : "";
    },
    "limit.reached": (data) =>
      this.#warn(`! limit reached: ${textOf(data["limit"])} (${numberOf(data["value"])})`),
    "limit.changed": (data) =>
      this.#note(
        `limit ${textOf(data["limit"])}: ${jsonText(data["from"])} → ${jsonText(data["to"])}`,
      ),
    "loop.detected": (data) =>
      this.#warn(
        `! same calls ${numberOf(data["repeats"])} times in a row: ${jsonText(data["tools"])}`,
      ),
    "recovery.started": (data) =>
      this.#warn(`! resumed after an interruption (${textOf(data["reason"])})`),
    "approval.requested": (data) =>
      this.#warn(`? approval needed: ${textOf(data["name"])} ${jsonText(data["arguments"])}`),
    "approval.decided": (data) =>
      this.#note(`${textOf(data["decision"])} by ${textOf(data["by"])}`),
    "approval.expired": (data) => this.#warn(`! no decision in time: ${textOf(data["policy"])}`),
    "message.received": (data) =>
      this.#endText() + block(textOf(data["content"]), `${INDENT}> `, this.#screen.columns),
    "memory.compacted": () => this.#note("earlier messages were summarised"),
    "plan.updated": (data) => this.#note(`plan: ${jsonText(data["plan"])}`),
    "child.started": (data) => this.#note(`started ${textOf(data["task_id"])}`),
    "child.finished": (data) => this.#note(`${textOf(data["task_id"])} ${textOf(data["status"])}`),
  };

  #note(text: string): string {
    return this.#line("dim", INDENT, text);
  }

  #warn(text: string): string {
    return this.#line("yellow", INDENT, text);
  }

  /** A separate line, truncated to the width. */
  #line(paint: Paint, indent: string, text: string): string {
    const fitting = shorten(text, this.#columns - indent.length);
    return `${this.#endText()}${indent}${this.#paint(paint, fitting)}\n`;
  }

  /** The id, which is never cut because people copy it, and the rest on its line if there is room. */
  #heading(id: string, rest: string): string {
    const both = [id, rest].filter((part) => part !== "").join(" · ");
    return !isIdentifier(id) || columnsOf(both) <= this.#columns
      ? this.#line("dim", "", both)
      : `${this.#paint("dim", id)}\n${rest === "" ? "" : this.#line("dim", "", rest)}`;
  }

  /** A tool call with its outcome. Arguments and outcome share the remaining width. */
  #call(paint: Paint, mark: string, data: TaskEvent["data"], outcome: string, more = ""): string {
    const call = this.#progress.call(data);
    const took = numberOf(data["duration_ms"]);
    const tail = `${more}${took === 0 ? "" : ` · ${duration(took)}`}`;
    const name = shorten(call.name, Math.floor(this.#columns / 4));
    const room = this.#columns - columnsOf(`${INDENT}${mark} ${name}  → ${tail}`);
    // The outcome gets half of it, plus the width that the arguments do not need.
    const spare = room - Math.min(columnsOf(shorten(outcome, room)), Math.floor(room / 2));
    const given = room < MIN_SHARED ? "" : `${shorten(jsonText(call.arguments), spare)} `;
    const shown = shorten(outcome, room - columnsOf(given.trimEnd()));
    const dim = (text: string) => this.#paint("dim", text);
    return `${this.#endText()}${INDENT}${this.#paint(paint, mark)} ${name} ${dim(given)}→ ${shown}${dim(tail)}\n`;
  }

  #end(paint: Paint, how: string, why: string, { at }: TaskEvent): string {
    const ms = this.#progress.elapsedMs(at);
    const after = ms === null ? "" : ` after ${duration(ms)}`;
    const sentence = block(`${how}${after}${why}`, "", this.#screen.columns);
    // If the view started in the middle, its usage total is incomplete.
    const usage = ms === null ? "" : block(this.#progress.usage, "", this.#screen.columns);
    return `${this.#endText()}${this.#paint(paint, sentence)}${this.#paint("dim", usage)}`;
  }

  /** Ends streamed text, so that the next output starts on a new line. */
  #endText(): string {
    const rest = this.#flow.end();
    this.#flow = new TextFlow(INDENT, this.#screen.columns);
    this.#streamed = "";
    return this.#paint("dim", rest);
  }

  #paint(paint: Paint, text: string): string {
    return this.#screen.colour ? painted(paint, text) : text;
  }
}

function failure(data: TaskEvent["data"]): string {
  return `${textOf(data["message"])} (${textOf(data["code"])})`;
}

function jsonText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
