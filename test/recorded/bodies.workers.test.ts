/** A request's body is one text in every runtime: the log keeps its hash, and tools in Node check it. */
import { expect, inject, test } from "vitest";
import { sampleHashes, SAMPLES } from "./samples.ts";

test("Node and workerd make the same body of the same request, for every protocol", () => {
  const inNode = inject("bodyHashes");
  expect(inNode).toHaveLength(SAMPLES.length);
  expect(new Set(inNode).size).toBe(SAMPLES.length);
  expect(sampleHashes()).toEqual(inNode);
});
