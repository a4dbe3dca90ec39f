import { SSOClient } from '@aws-sdk/client-sso';
import { STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { buildAwsEndpoint } from '../../../src/sources/aws/endpoint-names.ts';

const REGIONS = [
  'eu-west-1',
  'us-east-1',
  'aws-global',
  'cn-north-1',
  'aws-cn-global',
  'us-gov-west-1',
  'aws-us-gov-global',
  'us-iso-east-1',
  'aws-iso-global',
  'us-isob-east-1',
  'aws-iso-b-global',
  'eu-isoe-west-1',
  'aws-iso-e-global',
  'us-isof-south-1',
  'aws-iso-f-global',
  'eusc-de-east-1',
  'unknown-north-1',
];

test.each(['STS', 'SSO'] as const)('the endpoint of %s is that of the SDK in every partition', (id) => {
  for (const region of REGIONS) {
    const { config } = id === 'STS' ? new STSClient({ region }) : new SSOClient({ region });
    for (const [usesFips, usesDualStack] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const parameters = { Region: region, UseFIPS: usesFips, UseDualStack: usesDualStack };
      const { url } = config.endpointProvider(parameters, {});
      expect(`${buildAwsEndpoint({ id, region, usesFips, usesDualStack })}/`).toBe(url.href);
    }
  }
});
