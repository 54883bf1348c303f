/** Files of tasks: what is accepted, how they stand in requests, and what they count for. */
import { expect, test } from "vitest";
import { anthropic } from "../../src/agent/llm/anthropic/client.ts";
import type { LlmClient, ModelRequest } from "../../src/agent/llm/client.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import { endpointOf, type ProviderSettings } from "../../src/agent/llm/endpoint.ts";
import { google } from "../../src/agent/llm/google/client.ts";
import { openAiChat, openRouter } from "../../src/agent/llm/openai/chat.ts";
import { openAiResponses } from "../../src/agent/llm/openai/responses.ts";
import { takesFiles } from "../../src/agent/llm/providers.ts";
import { RunFiles } from "../../src/agent/loop/files.ts";
import { textChars, weigh } from "../../src/agent/loop/reserve.ts";
import { openingTurns } from "../../src/run/spec/spec.ts";
import {
  acceptedType,
  contentDefect,
  pdfPages,
  type Attachment,
} from "../../src/run/value/attachment.ts";
import { picturesOf, type Turn } from "../../src/run/value/message.ts";

const encoder = new TextEncoder();
const PDF_TEXT = "%PDF-1.7\n1 0 obj <</Type /Pages /Count 2>>\n<</Type /Page>> <</Type/Page>>";
const PDF: Attachment = {
  sha256: "a".repeat(64),
  name: "report.pdf",
  media_type: "application/pdf",
  bytes: PDF_TEXT.length,
  pages: 2,
};
const NOTES: Attachment = {
  sha256: "b".repeat(64),
  name: 'my "notes".txt',
  media_type: "text/plain",
  bytes: 5,
};
const CONTENTS = new Map([
  [PDF.sha256, encoder.encode(PDF_TEXT)],
  [NOTES.sha256, encoder.encode("hello")],
]);
const DATA = Buffer.from(PDF_TEXT).toString("base64");

test.each([
  ["application/pdf", "application/pdf"],
  ["Application/PDF; name=x", "application/pdf"],
  ["text/markdown; charset=UTF-8", "text/markdown"],
  ["text/plain; charset=latin1", null],
  ["image/png", null],
  ["application/json", null],
  ["", null],
])("the type %s is taken as %s", (given, taken) => {
  expect(acceptedType(given)).toBe(taken);
});

test("bytes that are not of their media type are refused", () => {
  const pdf = encoder.encode(PDF_TEXT);
  expect(contentDefect("application/pdf", pdf)).toBeNull();
  expect(contentDefect("application/pdf", encoder.encode("hello"))).toMatch(/%PDF-/);
  expect(contentDefect("text/plain", pdf)).toMatch(/a PDF file/);
  expect(contentDefect("text/plain", Uint8Array.of(0xff, 0xfe, 0x41))).toMatch(/UTF-8/);
  expect(contentDefect("text/plain", encoder.encode("a\0b"))).toMatch(/UTF-8/);
  expect(contentDefect("text/plain", new Uint8Array(0))).toBe("is empty");
  expect(contentDefect("text/plain", encoder.encode("grüße 👋"))).toBeNull();
});

test("the pages of a PDF are counted, or estimated by its size", () => {
  expect(pdfPages(encoder.encode(PDF_TEXT))).toBe(2);
  expect(pdfPages(encoder.encode(`%PDF-1.7 ${"x".repeat(6000)}`))).toBe(3);
  expect(pdfPages(new Uint8Array(5_000_000))).toBe(1000);
});

function jsonOf({ sha256, name, media_type, bytes, pages }: Attachment): JsonObject {
  return { sha256, name, media_type, bytes, ...(pages !== undefined && { pages }) };
}

function opening(...attachments: readonly Attachment[]): Turn {
  const [turn] = openingTurns({
    goal: "Read.",
    attachments: attachments.map(jsonOf),
  });
  if (turn === undefined) {
    throw new Error("there is no turn");
  }
  return turn;
}

async function loaded(...attachments: readonly Attachment[]): Promise<Turn> {
  const files = new RunFiles(attachments, async (hash) => CONTENTS.get(hash) ?? null);
  expect(await files.load()).toBeNull();
  return files.inTurn(opening(...attachments));
}

function requestOf(turn: Turn): ModelRequest {
  return {
    model: "m",
    system: "",
    turns: [turn],
    tools: [],
    stop: [],
    position: { replies: 0, failedAttempts: 0 },
  };
}

test("a text file is part of the text, between marks that it cannot contain", async () => {
  const turn = await loaded(NOTES);
  const mark = "b".repeat(16);
  expect(turn).toEqual({
    role: "user",
    text: `Read.\n\n<file id="${mark}" name="my \\"notes\\".txt" type="text/plain">\nhello\n</file id="${mark}">`,
  });
});

test("files are read once, a missing one is named, and the same turn stays the same object", async () => {
  const read: string[] = [];
  const turn = opening(PDF);
  const files = new RunFiles([PDF, NOTES], async (hash) => {
    read.push(hash);
    return hash === NOTES.sha256 && read.length < 3 ? null : (CONTENTS.get(hash) ?? null);
  });
  expect(() => files.inTurn(turn)).toThrow("before its files were loaded");
  expect(await files.load()).toEqual(NOTES);
  expect(files.ready).toBe(false);
  expect(await files.load()).toBeNull();
  expect(files.ready).toBe(true);
  expect(read).toEqual([PDF.sha256, NOTES.sha256, NOTES.sha256]);
  expect(files.inTurn(turn)).toBe(files.inTurn(turn));
});

test.each<[string, LlmClient, object]>([
  [
    "responses",
    openAiResponses(endpointOf("openai")),
    {
      type: "input_file",
      filename: "report.pdf",
      file_data: `data:application/pdf;base64,${DATA}`,
    },
  ],
  [
    "chat",
    openAiChat(endpointOf("openai")),
    {
      type: "file",
      file: { filename: "report.pdf", file_data: `data:application/pdf;base64,${DATA}` },
    },
  ],
  [
    "openrouter",
    openRouter(endpointOf("openrouter")),
    {
      type: "file",
      file: { filename: "report.pdf", file_data: `data:application/pdf;base64,${DATA}` },
    },
  ],
  [
    "anthropic",
    anthropic(endpointOf("anthropic")),
    {
      type: "document",
      source: { type: "base64", media_type: "application/pdf", data: DATA },
      title: "report.pdf",
    },
  ],
  [
    "google",
    google(endpointOf("google")),
    { inlineData: { mimeType: "application/pdf", data: DATA } },
  ],
])("a PDF is sent over the protocol %s", async (_protocol, client, part) => {
  const request = requestOf(await loaded(PDF));
  const body = client.body(request);
  expect(body).toContain(JSON.stringify(part));
  const composed = { request, body };
  expect(textChars(composed)).toBe(body.length - DATA.length);
  // Each page counts as a picture.
  expect(weigh(composed).pictures).toBe(2);
  expect(request.turns.map(picturesOf)).toEqual([2]);
});

test("PDF files are for models whose protocol has a place for them", () => {
  const providers = {
    configured: new Map<string, ProviderSettings>([
      ["openai", { protocol: "responses" }],
      ["anthropic", { protocol: "anthropic" }],
      ["other", { protocol: "compatible" }],
    ]),
    keyed: new Map(),
    ai: null,
    own: new Map(),
  };
  const able = (model: string) => takesFiles(model, providers);
  expect(["local/rules", "openai/gpt-5", "openai/gpt-4o", "anthropic/claude-x"].map(able)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(
    ["other/m", "openai/gpt-3.5-turbo", "openai/gpt-4", "workers-ai/m", "unknown/m"].map(able),
  ).toEqual([false, false, false, false, false]);
});
