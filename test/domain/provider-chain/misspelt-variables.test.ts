import { expect, test } from 'vitest';
import { findMisspeltVariables } from '../../../src/domain/provider-chain/findings/misspelt-variables.ts';

const find = (set: readonly string[], blank: readonly string[] = []) =>
  findMisspeltVariables({ setVariables: new Set(set), blankVariables: new Set(blank) }).map(
    ({ variable, similar }) => [variable, ...similar],
  );

test.each([
  ['AWS_CONTAINER_CREDENTIALS_FULL_URL', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'],
  ['AWS_CONTAINER_CREDENTIALS_FULL', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'],
  ['AWS_ACCES_KEY_ID', 'AWS_ACCESS_KEY_ID'],
  ['AWS_ACCESS_KEYID', 'AWS_ACCESS_KEY_ID'],
  ['AWS_SECRET_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
  ['AWS_SESSION_TOKNE', 'AWS_SESSION_TOKEN'],
  ['AWS_WEB_IDENTITY_TOKEN', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
  ['AWS_ROLE_ARN_', 'AWS_ROLE_ARN'],
  ['AWS_PROFIL', 'AWS_PROFILE'],
  ['AWS_SHARED_CREDENTIAL_FILE', 'AWS_SHARED_CREDENTIALS_FILE'],
  ['AWS_EC2_METADATA_SERVICE_ENDPONT', 'AWS_EC2_METADATA_SERVICE_ENDPOINT'],
])('%s is probably %s', (variable, meant) => {
  expect(find([variable, 'PATH', 'HOME'])).toEqual([[variable, meant]]);
});

test.each([
  // SDKs and tools of AWS read these.
  ...['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_DEFAULT_PROFILE', 'AWS_DEFAULT_OUTPUT', 'AWS_ACCESS_KEY'],
  ...['AWS_SECRET_KEY', 'AWS_SECURITY_TOKEN', 'AWS_CREDENTIAL_EXPIRATION', 'AWS_EXECUTION_ENV', 'AWS_PAGER'],
  ...['AWS_SDK_LOAD_CONFIG', 'AWS_ACCOUNT_ID', 'AWS_CA_BUNDLE', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS'],
  ...['AWS_STS_REGIONAL_ENDPOINTS', 'AWS_MAX_ATTEMPTS', 'AWS_RETRY_MODE', 'AWS_METADATA_SERVICE_TIMEOUT'],
  ...['AWS_SSO_SESSION_EXPIRATION', 'AWS_VAULT', 'AWS_BATCH_JOB_ID', 'AWS_LAMBDA_FUNCTION_NAME'],
  // Names of scripts.
  ...['AWS_ROLE', 'AWS_ROLE_NAME', 'AWS_BUCKET', 'AWS_KEY', 'AWS_TOKEN', 'AWS_ACCESS_KEY_ID_STAGING'],
  ...['MY_AWS_PROFIL', 'AWS'],
])('%s has no suggestion', (variable) => {
  expect(find([variable])).toEqual([]);
});

test('a variable that is set was not meant', () => {
  expect(find(['AWS_ACCESS_KEY_ID', 'AWS_ACCESS_KEY_ID_2'])).toEqual([]);
  expect(find(['AWS_ACCESS_KEY_ID_2'], ['AWS_ACCESS_KEY_ID'])).toEqual([]);
});
