import { runClient } from './child-client.ts';
import type { Held, Obtain } from './client.ts';
import type { DebianClient } from './installed-client.ts';

/** Brings a botocore of its own, 2.0.0dev155. */
export const AWS_CLI: DebianClient = { package: 'awscli', program: '/usr/bin/aws', version: '2.9.19' };

export const obtainByAwsCli: Obtain = async (environment, { isSilent = false } = {}) => {
  const patience: Record<string, string> = isSilent ? {} : { AWS_METADATA_SERVICE_TIMEOUT: '10' };
  const command = [AWS_CLI.program, 'configure', 'export-credentials', '--format', 'process'];
  const { code, stdout, stderr } = await runClient(command, { ...patience, ...environment });
  return { code, said: stderr, held: stdout.trim() === '' ? null : readProcessDocument(stdout) };
};

function readProcessDocument(text: string): Held {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = JSON.parse(text);
  return {
    accessKeyId: AccessKeyId,
    expiration: Date.parse(Expiration),
    isWhole: (issued) => SecretAccessKey === issued.secretAccessKey && SessionToken === issued.sessionToken,
  };
}
