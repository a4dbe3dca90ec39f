import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../../support/cli/built-program.ts';
import { grantToken, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { startOnTerminal } from '../../support/cli/terminal.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest } from '../../support/thorough.ts';

/** IMDS whose credentials and state a test changes. */
async function startInstance(expiresIn = 7000) {
  const state = { key: 1, isDown: false };
  const documents = [1, 2].map((key) =>
    roleDocument({ keyId: `ASIATESTTESTTEST000${key}`, issuedIn: -5, expiresIn }),
  );
  const endpoint = await startEndpoint(({ method, path }) => {
    if (state.isDown) return { status: 500 };
    if (method === 'PUT') return grantToken();
    if (path.endsWith('instance-id')) return { body: 'i-0abc' };
    if (path === ROLES) return { body: 'loader' };
    return { body: documents[state.key - 1] ?? '' };
  });
  const env = {
    CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
  };
  return { state, env };
}

const POLL = ['poll', '--interval', '1s'];
const CTRL_C = '\x03';

describeReader('a poller on a terminal', { program: 'script', package: 'bsdutils' }, () => {
  test('the output of --on-change appears above the updating line', async () => {
    const { state, env } = await startInstance();
    const command = 'echo first; echo second >&2; sleep 3 &';
    const terminal = startOnTerminal([...POLL, '--on-change', command], { env, columns: 120 });
    await terminal.shows(/ 0 rotations · [1-9] polls? · 0 failed$/m);
    state.isDown = true;
    await terminal.shows(/^second$/m);
    await terminal.shows(/^failing since /m);
    terminal.type(CTRL_C);
    expect(await terminal.done).toBe(0);
    const lines = terminal.screen().filter((line) => /first|second/.test(line));
    expect(lines.toSorted()).toEqual(['first', 'second']);
  });

  test('a poller on a terminal prints only changes, above one line that counts down', async () => {
    const { state, env } = await startInstance();
    const terminal = startOnTerminal([...POLL, '-j', '1h', '--timezone', '+05:30'], {
      env,
      columns: 130,
    });
    await terminal.shows(
      /^1h 56m \d\ds left · (next poll in 1s|polling) · 0 rotations · [3-9] polls · 0 failed$/m,
    );
    state.key = 2;
    await terminal.shows(/1 rotation /);
    state.isDown = true;
    await terminal.shows(
      /^failing since \d\d:\d\d:\d\d\+05:30: \S+ · 1h 56m \d\ds left · .* · [2-9] failed$/m,
    );
    state.isDown = false;
    await terminal.shows(/^note: polls succeed again; they had failed since \S+ \S+\+05:30$/m);
    terminal.type(CTRL_C);
    expect(await terminal.done).toBe(0);
    const screen = terminal.screen();
    expect(screen.filter((line) => line.includes('ASIA'))).toEqual([
      expect.stringMatching(/i-0abc · imds v2 · loader {2}ASIA…0001 {2}1h 56m .*\+05:30$/),
      expect.stringMatching(/ASIA…0002 .* {2}rotation: the previous credentials had 1h 5\dm \d\ds left$/),
    ]);
    // The reason is printed once, with its hint.
    expect(screen.filter((line) => /^(error|hint): /.test(line))).toHaveLength(2);
    const end = screen.findIndex((line) => /^stopped after \d+s$/.test(line));
    expect(
      screen
        .slice(end + 1)
        .join('\n')
        .trimEnd(),
    ).toMatch(
      /^ {2}polls +\d+, [1-9] failed\n {2}rotations seen +1\n {2}shortest +1h 56m \d\ds of remaining validity, .*\n(.*\n)? {2}verdict +\S.* 1h job with a margin of 5m[\s\S]*\n {2}what to do +`cred-watch report -j 1h` shows/,
    );
    // Nothing of the updating line stays on the screen.
    expect(screen.filter((line) => line.includes('next poll in'))).toEqual([
      expect.stringMatching(/^error: .*; next poll in \ds$/),
    ]);
  });

  test('the updating line has durations as in other lines, and no spaces before a comma', async () => {
    const { env } = await startInstance(118);
    const terminal = startOnTerminal(POLL, { env: { ...env, LC_ALL: 'C' } });
    await terminal.shows(/, [3-9] polls, 0 failed$/m);
    expect(terminal.output()).toMatch(/1m \d\ds left, polling, 0 rotations, [12] polls?, 0 failed\r/);
    expect(terminal.output()).not.toMatch(/\b0h|\b0\d[ms] left| ,/);
  });

  ciTest('the line fits a narrow terminal, and a terminal that becomes narrower', async () => {
    const { env } = await startInstance();
    const terminal = startOnTerminal(POLL, { env, columns: 40 });
    await terminal.shows(/^1h 56m \d\ds left · (next poll in \ds|polling)( · \d \w+)*$/m);
    terminal.resize(12);
    await terminal.shows(/^1h 56m \d\ds$/m);
    const lines = terminal.output().split('\u001b[J');
    expect(lines.every((line) => line.includes('\n') || line.replaceAll('\r', '').length < 40)).toBe(true);
    terminal.resize(90);
    await terminal.shows(/ · \d+ polls · 0 failed$/m);
  });

  test('TERM=dumb gets a line per poll and the summary, without control sequences', async () => {
    const { env } = await startInstance();
    const terminal = startOnTerminal(POLL, { env: { ...env, TERM: 'dumb' } });
    await terminal.shows(/(.*ASIA…0001.*\n){3}/);
    terminal.type(CTRL_C);
    expect(await terminal.done).toBe(0);
    expect(terminal.output()).not.toContain('\u001b');
    expect(terminal.output()).not.toContain('next poll');
    expect(terminal.screen().join('\n')).toMatch(/stopped after \d+s\n {2}polls +[3-9], 0 failed\n/);
  });

  ciTest('a poller that read no credentials says so, and exits with 1', async () => {
    const { state, env } = await startInstance();
    state.isDown = true;
    const terminal = startOnTerminal([...POLL, '--for', '3s'], { env });
    expect(await terminal.done).toBe(1);
    expect(terminal.screen().join('\n')).toMatch(
      /polls +[1-9], [1-9] failed\n {2}rotations seen +0\n {2}what to do +no credentials were read: `cred-watch sources`/,
    );
  });

  ciTest('the command of the summary has the margin and the database of the poller', async () => {
    const { env } = await startInstance();
    const db = join(temporaryFolder(), 'my samples.db');
    const flags = ['--for', '3s', '-j', '9h', '--margin', '1m', '--db', db];
    const terminal = startOnTerminal([...POLL, ...flags], { env, columns: 200 });
    expect(await terminal.done).toBe(0);
    expect(terminal.screen().join('\n')).toContain(`\`cred-watch report -j 9h --margin 1m --db '${db}'\``);
  });

  ciTest('a terminal gets the same JSON as a pipe', async () => {
    const { env } = await startInstance();
    // A terminal also shows the note that a file was created.
    await runProgram(['poll'], { env });
    const terminal = startOnTerminal([...POLL, '--for', '2s', '-f', 'json'], { env });
    expect(await terminal.done).toBe(0);
    const lines = terminal.output().trimEnd().split('\r\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ host: 'i-0abc' });
  });
});

ciTest('a pipe gets one line per poll and no summary', async () => {
  const { env } = await startInstance();
  const run = await runProgram([...POLL, '--for', '2s', '-j', '1h'], { env: { ...env, TERM: 'xterm' } });
  expect(run.code).toBe(0);
  const lines = run.stdout.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines)
    expect(line).toMatch(/^\S+ \S+ {2}i-0abc · imds v2 · loader {2}ASIA…0001 {2}1h 56m .*Z$/);
  expect(run.stderr).toBe('');
});
