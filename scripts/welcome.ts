/** What `npm start` says once the service is there: its addresses, and what to try next. */

/** Where a client finds the service when nothing else is said. */
export const DEFAULT_PORT = 8787;

/** Returns the address that signs in to the console. The key is in its fragment, which browsers do not send. */
export function consoleAddress(url: string, key: string): string {
  return `${url}/console/#key=${encodeURIComponent(key)}`;
}

/**
 * The text for a service at this address.
 * @param key signs in to the console: it is in the fragment, which browsers do not send
 * @param taskId a task whose events can be watched
 */
export function welcome(url: string, key: string, taskId: string | null, log: string): string {
  const elsewhere = url.endsWith(`:${DEFAULT_PORT}`) ? "" : `OPSPAWN_URL=${url} `;
  return `
  Console  ${consoleAddress(url, key)}
  API      ${url}/api/v1
  Docs     ${url}/docs
  OpenAPI  ${url}/openapi.json
  Log      ${log}

Try next, in another terminal:

  ${elsewhere}npm run task -- "What is the square root of 1,764?"

  OPSPAWN_KEY=$(npm run --silent opspawn -- token)

  curl ${url}/api/v1/tasks \\
    -H "Authorization: Bearer $OPSPAWN_KEY" -H "Content-Type: application/json" \\
    -d '{"input_data": {"goal": "What day is it?"}}'

  curl -N ${url}/api/v1/tasks/${taskId ?? "<task_id>"}/events \\
    -H "Authorization: Bearer $OPSPAWN_KEY" -H "Accept: text/event-stream"

Ctrl-C stops the service.`;
}
