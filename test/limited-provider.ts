/**
 * A model server with the shape of OpenAI's chat completions that counts requests and tokens against
 * limits per minute, as providers do: both as buckets that refill continuously, and stated in the
 * headers of each response. It can be down, for all keys or for one.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ProviderLimits {
  readonly requests: number;
  readonly tokens: number;
}

/** Tokens of each reply. */
const OUTPUT_TOKENS = 20;

export class LimitedProvider {
  readonly #server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    void this.#answer(request, response);
  });
  readonly #limits: ProviderLimits | null;
  #left: { requests: number; tokens: number };
  #countedAt = Date.now();
  /** Refuses every call, or those with this key. */
  down: boolean | string = false;
  /** How long a reply takes, milliseconds. */
  takesMs = 0;
  /** When each call came, milliseconds since the epoch. */
  readonly calls: number[] = [];
  refused = 0;
  tokens = 0;

  /** @param limits null for none */
  constructor(limits: ProviderLimits | null = null) {
    this.#limits = limits;
    this.#left = { requests: limits?.requests ?? 0, tokens: limits?.tokens ?? 0 };
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => {
      this.#server.listen(0, "127.0.0.1", done);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const piece of request) {
      body += String(piece);
    }
    this.calls.push(Date.now());
    const input = Math.ceil(body.length / 4);
    const isDown =
      this.down === true ||
      (typeof this.down === "string" &&
        request.headers.authorization?.endsWith(this.down) === true);
    if (isDown) {
      response.writeHead(503, { "Content-Type": "application/json" });
      response.end('{"error":{"message":"Overloaded","type":"overloaded_error"}}');
      return;
    }
    const isTaken = this.#take(input + OUTPUT_TOKENS);
    const headers = this.#headers();
    if (!isTaken) {
      this.refused += 1;
      response.writeHead(429, { "Content-Type": "application/json", ...headers });
      response.end('{"error":{"message":"Rate limit reached","type":"requests"}}');
      return;
    }
    this.tokens += input + OUTPUT_TOKENS;
    if (this.takesMs > 0) {
      await new Promise((done) => setTimeout(done, this.takesMs));
    }
    response.writeHead(200, { "Content-Type": "text/event-stream", ...headers });
    const usage = {
      prompt_tokens: input,
      completion_tokens: OUTPUT_TOKENS,
      total_tokens: input + OUTPUT_TOKENS,
    };
    response.write(
      chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "Done." } }] }),
    );
    response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
    response.write(chunk({ choices: [], usage }));
    response.end("data: [DONE]\n\n");
  }

  #take(tokens: number): boolean {
    if (this.#limits === null) {
      return true;
    }
    const { requests: rpm, tokens: tpm } = this.#limits;
    const now = Date.now();
    const minutes = (now - this.#countedAt) / 60_000;
    this.#countedAt = now;
    this.#left = {
      requests: Math.min(rpm, this.#left.requests + minutes * rpm),
      tokens: Math.min(tpm, this.#left.tokens + minutes * tpm),
    };
    if (this.#left.requests < 1 || this.#left.tokens < tokens) {
      return false;
    }
    this.#left = { requests: this.#left.requests - 1, tokens: this.#left.tokens - tokens };
    return true;
  }

  #headers(): Record<string, string> {
    if (this.#limits === null) {
      return {};
    }
    return Object.fromEntries(
      (["requests", "tokens"] as const).flatMap((unit) => [
        [`x-ratelimit-limit-${unit}`, String(this.#limits?.[unit])],
        [`x-ratelimit-remaining-${unit}`, String(Math.floor(this.#left[unit]))],
        [`x-ratelimit-reset-${unit}`, "1s"],
      ]),
    );
  }
}

function chunk(more: object): string {
  const head = { id: "x", object: "chat.completion.chunk", created: 1, model: "limited" };
  return `data: ${JSON.stringify({ ...head, ...more })}\n\n`;
}
