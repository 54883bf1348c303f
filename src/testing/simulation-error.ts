/** Thrown when a simulation cannot go on, or when it is not what a test expects. */
export class SimulationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SimulationError";
  }
}
