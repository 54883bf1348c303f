/** SDKs of providers are optional: a deployment that does not call a provider need not install its SDK. */

/** The SDK of a provider is not installed. */
export class MissingSdk extends Error {
  constructor(name: string, options: ErrorOptions) {
    super(
      `The package ${name} is not installed: add it to the deployment and deploy again.`,
      options,
    );
    this.name = "MissingSdk";
  }
}

/** Returns a handler for the failed import of an SDK. It throws MissingSdk. */
export function missingSdk(name: string): (cause: unknown) => never {
  return (cause) => {
    throw new MissingSdk(name, { cause });
  };
}
