import { createHmac, randomBytes } from 'node:crypto';

/** With these, a client of a container endpoint gets the credentials of one role. */
export interface ClientSecrets {
  /** The last part of the path of the ECS shape. */
  credentialsId: string;
  /** The token of the ECS and CloudShell shapes. */
  authorization: string;
  /** Signs the service-account tokens of the EKS shape. */
  signingKey: Buffer;
}

/**
 * 256 bits in characters that are valid in URLs and headers. Every local user can connect to a loopback port, so only
 * these secrets protect the credentials of containers.
 */
const SECRET_BYTES = 32;

/** Secrets that are lost with this process. */
export const createClientSecrets = (): ClientSecrets => ({
  credentialsId: randomBytes(SECRET_BYTES).toString('hex'),
  authorization: randomBytes(SECRET_BYTES).toString('hex'),
  signingKey: randomBytes(SECRET_BYTES),
});

/**
 * The same secrets for the same key and role. The labels are permanent: another label makes the variables of running
 * clients invalid.
 */
export function deriveClientSecrets(key: Uint8Array, role: string): ClientSecrets {
  const derive = (label: string) => createHmac('sha256', key).update(`${label}\0${role}`).digest();
  return {
    credentialsId: derive('cred-watch serve: ecs path').toString('hex'),
    authorization: derive('cred-watch serve: container token').toString('hex'),
    signingKey: derive('cred-watch serve: eks signing key'),
  };
}
