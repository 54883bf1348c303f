/** A server on loopback that tools are pointed at: it answers as it is told, and notes who came. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that came in. */
export interface Visit {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Answer = (visit: Visit, response: ServerResponse) => void;

export class Target {
  readonly visits: Visit[] = [];
  readonly port: number;
  /** By path; anything else is answered with 200 and `{"ok":true}`. */
  readonly answers = new Map<string, Answer>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("request", (request, response) => void this.#answer(request, response));
  }

  /** On all addresses of loopback, so that every spelling of it would arrive. */
  static async start(): Promise<Target> {
    const server = createServer();
    await new Promise<void>((done) => {
      server.listen(0, "::", done);
    });
    return new Target(server);
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  url(path = "/"): string {
    return `http://${this.host}${path}`;
  }

  /** The requests for a path. */
  to(path: string): Visit[] {
    return this.visits.filter((visit) => visit.url.split("?")[0] === path);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const { method = "", url = "", headers } = request;
    const visit = { method, url, headers, body: Buffer.concat(chunks).toString() };
    this.visits.push(visit);
    const answer = this.answers.get(url.split("?")[0] ?? "") ?? ok;
    answer(visit, response);
  }
}

function ok(_visit: Visit, response: ServerResponse): void {
  json({ ok: true })(_visit, response);
}

/** Answers with JSON. */
export function json(body: unknown, status = 200): Answer {
  return (_visit, response) => {
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  };
}

/** Answers with text of a type. */
export function text(body: string, type = "text/plain", status = 200): Answer {
  return (_visit, response) => {
    response.writeHead(status, { "Content-Type": type }).end(body);
  };
}

/** Sends the client elsewhere. */
export function redirect(to: string, status = 302): Answer {
  return (_visit, response) => {
    response.writeHead(status, { Location: to }).end();
  };
}

/** Sends so many bytes, as fast as they are taken. */
export function flood(bytes: number, type = "text/plain"): Answer {
  return (_visit, response) => {
    response.writeHead(200, { "Content-Type": type });
    const block = Buffer.alloc(65_536, "x");
    let left = bytes;
    const send = (): void => {
      while (left > 0) {
        left -= block.length;
        if (!response.write(block)) {
          response.once("drain", send);
          return;
        }
      }
      response.end();
    };
    send();
  };
}
