/** Values that many files share: places in JSON, cuts of texts, digests. */
import { expect, test } from "vitest";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { cutPoint } from "../../src/run/value/cut.ts";
import { isTaskId, newTaskId } from "../../src/run/value/id.ts";
import { pointerTo } from "../../src/run/value/json-pointer.ts";

test("a pointer escapes what would lead elsewhere, and the empty one is the whole document", () => {
  expect(pointerTo([])).toBe("");
  expect(pointerTo(["a/b", "m~n", 0, ""])).toBe("/a~1b/m~0n/0/");
  expect(pointerTo(["c"], "/config")).toBe("/config/c");
});

test("a cut never falls between the halves of a character", () => {
  const text = "a😀b";
  expect([1, 2, 3, 4].map((at) => text.slice(0, cutPoint(text, at)))).toEqual([
    "a",
    "a",
    "a😀",
    "a😀b",
  ]);
});

test("a digest is the same of a text and of its bytes", () => {
  const known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect([sha256Hex("abc"), sha256Hex(new TextEncoder().encode("abc"))]).toEqual([known, known]);
});

test("a task's id names database 0 in its last six bits, and leaves the bytes that it is made of", () => {
  const random = new Uint8Array(16).fill(0xff);
  const ids = [random, crypto.getRandomValues(new Uint8Array(16))].map((bytes) =>
    newTaskId(1_764_000_000_000, bytes),
  );
  expect(ids[0]?.slice(-12)).toBe("ffffffffffc0");
  expect(ids.map((id) => Number.parseInt(id.slice(-2), 16) % 64)).toEqual([0, 0]);
  expect(ids.every(isTaskId)).toBe(true);
  expect(random[15]).toBe(0xff);
});
