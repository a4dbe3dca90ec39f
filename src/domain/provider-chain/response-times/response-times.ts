/** How long an endpoint took to respond, in milliseconds. */
export interface ResponseTimes {
  /** The slowest response to a request for a role or for credentials. */
  slowestMs: number;
  /** The slowest token of IMDS. Null without a token. */
  tokenMs: number | null;
  /** The time limit of AWS_METADATA_SERVICE_TIMEOUT, or of the profile. Null if it is not set, and for containers. */
  configuredMs: number | null;
}
