/** Environment variables, as in `process.env`: a variable that is not set is undefined. */
export type Environment = Readonly<Record<string, string | undefined>>;
