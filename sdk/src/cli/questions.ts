/** The open questions of a waiting run, with the commands that answer them. */
import type { TaskEvent } from "../event.ts";
import { OpenQuestions, type Question } from "../view/questions.ts";
import { jsonText } from "../view/wording.ts";
import { shellWord } from "./shell.ts";
import { shorten } from "./terminal-text.ts";

/** Columns shown of a question. The view above shows it in full. */
const MAX_ABOUT = 400;

/** Tracks the open questions of a log. */
export class Questions {
  readonly #program: string;
  readonly #taskId: string;
  readonly #open = new OpenQuestions();

  constructor(program: string, taskId: string) {
    this.#program = program;
    this.#taskId = taskId;
  }

  /** Applies one event. */
  observe(event: TaskEvent): void {
    this.#open.observe(event);
  }

  get isEmpty(): boolean {
    return this.#open.list.length === 0;
  }

  /** Every open question, followed by its commands. */
  get text(): string {
    return this.#open.list
      .map((question) => {
        const lines = this.#answersTo(question).map((answer) => `\n  ${answer}`);
        return `${shorten(aboutOf(question), MAX_ABOUT)}\n${lines.join("")}\n`;
      })
      .join("\n");
  }

  #answersTo(question: Question): string[] {
    switch (question.kind) {
      case "approval": {
        const call = shellWord(question.callId);
        return [this.#command("approve", call), this.#command("deny", call, '--comment "reason"')];
      }
      case "question":
        return [this.#command("send", '"your answer"')];
      case "form":
      case "address": {
        // The key is chosen by the MCP server, so it is quoted.
        const which = `--call ${shellWord(question.callId)} --key ${shellWord(question.key)}`;
        const answer = question.kind === "address" ? "--action accept" : "--data '{…}'";
        return [
          this.#command("send", `${which} ${answer}`),
          this.#command("send", `${which} --action decline`),
        ];
      }
      case "budget": {
        const option = LIMIT_OPTIONS[question.limit];
        const value = option === "--max-cost" ? "<dollars>" : "<n>";
        return option === undefined
          ? [`${this.#program} budgets set --help`]
          : [this.#command("limits", `${option} ${value}`)];
      }
    }
  }

  #command(name: string, ...rest: readonly string[]): string {
    return [this.#program, name, shellWord(this.#taskId), ...rest].join(" ");
  }
}

function aboutOf(question: Question): string {
  switch (question.kind) {
    case "approval":
      return `${question.tool} ${jsonText(question.arguments)}`;
    case "budget":
      return `the limit ${question.limit} (${question.value}) is reached`;
    default:
      return question.question;
  }
}

/** The option that changes each limit of a run. Other limits are budgets of the tenant or agent. */
const LIMIT_OPTIONS: Readonly<Record<string, string>> = {
  max_steps: "--max-steps",
  max_tool_calls: "--max-tool-calls",
  max_duration_s: "--max-duration",
  max_tokens: "--max-tokens",
  max_cost_usd: "--max-cost",
};
