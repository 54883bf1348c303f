/** A deployment that cannot continue. Only its message is printed. */
export class DeployError extends Error {
  /** 2: the user must fix something first; 1: any other failure. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message);
    this.name = "DeployError";
    this.exitCode = exitCode;
  }
}
