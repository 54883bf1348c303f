/** The stored form of what a version of an item or block holds. */
import { z } from "zod";

/** What a version holds of an item or block. Items have no description, and blocks no key. */
const storedValue = z.object({
  content: z.string(),
  key: z.string().nullish(),
  tags: z.array(z.string()).readonly().optional(),
  /** Milliseconds since the epoch. */
  expires_at: z.number().nullish(),
  description: z.string().nullish(),
  read_only: z.boolean().optional(),
});
/** What a version holds of an item or block. */
export type StoredValue = Readonly<z.infer<typeof storedValue>>;

/** Parses a stored value. @throws for a text that is not one */
export function readStoredValue(text: string): StoredValue {
  return storedValue.parse(JSON.parse(text));
}
