/**
 * Readings and forms of a run that are loaded when one of them is first opened: together, since a file for each
 * makes one more for every part that two of them share.
 */
export { Answer } from "../../answers/answer.tsx";
export { Effects } from "./effects.tsx";
export { MoneyReading } from "./money.tsx";
export { PromptReading } from "./prompt.tsx";
