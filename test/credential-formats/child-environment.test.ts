import { describe, expect, test } from 'vitest';
import {
  buildChildEnvironment,
  buildEndpointEnvironment,
} from '../../src/credential-formats/child-environment.ts';
import { expectedVariables, handed, ORDINARY } from '../support/credential-formats/awkward-credentials.ts';

const SHADOWING = `
  AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_ACCESS_KEY AWS_SECRET_KEY
  AMAZON_ACCESS_KEY_ID AMAZON_SECRET_ACCESS_KEY AMAZON_SESSION_TOKEN
  AWS_CREDENTIAL_EXPIRATION AWS_CREDENTIALS_EXPIRATION AWS_SESSION_EXPIRATION AWSUME_EXPIRATION
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
  SECRET_ACCESS_KEY: 'somebody else’s',
};
const PARENT = { ...STALE, ...OTHERS, UNSET: undefined };
const ENDPOINT = {
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/path',
  AWS_CONTAINER_AUTHORIZATION_TOKEN: 'token',
};

const child = (changes = {}, options = {}) =>
  buildChildEnvironment(
    PARENT,
    { ...handed(ORDINARY), ...changes },
    { legacyToken: false, region: null, ...options },
  );

describe('the environment of a child with credentials', () => {
  test('is the parent’s with the credentials in place of everything that would shadow them', () => {
    expect(child()).toStrictEqual({ ...OTHERS, ...expectedVariables(ORDINARY, false) });
  });

  test('has the token under both names where that is wanted', () => {
    expect(child({}, { legacyToken: true })).toStrictEqual({
      ...OTHERS,
      ...expectedVariables(ORDINARY, true),
    });
  });

  test('has no token at all where the keys have none', () => {
    expect(child({ token: null }, { legacyToken: true })).toStrictEqual({
      ...OTHERS,
      ...expectedVariables({ ...ORDINARY, token: null }, true),
    });
  });

  test('names the account where it is known', () => {
    expect(child({ accountId: '123456789012' })).toStrictEqual({
      ...OTHERS,
      ...expectedVariables(ORDINARY, false),
      AWS_ACCOUNT_ID: '123456789012',
    });
  });

  test('leaves the parent’s as it was', () => {
    const before = { ...PARENT };
    child();
    expect(PARENT).toEqual(before);
  });
});

describe('the environment of a child that asks an endpoint', () => {
  test('has the way there, and no keys', () => {
    expect(buildEndpointEnvironment(PARENT, ENDPOINT, { region: null })).toStrictEqual({
      ...OTHERS,
      ...ENDPOINT,
    });
  });
});

describe('the region of the profile that is taken away', () => {
  const region = 'ap-south-1';
  test.each([
    {
      title: 'is put under both names',
      parent: {},
      kept: { AWS_REGION: region, AWS_DEFAULT_REGION: region },
    },
    {
      title: 'counts where those of the parent are blank',
      parent: { AWS_REGION: '', AWS_DEFAULT_REGION: '' },
      kept: { AWS_REGION: region, AWS_DEFAULT_REGION: region },
    },
    {
      title: 'gives way to AWS_REGION',
      parent: { AWS_REGION: 'eu-west-1' },
      kept: { AWS_REGION: 'eu-west-1' },
    },
    {
      title: 'gives way to AWS_DEFAULT_REGION',
      parent: { AWS_DEFAULT_REGION: 'eu-west-1' },
      kept: { AWS_DEFAULT_REGION: 'eu-west-1' },
    },
  ])('$title', ({ parent, kept }) => {
    const environment = { ...parent, AWS_PROFILE: 'gone' };
    expect(buildEndpointEnvironment(environment, ENDPOINT, { region })).toStrictEqual({
      ...kept,
      ...ENDPOINT,
    });
    expect(
      buildChildEnvironment(environment, handed(ORDINARY), { legacyToken: false, region }),
    ).toStrictEqual({
      ...kept,
      ...expectedVariables(ORDINARY, false),
    });
  });
});
