/** Maps unsuccessful responses to errors. */
import { type OpspawnError } from "./errors.ts";
/** Returns the error for an unsuccessful response. Never throws. */
export declare function errorFrom(url: string, response: Response): Promise<OpspawnError>;
/** Parses a JSON object. Returns null for anything else. */
export declare function recordIn(text: string): Record<string, unknown> | null;
