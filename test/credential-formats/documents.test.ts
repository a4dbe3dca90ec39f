import { describe, expect, test } from 'vitest';
import { CREDENTIAL_FORMATS } from '../../src/credential-formats/formats.ts';
import {
  EXPIRATION,
  type Keys,
  ORDINARY,
  toCredentialValues,
  tryAwkwardKeys,
} from '../support/credential-formats/awkward-keys.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { run } from '../support/credential-formats/run.ts';

const writeProcess = CREDENTIAL_FORMATS.process.write;
const writeJson = CREDENTIAL_FORMATS.json.write;

const processDocument = ({ accessKeyId, secretAccessKey, token }: Keys) => ({
  Version: 1,
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  ...(token !== null && { SessionToken: token }),
  Expiration: EXPIRATION,
});

const jsonDocument = ({ accessKeyId, secretAccessKey, token }: Keys) => ({
  schema_version: 1,
  access_key_id: accessKeyId,
  secret_access_key: secretAccessKey,
  session_token: token,
  expiration: EXPIRATION,
  account_id: null,
});

describe('documents parsed in JavaScript', () => {
  test('process has the fields that SDKs expect from a credential_process', async () => {
    await tryAwkwardKeys(async ({ many }) => {
      expect(many.map((keys) => JSON.parse(writeProcess(toCredentialValues(keys))))).toEqual(
        many.map(processDocument),
      );
    });
  });

  test('json has every field, and null for a missing value', async () => {
    await tryAwkwardKeys(async ({ many }) => {
      expect(many.map((keys) => JSON.parse(writeJson(toCredentialValues(keys))))).toEqual(
        many.map(jsonDocument),
      );
    });
  });

  test('process and json contain the account id if it is known', () => {
    const credentials = { ...toCredentialValues(ORDINARY), accountId: '123456789012' };
    expect(JSON.parse(writeProcess(credentials))).toHaveProperty('AccountId', '123456789012');
    expect(JSON.parse(writeJson(credentials))).toHaveProperty('account_id', '123456789012');
  });
});

/** Prints each value as hexadecimal digits, so that the output needs no quoting. */
const READ_IN_PYTHON = `
import json, sys
for text in sys.stdin.read().split('\\0')[:-1]:
    print(*(str(each).encode().hex() for each in json.loads(text).values()))`;

describeReader('documents parsed in Python', { program: 'python3', package: 'python3' }, (python) => {
  test.each(['process', 'json'] as const)('Python reads every value of %s back', async (format) => {
    await tryAwkwardKeys(async ({ many }) => {
      const texts = many.map((keys) => CREDENTIAL_FORMATS[format].write(toCredentialValues(keys)));
      const { stdout, stderr } = await run([python, '-c', READ_IN_PYTHON], {
        env: { PATH: process.env.PATH ?? '' },
        input: texts.map((text) => `${text}\0`).join(''),
      });
      expect(stderr).toBe('');
      const read = stdout.trimEnd().split('\n');
      const documents = many.map<object>(format === 'process' ? processDocument : jsonDocument);
      expect(read.map((line) => line.split(' ').map((each) => Buffer.from(each, 'hex').toString()))).toEqual(
        documents.map((each) => Object.values(each).map((value) => String(value ?? 'None'))),
      );
    });
  });
});
