/** Counts at entries of the navigation, by the pattern of their route. */
import { signal } from "@preact/signals";

export const badges = signal<Readonly<Record<string, number>>>({});
