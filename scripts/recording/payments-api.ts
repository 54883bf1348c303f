/** The payments API of the recording: charges orders, and says in its log how often it did. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Screen } from "./screen.ts";

/** A server on a free port of this machine. */
export class PaymentsApi {
  /** Its log. */
  readonly screen: Screen;
  /** Called after each line of the log. */
  onOutput: () => void = () => {};
  readonly #answerMs: number;
  readonly #server: Server;
  readonly #firstCharge = Promise.withResolvers<void>();
  readonly #charges: string[] = [];

  /** @param answerMs how long the answer to a charge takes; the charge itself counts at once */
  constructor(rows: number, answerMs: number) {
    this.screen = new Screen(rows);
    this.#answerMs = answerMs;
    this.#server = createServer((request, response) => {
      void this.#answer(request).then((body) => {
        response.setHeader("Content-Type", "application/json");
        response.end(JSON.stringify(body));
      });
    });
  }

  /** @returns the address of the charges */
  async listen(): Promise<URL> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    return new URL(`http://127.0.0.1:${port}/charges`);
  }

  /** Settles when the first charge has arrived. */
  get charged(): Promise<void> {
    return this.#firstCharge.promise;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer({ method, url }: IncomingMessage): Promise<object> {
    if (method === "POST") {
      this.#charges.push(`ch_${this.#charges.length + 1}`);
    }
    const charges = [...this.#charges];
    const begin = this.screen.text === "" ? "" : "\r\n";
    const did = method === "POST" ? "charged" : "looked up";
    this.screen.write(`${begin}${method} ${url}  ${did}; charges of this order: ${charges.length}`);
    this.onOutput();
    if (method === "POST") {
      this.#firstCharge.resolve();
      await sleep(this.#answerMs);
    }
    return { charges };
  }
}
