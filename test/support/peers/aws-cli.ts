import { runClient } from './child-client.ts';
import type { HeldCredentials, ObtainCredentials } from './client.ts';
import type { DebianClient } from './installed-client.ts';

/** Contains botocore 2.0.0dev155. */
export const AWS_CLI: DebianClient = { package: 'awscli', program: '/usr/bin/aws', version: '2.9.19' };

export const obtainByAwsCli: ObtainCredentials = async (environment, { isEndpointSilent = false } = {}) => {
  const timeout: Record<string, string> = isEndpointSilent ? {} : { AWS_METADATA_SERVICE_TIMEOUT: '10' };
  const command = [AWS_CLI.program, 'configure', 'export-credentials', '--format', 'process'];
  const { code, stdout, stderr } = await runClient(command, { ...timeout, ...environment });
  return { code, stderr, held: stdout.trim() === '' ? null : readProcessDocument(stdout) };
};

function readProcessDocument(text: string): HeldCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = JSON.parse(text);
  return {
    accessKeyId: AccessKeyId,
    expiration: Date.parse(Expiration),
    matches: (issued) => SecretAccessKey === issued.secretAccessKey && SessionToken === issued.sessionToken,
  };
}
