/** Conversations: chains of tasks, each of which knows what the ones before it said. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, KeyedOptions } from "./api.ts";
import type {
  ConversationList,
  ConversationMessages,
  ConversationTurns,
  SubmitTask,
  Task,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";
import type { TaskStream } from "./task-stream.ts";
import type { StreamOptions, Tasks, WaitOptions } from "./tasks.ts";

/** What a turn may say in addition to its text. */
export type TurnOptions = Omit<SubmitTask, "conversation" | "continues" | "input_data"> & {
  readonly input_data?: Omit<SubmitTask["input_data"], "goal" | "prompt"> | undefined;
};

export class Conversations {
  readonly #api: Api;
  readonly #tasks: Tasks;

  /** @internal */
  constructor(api: Api, tasks: Tasks) {
    this.#api = api;
    this.#tasks = tasks;
  }

  /** Conversations, those with the newest turns first. */
  list(
    query: QueryOf<"listConversations"> = {},
    options: CallOptions = {},
  ): Paged<ConversationList> {
    return new Paged((cursor) =>
      this.#api.call("listConversations", { ...options, query: queryAt(query, cursor) }),
    );
  }

  /** A conversation and its turns, oldest first. Each page has the conversation too. */
  get(
    id: string,
    query: QueryOf<"getConversation"> = {},
    options: CallOptions = {},
  ): Paged<ConversationTurns> {
    return new Paged((cursor) =>
      this.#api.call("getConversation", {
        ...options,
        path: { id },
        query: queryAt(query, cursor),
      }),
    );
  }

  /** What was said, oldest first. */
  messages(
    id: string,
    query: QueryOf<"listMessages"> = {},
    options: CallOptions = {},
  ): Paged<ConversationMessages> {
    return new Paged((cursor) =>
      this.#api.call("listMessages", { ...options, path: { id }, query: queryAt(query, cursor) }),
    );
  }

  /**
   * Submits the next turn. The first one starts the conversation.
   * @throws APIError `conversation_busy` while the newest turn has not ended, unless `on_busy` says
   * otherwise
   */
  send(
    id: string,
    text: string,
    turn: TurnOptions = {},
    options: WaitOptions & KeyedOptions = {},
  ): ApiPromise<Task> {
    return this.#tasks.create(turnOf(id, text, turn), options);
  }

  /** Submits the next turn and follows it: its text, events, open questions and result. */
  stream(
    id: string,
    text: string,
    turn: TurnOptions = {},
    options: StreamOptions = {},
  ): TaskStream {
    return this.#tasks.stream(turnOf(id, text, turn), options);
  }

  /** Deletes a conversation with all of its turns, which must have ended. */
  delete(id: string, options: CallOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteConversation", { ...options, path: { id } });
  }
}

function turnOf(id: string, text: string, { input_data, ...turn }: TurnOptions): SubmitTask {
  return { ...turn, conversation: id, input_data: { ...input_data, goal: text } };
}
