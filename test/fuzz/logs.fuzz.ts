import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { fixturePath } from '../support/cli/program-run.ts';
import { createHistory } from '../support/store/logs/history.ts';
import { FORMS } from '../support/store/logs/log-forms.ts';
import { checkedRun, inNewFolder } from './checked-run.ts';
import { fuzz } from './fuzz.ts';
import { changedText } from './hostile-values.ts';

const LOGS = [
  'curl.log',
  'invoke.log',
  'histories/safe-to-the-second/observations.ndjson',
  'histories/fallen-back-to-imds-v1/observations.ndjson',
  ...readdirSync(fixturePath('logs')).map((name) => `logs/${name}`),
].map((name) => readFileSync(fixturePath(name), 'utf8').slice(0, 4000));

const FORMS_OF_LOGS = FORMS.map(({ write }) => write(createHistory()).slice(0, 4000));

fuzz('a changed log is imported or refused', changedText(fc.constantFrom(...LOGS, ...FORMS_OF_LOGS)), (log) =>
  inNewFolder(async (folder) => {
    const [file, db] = [join(folder, 'log'), join(folder, 'samples.db')];
    writeFileSync(file, log);
    const { code } = await checkedRun(['import', file, '--db', db]);
    if (code === 0) {
      await checkedRun(['report', '-j', '4h', '--db', db]);
      await checkedRun(['export', '--db', db]);
    }
  }),
);
