/** Terminal colours. */

export type Paint = "red" | "green" | "yellow" | "dim" | "bold";

/** SGR codes that start and end each style. */
const CODES: Readonly<Record<Paint, readonly [begin: number, end: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
};

/** Returns the text in a style; an empty text stays empty. */
export function painted(paint: Paint, text: string): string {
  const [begin, end] = CODES[paint];
  return text === "" ? "" : `\u001b[${begin}m${text}\u001b[${end}m`;
}
