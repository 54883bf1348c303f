/** Arguments and options of commands. */

/** An option of a command. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  /** One letter that stands for the name. */
  readonly short?: string;
  /** Placeholder for the value; absent for a flag. */
  readonly value?: string;
  readonly about: string;
  /** Allowed values, if there is a fixed set. */
  readonly choices?: readonly string[];
  /** The value may be several of the choices, separated by commas. */
  readonly isList?: true;
  /** The option may be repeated. */
  readonly multiple?: true;
}

/** A positional argument. */
export interface Argument {
  readonly name: string;
  readonly optional?: true;
  /** Free text, so that any words may follow options. Only for the last argument. */
  readonly isText?: true;
}

/** What a command line is parsed by. */
export interface Parsing {
  /** Name of the command. */
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
}

/** Options of every command. */
export const COMMON: readonly Option[] = [
  {
    name: "url",
    short: "u",
    value: "address",
    about: "service URL (default: OPSPAWN_URL, the profile's URL, or http://127.0.0.1:8787)",
  },
  {
    name: "profile",
    short: "p",
    value: "name",
    about: "profile saved by `opspawn login` (default: OPSPAWN_PROFILE, or `default`)",
  },
  { name: "json", about: "print one JSON object per line; --json=id,status prints these fields" },
  { name: "help", short: "h", about: "show help for the command" },
];
