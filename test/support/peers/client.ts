import type { Environment } from './child-client.ts';

/** The credentials that a client got. Secrets can only be compared, so that no failing test prints them. */
export interface HeldCredentials {
  accessKeyId: string;
  /** Null if the client does not show it. */
  expiration: number | null;
  /** Whether secret key and session token are those of the issued credentials. */
  matches(issued: { secretAccessKey: string; sessionToken: string }): boolean;
}

export interface ClientOutcome {
  code: number | null;
  /** Null if the client got no credentials. */
  held: HeldCredentials | null;
  stderr: string;
}

export interface ObtainOptions {
  /**
   * True if the endpoint never responds. Clients then keep their default timeout of one second. Other tests
   * set a longer timeout if possible, because a loaded machine may take a second to respond.
   */
  isEndpointSilent?: boolean;
  /** The profile that the command line of the AWS CLI names. `AWS_PROFILE` has a lower precedence. */
  profile?: string;
}

/** Starts the client, gets credentials with the settings in the environment, and exits. */
export type ObtainCredentials = (environment: Environment, options?: ObtainOptions) => Promise<ClientOutcome>;
