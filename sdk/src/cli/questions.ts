/** What a run that waits for people wants to know, and the commands that tell it. */
import type { TaskEvent } from "../event.ts";
import { numberOf, recordOf, textOf } from "./run-progress.ts";
import { shellWord } from "./shell.ts";
import { shorten } from "./terminal-text.ts";

/** One open question: what it is about, and what to type. */
interface Question {
  readonly about: string;
  readonly answers: readonly string[];
}

/** Columns of a question that are shown; the view above has more of it. */
const MAX_ABOUT = 400;

/** Follows a log and knows which of its questions are open. */
export class Questions {
  readonly #program: string;
  readonly #taskId: string;
  readonly #open = new Map<string, Question>();

  constructor(program: string, taskId: string) {
    this.#program = program;
    this.#taskId = taskId;
  }

  /** Takes one more event into account. */
  observe({ type, data }: TaskEvent): void {
    const call = textOf(data["call_id"]);
    switch (type) {
      case "approval.requested":
        this.#open.set(call, {
          about: `${textOf(data["name"])} ${JSON.stringify(data["arguments"])}`,
          answers: [
            this.#command("approve", shellWord(call)),
            this.#command("deny", shellWord(call), '--comment "why not"'),
          ],
        });
        break;
      case "tool.requested":
        if (data["wait"] === "input") {
          this.#open.set(call, {
            about: textOf(recordOf(data["arguments"])["question"]),
            answers: [this.#command("send", '"your answer"')],
          });
        }
        break;
      case "input.requested":
        this.#open.set(call, { about: textOf(data["message"]), answers: this.#formAnswers(data) });
        break;
      case "limit.reached":
        this.#open.set("budget", this.#budget(textOf(data["limit"]), numberOf(data["value"])));
        break;
      case "approval.decided":
      case "approval.expired":
      case "input.withdrawn":
      case "tool.completed":
      case "tool.failed":
      case "message.received":
        this.#open.delete(call);
        break;
      case "run.resumed":
        this.#open.delete("budget");
        break;
      default:
      // Nothing that asks or answers.
    }
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Every open question with its commands, a line each. */
  get text(): string {
    return [...this.#open.values()]
      .map(({ about, answers }) => {
        const lines = answers.map((answer) => `\n  ${answer}`).join("");
        return `${shorten(about, MAX_ABOUT)}\n${lines}\n`;
      })
      .join("\n");
  }

  #command(name: string, ...rest: readonly string[]): string {
    return [this.#program, name, shellWord(this.#taskId), ...rest].join(" ");
  }

  #formAnswers(data: TaskEvent["data"]): string[] {
    // The key is the server's own text.
    const [call, key] = [textOf(data["call_id"]), textOf(data["key"])].map(shellWord);
    const which = `--call ${call} --key ${key}`;
    const answer = data["schema"] === undefined ? `--action accept` : `--data '{…}'`;
    return [
      this.#command("send", `${which} ${answer}`),
      this.#command("send", `${which} --action decline`),
    ];
  }

  #budget(limit: string, value: number): Question {
    const about = `the limit ${limit} (${value}) is used up`;
    const option = LIMIT_OPTIONS[limit];
    return {
      about,
      answers:
        option === undefined
          ? [`${this.#program} budgets set --help`]
          : [this.#command("limits", `${option} ${option === "--max-cost" ? "<dollars>" : "<n>"}`)],
    };
  }
}

/** Limits of a run, by the option that changes each; others are budgets above it. */
const LIMIT_OPTIONS: Readonly<Record<string, string>> = {
  max_steps: "--max-steps",
  max_tool_calls: "--max-tool-calls",
  max_duration_s: "--max-duration",
  max_tokens: "--max-tokens",
  max_cost_usd: "--max-cost",
};
