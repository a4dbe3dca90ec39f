import { describe, expect, test } from 'vitest';
import { createRoleWorkstation } from '../../support/cli/role-workstation.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

describe('a job that is too long for the credentials of a role', () => {
  test('check names the flag and the setting that make them valid for longer', async () => {
    const { run } = await createRoleWorkstation();
    const check = await run(['check', '-j', '70m', '--profile', 'tf']);
    expect(check.code).toBe(1);
    expect(check.stdout).toContain('a safe start never, because the requested validity is 1h');
    expect(check.stdout).toContain(
      'request a longer validity: set duration_seconds = 4800 in the profile, or add --source role --duration 1h20m',
    );
    const longer = ['check', '-j', '70m', '--source', 'role', '--profile', 'tf', '--duration', '1h20m'];
    expect((await run(longer)).code).toBe(0);
  });

  ciTest('a job that is short by seconds gets the note about the duration', async () => {
    const { run } = await createRoleWorkstation();
    const check = await run(['check', '-j', '55m', '--profile', 'tf']);
    expect(check.code).toBe(1);
    expect(check.stderr).toContain('no duration is set for the session of the role');
    expect(check.stdout).toContain('--duration 1h05m');
  });

  ciTest('exec names the flag, and starts nothing', async () => {
    const { run } = await createRoleWorkstation();
    const exec = await run(['exec', '-j', '70m', '--profile', 'tf', '--', process.execPath, '-p', '1']);
    expect(exec.code).toBe(125);
    expect(exec.stderr).toContain('--source role --duration 1h20m');
  });

  test.each(
    sampleCases(
      [
        ['55m', 'run a job of less than 55m'],
        ['3h', 'assume the role with credentials of a user and not of a role'],
      ],
      2,
    ),
  )('for a chained role and a job of %s, check does not advise a longer duration', async (job, text) => {
    const { run } = await createRoleWorkstation();
    const check = await run(['check', '-j', job, '--profile', 'chain']);
    expect(check.code).toBe(1);
    expect(check.stdout).toContain('AWS limits role chaining to 1h');
    expect(check.stdout).toContain(text);
    expect(check.stdout).not.toMatch(/--duration|duration_seconds|longer validity/);
  });

  ciTest('for the longest duration of AWS, check does not advise a longer one', async () => {
    const { run } = await createRoleWorkstation();
    const flags = ['--source', 'role', '--profile', 'tf', '--duration', '12h'];
    const check = await run(['check', '-j', '12h', ...flags]);
    expect(check.code).toBe(1);
    expect(check.stdout).toContain('no role allows more than 12h: run a job of less than 11h 55m');
  });

  ciTest('with a web identity, exec names the flag and does not wait', async () => {
    const { run, pod, sts } = await createRoleWorkstation();
    const exec = await run(['exec', '-j', '5h', '--wait', '90m', '--', process.execPath, '-p', '1'], pod);
    expect(exec.code).toBe(125);
    expect(exec.stderr).toContain('--source web-identity --duration 5h10m');
    expect(sts.requests).toHaveLength(1);
  });
});

describe('samples of one role that were requested for different durations', () => {
  /** Polls one session of one hour, and one of six hours. */
  async function createMixedHistory() {
    const workstation = await createRoleWorkstation();
    await workstation.run(['poll', '--profile', 'tf']);
    await workstation.run(['poll', '--profile', 'tf-long']);
    return workstation;
  }

  test('after a failed request, check shows the validity of those of the same duration', async () => {
    const { run } = await createMixedHistory();
    const unreachable = { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9' };
    const check = await run(['check', '-j', '50m', '--profile', 'tf'], unreachable);
    expect(check.code).toBe(3);
    expect(check.stdout).toMatch(/earlier samples new credentials were valid for (59m 59s|1h) $/);
    expect(check.stdout).not.toContain('not valid for long enough');
  });

  ciTest('check gives up at once if the request fails and the requested duration is too short', async () => {
    const { run } = await createMixedHistory();
    const unreachable = { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9' };
    const check = await run(['check', '-j', '5h', '--profile', 'tf', '--wait', '90m'], unreachable);
    expect(check.code).toBe(3);
    expect(check.stdout).toContain('never, because the requested validity is 1h');
  });

  ciTest('report lets the shortest count, and states no share of starts', async () => {
    const { run } = await createMixedHistory();
    const text = await run(['report', '-j', '5h']);
    expect(text.code).toBe(1);
    expect(text.stdout).toContain('the samples were requested for different durations');
    expect(text.stdout).not.toContain('of starts were safe');
    expect(text.stdout).toMatch(/safe starts by job 5\dm(?: \d\ds)? 100% /);
    const json = JSON.parse((await run(['report', '-j', '5h', '-f', 'json'])).stdout);
    const [series] = json.series;
    expect(series.findings.map(({ code }: { code: string }) => code)).toContain('DURATIONS_MIXED');
    expect(series.judgement).toMatchObject({ verdict: 'sometimes', share_of_safe_starts: null });
    expect((await run(['report', '-j', '50m'])).code).toBe(0);
  });
});

ciTest('a failed poll of a profile says nothing about the history of another role', async () => {
  const { run } = await createRoleWorkstation();
  await run(['poll', '--profile', 'tf']);
  const check = await run(['check', '-j', '50m', '--profile', 'mfa', '--wait', '90m']);
  expect(check.code).toBe(3);
  expect(check.stdout).toContain('mfa-required');
  expect(check.stdout).not.toContain('next request');
});
