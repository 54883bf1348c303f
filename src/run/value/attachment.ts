/**
 * Files that a client gives to a task: which ones are accepted, what is checked of their bytes, and
 * how their text is shown. A log has only their hashes; the bytes are stored apart.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";

/** A file of a task, without its content. */
export interface Attachment {
  /** SHA-256 of the bytes, lower-case hex. */
  readonly sha256: string;
  readonly name: string;
  readonly media_type: string;
  readonly bytes: number;
  /** The pages of a PDF, as far as they can be counted without reading it. */
  readonly pages?: number;
}

/** A file with its content, as it stands in a request to a model: base64. */
export interface LoadedAttachment extends Attachment {
  readonly data: string;
}

/** The bytes of tenants' files, by their SHA-256. */
export interface FileBytes {
  /** Stores a file. Storing it again changes nothing. */
  put(tenantId: string, sha256: string, bytes: Uint8Array): Promise<void>;
  /** Returns the bytes of a file; null if there is none. */
  read(tenantId: string, sha256: string): Promise<Uint8Array | null>;
  /** Deletes a file. Does nothing if there is none. */
  remove(tenantId: string, sha256: string): Promise<void>;
}

/** The media type of PDF files, the only one that is not text. */
export const PDF = "application/pdf";
/** Maximum bytes of a PDF file. Base64 and the request hold it in memory several times. */
export const MAX_PDF_BYTES = 5_000_000;
/** Maximum bytes of a text file: it is part of the prompt. */
export const MAX_TEXT_BYTES = 500_000;
/** Maximum files of a task. */
export const MAX_ATTACHMENTS = 10;
/** Maximum bytes of all files of a task. */
export const MAX_TASK_BYTES = 8_000_000;
/** Maximum files of a tenant. */
export const MAX_TENANT_FILES = 10_000;
/** Maximum bytes of all files of a tenant. */
export const MAX_TENANT_BYTES = 1_000_000_000;
/** Maximum characters of a file's name. */
export const MAX_NAME_CHARS = 200;

/** A PDF begins with this, after at most 1024 other bytes. */
const PDF_MARK = "%PDF-";
const PDF_MARK_WITHIN = 1024;
/** Bytes of a page, where the pages of a PDF cannot be counted. */
const PAGE_BYTES = 3_000;
/** Maximum pages that a PDF is taken for. */
const MAX_PAGES = 1_000;

/**
 * Returns the media type of a `Content-Type`, in lower case and without parameters; null if files of
 * this type are not accepted.
 */
export function acceptedType(contentType: string): string | null {
  const [type = "", ...parameters] = contentType
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  const isTextType = /^text\/[\w.+-]{1,60}$/.test(type);
  const charset = parameters.find((one) => one.startsWith("charset="))?.slice("charset=".length);
  const isUtf8 = charset === undefined || /^"?(?:utf-?8|us-ascii)"?$/.test(charset);
  return type === PDF || (isTextType && isUtf8) ? type : null;
}

/** Returns the maximum bytes of a file of a media type. */
export function maxBytes(mediaType: string): number {
  return mediaType === PDF ? MAX_PDF_BYTES : MAX_TEXT_BYTES;
}

/** Returns why bytes are no file of a media type, as the end of a sentence; null if they are one. */
export function contentDefect(mediaType: string, bytes: Uint8Array): string | null {
  if (bytes.byteLength === 0) {
    return "is empty";
  }
  const isPdf = latin1(bytes.subarray(0, PDF_MARK_WITHIN + PDF_MARK.length)).includes(PDF_MARK);
  if (mediaType === PDF) {
    return isPdf ? null : "is not a PDF file: its beginning is not %PDF-";
  }
  const text = textOf(bytes);
  if (text === null || text.includes("\0")) {
    return "is not text in UTF-8";
  }
  return text.startsWith(PDF_MARK) ? "is a PDF file, not text" : null;
}

/**
 * Returns the pages of a PDF: its page objects, or an estimate by its size if they are compressed.
 * It is a measure for what a request costs, not a promise.
 */
export function pdfPages(bytes: Uint8Array): number {
  const counted = latin1(bytes).match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0;
  const pages = counted > 0 ? counted : Math.ceil(bytes.byteLength / PAGE_BYTES);
  return Math.min(MAX_PAGES, pages);
}

/** Returns bytes as text; null if they are not UTF-8. A byte order mark is left out. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** Returns whether a file is shown as text, as any model can read it. */
export function isText({ media_type }: Pick<Attachment, "media_type">): boolean {
  return media_type !== PDF;
}

/**
 * Returns the text of a file as it stands in a prompt. The hash in both marks means that a text
 * cannot contain its own end.
 */
export function textBlock({ name, media_type, sha256 }: Attachment, text: string): string {
  const mark = sha256.slice(0, 16);
  const named = JSON.stringify(name);
  return `<file id="${mark}" name=${named} type="${media_type}">\n${text}\n</file id="${mark}">`;
}

/** Returns the attachments in a task's input, in order. */
export function attachmentsIn(input: JsonObject): Attachment[] {
  const list = input["attachments"];
  return (Array.isArray(list) ? list : []).flatMap(attachmentIn);
}

function attachmentIn(value: JsonValue): Attachment[] {
  if (!isJsonObject(value)) {
    return [];
  }
  const { sha256, name, media_type, bytes, pages } = value;
  return typeof sha256 === "string" &&
    typeof name === "string" &&
    typeof media_type === "string" &&
    typeof bytes === "number"
    ? [{ sha256, name, media_type, bytes, ...(typeof pages === "number" && { pages }) }]
    : [];
}
