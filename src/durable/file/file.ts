/**
 * The bytes of one file of a tenant, in a deployment without an R2 bucket. One object for each file
 * means that a deletion deletes a database, and that no object grows with its tenant.
 */
import { DurableObject } from "cloudflare:workers";
import { FileParts, type FileStorage } from "./parts.ts";
import type { FileRpc } from "./rpc.ts";

/** The Durable Object of a file. Its name is `<tenant>/<sha256>`. */
export class FileObject extends DurableObject<Env> implements FileRpc {
  readonly #parts: FileParts;

  /** @param storage tests replace it to stop the object around a write */
  constructor(ctx: DurableObjectState, env: Env, storage: FileStorage = ctx.storage) {
    super(ctx, env);
    this.#parts = new FileParts(storage);
  }

  async put(bytes: Uint8Array): Promise<void> {
    this.#parts.put(bytes);
  }

  async read(): Promise<Uint8Array | null> {
    return this.#parts.read();
  }

  async remove(): Promise<void> {
    await this.#parts.remove();
  }
}
