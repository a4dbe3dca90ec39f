import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { CANARIES } from '../support/cli/canaries.ts';
import { NOWHERE } from '../support/cli/program-run.ts';
import { checkedRun, inNewFolder } from './checked-run.ts';
import { fuzz } from './fuzz.ts';
import { changedObject, changedText, hostileText } from './hostile-values.ts';

const PROFILES = `[default]
aws_access_key_id = ASIACANARY0000000001
aws_secret_access_key = ${CANARIES.secretKey}
aws_session_token = ${CANARIES.sessionToken}
x_security_token_expires = 2026-11-22T06:23:11Z
region = eu-central-1

[profile base]
role_arn = arn:aws:iam::123456789012:role/loader
source_profile = default
credential_source = Ec2InstanceMetadata
[profile web]
web_identity_token_file = token
s3 =
  max_concurrent_requests = 10
[sso-session corporate]
sso_start_url = https://example.invalid/start
`;

/** Variables whose hostile values are harmless: none starts a program, and no request leaves the machine. */
const VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_SESSION_EXPIRATION',
  'AWSUME_EXPIRATION',
  'AWS_PROFILE',
  'AWS_EC2_METADATA_DISABLED',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE',
  'AWS_EC2_METADATA_V1_DISABLED',
  'AWS_METADATA_SERVICE_NUM_ATTEMPTS',
  'AWS_ROLE_ARN',
  'AWS_REGION',
  'CRED_WATCH_HOST',
];

const environment = fc.dictionary(
  fc.constantFrom(...VARIABLES),
  // A variable cannot contain a NUL byte.
  hostileText.map((text) => text.replaceAll('\0', '')),
);

const anyCommand = fc.constantFrom(
  ['sources'],
  ['sources', '-f', 'json'],
  ['poll', '--source', 'profile'],
  ['poll', '--source', 'environment'],
  ['check', '-j', '1h', '--source', 'profile', '-f', 'json'],
  ['check', '-j', '1h', '--profile', 'base'],
);

/** `credential_process` would run any text as a command. */
const withoutCommands = (text: Buffer) =>
  Buffer.from(text.toString('latin1').replaceAll(/credential_process/gi, ''), 'latin1');

fuzz(
  'profile files and variables',
  fc.tuple(
    changedText(fc.constant(PROFILES)).map(withoutCommands),
    changedText(fc.constant(PROFILES)).map(withoutCommands),
    environment,
    anyCommand,
  ),
  ([credentials, config, env, args]) =>
    inNewFolder(async (folder) => {
      mkdirSync(join(folder, '.aws'));
      writeFileSync(join(folder, '.aws', 'credentials'), credentials);
      writeFileSync(join(folder, '.aws', 'config'), config);
      await checkedRun(args, {
        env: {
          HOME: folder,
          CRED_WATCH_DB: join(folder, 'samples.db'),
          ...env,
          AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
        },
      });
    }),
);

const PROCESS_OUTPUT = {
  Version: 1,
  AccessKeyId: 'ASIACANARY0000000001',
  SecretAccessKey: CANARIES.secretKey,
  SessionToken: CANARIES.sessionToken,
  Expiration: '2026-11-22T06:23:11Z',
};

fuzz(
  'the output of a credential process',
  changedText(fc.oneof(changedObject(PROCESS_OUTPUT), changedObject({ Credentials: PROCESS_OUTPUT }))),
  (output) =>
    inNewFolder(async (folder) => {
      const file = join(folder, 'output');
      writeFileSync(file, output);
      const env = { HOME: folder, CRED_WATCH_DB: join(folder, 'samples.db') };
      await checkedRun(['poll', '--process', `cat '${file}'`], { env });
      await checkedRun(['export'], { env });
    }),
);
