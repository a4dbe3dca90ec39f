/**
 * A stand-in for the action `aws-actions/configure-aws-credentials`, which runs only on a runner of GitHub.
 *
 * It imitates the OIDC path of its version 6 (`src/index.ts`, `src/helpers.ts` in the repository
 * aws-actions/configure-aws-credentials): it requests an identity token from the runner, calls
 * AssumeRoleWithWebIdentity for one hour by default, and exports the keys and the region. With
 * `output-credentials` it also sets outputs. `setOutput` of `@actions/core` writes a Date as JSON, so
 * `aws-expiration` has quotes. The variables have no expiration.
 */
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { ActionStandIn } from '../../support/recipes/github-runner.ts';

/** `toCommandValue` of `@actions/core`. */
const toOutput = (value: string | Date): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

export const configureAwsCredentials: ActionStandIn = async (inputs, env) => {
  const region = inputs['aws-region'] ?? '';
  const audience = inputs.audience ?? 'sts.amazonaws.com';
  const client = new STSClient({
    region,
    endpoint: env.AWS_ENDPOINT_URL_STS ?? '',
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
  });
  const response = await fetch(`${env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${audience}`, {
    headers: { Authorization: `Bearer ${env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
  });
  const { value } = (await response.json()) as { value: string };
  const { Credentials } = await client.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: inputs['role-to-assume'],
      RoleSessionName: 'GitHubActions',
      DurationSeconds: Number(inputs['role-duration-seconds'] ?? 3600),
      WebIdentityToken: value,
    }),
  );
  client.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '', Expiration } = Credentials ?? {};
  return {
    env: {
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
    },
    outputs:
      inputs['output-credentials'] === 'true' && Expiration !== undefined
        ? { 'aws-access-key-id': AccessKeyId, 'aws-expiration': toOutput(Expiration) }
        : {},
  };
};
