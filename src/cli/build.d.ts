/** Replaced by the build. */
declare const CRED_WATCH_VERSION: string;
