import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const COMMANDS: [args: string[], code: number][] = [
  [['poll', '--source', 'imds'], 2],
  [['status'], 2],
  [['report', '--fleet'], 2],
  [['report', '--listen', '127.0.0.1:0'], 2],
  [['check', '-j', '1h'], 2],
  [['check', '-j', '1h', '--offline', '--source', 'imds'], 2],
  [['exec', '-j', '1h', '--', 'true'], 125],
  [['env', '-j', '1h', '-f', 'json'], 2],
  [['import', 'fixtures/curl.log'], 2],
  [['export'], 2],
  [['prune', '--older-than', '90d'], 2],
  [['push', '--to', './history'], 2],
  [['serve', '--source', 'imds'], 2],
  [['key', 'ASIAIOSFODNN7EXAMPLE'], 2],
];

const POSTGRES = 'did you mean postgres://HOST/DATABASE?';
const HINTS: [location: string, hint: string][] = [
  ['postgress://analyst@127.0.0.1/fleet', POSTGRES],
  ['postgers:/127.0.0.1/fleet', POSTGRES],
  ['jdbc:postgresql://127.0.0.1/fleet', POSTGRES],
  ['s3://bucket/cred-watch', 'copy the objects to a folder with `aws s3 sync`, and give this folder'],
  ['S3:/bucket', 'copy the objects to a folder with `aws s3 sync`, and give this folder'],
  ['https://db.example.com', 'use a path, or postgres://USER@HOST/DATABASE for a command that only reads'],
];

const ERROR = 'the database is neither a path nor the URL of a PostgreSQL database';

async function run(args: string[], db: string, variable: string | undefined) {
  const cwd = temporaryFolder();
  const dashes = args.indexOf('--');
  const [own, child] = dashes < 0 ? [args, []] : [args.slice(0, dashes), args.slice(dashes)];
  const result = await runCommand([...own, ...(variable === undefined ? ['--db', db] : []), ...child], {
    env: variable === undefined ? {} : { [variable]: db },
    cwd,
  });
  return { ...result, files: readdirSync(cwd) };
}

test.each(COMMANDS)('%j takes no misspelt URL for a file', async (args, code) => {
  for (const variable of [undefined, 'CRED_WATCH_DB']) {
    const [db, hint] = ['postgress:/127.0.0.1/fleet', POSTGRES];
    const result = await run(args, db, variable);
    expect(result).toMatchObject({ code, stdout: '', stderr: `error: ${ERROR}\nhint: ${hint}\n`, files: [] });
  }
});

test.each(COMMANDS)('%j takes no URL of PostgreSQL with one slash for a file', async (args, code) => {
  const result = await run(args, 'postgres:/analyst@127.0.0.1/fleet', undefined);
  expect(result).toMatchObject({ code, stdout: '', files: [] });
  expect(result.stderr).toMatch(/^error: the (?:URL of the )?PostgreSQL database .*\nhint: /);
});

test.each(HINTS)('the hint for %s', async (db, hint) => {
  const { code, stderr } = await run(['report', '--fleet'], db, undefined);
  expect([code, stderr]).toEqual([2, `error: ${ERROR}\nhint: ${hint}\n`]);
});

test('an output is no URL', async () => {
  const { code, stderr } = await run(['export', '-f', 'parquet', '-o', 's3://bucket/x'], 'a.db', undefined);
  expect([code, stderr]).toEqual([
    2,
    'error: --output is a URL, and not a file name\nhint: give the path of a file\n',
  ]);
});
