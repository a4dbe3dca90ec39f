import { describe, expect, test } from 'vitest';
import { CREDENTIAL_FORMATS } from '../../src/credential-formats/formats.ts';
import {
  EXPIRATION,
  handed,
  type Keys,
  ORDINARY,
  tryAwkwardKeys,
} from '../support/credential-formats/awkward-credentials.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { run } from '../support/credential-formats/run.ts';

const { process: writeProcess, json: writeJson } = CREDENTIAL_FORMATS;

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

describe('as JavaScript reads them', () => {
  test('process has what SDKs ask of a credential_process', async () => {
    await tryAwkwardKeys(async ({ many }) => {
      expect(many.map((keys) => JSON.parse(writeProcess(handed(keys))))).toEqual(many.map(processDocument));
    });
  });

  test('json has every field, and null for what there is not', async () => {
    await tryAwkwardKeys(async ({ many }) => {
      expect(many.map((keys) => JSON.parse(writeJson(handed(keys))))).toEqual(many.map(jsonDocument));
    });
  });

  test('both name the account where it is known', () => {
    const credentials = { ...handed(ORDINARY), accountId: '123456789012' };
    expect(JSON.parse(writeProcess(credentials))).toHaveProperty('AccountId', '123456789012');
    expect(JSON.parse(writeJson(credentials))).toHaveProperty('account_id', '123456789012');
  });
});

/** Each value as the hexadecimal digits of its bytes, so that nothing on the way back needs quoting. */
const READ_IN_PYTHON = `
import json, sys
for text in sys.stdin.read().split('\\0')[:-1]:
    print(*(str(each).encode().hex() for each in json.loads(text).values()))`;

describeReader('as Python reads them', { program: 'python3', package: 'python3' }, (python) => {
  test.each(['process', 'json'] as const)('%s gives back every value', async (format) => {
    await tryAwkwardKeys(async ({ many }) => {
      const texts = many.map((keys) => CREDENTIAL_FORMATS[format](handed(keys)));
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
