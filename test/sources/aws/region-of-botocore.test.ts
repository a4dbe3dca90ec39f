import { expect, test } from 'vitest';
import { findProvidersWithoutRegion } from '../../../src/sources/aws/region-of-botocore.ts';
import { readProfileFiles } from '../../../src/sources/profile/files.ts';
import { homeWith } from '../../support/sources/profile-home.ts';

const find = async (env: Record<string, string>, config = '') => {
  const options = { env: { HOME: homeWith({ config }), ...env } };
  return findProvidersWithoutRegion(options, await readProfileFiles(options));
};

const ALL = ['profile-role', 'web-identity', 'profile-web-identity'];
const ENDPOINT = { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' };

test.each<[Record<string, string>, string[]]>([
  [{}, []],
  [{ AWS_REGION: 'eu-west-1' }, []],
  [ENDPOINT, ['profile-role']],
  [{ ...ENDPOINT, AWS_REGION: 'eu-west-1' }, ['profile-role']],
  [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: 'eu-west-1' }, ['profile-role']],
  [{ ...ENDPOINT, AWS_DEFAULT_REGION: 'eu-west-1' }, []],
  [{ ...ENDPOINT, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_REGION: 'eu-west-1' }, []],
  [{ AWS_REGION: 'us-east-1', AWS_USE_FIPS_ENDPOINT: 'true' }, ALL],
  [{ AWS_REGION: 'us-east-1', AWS_USE_DUALSTACK_ENDPOINT: 'true' }, ALL],
  [{ AWS_REGION: 'cn-north-1' }, ALL],
  [{ AWS_REGION: 'not a region' }, []],
])('with the variables %j, botocore has no region for %j', async (env, providers) => {
  expect(await find(env)).toEqual(providers);
});

test.each<[config: string, providers: string[]]>([
  ['[default]\nendpoint_url = http://127.0.0.1:1\n', ['profile-role']],
  [
    '[default]\nservices = own\n[services own]\nsts =\n  endpoint_url = http://127.0.0.1:1\n',
    ['profile-role'],
  ],
  ['[default]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:1\n', []],
])('with the settings %j, botocore has no region for %j', async (config, providers) => {
  expect(await find({ AWS_REGION: 'eu-west-1' }, config)).toEqual(providers);
});
