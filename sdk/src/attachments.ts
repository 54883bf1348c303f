/** Files that tasks have as inputs. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, UploadedFile } from "./api.ts";
import type { Attachment, AttachmentList } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class Attachments {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Uploads a file, which tasks then name by its `sha256`:
   * `input_data: { goal, attachments: [{ sha256, name: "report.pdf" }] }`. The same file again
   * changes nothing. A `Blob` has its own media type.
   */
  upload(
    content: UploadedFile["content"],
    {
      mediaType = content instanceof Blob && content.type !== "" ? content.type : "text/plain",
      ...options
    }: CallOptions & { readonly mediaType?: string | undefined } = {},
  ): ApiPromise<Attachment> {
    return this.#api.call("uploadAttachment", { ...options, file: { content, mediaType } });
  }

  /** Uploaded files, by hash. */
  list(query: QueryOf<"listAttachments"> = {}, options: CallOptions = {}): Paged<AttachmentList> {
    return new Paged((cursor) =>
      this.#api.call("listAttachments", { ...options, query: queryAt(query, cursor) }),
    );
  }

  get(sha256: string, options: CallOptions = {}): ApiPromise<Attachment> {
    return this.#api.call("getAttachment", { ...options, path: { sha256 } });
  }

  /** Returns the bytes of a file. */
  async download(
    sha256: string,
    { signal, headers }: Pick<CallOptions, "signal" | "headers"> = {},
  ): Promise<Blob> {
    const spec = { path: { sha256 }, signal, headers };
    const response = await this.#api.open("downloadAttachment", spec, "application/octet-stream");
    return response.blob();
  }

  /** Deletes a file that no task uses. */
  delete(sha256: string, options: CallOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteAttachment", { ...options, path: { sha256 } });
  }
}
