import { describe, expect, test } from 'vitest';
import {
  buildChildEnvironment,
  buildEndpointEnvironment,
} from '../../src/credential-formats/child-environment.ts';
import {
  expectedVariables,
  ORDINARY,
  toCredentialValues,
} from '../support/credential-formats/awkward-keys.ts';

const SHADOWING = `
  AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_ACCESS_KEY AWS_SECRET_KEY
  AMAZON_ACCESS_KEY_ID AMAZON_SECRET_ACCESS_KEY AMAZON_SESSION_TOKEN
  AWS_CREDENTIAL_EXPIRATION AWS_CREDENTIALS_EXPIRATION AWS_SESSION_EXPIRATION AWSUME_EXPIRATION
  AWS_OKTA_SESSION_EXPIRATION AWS_SESSION_EXPIRES AWS_SESSION_EXPIRY AWS_SESSION_TOKEN_EXPIRATION AWS_EXPIRATION
  AWS_SSO_SESSION_EXPIRATION AWS_ACCOUNT_ID AWS_CREDENTIAL_SCOPE
  AWS_PROFILE AWS_DEFAULT_PROFILE AWS_CREDENTIAL_FILE
  AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN AWS_ROLE_SESSION_NAME
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI
  AWS_CONTAINER_AUTHORIZATION_TOKEN AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_CONTAINER_SERVICE_ENDPOINT
`;
const STALE = Object.fromEntries(
  SHADOWING.trim()
    .split(/\s+/)
    .map((name) => [name, `stale ${name}`]),
);
const OTHERS = {
  PATH: '/usr/bin',
  EMPTY: '',
  'odd name': 'odd\nvalue ü',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-central-1',
  AWS_CONFIG_FILE: '/etc/aws/config',
  AWS_SHARED_CREDENTIALS_FILE: '/etc/aws/credentials',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
  AWS_CA_BUNDLE: '/etc/ssl/bundle.pem',
  AWS_BEARER_TOKEN_BEDROCK: 'bearer',
  SECRET_ACCESS_KEY: 'another program’s',
};
const PARENT = { ...STALE, ...OTHERS, UNSET: undefined };
const ENDPOINT = {
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/path',
  AWS_CONTAINER_AUTHORIZATION_TOKEN: 'token',
};

const child = (changes = {}, options = {}) =>
  buildChildEnvironment(
    PARENT,
    { ...toCredentialValues(ORDINARY), ...changes },
    { legacyToken: false, region: null, ...options },
  );

describe('buildChildEnvironment', () => {
  test('buildChildEnvironment replaces every shadowing variable of the parent by the credentials', () => {
    expect(child()).toStrictEqual({ ...OTHERS, ...expectedVariables(ORDINARY, false) });
  });

  test('buildChildEnvironment sets the token under both names with legacyToken', () => {
    expect(child({}, { legacyToken: true })).toStrictEqual({
      ...OTHERS,
      ...expectedVariables(ORDINARY, true),
    });
  });

  test('buildChildEnvironment sets no token if the keys have none', () => {
    expect(child({ token: null }, { legacyToken: true })).toStrictEqual({
      ...OTHERS,
      ...expectedVariables({ ...ORDINARY, token: null }, true),
    });
  });

  test('buildChildEnvironment sets AWS_ACCOUNT_ID if the account is known', () => {
    expect(child({ accountId: '123456789012' })).toStrictEqual({
      ...OTHERS,
      ...expectedVariables(ORDINARY, false),
      AWS_ACCOUNT_ID: '123456789012',
    });
  });

  test('buildChildEnvironment does not change the parent environment', () => {
    const before = { ...PARENT };
    child();
    expect(PARENT).toEqual(before);
  });
});

describe('buildEndpointEnvironment', () => {
  test('buildEndpointEnvironment sets the variables of the endpoint, disables IMDS and sets no keys', () => {
    const { AWS_EC2_METADATA_DISABLED: _, ...parent } = PARENT;
    expect(buildEndpointEnvironment(parent, ENDPOINT, { region: null })).toStrictEqual({
      ...OTHERS,
      ...ENDPOINT,
    });
  });
});

describe('the region of the removed profile', () => {
  const region = 'ap-south-1';
  test.each([
    {
      title: 'is set under both names',
      parent: {},
      kept: { AWS_REGION: region, AWS_DEFAULT_REGION: region },
    },
    {
      title: 'is set if the region variables of the parent are empty',
      parent: { AWS_REGION: '', AWS_DEFAULT_REGION: '' },
      kept: { AWS_REGION: region, AWS_DEFAULT_REGION: region },
    },
    {
      title: 'is not set if the parent has AWS_REGION',
      parent: { AWS_REGION: 'eu-west-1' },
      kept: { AWS_REGION: 'eu-west-1' },
    },
    {
      title: 'is not set if the parent has AWS_DEFAULT_REGION',
      parent: { AWS_DEFAULT_REGION: 'eu-west-1' },
      kept: { AWS_DEFAULT_REGION: 'eu-west-1' },
    },
  ])('the region of the removed profile $title', ({ parent, kept }) => {
    const environment = { ...parent, AWS_PROFILE: 'gone' };
    expect(buildEndpointEnvironment(environment, ENDPOINT, { region })).toStrictEqual({
      ...kept,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...ENDPOINT,
    });
    expect(
      buildChildEnvironment(environment, toCredentialValues(ORDINARY), { legacyToken: false, region }),
    ).toStrictEqual({
      ...kept,
      ...expectedVariables(ORDINARY, false),
    });
  });
});
