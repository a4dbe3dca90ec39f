import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fixturePath } from '../support/cli/program-run.ts';
import { between, pick, seededRandom } from '../support/random.ts';
import { SEED } from '../support/seed.ts';
import { createHistory } from '../support/store/logs/history.ts';
import { FORMS } from '../support/store/logs/log-forms.ts';
import { checkedRun, inNewFolder } from './checked-run.ts';

/** Lines in total. */
const LINES = Number(process.env.FUZZ_LINES ?? 20_000);

/** Repeats the log with this number only. */
const ONLY = process.env.FUZZ_LOG === undefined ? null : Number(process.env.FUZZ_LOG);

const LINES_PER_LOG = 2000;

/** A shorter piece of a secret can occur by chance. */
const PIECE_LENGTH = 12;

type Random = () => number;

const FIXTURES = [
  'curl.log',
  'invoke.log',
  'histories/safe-to-the-second/observations.ndjson',
  'histories/failed-polls-beside-samples/observations.ndjson',
  ...readdirSync(fixturePath('logs')).map((name) => `logs/${name}`),
].map((name) => readFileSync(fixturePath(name), 'utf8'));

/** Text before and after a secret. A secret that is joined to another word cannot be recognised. */
const AROUND: [string, string][] = [
  [' ', ' '],
  ['"', '"'],
  ["'", "'"],
  ['\t', '\t'],
  [' "SecretAccessKey":"', '",'],
  [' "Token" : "', '",'],
  [' AWS_SECRET_ACCESS_KEY=', ' '],
  [' export AWS_SESSION_TOKEN="', '"'],
  ['< X-aws-ec2-metadata-token: ', '\n'],
  [' {"AccessKeyId":"', '"} '],
  ['{"Expiration":"', '"}'],
  ['{"Code":"', '"}'],
  ['{"Message":{"a":["', '"]}}'],
  ['/latest/meta-data/iam/security-credentials/', ' '],
  [' arn:aws:iam::111122223333:role/', ' '],
  [' {"RoleArn":"arn:aws:iam::1:role/', '"}'],
  ['Authorization: ', '\r\n'],
  ['|', '|'],
  [';', ';'],
  ['(', ')'],
  ['<b>', '</b>'],
  ['\\"', '\\"'],
  ['\u001b[1m ', ' \u001b[0m'],
  ['\n', '\n'],
  ['\u0000', '\u0000'],
  ['curl: (22) ', ' error: 500'],
];

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const createSecret = (length: number, random: Random): string =>
  Array.from({ length }, () => CHARACTERS[between(0, 63, random)]).join('');

/** A secret key, a session token and a token of IMDS. */
const createSecrets = (random: Random): [string, string, string] => [
  createSecret(40, random),
  `IQoJb3JpZ2luX2Vj${createSecret(260, random)}==`,
  `${createSecret(54, random)}==`,
];

/** All pieces of the secrets, also in the encodings of URLs, JSON and UTF-16. */
function listPieces(secrets: readonly string[]): Set<string> {
  const pieces = new Set<string>();
  for (const secret of secrets) {
    const forms = [secret, encodeURIComponent(secret), secret.replaceAll('/', '\\/')];
    for (const form of [...forms, Buffer.from(secret, 'utf16le').toString('latin1')]) {
      for (let at = 0; at + PIECE_LENGTH <= form.length; at += 1)
        pieces.add(form.slice(at, at + PIECE_LENGTH));
    }
  }
  return pieces;
}

function findPiece(text: string, pieces: ReadonlySet<string>): string | null {
  for (let at = 0; at + PIECE_LENGTH <= text.length; at += 1) {
    if (pieces.has(text.slice(at, at + PIECE_LENGTH))) return text.slice(Math.max(0, at - 40), at + 60);
  }
  return null;
}

/** Several logs behind each other, as in a file that several programs wrote. */
function createLines(random: Random): string[] {
  const lines: string[] = [];
  while (lines.length < LINES_PER_LOG) {
    const start = Date.UTC(2020, 0, 1) + between(0, 3e8, random) * 1000;
    const [first, ...others] = FORMS;
    if (first === undefined) throw new Error('there are no forms');
    const text =
      random() < 0.7
        ? pick([first, ...others], random).write(createHistory(start))
        : (FIXTURES[between(0, FIXTURES.length - 1, random)] ?? '');
    lines.push(...text.split('\n'));
  }
  return lines.slice(0, LINES_PER_LOG);
}

function damage(line: string, random: Random): string {
  const at = between(0, line.length, random);
  switch (between(0, 5, random)) {
    case 0:
      return line.slice(0, at);
    case 1:
      return line.slice(at);
    case 2:
      return line.slice(0, at) + line.slice(at + between(1, 5, random));
    case 3:
      return `${line}${line}`;
    case 4:
      return line.slice(0, at) + String.fromCharCode(between(0, 0x2ff, random)) + line.slice(at);
    default:
      return line.replace(/\d/g, (digit) => (random() < 0.1 ? String(between(0, 9, random)) : digit));
  }
}

/** Puts a secret at a random place, or in the place of a value. */
function plantSecret(line: string, secrets: [string, string, string], random: Random): string {
  // Hosts and roles of our own exports can be any text.
  if (line.includes('schema_version')) return line;
  const [first, ...others] = AROUND;
  if (first === undefined) return line;
  const [before, after] = pick([first, ...others], random);
  const secret = pick(secrets, random);
  if (random() < 0.5) {
    const at = between(0, line.length, random);
    return `${line.slice(0, at)}${before}${secret}${after}${line.slice(at)}`;
  }
  const values = [...line.matchAll(/(?<=[\s"':=,{[]|^)[^\s"':=,{}[\]]+(?=[\s"':=,}\]]|$)/g)];
  const value = values[between(0, values.length - 1, random)];
  if (value === undefined) return `${before}${secret}${after}`;
  return `${line.slice(0, value.index)}${secret}${line.slice(value.index + value[0].length)}`;
}

function encode(text: string, random: Random): Uint8Array {
  switch (between(0, 5, random)) {
    case 0:
      return Buffer.from(`\ufeff${text}`, 'utf16le');
    case 1:
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    case 2:
      return gzipSync(text);
    case 3:
      return Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
    default:
      return Buffer.from(text);
  }
}

async function checkLog(number: number): Promise<'imported' | 'refused'> {
  const random = seededRandom(SEED * 1_000_003 + number);
  const secrets = createSecrets(random);
  const pieces = listPieces(secrets);
  const share = random();
  const lines = createLines(random).map((line) => {
    const damaged = random() < share / 4 ? damage(line, random) : line;
    return random() < share ? plantSecret(damaged, secrets, random) : damaged;
  });
  return inNewFolder(async (folder) => {
    const [file, db] = [join(folder, 'creds.log'), join(folder, 'samples.db')];
    writeFileSync(file, encode(lines.join('\n'), random));
    const flags = pick([[], ['--strict'], ['--dry-run'], ['--host', 'h']], random);
    const runs = [await checkedRun(['import', file, '--db', db, ...flags])];
    if (runs[0]?.code === 0 && !flags.includes('--dry-run')) {
      runs.push(await checkedRun(['report', '-j', '4h', '-f', 'json', '--db', db]));
      runs.push(await checkedRun(['export', '--db', db]));
    }
    for (const { stdout, stderr } of runs) expect(findPiece(stdout + stderr, pieces)).toBeNull();
    for (const name of readdirSync(folder).filter((each) => each.startsWith('samples.db'))) {
      const path = join(folder, name);
      if (statSync(path).isFile()) expect(findPiece(readFileSync(path, 'latin1'), pieces)).toBeNull();
    }
    return runs[0]?.code === 0 ? 'imported' : 'refused';
  });
}

test('lines with a secret in any place are imported or refused, and no secret is shown or stored', async () => {
  const started = performance.now();
  const count = { imported: 0, refused: 0 };
  const numbers =
    ONLY === null ? Array.from({ length: Math.ceil(LINES / LINES_PER_LOG) }, (_, n) => n) : [ONLY];
  for (const number of numbers) {
    try {
      count[await checkLog(number)] += 1;
    } catch (cause) {
      throw new Error(`log ${number} failed; TEST_SEED=${SEED} FUZZ_LOG=${number} repeats it`, { cause });
    }
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(
    `${numbers.length * LINES_PER_LOG} lines in ${seconds} s, seed ${SEED}: ${count.imported} logs imported, ${count.refused} refused\n`,
  );
});
