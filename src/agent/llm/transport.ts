/**
 * Sends requests the way a provider's SDK would, with one `fetch` each. The SDK builds the address
 * and the headers of the first request of a kind, and turns every refusal into its own error. Its
 * own way to send a request costs more than the rest of a step.
 */
import { piecesOf } from "./answer.ts";
import type { Endpoint } from "./endpoint.ts";
import { reportedLimits } from "./rate-limits.ts";
import type { Opened } from "./server-sent.ts";

/** The `fetch` that an SDK accepts. */
export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * Makes one request through an SDK that uses the given `fetch`.
 * @throws the SDK's errors
 */
export type ThroughSdk = (fetch: Fetch) => Promise<unknown>;

/** A request without its body and its signal. */
interface Built {
  readonly url: string;
  readonly init: RequestInit;
}

/** The headers by which the SDKs send a key. */
const KEY_HEADERS = ["authorization", "x-api-key", "x-goog-api-key"];

/** Maximum number of kinds whose requests are remembered. */
const MAX_KINDS = 100;

/** Sends bodies to one endpoint. */
export class Transport {
  readonly #endpoint: Endpoint;
  // Holds values and no promises: the objects of several runs share it, and none may wait for the
  // work of another.
  readonly #built = new Map<string, Built>();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /**
   * Sends a body and opens the response.
   * @param kind identifies requests that differ in nothing but their bodies
   * @param throughSdk makes a request of this kind, with any body
   * @throws the SDK's errors, or a ReportedError for an invalid response
   */
  async post(
    kind: string,
    body: string,
    signal: AbortSignal,
    throughSdk: ThroughSdk,
  ): Promise<Opened> {
    const { url, init } = this.#built.get(kind) ?? (await this.#build(kind, throughSdk));
    let response: Response;
    try {
      response = await fetch(url, { ...init, body, signal });
    } catch (error) {
      await throughSdk(() => Promise.reject(error));
      throw error;
    }
    if (!response.ok) {
      await throughSdk(() => Promise.resolve(response));
    }
    return {
      pieces: await piecesOf(response, this.#endpoint),
      limits: reportedLimits(response.headers),
    };
  }

  async #build(kind: string, throughSdk: ThroughSdk): Promise<Built> {
    const requests: Built[] = [];
    await throughSdk((url, { body: _body, signal: _signal, ...init } = {}) => {
      requests.push({
        url: typeof url === "string" ? url : "url" in url ? url.url : url.href,
        init,
      });
      return Promise.resolve(new Response(""));
    });
    const [first] = requests;
    if (first === undefined) {
      throw new Error("The SDK sent no request.");
    }
    const built = { ...first, init: { ...first.init, headers: this.#headers(first.init) } };
    if (this.#built.size >= MAX_KINDS) {
      this.#built.clear();
    }
    this.#built.set(kind, built);
    return built;
  }

  /**
   * Returns the SDK's headers with the endpoint's. Without a key there is no header for one: the SDKs
   * require some text, and a gateway that stores the key would take the text for it.
   */
  #headers(init: RequestInit): Headers {
    const { apiKey, headers: own = {} } = this.#endpoint;
    const headers = new Headers(init.headers);
    for (const name of apiKey === undefined ? KEY_HEADERS : []) {
      headers.delete(name);
    }
    for (const [name, value] of Object.entries(own)) {
      headers.set(name, value);
    }
    return headers;
  }
}
