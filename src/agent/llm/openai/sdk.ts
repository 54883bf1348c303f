/**
 * The official OpenAI SDK as the adapters use it: loaded at the first call and not when the Worker
 * starts, without its retries, sending exactly the text it is given. Errors inside a stream are
 * passed on as pieces: the SDK's own parser loses the usage next to them.
 */
import type OpenAI from "openai";
import type * as Streaming from "openai/streaming";
import { once, wholeAnswer } from "../answer.ts";
import type { Endpoint } from "../endpoint.ts";

/** Sends bodies to one endpoint. */
export interface OpenAiSdk {
  /** @throws what the SDK throws, or a ReportedError for an answer that is none */
  post<Piece>(path: string, body: string, signal: AbortSignal): Promise<AsyncIterable<Piece>>;
}

interface Loaded {
  readonly client: OpenAI;
  readonly Stream: (typeof Streaming)["Stream"];
}

/** An SDK for one endpoint. Creating it does nothing and cannot fail. */
export function openAiSdk(
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>> = {},
): OpenAiSdk {
  let loaded: Promise<Loaded> | undefined;
  return {
    async post<Piece>(path: string, body: string, signal: AbortSignal) {
      loaded ??= load(endpoint, headers);
      const { client, Stream } = await loaded;
      const response = await client
        .post(path, {
          body,
          headers: { "Content-Type": "application/json" },
          stream: true,
          signal,
        })
        .asResponse();
      const whole = await wholeAnswer(response, endpoint);
      return whole === null
        ? Stream.fromSSEResponse<Piece>(response, new AbortController(), client, false, "events")
        : once(whole as Piece);
    },
  };
}

async function load(
  { apiKey, baseUrl }: Endpoint,
  headers: Readonly<Record<string, string>>,
): Promise<Loaded> {
  const [{ OpenAI: Sdk }, { Stream }] = await Promise.all([
    import("openai"),
    import("openai/streaming"),
  ]);
  const client = new Sdk({
    // A local server needs no key, but the SDK insists on some text.
    apiKey: apiKey ?? "none",
    baseURL: baseUrl ?? "https://api.openai.com/v1",
    maxRetries: 0,
    // Our own limits are shorter, and tell silence from slowness.
    timeout: 3_600_000,
    // The failure reports errors.
    logLevel: "off",
    defaultHeaders: headers,
    // Both may come from the environment of the process otherwise.
    organization: null,
    project: null,
  });
  return { client, Stream };
}
