import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { runAt } from '../../support/docs/run-at.ts';
import { sampleCases } from '../../support/thorough.ts';

/** Imports a history of `fixtures` and reports it at its time. Removes the layout: line breaks, and marks of the page. */
async function report(history: string, args: readonly string[], format = 'table'): Promise<string> {
  const folder = fixturePath(`histories/${history}`);
  const now = Date.parse(JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')).now);
  const home = temporaryFolder();
  const env = { HOME: home, LANG: 'C.UTF-8', CRED_WATCH_DB: join(home, 'samples.db') };
  const imported = await runAt(now, ['import', join(folder, 'observations.ndjson')], env);
  expect(imported.code).toBe(0);
  const { stdout } = await runAt(now, ['report', ...args, '-f', format], env);
  // The script of the page contains every message.
  return stdout
    .replaceAll(/<script>.*?<\/script>/gs, '')
    .replaceAll(/<span class="one-line">(.*?)<\/span>/g, '$1')
    .replaceAll(/\s+/g, ' ');
}

const FORMATS = ['table', 'markdown', 'html', 'junit', 'github'];

describe('a window that contains the expiration', () => {
  const args = ['-j', '10m', '--margin', '0'];

  test.each(sampleCases(['table', 'markdown', 'html'], 3))(
    'the worst case in %s has an upper limit if the credentials may have expired',
    async (format) => {
      const text = await report('window-that-crosses-expiration', args, format);
      expect(text).toMatch(/worst case\W.*at most 5m/);
      expect(text).toContain(
        'and counted as 0s, because the credentials may have expired before the rotation',
      );
      expect(text).not.toMatch(/longest safe job\W[^a-z]*0s/);
    },
  );

  test.each(sampleCases(FORMATS, 3))(
    'the finding ROTATION_TOO_LATE in %s has an upper limit',
    async (format) => {
      const text = await report('window-that-crosses-expiration', args, format);
      expect(text).toContain('the shortest was at most 5m');
    },
  );

  test('the chart of the page shows the worst case with its upper limit', async () => {
    const text = await report('window-that-crosses-expiration', args, 'html');
    expect(text).toContain('The worst case was at most 5m (2026-03-01 01:05:00Z).');
  });

  test('the page shows the lead time of a window that contains the expiration as an upper limit', async () => {
    const text = await report('window-that-crosses-expiration', args, 'html');
    expect(text).toContain('<td>at most 5m</td>');
  });
});

describe('a source that served expired credentials', () => {
  const args = ['-j', '30m', '--margin', '0'];

  test('the worst case and the lead time are negative if expired credentials were served', async () => {
    const text = await report('served-expired', args);
    expect(text).toContain('worst case -15m just before the rotation');
    expect(text).toContain('the latest came 15m after the expiration');
  });

  test.each(sampleCases(FORMATS, 3))(
    '%s does not advise waiting for a source that served expired credentials',
    async (format) => {
      const text = await report('served-expired', args, format);
      expect(text).toContain('repair the program that serves the credentials');
      expect(text).not.toMatch(/after a rotation|iam_role/i);
    },
  );
});

test.each(sampleCases(FORMATS, 3))('%s says on which day the spare validity is used up', async (format) => {
  const text = await report('lead-times-shrink', ['-j', '5h20m'], format);
  expect(text).toContain('the spare validity of a 5h 20m job is used up on 2026-01-24');
});

test.each(
  sampleCases(
    [
      ['table', '; but lead times shrink'],
      ['markdown', '; but lead times shrink'],
      ['html', '. Lead times shrink, so the job will not stay safe.'],
      ['github', '; but lead times shrink'],
    ],
    4,
  ),
)('a safe verdict in %s says next to the spare validity that lead times shrink', async (format, remark) => {
  const text = await report('lead-times-shrink', ['-j', '5h20m'], format);
  expect(text).toContain(`38m 24s to spare${remark}`);
});

test('without a job, shrinking lead times name no day', async () => {
  const text = await report('lead-times-shrink', []);
  expect(text).toContain('the measured worst case will not last evidence');
});

describe('credentials that are issued per request', () => {
  test('the rows of per-request credentials have no rotations and no watched time', async () => {
    const text = await report('issued-per-request', ['-j', '30m']);
    expect(text).toContain('rotations none: every request gets new credentials');
    expect(text).toContain('longest safe job 55m so far with a margin of 5m');
    expect(text).toContain('safe starts by job 55m 100% · 1h 0%');
    expect(text).toContain('5 samples of credentials that are issued per request.');
    expect(text).not.toMatch(/watched|rotation interval|witnessed/);
  });

  test('the page of per-request credentials has no rotations', async () => {
    const text = await report('issued-per-request', ['-j', '30m'], 'html');
    expect(text).toContain('No rotations: every request gets new credentials.');
    expect(text).not.toMatch(/not known yet|witnessed/);
  });

  test('the advice for per-request credentials is a longer validity', async () => {
    const text = await report('issued-per-request-for-too-short-a-time', ['-j', '2h']);
    expect(text).toContain('what to do make the source issue credentials with a longer validity');
  });

  test('too few samples of per-request credentials are called samples', async () => {
    const text = await report('issued-per-request', ['-j', '30m', '--confidence', '95%']);
    expect(text).toContain(
      'what to do 5 samples, but this confidence needs at least 19: import more samples',
    );
  });
});

describe('several endpoints', () => {
  test('the rows of several endpoints have no rotation interval and no windows', async () => {
    const text = await report('two-endpoints-rotate-independently', ['-j', '3h']);
    expect(text).toContain('rotation interval not known: several endpoints rotate independently');
    expect(text).toContain(
      'if an endpoint still served these credentials 10m after their last sample (2026-01-01 07:29:00Z)',
    );
    expect(text).not.toContain('rotation windows');
  });

  test('the page of several endpoints does not promise rotation intervals', async () => {
    const text = await report('two-endpoints-rotate-independently', ['-j', '3h'], 'html');
    expect(text).toMatch(/rotation interval<.{0,20}>not known: several endpoints rotate independently/);
    expect(text).toContain('served by one of several endpoints');
  });

  test('with several endpoints, the advice is not to wait for a rotation', async () => {
    const text = await report('two-endpoints-rotate-independently', ['-j', '3h']);
    expect(text).toContain('do not wait for a rotation: the next request may get the older credentials');
  });
});

test('a Date header that would make credentials last longer is reported as unused', async () => {
  const text = await report('date-header-is-slow', ['-j', '5h']);
  expect(text).toContain("the Date header was 30m behind the host's clock; it is ignored");
  expect(text).not.toContain('this report corrects');
});

test('the finding ISSUED_IN_FUTURE says by how much samples were moved', async () => {
  expect(await report('issued-in-the-future', ['-j', '5h'])).toContain(
    'all samples were moved later by 1m 01s',
  );
});

test('the evidence states no chance if the newest credentials are worse than at any rotation', async () => {
  const text = await report('rotation-overdue', ['-j', '1h']);
  expect(text).toContain('so the next rotation leaves less validity than all measured ones.');
  expect(text).not.toContain('at most 1 in');
});

describe('--min-watched', () => {
  /** Half of the time was not polled. */
  async function judgeHalfWatched(...args: string[]) {
    const db = join(temporaryFolder(), 'samples.db');
    const history = fixturePath('histories/two-endpoints-not-polled-at-night/observations.ndjson');
    const imported = await runCommand(['import', history, '--db', db]);
    expect(imported.code).toBe(0);
    return runCommand(['report', '--db', db, '-j', '4h', ...args]);
  }

  test('a safe verdict shows in its first line how much was watched', async () => {
    const run = await judgeHalfWatched();
    expect(run.code).toBe(0);
    expect(run.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'safe so far: a 4h job with a margin of 5m at any measured start, 46m to spare; only 49.92% of the time was watched',
    );
  });

  test('too little watched time makes the verdict unknown and says what to do', async () => {
    const run = await judgeHalfWatched('--min-watched', '80%');
    expect(run.code).toBe(3);
    expect(run.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'what to do 49.92% of the time was watched, less than 80%: import the missing samples, or judge a time without gaps',
    );
  });

  test('enough watched time leaves the verdict safe', async () => {
    expect((await judgeHalfWatched('--min-watched', '0.49')).code).toBe(0);
  });

  test('a job that is too long is not safe, even if too little was watched', async () => {
    expect((await judgeHalfWatched('--min-watched', '80%', '-j', '5h')).code).toBe(1);
  });

  test.each(sampleCases(['0', '101%', '80', 'most'], 4))('--min-watched %s is wrong usage', async (share) => {
    const run = await judgeHalfWatched('--min-watched', share);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^error: .*--min-watched.*\nhint: .*\n$/);
  });
});
