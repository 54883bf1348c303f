/**
 * Cloudflare's REST API on loopback, for the real wrangler. It serves `/health` too, once a Worker
 * is deployed.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Asked } from "./account.ts";
import { Cloudflare, ConnectionLost } from "./cloudflare.ts";
import { Refusal } from "./refusal.ts";
import type { Metadata } from "./worker.ts";

const TOKEN = "token-of-the-test";
const ACCOUNT_ID = "0123456789abcdef0123456789abcdef";

export class CloudflareServer {
  readonly cloudflare = new Cloudflare();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<CloudflareServer> {
    const server = createServer();
    const started = new CloudflareServer(server);
    server.on("request", (request, response) => void started.#serve(request, response));
    await new Promise<void>((done) => {
      server.listen(0, "127.0.0.1", done);
    });
    return started;
  }

  /** Where Workers answer. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What makes wrangler talk to this server, as the account's owner. */
  get environment(): Record<string, string> {
    return {
      CLOUDFLARE_API_BASE_URL: `${this.origin}/client/v4`,
      CLOUDFLARE_API_TOKEN: TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const url = new URL(request.url ?? "/", this.origin);
    if (url.pathname === "/health") {
      const { workers } = this.cloudflare.account;
      response.writeHead([...workers.values()].some((one) => one.serving) ? 200 : 503).end();
      return;
    }
    try {
      if (!this.#isAssetUpload(request, url)) {
        authorize(request);
      }
      const result = this.cloudflare.ask(await askedBy(request, url, body));
      send(response, 200, { success: true, errors: [], messages: [], result });
    } catch (error) {
      if (error instanceof ConnectionLost) {
        request.socket.destroy();
        return;
      }
      const refusal = error instanceof Refusal ? error : new Refusal(500, 10_013, String(error));
      const { status, code, message } = refusal;
      const errors = [{ code, message }];
      send(response, status, { success: false, errors, messages: [], result: null });
    }
  }

  /** Static files are uploaded with a token of their own. */
  #isAssetUpload({ headers }: IncomingMessage, url: URL): boolean {
    const token = headers.authorization?.replace("Bearer ", "") ?? "";
    return (
      url.pathname.endsWith("/workers/assets/upload") && this.cloudflare.account.isAssetToken(token)
    );
  }
}

async function askedBy(request: IncomingMessage, url: URL, body: Buffer): Promise<Asked> {
  const type = request.headers["content-type"] ?? "";
  const below = new URL(url);
  below.pathname = url.pathname.replace(`/client/v4/accounts/${ACCOUNT_ID}`, "");
  const method = request.method ?? "GET";
  if (type.startsWith("multipart/")) {
    const form = await new Response(body, { headers: { "Content-Type": type } }).formData();
    if (below.pathname === "/workers/assets/upload") {
      return { method, url: below, json: {}, upload: null, files: [...form.keys()] };
    }
    const metadata = form.get("metadata");
    const upload = JSON.parse(typeof metadata === "string" ? metadata : "{}") as Metadata;
    return { method, url: below, json: {}, upload };
  }
  const text = body.toString();
  const json = (text === "" ? {} : JSON.parse(text)) as Asked["json"];
  return { method, url: below, json, upload: null };
}

function authorize({ headers }: IncomingMessage): void {
  if (headers.authorization !== `Bearer ${TOKEN}`) {
    throw new Refusal(401, 10_000, "Authentication error");
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
