/** The beginning of a provider's answer: is it what was asked for? */
import { ReportedError } from "./provider-failure.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * The JSON of an answer that is not streamed, or null for one that is. Some servers do not stream
 * although they were asked to; a proxy, or a wrong address, answers with a page.
 * @throws ReportedError for anything that no provider answers with
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

/** An answer that came as a whole, as a stream of one. */
export async function* once<Piece>(piece: Piece): AsyncGenerator<Piece> {
  yield await Promise.resolve(piece);
}
