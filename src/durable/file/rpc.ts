/** How the rest of the service calls the object of a file. */

/** The methods of the object of a file. */
export interface FileRpc {
  put(bytes: Uint8Array): Promise<void>;
  read(): Promise<Uint8Array | null>;
  remove(): Promise<void>;
}

/** Returns the object of a file of a tenant. */
export function fileStub(files: DurableObjectNamespace, tenantId: string, sha256: string): FileRpc {
  return files.get(files.idFromName(`${tenantId}/${sha256}`)) as unknown as FileRpc;
}
