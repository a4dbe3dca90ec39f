// The import of a log of one million lines, compared with mawk, which reads the same lines and counts samples and
// rotations. mawk parses no times and stores nothing.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { missingTools, startCommands } from '../harness/commands.mjs';

const FULL_DOCUMENTS = 500_000;
const QUICK_DOCUMENTS = 50_000;
const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** @type {import('../harness/bench.mjs').Bench} */
export default {
  name: 'import',
  title: 'Import of one million lines (100,000 in a quick run)',
  rounds: { full: 5, quick: 2 },
  prepare: async ({ folder, quick, keep }) => {
    const documents = quick ? QUICK_DOCUMENTS : FULL_DOCUMENTS;
    const commands = startCommands(folder);
    const lines = await keep(`lines-${documents}.log`, (file) => writeLog(file, documents, formatLines));
    const json = await keep(`json-${documents}.log`, (file) => writeLog(file, documents * 2, formatJson));
    const useless = await keep(`useless-${documents}.log`, (file) =>
      writeLog(file, documents * 2, formatUseless),
    );
    const database = join(folder, 'samples.db');
    const run = (log, ...more) => {
      for (const end of ['', '-wal', '-shm']) rmSync(database + end, { force: true });
      const exitCodes = log === useless ? [2] : [0];
      return commands.measureProgram(['import', log, '--host', 'h', '--db', database, ...more], {
        exitCodes,
      });
    };
    return {
      cases: [
        { name: 'mawk', skip: missingTools('mawk'), measure: () => commands.measure(['mawk', MAWK, lines]) },
        { name: 'import', measure: () => run(lines), goals: [{ most: 6, against: 'mawk' }] },
        {
          name: 'import --dry-run',
          measure: () => run(lines, '--dry-run'),
          goals: [{ most: 6, against: 'mawk' }],
        },
        { name: 'import --dry-run, JSON', measure: () => run(json, '--dry-run') },
        { name: 'import, no line is recognised', measure: () => run(useless) },
      ],
      close: commands.close,
    };
  },
};

const MAWK = `
  { gsub(/[",]/, ""); at = $1 " " $2 }
  /LastUpdated/ { if ($5 != updated) rotations++; updated = $5 }
  /Expiration/ { samples++; expiration = $5 }
  END { print samples, rotations, at, expiration }`;

const iso = (at) => new Date(at).toISOString().replace('.000Z', 'Z');

/** Polls every minute, and credentials for six hours that rotate every hour. */
function createDocument(index) {
  const at = START + index * MINUTE;
  const updated = at - (at % (60 * MINUTE));
  return { at: iso(at), updated: iso(updated), expiration: iso(updated + 360 * MINUTE) };
}

function formatLines(index) {
  const { at, updated, expiration } = createDocument(index);
  const stamp = `[${at.slice(0, 19).replaceAll('-', '/').replace('T', ' ')}]`;
  return `${stamp}  "LastUpdated" : "${updated}",\n${stamp}  "Expiration" : "${expiration}"\n`;
}

function formatJson(index) {
  const { at, updated, expiration } = createDocument(index);
  const document = {
    Code: 'Success',
    LastUpdated: updated,
    AccessKeyId: 'ASIAEXAMPLE',
    Expiration: expiration,
  };
  return `${at} ${JSON.stringify(document)}\n`;
}

const formatUseless = (index) => `line ${index} of a program that logs something else and more words\n`;

function writeLog(file, count, format) {
  const output = openSync(file, 'w');
  for (let index = 0; index < count; ) {
    let text = '';
    for (const end = Math.min(count, index + 10_000); index < end; index += 1) text += format(index);
    writeSync(output, text);
  }
  closeSync(output);
}
