import type { Environment } from './child-client.ts';

/** What a client holds in the end. Secrets can be compared with, so that no failing test prints them. */
export interface Held {
  accessKeyId: string;
  /** Null where the client does not tell. */
  expiration: number | null;
  /** Do secret key and session token belong to these credentials? */
  isWhole(issued: { secretAccessKey: string; sessionToken: string }): boolean;
}

export interface Outcome {
  code: number | null;
  /** Null where it got none. */
  held: Held | null;
  /** Everything on stderr. */
  said: string;
}

export interface ObtainOptions {
  /**
   * Clients wait for a second by default, which a loaded machine may take to answer in earnest. They do so only where
   * the endpoint is silent; in all other tests they wait longer where they can be told to.
   */
  isSilent?: boolean;
}

/** Starts anew, looks for credentials as the environment says, and ends. */
export type Obtain = (environment: Environment, options?: ObtainOptions) => Promise<Outcome>;
