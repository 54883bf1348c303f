/** A deployment that cannot go on; its text is all that is shown. */
export class DeployError extends Error {
  /** 2: something to be mended by whoever deploys; 1: something else. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message);
    this.name = "DeployError";
    this.exitCode = exitCode;
  }
}
