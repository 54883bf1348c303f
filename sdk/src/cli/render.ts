/**
 * Renders a run's events as text for a terminal. Pure: no output and no clock; the same events
 * produce the same text. Text from models and tools is neutralised. Events that mean nothing to a
 * reader, and unknown ones from a newer service, produce no text.
 */
import type { EventOf, EventType, TaskEvent } from "../event.ts";
import { RunProgress } from "../view/progress.ts";
import { SENTENCES } from "../view/sentences.ts";
import {
  durationText,
  failureText,
  goalText,
  jsonText,
  usageText,
  waitText,
} from "../view/wording.ts";
import { painted, type Paint } from "./paint.ts";
import { block, columnsOf, isIdentifier, neutralise, shorten, TextFlow } from "./terminal-text.ts";

/** Capabilities of the output. */
export interface Screen {
  /** Columns of the terminal. Absent for a file or a pipe: text is not wrapped. */
  readonly columns?: number;
  readonly colour: boolean;
}

type DataOf = { readonly [Type in EventType]: EventOf<Type>["data"] };

/** An event whose `data` is known to fit its `type`, whichever that is. */
type Typed<Type extends EventType> = {
  readonly [Each in Type]: {
    readonly type: Each;
    readonly at: string;
    readonly data: DataOf[Each];
  };
}[Type];

/** The text of each event type. */
type Renders = {
  readonly [Type in EventType]: (data: DataOf[Type], at: string) => string;
};

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
    // A newer service may send other types.
    const text = Object.hasOwn(this.#renders, event.type) ? this.#textOf(event) : "";
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

  #textOf<Type extends EventType>(event: Typed<Type>): string {
    return this.#renders[event.type](event.data, event.at);
  }

  readonly #renders: Renders = {
    "run.created": ({ task_id, input_data, config }) => {
      const about = [config.model, config.planner].join(" · ");
      const goal = block(goalText(input_data), "> ", this.#screen.columns);
      return `${this.#heading(task_id, about)}${goal}\n`;
    },
    "run.started": silent,
    "run.waiting": (data) =>
      this.#endText() + this.#paint("yellow", block(waitText(data), INDENT, this.#screen.columns)),
    "run.resumed": (data) => this.#note(SENTENCES["run.resumed"](data)),
    "run.completed": ({ result }, at) => {
      const answer = block(result.answer, INDENT, this.#screen.columns);
      const rule = "─".repeat(Math.min(this.#columns, 60));
      return (
        `\n${this.#line("green", "", "Answer")}${this.#paint("bold", answer)}` +
        `${this.#line("dim", "", rule)}${this.#end("green", "completed", "", at)}`
      );
    },
    "run.failed": (data, at) => this.#end("red", "failed", `: ${failureText(data)}`, at),
    "run.cancelled": ({ by, reason = "" }, at) => {
      const why = reason === "" ? "" : `: ${reason}`;
      return this.#end("yellow", "cancelled", ` by ${by}${why}`, at);
    },
    "model.requested": ({ attempt }) => (attempt > 1 ? this.#note(`attempt ${attempt}`) : ""),
    "model.delta": ({ text = "" }) => {
      this.#streamed += text;
      return this.#paint("dim", this.#flow.feed(text));
    },
    "model.completed": ({ text, problem, finish_reason }) => {
      // Deltas can have gaps; the complete reply is authoritative.
      const isWhole = text.startsWith(this.#streamed);
      const shown = isWhole ? "" : this.#endText();
      const rest = this.#flow.feed(isWhole ? text.slice(this.#streamed.length) : text);
      return (
        shown +
        this.#paint("dim", rest) +
        this.#endText() +
        (problem === undefined ? "" : this.#warn(`! unusable reply: ${failureText(problem)}`)) +
        (finish_reason === "length"
          ? this.#warn("! the reply was truncated at its length limit")
          : "")
      );
    },
    "usage.recorded": silent,
    "model.failed": (data) => this.#warn(`! ${SENTENCES["model.failed"](data)}`),
    "model.switched": (data) => this.#warn(`! ${SENTENCES["model.switched"](data)}`),
    "model.superseded": () => this.#note("discarded the reply above"),
    // On a terminal, the status line shows it.
    "tool.requested": ({ name }) =>
      this.#screen.columns === undefined ? this.#note(`… calling ${name}`) : "",
    "tool.completed": ({ call_id, output, images = [], truncated = false, duration_ms }) => {
      const cut = truncated ? " (truncated)" : "";
      const pictures = images.length === 0 ? "" : ` (images: ${images.length})`;
      return this.#call("green", "✓", call_id, jsonText(output), duration_ms, cut + pictures);
    },
    "tool.failed": (data) =>
      this.#call("red", "✗", data.call_id, failureText(data), data.duration_ms),
    "tool.outcome_unknown": ({ call_id }) =>
      this.#call("yellow", "?", call_id, "outcome unknown", 0),
    "tool.progressed": (data) => this.#note(`… ${SENTENCES["tool.progressed"](data)}`),
    "tool.logged": (data) => this.#note(`… ${SENTENCES["tool.logged"](data)}`),
    "input.requested": (data) => this.#warn(`? ${SENTENCES["input.requested"](data)}`),
    "input.withdrawn": () => this.#note(SENTENCES["input.withdrawn"]()),
    "tool.suspended": () => this.#note(SENTENCES["tool.suspended"]()),
    "mcp.listed": ({ server, error }) =>
      error === undefined ? "" : this.#warn(`! the MCP server ${server}: ${failureText(error)}`),
    "limit.reached": (data) => this.#warn(`! ${SENTENCES["limit.reached"](data)}`),
    "limit.changed": (data) => this.#note(SENTENCES["limit.changed"](data)),
    "loop.detected": (data) => this.#warn(`! ${SENTENCES["loop.detected"](data)}`),
    "recovery.started": (data) => this.#warn(`! ${SENTENCES["recovery.started"](data)}`),
    "approval.requested": (data) => this.#warn(`? ${SENTENCES["approval.requested"](data)}`),
    "approval.decided": (data) => this.#note(SENTENCES["approval.decided"](data)),
    "approval.expired": (data) => this.#warn(`! ${SENTENCES["approval.expired"](data)}`),
    "message.received": ({ content }) =>
      this.#endText() + block(content, `${INDENT}> `, this.#screen.columns),
    "memory.compacted": () => this.#note(SENTENCES["memory.compacted"]()),
    "memory.recalled": (data) =>
      data.degraded === undefined
        ? this.#note(SENTENCES["memory.recalled"](data))
        : this.#warn(`! ${SENTENCES["memory.recalled"](data)}`),
    "child.started": (data) => this.#note(`… ${SENTENCES["child.started"](data)}`),
    "child.delayed": (data) => this.#warn(`! ${SENTENCES["child.delayed"](data)}`),
    "child.waiting": (data) => this.#warn(`? ${SENTENCES["child.waiting"](data)}`),
    "child.ended": (data) => this.#note(`… ${SENTENCES["child.ended"](data)}`),
    "step.planned": (data) => this.#note(SENTENCES["step.planned"](data)),
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
    const both = `${id} · ${rest}`;
    return !isIdentifier(id) || columnsOf(both) <= this.#columns
      ? this.#line("dim", "", both)
      : `${this.#paint("dim", id)}\n${this.#line("dim", "", rest)}`;
  }

  /** A tool call with its outcome. Arguments and outcome share the remaining width. */
  #call(
    paint: Paint,
    mark: string,
    callId: string,
    outcome: string,
    ms: number,
    more = "",
  ): string {
    const call = this.#progress.call(callId);
    const tail = `${more}${ms === 0 ? "" : ` · ${durationText(ms)}`}`;
    const name = shorten(call.name, Math.floor(this.#columns / 4));
    const room = this.#columns - columnsOf(`${INDENT}${mark} ${name}  → ${tail}`);
    // The outcome gets half of it, plus the width that the arguments do not need.
    const spare = room - Math.min(columnsOf(shorten(outcome, room)), Math.floor(room / 2));
    const given = room < MIN_SHARED ? "" : `${shorten(jsonText(call.arguments), spare)} `;
    const shown = shorten(outcome, room - columnsOf(given.trimEnd()));
    const dim = (text: string) => this.#paint("dim", text);
    return `${this.#endText()}${INDENT}${this.#paint(paint, mark)} ${name} ${dim(given)}→ ${shown}${dim(tail)}\n`;
  }

  #end(paint: Paint, how: string, why: string, at: string): string {
    const ms = this.#progress.elapsedMs(at);
    const after = ms === null ? "" : ` after ${durationText(ms)}`;
    const sentence = block(`${how}${after}${why}`, "", this.#screen.columns);
    // If the view started in the middle, its usage total is incomplete.
    const usage =
      ms === null ? "" : block(usageText(this.#progress.usage), "", this.#screen.columns);
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
