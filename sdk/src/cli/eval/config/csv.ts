/** Reads CSV (RFC 4180) with a header. */

/** Returns each row as an object by the header. @throws Error if a row does not fit the header */
export function readCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const [head = [], ...rows] = recordsOf(text);
  if (new Set(head).size !== head.length) {
    throw new Error("two columns have the same name");
  }
  return rows.map((row, i) => {
    if (row.length > head.length) {
      throw new Error(`row ${i + 2} has ${row.length} values for ${head.length} columns`);
    }
    return Object.fromEntries(head.map((name, at) => [name.trim(), row[at] ?? ""]));
  });
}

/** Splits at commas, or at semicolons or tabs if the first line has only those. */
function delimiterOf(text: string): string {
  const [line = ""] = text.split("\n", 1);
  return [",", ";", "\t"].find((one) => line.includes(one)) ?? ",";
}

function recordsOf(text: string): string[][] {
  const delimiter = delimiterOf(text);
  const records: string[][] = [];
  let record: string[] = [];
  let field = "";
  let at = 0;
  const end = () => {
    records.push([...record, field]);
    record = [];
    field = "";
  };
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"' && field === "") {
      const { value, next } = quoted(text, at + 1);
      field = value;
      at = next;
      continue;
    }
    if (character === delimiter) {
      record.push(field);
      field = "";
    } else if (character === "\n") {
      end();
    } else if (character !== "\r" || text.charAt(at + 1) !== "\n") {
      field += character;
    }
    at += 1;
  }
  if (field !== "" || record.length > 0) {
    end();
  }
  return records.filter((row) => row.some((value) => value !== ""));
}

/** Reads a quoted field from after its first quote. Two quotes are one. */
function quoted(text: string, from: number): { readonly value: string; readonly next: number } {
  let value = "";
  let at = from;
  for (;;) {
    const close = text.indexOf('"', at);
    if (close === -1) {
      throw new Error("a quoted value has no end");
    }
    value += text.slice(at, close);
    if (text.charAt(close + 1) !== '"') {
      return { value, next: close + 1 };
    }
    value += '"';
    at = close + 2;
  }
}
