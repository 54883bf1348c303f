/** The files of a task in the console. */
import { expect, test } from "vitest";
import { attachedIn } from "../../console/src/log/attached.ts";

test("files of an input are listed, and whatever else stands there is left out", () => {
  const file = { sha256: "a".repeat(64), name: "a.txt", media_type: "text/plain", bytes: 5 };
  expect(attachedIn({ goal: "Read.", attachments: [file, { name: "b" }, null, "c"] })).toEqual([
    file,
  ]);
  expect(attachedIn({ attachments: "none" })).toEqual([]);
  expect(attachedIn({})).toEqual([]);
});
