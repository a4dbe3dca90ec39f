import { chownSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { RedshiftClause } from '../../src/credential-formats/documents.ts';
import { CREDENTIAL_FORMATS } from '../../src/credential-formats/formats.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import {
  type Keys,
  ORDINARY,
  toCredentialValues,
  tryAwkwardKeys,
} from '../support/credential-formats/awkward-keys.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { run } from '../support/credential-formats/run.ts';
import { ciTest } from '../support/thorough.ts';

const write = (keys: Keys, clause: RedshiftClause) =>
  CREDENTIAL_FORMATS['redshift-copy'].write(toCredentialValues(keys), { clause });

const isCarried = (value: string) => !/['\\;]/.test(value);

/** Debian installs each version of PostgreSQL in its own folder. */
function serverFolders(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    return readdirSync(root).map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = [65534, 65534];
  chownSync(folder, uid, gid);
  return { uid, gid };
}

/** Starts PostgreSQL in single-user mode, which reads statements from stdin and does not listen. */
async function createDatabase(postgres: string): Promise<(statements: readonly string[]) => Promise<string>> {
  const folder = temporaryFolder();
  const user = unprivilegedUser(folder);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder, env: { PATH: '/usr/bin:/bin' } };
  const initdb = [join(dirname(postgres), 'initdb'), '-D', data, '-U', 'test', '-E', 'UTF8'] as const;
  const initialized = await run([...initdb, '--no-locale', '--no-sync', '--auth=trust'], options);
  expect(initialized.code, initialized.stderr).toBe(0);
  return async (statements) => {
    const command = [postgres, '--single', '-F', '-D', data, 'postgres'] as const;
    const { stdout, stderr } = await run([...command], {
      ...options,
      input: statements.map((each) => `${each};\n`).join(''),
    });
    expect(stderr).not.toMatch(/ERROR|FATAL/);
    return stdout;
  };
}

/** In SQL, `type 'literal'` is an expression. With commas added, the clause is a list of expressions. */
const TYPES = ['access_key_id', 'secret_access_key', 'session_token', 'credentials'];
const withCommas = (clause: string) => clause.trim().replace(/ (SECRET_ACCESS_KEY|SESSION_TOKEN) /g, ', $1 ');

/** The values contain no spaces, so spaces join them. Hexadecimal digits survive every output format. */
const selectValues = (clause: string) =>
  `SELECT encode(convert_to(concat_ws(' ', ${withCommas(clause)}), 'UTF8'), 'hex') AS value`;

const parseValues = (output: string) =>
  [...output.matchAll(/value = "([0-9a-f]*)"/g)].map(([, digits]) =>
    Buffer.from(digits!, 'hex').toString().split(' '),
  );

/** Parses the value of CREDENTIALS as Redshift documents it. */
function parseCredentials(text: string): string[] {
  const names = ['aws_access_key_id', 'aws_secret_access_key', 'token'];
  const items = text.split(';').map((item) => item.split(/=(.*)/));
  expect(items.map(([name]) => name)).toEqual(names);
  return items.map(([, value]) => value!);
}

const postgres = { program: 'postgres', package: 'postgresql', folders: serverFolders() };

describeReader('redshift-copy in PostgreSQL', postgres, (path) => {
  ciTest('PostgreSQL reads every value back, with and without standard_conforming_strings', async () => {
    const query = await createDatabase(path);
    await query(TYPES.map((type) => `CREATE DOMAIN ${type} AS text`));
    await tryAwkwardKeys(
      async ({ many }) => {
        const complete = many.map((keys) => ({ ...keys, token: keys.token ?? 'token' }));
        const values = complete.map(({ accessKeyId, secretAccessKey, token }) => [
          accessKeyId,
          secretAccessKey,
          token,
        ]);
        for (const standard of ['on', 'off']) {
          const evaluate = (clause: RedshiftClause) =>
            query([
              `SET standard_conforming_strings = ${standard}`,
              ...complete.map((keys) => selectValues(write(keys, clause))),
            ]);
          expect(parseValues(await evaluate('parameters'))).toEqual(values);
          expect(parseValues(await evaluate('credentials')).map(([text]) => parseCredentials(text!))).toEqual(
            values,
          );
        }
      },
      { isCarried, runs: 2 },
    );
  });
});

test('redshift-copy writes either clause on one line', () => {
  const { accessKeyId, secretAccessKey, token } = ORDINARY;
  expect(write(ORDINARY, 'parameters')).toBe(
    `ACCESS_KEY_ID '${accessKeyId}' SECRET_ACCESS_KEY '${secretAccessKey}' SESSION_TOKEN '${token}'\n`,
  );
  expect(write(ORDINARY, 'credentials')).toBe(
    `CREDENTIALS 'aws_access_key_id=${accessKeyId};aws_secret_access_key=${secretAccessKey};token=${token}'\n`,
  );
});

test.each(["'", '\\', ';'])(
  'redshift-copy rejects %s in any value, and the error omits the value',
  (character) => {
    for (const clause of ['parameters', 'credentials'] as const) {
      for (const name of ['accessKeyId', 'secretAccessKey', 'token'] as const) {
        const keys = { ...ORDINARY, [name]: `before${character}after` };
        expect(() => write(keys, clause)).toThrow(
          expect.objectContaining({
            message: expect.stringMatching(
              /^AWS_\w+ cannot be written as redshift-copy: (?!.*(before|after))/,
            ),
          }),
        );
      }
    }
  },
);

test('redshift-copy rejects keys without a session token', () => {
  for (const clause of ['parameters', 'credentials'] as const) {
    expect(() => write({ ...ORDINARY, token: null }, clause)).toThrow(/no session token/);
  }
});
