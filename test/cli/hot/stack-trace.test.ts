import { expect, test } from 'vitest';
import { PROGRAM } from '../../support/cli/built-program.ts';
import { minimalEnvironment, startProcess } from '../../support/cli/program-run.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const FAILING_LINES = [
  'poll --db /dev/null/samples.db',
  'check -j 4h --offline --db /dev/null/samples.db',
  'exec -j 4h --db postgres://127.0.0.1:1/x -- true',
  'report --db /dev/null/samples.db',
  'status --db /dev/null/samples.db',
];

test.for(FAILING_LINES)('a stack trace has the names of functions: %s', async (line, { onTestFinished }) => {
  const folder = temporaryFolder(onTestFinished);
  const [command = '', ...words] = line.split(' ');
  const run = await startProcess([process.execPath, PROGRAM, command, '--debug', ...words], {
    env: minimalEnvironment({ HOME: folder, AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' }),
    cwd: folder,
  }).done;
  expect(run.stderr).toMatch(/^ +at (?:async )?\w{8,} \(.*program\.js:/m);
});
