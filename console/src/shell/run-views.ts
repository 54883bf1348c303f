/** The views of one run, which are loaded together. */
export { Run } from "../views/run/run.tsx";
export { RunFile } from "../views/run/file.tsx";
