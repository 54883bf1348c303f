/** How long a test waits for what it expects; met only where the thing never happens. */
export const PATIENT = { timeout: 60_000, interval: 50 };
