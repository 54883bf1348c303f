/** The open questions of a waiting run, with the commands that answer them. */
import type { TaskEvent } from "../event.ts";
import { numberOf, recordOf, textOf } from "./run-progress.ts";
import { shellWord } from "./shell.ts";
import { shorten } from "./terminal-text.ts";

/** One open question and the commands that answer it. */
interface Question {
  readonly about: string;
  readonly answers: readonly string[];
}

/** Columns shown of a question. The view above shows it in full. */
const MAX_ABOUT = 400;

/** Tracks the open questions of a log. */
export class Questions {
  readonly #program: string;
  readonly #taskId: string;
  readonly #open = new Map<string, Question>();

  constructor(program: string, taskId: string) {
    this.#program = program;
    this.#taskId = taskId;
  }

  /** Applies one event. */
  observe({ type, data }: TaskEvent): void {
    const call = textOf(data["call_id"]);
    switch (type) {
      case "approval.requested":
        this.#open.set(call, {
          about: `${textOf(data["name"])} ${JSON.stringify(data["arguments"])}`,
          answers: [
            this.#command("approve", shellWord(call)),
            this.#command("deny", shellWord(call), '--comment "reason"'),
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
      // Other events neither ask nor answer.
    }
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Every open question, followed by its commands. */
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
    // The key is chosen by the MCP server, so it is quoted.
    const [call, key] = [textOf(data["call_id"]), textOf(data["key"])].map(shellWord);
    const which = `--call ${call} --key ${key}`;
    const answer = data["schema"] === undefined ? `--action accept` : `--data '{…}'`;
    return [
      this.#command("send", `${which} ${answer}`),
      this.#command("send", `${which} --action decline`),
    ];
  }

  #budget(limit: string, value: number): Question {
    const about = `the limit ${limit} (${value}) is reached`;
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

/** The option that changes each limit of a run. Other limits are budgets of the tenant or agent. */
const LIMIT_OPTIONS: Readonly<Record<string, string>> = {
  max_steps: "--max-steps",
  max_tool_calls: "--max-tool-calls",
  max_duration_s: "--max-duration",
  max_tokens: "--max-tokens",
  max_cost_usd: "--max-cost",
};
