/** `chat` and the commands for conversations. */
import { APIError } from "../errors.ts";
import type { TaskEvent } from "../event.ts";
import type { SubmitTask, Task } from "../model.ts";
import { OpenQuestions, type Question } from "../view/questions.ts";
import { jsonText } from "../view/wording.ts";
import { ChatView } from "./chat-view.ts";
import { EXIT, INTERRUPTED, type CliEnv } from "./cli-env.ts";
import type { Call, Command } from "./command.ts";
import { explain } from "./explain.ts";
import { LineReader } from "./line-reader.ts";
import { firstOf, printList } from "./listing.ts";
import { hasColour } from "./live-view.ts";
import type { Argument } from "./option.ts";
import { printJson } from "./output.ts";
import { recordIn, SAME_KEYSTROKE_MS } from "./run-commands.ts";
import { neutralise, shorten } from "./terminal-text.ts";
import { ageOf } from "./task-output.ts";

const CONVERSATION: Argument = { name: "conversation" };
/** Columns of a message in a list. */
const MAX_SHOWN = 60;
const PROMPT = "\n> ";
const LEAVE: ReadonlySet<string> = new Set(["/exit", "/quit"]);

const chat: Command = {
  name: "chat",
  aliases: ["conversations chat"],
  arguments: [{ name: "conversation", optional: true }],
  about: "Talk with an agent in the terminal, in a new conversation or an earlier one",
  more: "Each line is a turn; lines can also be piped in. What a run asks (approvals, questions) is asked in place. Ctrl-C cancels the turn that runs, or ends the chat; Ctrl-D and /exit end it too. The conversation stays and can be continued.",
  options: [
    { name: "agent", short: "a", value: "name", about: "agent of the turns (default: as before)" },
    { name: "model", short: "m", value: "model", about: "<provider>/<model id>" },
    { name: "config", short: "c", value: "json", about: "additional fields of agent_config" },
    { name: "subject", value: "text", about: "who or what the conversation is about" },
  ],
  async run(call) {
    const { cli, args } = call;
    const session = new Session(call, args.word("conversation") || newName());
    cli.onInterrupt(() => session.onInterrupt());
    await session.open();
    return session.talk();
  },
};

const list: Command = {
  name: "conversations list",
  aliases: ["conversations", "chats"],
  arguments: [],
  about: "List conversations, those with the newest turns first",
  options: [
    { name: "subject", value: "text", about: "only conversations about this subject" },
    { name: "limit", short: "l", value: "n", about: "maximum number (default 20)" },
  ],
  run(call) {
    const { args } = call;
    const subject = args.text("subject");
    const all = call.client().conversations.list(subject === undefined ? {} : { subject });
    const head = ["CONVERSATION", "TURNS", "AGENT", "STATUS", "AGE", "LAST"];
    return printList(call, firstOf(args.whole("limit") ?? 20, all), head, (one) => [
      one.id,
      String(one.turns),
      one.agent ?? "",
      one.status ?? "",
      ageOf(one.updated_at, Date.now()),
      shorten(one.last_message ?? "", MAX_SHOWN),
    ]);
  },
};

const get: Command = {
  name: "conversations get",
  arguments: [CONVERSATION],
  about: "Print a conversation and its turns as JSON",
  options: [],
  run: async (call) =>
    printJson(call, await call.client().conversations.get(call.args.word("conversation"))),
};

const messages: Command = {
  name: "conversations messages",
  arguments: [CONVERSATION],
  about: "Print what was said in a conversation",
  options: [],
  async run(call) {
    const { cli, args, client } = call;
    for await (const one of client().conversations.messages(args.word("conversation"))) {
      const text = neutralise(one.text ?? "(too long)");
      const line = one.role === "user" ? `> ${text}` : text;
      await cli.stdout.print(args.isJson ? `${JSON.stringify(one)}\n` : `${line}\n`);
    }
    return EXIT.completed;
  },
};

const remove: Command = {
  name: "conversations delete",
  arguments: [CONVERSATION],
  about: "Delete a conversation with all of its turns",
  options: [],
  async run({ args, client }) {
    await client().conversations.delete(args.word("conversation"));
    return EXIT.completed;
  },
};

export const CHAT_COMMANDS: readonly Command[] = [chat, list, get, messages, remove];

function newName(): string {
  return `chat-${crypto.randomUUID().slice(0, 8)}`;
}

/** One chat at a terminal, or over a pipe. */
class Session {
  readonly #call: Call;
  readonly #cli: CliEnv;
  readonly #name: string;
  readonly #lines: LineReader;
  /** The turn that runs. */
  #running: string | null = null;
  #isCancelling = false;
  #interruptedAt = 0;
  /** How the last turn ended, for the exit code. */
  #last: Task["status"] | null = null;

  constructor(call: Call, name: string) {
    this.#call = call;
    this.#cli = call.cli;
    this.#name = name;
    this.#lines = new LineReader(call.cli);
  }

  /** Cancels the running turn; ends the chat if there is none, or for the second time. */
  onInterrupt(): void {
    const isSame = Date.now() - this.#interruptedAt < SAME_KEYSTROKE_MS;
    this.#interruptedAt = Date.now();
    if (isSame) {
      return;
    }
    if (this.#running === null || this.#isCancelling) {
      this.#cli.stderr.write("\n");
      this.#cli.exit(this.#running === null ? this.#exitCode : INTERRUPTED);
    }
    this.#isCancelling = true;
    this.#cli.stderr.write("\nCancelling … (press Ctrl-C again to exit at once)\n");
    this.#call
      .client()
      .tasks.cancel(this.#running, { reason: "Ctrl-C at the terminal" })
      .catch((error: unknown) => this.#cli.stderr.write(`${explain(error)}\n`));
  }

  /** Says where the chat is, and shows the end of an earlier conversation. */
  async open(): Promise<void> {
    const found = await this.#found();
    if (found === null) {
      this.#say(`Conversation ${this.#name}. Ctrl-C cancels a turn, Ctrl-D ends the chat.`);
      return;
    }
    this.#say(`Conversation ${this.#name}, ${found.turns} turns. The last one:`);
    this.#cli.stderr.write(`${PROMPT}${neutralise(found.last_message ?? "")}\n`);
    // A turn that has not ended is followed to its end.
    await this.#follow(found.head_task_id);
  }

  /** Reads and submits turns until the input ends. @returns the exit code */
  async talk(): Promise<number> {
    for (;;) {
      const line = await this.#lines.read(PROMPT);
      if (line === null || LEAVE.has(line)) {
        if (line === null && this.#lines.isTyped) {
          this.#cli.stderr.write("\n");
        }
        return this.#exitCode;
      }
      if (line !== "") {
        await this.#turn(line);
      }
    }
  }

  get #exitCode(): number {
    return this.#last === null || this.#last === "completed" || this.#lines.isTyped
      ? EXIT.completed
      : EXIT.failed;
  }

  async #found() {
    try {
      return await this.#call.client().conversations.get(this.#name, { limit: 1 });
    } catch (error) {
      if (error instanceof APIError && error.code === "not_found") {
        return null;
      }
      throw error;
    }
  }

  async #turn(goal: string): Promise<void> {
    const { args } = this.#call;
    const [agent, model, subject] = [args.text("agent"), args.text("model"), args.text("subject")];
    const config = { ...recordIn(args, "config"), ...(model === undefined ? {} : { model }) };
    const body: SubmitTask = {
      conversation: this.#name,
      input_data: { goal },
      ...(agent === undefined ? {} : { agent }),
      ...(subject === undefined ? {} : { subject }),
      ...(Object.keys(config).length === 0 ? {} : { agent_config: config }),
    };
    try {
      const { id } = await this.#call.client().tasks.create(body);
      await this.#follow(id);
    } catch (error) {
      if (!this.#lines.isTyped) {
        throw error;
      }
      // The person can say it again.
      this.#say(explain(error));
    }
  }

  /** Shows a turn until it ends, and asks what it asks. */
  async #follow(id: string): Promise<void> {
    const { tasks } = this.#call.client();
    const { stdout } = this.#cli;
    const view = new ChatView(hasColour(stdout), stdout.columns);
    const open = new OpenQuestions();
    this.#running = id;
    this.#isCancelling = false;
    try {
      for await (const event of tasks.watch(id)) {
        open.observe(event);
        await this.#show(event, view);
        if (event.type === "run.waiting" && open.list.length > 0) {
          const { status, last_seq } = await tasks.get(id);
          // Otherwise this wait is past.
          if (status === "waiting" && last_seq === event.seq) {
            await this.#ask(id, open.list);
          }
        }
      }
      this.#last = (await tasks.get(id)).status;
    } finally {
      this.#running = null;
    }
  }

  async #show(event: TaskEvent, view: ChatView): Promise<void> {
    if (this.#call.args.isJson) {
      await this.#cli.stdout.print(`${JSON.stringify(event)}\n`);
      return;
    }
    const text = view.render(event);
    if (text !== "") {
      await this.#cli.stdout.print(text);
    }
  }

  async #ask(id: string, questions: readonly Question[]): Promise<void> {
    for (const question of questions) {
      try {
        await this.#answer(id, question);
      } catch (error) {
        // Someone else may have answered.
        this.#say(explain(error));
      }
    }
  }

  async #answer(id: string, question: Question): Promise<void> {
    const { tasks } = this.#call.client();
    switch (question.kind) {
      case "approval": {
        const about = `${question.tool} ${jsonText(question.arguments)}`;
        const answer = await this.#lines.read(`Allow ${neutralise(about)}? [y/N] `);
        await (/^y(es)?$/i.test(answer ?? "")
          ? tasks.approve(id, question.callId)
          : tasks.deny(id, question.callId, { comment: answer ?? "" }));
        return;
      }
      case "question": {
        const content = await this.#lines.read(`${neutralise(question.question)}\n? `);
        await (content === null || content === ""
          ? tasks.cancel(id, { reason: "No answer at the terminal" })
          : tasks.send(id, { content, call_id: question.callId }));
        return;
      }
      case "budget":
        this.#say(
          `The limit ${question.limit} (${question.value}) is reached. Raise it: ${this.#call.program} limits ${id} --help`,
        );
        return;
      case "form":
      case "address":
        this.#say(
          `${question.server} asks: ${question.question} Answer it: ${this.#call.program} send ${id} --help`,
        );
        return;
      default:
        question satisfies never;
    }
  }

  #say(text: string): void {
    this.#cli.stderr.write(`${neutralise(text)}\n`);
  }
}
