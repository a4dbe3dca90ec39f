import { expect, test } from 'vitest';
import { findEnvironmentChecks } from '../../../src/domain/setup/environment-checks.ts';
import { planRoutes, type RoutedShape } from '../../../src/domain/setup/setup-plan.ts';

const IPV4 = { host: '127.0.0.1', port: 1338 };
const BOTH = [IPV4, { host: '::1', port: 1338 }];

const find = (
  environment: Record<string, string>,
  shapes: readonly RoutedShape[] = ['imds'],
  listen = [IPV4],
): string[] =>
  findEnvironmentChecks(planRoutes(shapes, listen), environment).map((check) =>
    check.code === 'VARIABLE' ? `${check.variable} ${check.problem} ${check.state}` : check.code,
  );

test.each([
  [{}, []],
  [{ AWS_EC2_METADATA_DISABLED: 'True' }, ['AWS_EC2_METADATA_DISABLED disabled missing']],
  [{ AWS_EC2_METADATA_DISABLED: 'false' }, []],
  [
    { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9/' },
    ['AWS_EC2_METADATA_SERVICE_ENDPOINT elsewhere missing'],
  ],
  [
    { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://169.254.169.254.example.com' },
    ['AWS_EC2_METADATA_SERVICE_ENDPOINT elsewhere missing'],
  ],
  [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: '' }, []],
  [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1338' }, []],
  [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://localhost:1338/ops/' }, []],
  [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'HTTP://169.254.169.254:80/' }, []],
  [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://169.254.169.254/' }, []],
  [
    { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' },
    ['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE ipv6 missing'],
  ],
  [
    { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/x' },
    ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI container missing'],
  ],
  [
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://localhost:9/x' },
    ['AWS_CONTAINER_CREDENTIALS_FULL_URI container missing'],
  ],
  [{ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1338/v1/credentials' }, []],
  [{ http_proxy: 'http://proxy:3128' }, ['http_proxy proxy missing']],
  [{ HTTP_PROXY: 'http://proxy:3128', NO_PROXY: 'localhost, 169.254.169.254' }, []],
  [{ HTTP_PROXY: 'http://proxy:3128', NO_PROXY: '169.254.169.25' }, ['HTTP_PROXY proxy missing']],
  [{ HTTP_PROXY: 'http://proxy:3128', no_proxy: '*' }, []],
])('with the variables %j, the checks are %j', (environment, checks) => {
  expect(find(environment)).toEqual(checks);
});

test('variables of IMDS have no effect on a set-up for ECS', () => {
  const environment = {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/x',
  };
  expect(find(environment, ['ecs'])).toEqual([]);
});

test('clients may use IPv6 if the set-up has an IPv6 address', () => {
  const environment = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6',
    HTTP_PROXY: 'http://proxy',
    NO_PROXY: '169.254.169.254 [fd00:ec2::254]',
  };
  expect(find(environment, ['imds'], BOTH)).toEqual([]);
});
