/** Replaced by the build. */
declare const CRED_WATCH_VERSION: string;

/** Replaced by the build: the name of each bundle of the program, with a digest of its content. */
declare const CRED_WATCH_BUNDLES: Readonly<Record<string, string>>;
