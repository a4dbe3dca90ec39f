import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { COMMANDS, declareProgram } from '../../src/cli/program.ts';
import { fixturePath } from '../support/cli/program-run.ts';
import { checkedRun, inNewFolder } from './checked-run.ts';
import { fuzz } from './fuzz.ts';
import { hostileText } from './hostile-values.ts';

/** Paths stay in the folder of the run, and no argument runs a program. */
const harmless = (text: string) => text.replaceAll('/', '').replaceAll('\0', '');

const flags = declareProgram().commands.flatMap(({ options }) =>
  options.flatMap(({ short, long }) => [short ?? '', long ?? '']),
);

const argument: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...new Set(flags)).filter((flag) => flag !== '--process') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '1h',
      '5m',
      '90s',
      'PT1H',
      '0',
      '-1h',
      'json',
      'table',
      'csv',
      'html',
      'prometheus',
      'imds',
      'container',
      'samples.db',
      'history.ndjson',
      'UTC',
      '95%',
      '2026-11-22T00:00:00Z',
      '--',
      'true',
    ),
  },
  hostileText.map(harmless),
  fc
    .tuple(fc.constantFrom(...new Set(flags)), hostileText)
    .map(([flag, value]) => `${flag}=${harmless(value)}`),
);

fuzz(
  'command lines',
  fc.tuple(fc.constantFrom(...COMMANDS.map(({ name }) => name)), fc.array(argument, { maxLength: 6 })),
  ([name, args]) =>
    inNewFolder(async (folder) => {
      const history = fixturePath('histories/safe-to-the-second/observations.ndjson');
      copyFileSync(history, join(folder, 'history.ndjson'));
      // `exec` would run its first argument that is not a flag.
      const commandLine =
        name === 'exec' ? [name, ...args.filter((each) => each !== '--'), '--', 'true'] : [name, ...args];
      await checkedRun(commandLine, { cwd: folder, env: { HOME: folder, CRED_WATCH_DB: 'samples.db' } });
    }),
);
