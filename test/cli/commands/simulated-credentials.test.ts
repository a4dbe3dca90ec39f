import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { REPORT_FORMATS } from '../../../src/report/formats.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { SIMULATED_NOTE } from '../../support/cli/simulated-note.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';

/** Without line breaks of tables, and without the program of a page. */
const readText = (report: string) => report.replace(/<script[\s\S]*?<\/script>/g, '').replace(/\s+/g, ' ');

describe('samples of simulate in the database of a host', () => {
  let env: Record<string, string>;
  beforeAll(async () => {
    const cleanups: (() => unknown)[] = [];
    const { origin } = await startSimulated({}, (clean) => cleanups.push(clean));
    const folder = temporaryFolder((clean) => cleanups.push(clean));
    env = { CRED_WATCH_DB: join(folder, 'samples.db'), AWS_EC2_METADATA_SERVICE_ENDPOINT: origin };
    await run(['import', fixturePath('curl.log'), '--host', 'linux']);
    expect(await run(['poll'])).toMatchObject({ code: 0, stderr: SIMULATED_NOTE });
    return async () => {
      for (const clean of cleanups) await clean();
    };
  });

  const run = (args: readonly string[]) => runCommand(args, { env });

  // OpenMetrics has samples only.
  const formats = Object.keys(REPORT_FORMATS).filter((format) => format !== 'openmetrics');
  test.each(formats)('report -f %s says that the credentials are false', async (format) => {
    const finding =
      format === 'emf'
        ? /problem_count":1/
        : /SIMULATED_CREDENTIALS|the credentials of this series are false: they come/i;
    const report = ['report', '-j', '4h', '-f', format];
    expect(readText((await run(report)).stdout)).toMatch(finding);
    expect(readText((await run([...report, '--host', 'linux'])).stdout)).not.toMatch(finding);
  });

  test.each([[], ['--exit-codes', 'nagios']])(
    'status %j says that the credentials are simulated',
    async (...flags) => {
      const simulated = await run(['status', '-j', '4h', ...flags]);
      expect(simulated.stdout).toContain('1 problem: simulated credentials (see cred-watch report)');
      const real = await run(['status', '-j', '4h', '--host', 'linux', ...flags]);
      expect(real.stdout).not.toContain('simulated');
    },
  );

  test.each([
    ['check', '-j', '4h'],
    ['check', '-j', '4h', '--offline'],
    ['exec', '-j', '4h', '--', 'true'],
  ])('%s … prints a note', async (...args) => {
    expect(await run(args)).toMatchObject({ code: 0, stderr: SIMULATED_NOTE });
  });

  test('check as JSON and for Nagios names simulated credentials', async () => {
    const { stdout } = await run(['check', '-j', '4h', '-f', 'json']);
    expect(JSON.parse(stdout).notes).toEqual(['SIMULATED_CREDENTIALS']);
    const nagios = await run(['check', '-j', '4h', '--exit-codes', 'nagios']);
    expect(nagios.stdout).toMatch(/^CREDWATCH OK - .* left, needs [\dhm ]+; simulated credentials \|/);
  });

  test('a poller prints the note once', async () => {
    const { stderr } = await run(['poll', '--interval', '1s', '--for', '2s']);
    expect(stderr.match(/are false/g)).toHaveLength(1);
  });
});
