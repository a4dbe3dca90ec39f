import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, runClient } from './child-client.ts';
import type { HeldCredentials, ObtainCredentials } from './client.ts';
import type { DebianClient } from './installed-client.ts';

/** Contains botocore 2.0.0dev155. */
export const AWS_CLI: DebianClient = { package: 'awscli', program: '/usr/bin/aws', version: '2.9.19' };

export const obtainByAwsCli: ObtainCredentials = async (
  environment,
  { isEndpointSilent = false, profile } = {},
) => {
  const timeout: Record<string, string> = isEndpointSilent ? {} : { AWS_METADATA_SERVICE_TIMEOUT: '10' };
  const chosen = profile === undefined ? [] : ['--profile', profile];
  const command = [AWS_CLI.program, 'configure', 'export-credentials', '--format', 'process', ...chosen];
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

/** The folders of the services in the models of botocore. */
const MODELS = { STS: 'sts/2011-06-15', SSO: 'sso/2019-06-10' };

const PARAMETERS = {
  Region: { builtIn: 'AWS::Region', type: 'String', required: false },
  UseDualStack: { builtIn: 'AWS::UseDualStack', type: 'Boolean', required: true, default: false },
  UseFIPS: { builtIn: 'AWS::UseFIPS', type: 'Boolean', required: true, default: false },
  Endpoint: { builtIn: 'SDK::Endpoint', type: 'String', required: false },
  UseGlobalEndpoint: {
    builtIn: 'AWS::STS::UseGlobalEndpoint',
    type: 'Boolean',
    required: true,
    default: false,
  },
};

/**
 * Makes the AWS CLI send the requests for a service to a server. Version 2.9 does not know `AWS_ENDPOINT_URL`.
 * It reads the rules for endpoints from a folder that precedes its own.
 * @returns the variables that the AWS CLI needs
 */
export function redirectAwsCli(folder: string, service: keyof typeof MODELS, url: string): Environment {
  const model = join(folder, MODELS[service]);
  mkdirSync(model, { recursive: true });
  const hasRegion = { fn: 'isSet', argv: [{ ref: 'Region' }] };
  const endpoint = { url, properties: {}, headers: {} };
  const rules = [
    { type: 'endpoint', conditions: [hasRegion], endpoint },
    { type: 'error', conditions: [], error: 'Invalid Configuration: Missing Region' },
  ];
  writeFileSync(
    join(model, 'endpoint-rule-set-1.json'),
    JSON.stringify({ version: '1.0', parameters: PARAMETERS, rules }),
  );
  return { AWS_DATA_PATH: folder };
}
