/** Checks the start of a provider's response. */
import { isJsonObject } from "../../run/value/json.ts";
import { parseExact } from "../../run/value/whole-numbers.ts";
import type { Endpoint } from "./endpoint.ts";
import { ReportedError } from "./provider-failure.ts";
import { serverSentPieces, wholePieces, type Pieces } from "./server-sent.ts";

/**
 * Returns the JSON of a response that is not streamed, or null for a stream. Some servers do not
 * stream even if the request asks for it. A proxy or a wrong base URL may return an HTML page.
 * @throws ReportedError for an HTML page or incomplete JSON
 */
async function wholeAnswer(response: Response, { settings }: Endpoint): Promise<unknown> {
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
    return parseExact(text);
  } catch {
    throw new ReportedError({ message: "The answer is not whole JSON" }, "cut_stream");
  }
}

/**
 * Returns the pieces of a response: of a complete answer one, or those of a list.
 * @throws ReportedError as `wholeAnswer` does
 */
export async function piecesOf(response: Response, endpoint: Endpoint): Promise<Pieces> {
  const whole = await wholeAnswer(response, endpoint);
  if (whole === null) {
    return serverSentPieces(response.body ?? new Blob([]).stream());
  }
  return wholePieces((Array.isArray(whole) ? whole : [whole]).filter(isJsonObject));
}
