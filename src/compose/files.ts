/** The bytes of files: in the R2 bucket of the deployment, else in an object for each file. */
import { fileStub } from "../durable/file/rpc.ts";
import type { FileBytes } from "../run/value/attachment.ts";

/** The bindings that files are stored in. The bucket is optional. */
type FileBindings = Partial<Pick<Env, "FILES">> & { readonly ATTACHMENTS?: R2Bucket };

/**
 * Returns where files are stored. A deployment that gets a bucket later still reads and deletes the
 * files in its objects.
 */
export function filesIn({ FILES: objects, ATTACHMENTS: bucket }: FileBindings): FileBytes {
  const object = (tenantId: string, sha256: string) =>
    objects === undefined ? null : fileStub(objects, tenantId, sha256);
  return {
    async put(tenantId, sha256, bytes) {
      if (bucket !== undefined) {
        await bucket.put(keyOf(tenantId, sha256), bytes);
        return;
      }
      await object(tenantId, sha256)?.put(bytes);
    },
    async read(tenantId, sha256) {
      const found = await bucket?.get(keyOf(tenantId, sha256));
      return found === undefined || found === null
        ? ((await object(tenantId, sha256)?.read()) ?? null)
        : new Uint8Array(await found.arrayBuffer());
    },
    async remove(tenantId, sha256) {
      await bucket?.delete(keyOf(tenantId, sha256));
      await object(tenantId, sha256)?.remove();
    },
  };
}

function keyOf(tenantId: string, sha256: string): string {
  return `${tenantId}/${sha256}`;
}
