/** Checks the start of a provider's response. */
import { ReportedError } from "./provider-failure.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * Returns the JSON of a response that is not streamed, or null for a stream. Some servers do not
 * stream even if the request asks for it. A proxy or a wrong base URL may return an HTML page.
 * @throws ReportedError for an HTML page or incomplete JSON
 */
export async function wholeAnswer(response: Response, { settings }: Endpoint): Promise<unknown> {
  const type = response.headers.get("content-type") ?? "";
  if (/\btext\/html\b/i.test(type)) {
    await response.body?.cancel();
    throw new ReportedError(
      {
        message: `The address answers with a web page, not as a model's API does. Check ${settings.url}, its path too`,
      },
      "invalid_request",
    );
  }
  if (!/\bapplication\/json\b/i.test(type)) {
    return null;
  }
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new ReportedError({ message: "The answer is not whole JSON" }, "cut_stream");
  }
}

/** Returns a complete response as a stream with one piece. */
export async function* once<Piece>(piece: Piece): AsyncGenerator<Piece> {
  yield await Promise.resolve(piece);
}
