/**
 * The floors: the least that any durable agent on this platform must do. One step is one request
 * to a model server and four rows of 500 bytes; nothing is recovered, resumed or shown.
 */
import { DurableObject } from "cloudflare:workers";
import { OpenAI } from "openai";

export interface FloorJob {
  readonly id: string;
  readonly steps: number;
  readonly modelUrl: string;
  /** Ask the model as the service does, streamed and by the official SDK, to see what that costs. */
  readonly sdk?: boolean;
  /**
   * Bytes of text in each reply. The floor then sends the whole conversation in each request and
   * reads the reply as a stream, as an agent does.
   */
  readonly payload?: number;
}

interface FloorEnv {
  readonly DB: D1Database;
  readonly FLOORS: DurableObjectNamespace<FloorRun>;
  readonly FLOOR_TASKS: Queue<FloorJob>;
}

const ROW = "x".repeat(500);

export class FloorRun extends DurableObject<FloorEnv> {
  readonly #sql = this.ctx.storage.sql;
  #client: OpenAI | undefined;

  /** The first floor: the steps alone. Gives the milliseconds of each tenth of the way. */
  async run(job: FloorJob): Promise<number[]> {
    this.#sql.exec("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, body TEXT)");
    const marks: number[] = [];
    const conversation = new Conversation(job);
    let from = Date.now();
    for (let step = 1; step <= job.steps; step += 1) {
      await this.#step(job, conversation);
      if (step % Math.max(1, Math.floor(job.steps / 10)) === 0) {
        marks.push(Date.now() - from);
        from = Date.now();
      }
    }
    return marks;
  }

  /** The second floor: the same, begun by a queue message and an alarm, and reported to D1. */
  async begin(job: FloorJob): Promise<void> {
    this.ctx.storage.kv.put("job", job);
    await this.ctx.storage.setAlarm(Date.now());
  }

  override async alarm(): Promise<void> {
    const job = this.ctx.storage.kv.get<FloorJob>("job");
    if (job === undefined) {
      return;
    }
    await this.run(job);
    await this.env.DB.prepare("UPDATE floor SET status = 'completed' WHERE id = ?")
      .bind(job.id)
      .run();
    this.ctx.storage.kv.delete("job");
  }

  /** The floor of a memory store: the same index over the same words, and nothing else. */
  async index(texts: readonly string[]): Promise<void> {
    this.#sql.exec("CREATE TABLE IF NOT EXISTS item (n INTEGER PRIMARY KEY, content TEXT)");
    this.#sql.exec(
      "CREATE VIRTUAL TABLE IF NOT EXISTS item_fts USING fts5(words, content = '', contentless_delete = 1, tokenize = 'unicode61')",
    );
    for (const text of texts) {
      const [row] = this.#sql
        .exec<{ n: number }>("INSERT INTO item (content) VALUES (?) RETURNING n", text)
        .toArray();
      this.#sql.exec("INSERT INTO item_fts (rowid, words) VALUES (?, ?)", row?.n ?? 0, text);
    }
  }

  /** The best items for words of a query, as the index ranks them. */
  async find(query: string, limit: number): Promise<string[]> {
    const phrases = query
      .split(" ")
      .map((word) => `"${word}"`)
      .join(" OR ");
    return this.#sql
      .exec<{ content: string }>(
        `SELECT content FROM item_fts JOIN item ON item.n = item_fts.rowid
         WHERE item_fts MATCH ? ORDER BY bm25(item_fts) LIMIT ?`,
        phrases,
        limit,
      )
      .toArray()
      .map(({ content }) => content);
  }

  /** A request to the object alone. */
  async nothing(): Promise<readonly string[]> {
    return [];
  }

  async bytes(): Promise<number> {
    return this.#sql.databaseSize;
  }

  /** The floor of a watcher: a hibernating socket that nothing is known about. */
  override async fetch(): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.send("ready");
    return new Response(null, { status: 101, webSocket: client });
  }

  async tell(text: string): Promise<void> {
    for (const socket of this.ctx.getWebSockets()) {
      socket.send(text);
    }
  }

  /** The floor of a reader: a log that is one text. */
  async keep(text: string): Promise<void> {
    this.#sql.exec("CREATE TABLE IF NOT EXISTS log (text TEXT)");
    this.#sql.exec("INSERT INTO log VALUES (?)", text);
  }

  async kept(): Promise<string> {
    return this.#sql.exec<{ text: string }>("SELECT text FROM log").one().text;
  }

  async #step(job: FloorJob, conversation: Conversation): Promise<void> {
    if (job.payload !== undefined) {
      await conversation.ask();
    } else {
      await (job.sdk === true ? this.#askBySdk(job) : ask(job));
    }
    for (let row = 0; row < 4; row += 1) {
      this.#sql.exec("INSERT INTO row (body) VALUES (?)", ROW);
    }
  }

  async #askBySdk(job: FloorJob): Promise<void> {
    this.#client ??= new OpenAI({ apiKey: "bench", baseURL: job.modelUrl, maxRetries: 0 });
    const chunks = await this.#client.chat.completions.create({
      model: "floor",
      messages: [{ role: "user", content: `run ${job.id}` }],
      stream: true,
    });
    let text = "";
    for await (const chunk of chunks) {
      text += chunk.choices[0]?.delta.content ?? "";
    }
    if (text === "") {
      throw new Error("the model server answered nothing");
    }
  }
}

interface Piece {
  readonly choices: readonly {
    readonly delta: { readonly content?: string; readonly tool_calls?: readonly { id: string }[] };
  }[];
}

/** A conversation that grows by a reply and a tool result in each step. */
class Conversation {
  readonly #messages: unknown[];
  readonly #url: string;

  constructor({ id, steps, payload = 0, modelUrl }: FloorJob) {
    this.#url = `${modelUrl}/chat/completions`;
    const goal = `run ${id} with ${steps} tool calls and ${payload} bytes of text`;
    this.#messages = [{ role: "user", content: goal }];
  }

  /** Sends all of it, reads the streamed reply, and adds the reply and the result of its call. */
  async ask(): Promise<void> {
    const response = await fetch(this.#url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ model: "floor", messages: this.#messages, stream: true }),
    });
    const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data: {"));
    const deltas = lines.flatMap((line) =>
      (JSON.parse(line.slice("data: ".length)) as Piece).choices.map(({ delta }) => delta),
    );
    const content = deltas.map((delta) => delta.content ?? "").join("");
    const tool_calls = deltas.flatMap((delta) => delta.tool_calls ?? []);
    const [call] = tool_calls;
    if (call === undefined) {
      throw new Error("the model server made no call");
    }
    this.#messages.push(
      { role: "assistant", content, tool_calls },
      { role: "tool", tool_call_id: call.id, content: "1" },
    );
  }
}

async function ask(job: FloorJob): Promise<void> {
  const response = await fetch(`${job.modelUrl}/chat/completions`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      model: "floor",
      messages: [{ role: "user", content: `run ${job.id}` }],
    }),
  });
  await response.json();
}

/** Submits one floor task the way the service does: a row, then a message. */
export async function submitFloor(env: FloorEnv, job: FloorJob): Promise<void> {
  await env.DB.prepare("INSERT INTO floor (id, status, body) VALUES (?, 'pending', ?)")
    .bind(job.id, ROW)
    .run();
  await env.FLOOR_TASKS.send(job);
}

/** Begins the runs of a batch of floor messages. */
export async function consumeFloor(batch: MessageBatch, env: FloorEnv): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      const job = message.body as FloorJob;
      await env.FLOORS.get(env.FLOORS.idFromName(job.id)).begin(job);
      message.ack();
    }),
  );
}
