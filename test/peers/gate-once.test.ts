import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runProgram, runShell } from '../support/cli/built-program.ts';
import { noPidNamespace, OWN_PROCESSES } from '../support/cli/namespaces.ts';
import { AWS_CLI } from '../support/peers/aws-cli.ts';
import { startBotocore } from '../support/peers/botocore.ts';
import { CLI, JAVASCRIPT } from '../support/peers/clients.ts';
import { findServedExchange } from '../support/peers/conversation.ts';
import { startGate } from '../support/peers/gate.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { startJavaScript } from '../support/peers/javascript-sdk.ts';
import type { SdkCredentials, SdkProcess } from '../support/peers/sdk-process.ts';
import { createSharedClock } from '../support/peers/shared-clock.ts';
import { ciTest, longTimeout, sampleCases } from '../support/thorough.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const ONCE = ['--judge', 'once-per-job'];
const REFUSAL = 'not safe: a 5h 40m job with a margin of 15m that starts now, ';

/** New credentials are safe for a job of 5h40m for five minutes. */
async function startShortGate(flags: readonly string[] = []) {
  const shared = createSharedClock();
  const gate = await startGate({ lifetime: 6 * HOUR, job: '5h40m', flags, clock: shared.clock });
  const share = <T extends object>(environment: T) => ({ ...environment, ...shared.environment });
  return {
    ...gate,
    skip: shared.skip,
    environment: share(gate.environment),
    environmentForJavaScript: share(gate.environmentForJavaScript),
  };
}

/** How many hours after the first credentials these were issued. */
function getHourOfIssue(
  held: SdkCredentials | null,
  { instance }: Pick<Awaited<ReturnType<typeof startGate>>, 'instance'>,
): number {
  const served = instance.exchanges.flatMap(({ handled }) => handled.credentials ?? []);
  const issued = findServedExchange({ held }, instance.exchanges)?.handled.credentials;
  if (!issued || !served[0]) throw new Error('the client has no credentials of the instance');
  return (issued.issuedAt - served[0].issuedAt) / (HOUR * 1000);
}

/** Gets credentials until they change or until an error. The SDK for JavaScript fetches them in the background. */
async function waitForChange(sdk: SdkProcess, first: SdkCredentials | null): Promise<SdkCredentials | null> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const held = await sdk.getCredentials();
    if (held?.accessKeyId !== first?.accessKeyId) return held;
    await pause(50);
  }
  throw new Error('the client still has the first credentials');
}

describeClient(CLI, AWS_CLI, () => {
  ciTest(
    'botocore gets new credentials near the expiry of the first ones, although a new job would not be safe',
    async ({ onTestFinished }) => {
      const gate = await startShortGate(ONCE);
      const sdk = startBotocore(gate.environment, onTestFinished);
      expect(getHourOfIssue(await sdk.getCredentials(), gate)).toBe(0);
      gate.skip(5 * HOUR + 46 * MINUTE);
      expect(getHourOfIssue(await sdk.getCredentials(), gate)).toBe(5);
      const other = startBotocore(gate.environment, onTestFinished);
      expect(await other.getCredentials()).toBeNull();
      expect(other.getError()).toContain(REFUSAL);
    },
  );

  ciTest('botocore fails near the expiry if each call is judged', async ({ onTestFinished }) => {
    const gate = await startShortGate();
    const sdk = startBotocore(gate.environment, onTestFinished);
    expect(getHourOfIssue(await sdk.getCredentials(), gate)).toBe(0);
    gate.skip(5 * HOUR + 46 * MINUTE);
    // botocore keeps the old credentials until ten minutes are left.
    expect(getHourOfIssue(await sdk.getCredentials(), gate)).toBe(0);
    gate.skip(6 * MINUTE);
    expect(await sdk.getCredentials()).toBeNull();
    expect(sdk.getError()).toContain(REFUSAL);
  });

  ciTest('a refused job is judged again at its next call', async ({ onTestFinished }) => {
    const gate = await startShortGate(ONCE);
    gate.skip(30 * MINUTE);
    const sdk = startBotocore(gate.environment, onTestFinished);
    expect(await sdk.getCredentials()).toBeNull();
    expect(sdk.getError()).toContain(REFUSAL);
    gate.skip(30 * MINUTE);
    expect(getHourOfIssue(await sdk.getCredentials(), gate)).toBe(1);
  });

  ciTest(
    'a process that has run for more than twice the duration is judged again, and the error says so',
    async ({ onTestFinished }) => {
      const gate = await startShortGate(ONCE);
      const sdk = startBotocore(gate.environment, onTestFinished);
      expect(getHourOfIssue(await sdk.getCredentials(), gate)).toBe(0);
      gate.skip(11 * HOUR + 30 * MINUTE);
      expect(await sdk.getCredentials()).toBeNull();
      expect(sdk.getError()).toContain(REFUSAL);
      expect(sdk.getError()).toMatch(
        /\nnote: judged again: process \d+ \(python3\) was judged at .*, and has run for more than twice its duration of 5h 40m since then\n/,
      );
    },
  );

  ciTest('all commands of a script are one job if exec starts the script', longTimeout, async () => {
    const gate = await startShortGate([...ONCE, '--job', 'nightly']);
    const { environment: env } = gate;
    const file = env.SHIFTED_TIME_FILE;
    const call = `${AWS_CLI.program} --profile gate configure export-credentials --format process`;
    const exec = `"$NODE" "$PROGRAM" exec -j 4h --source imds --job nightly --db ${gate.database} --`;
    const { code, stdout, stderr } = await runShell(
      `${exec} sh -c '${call} && echo 1800000 > ${file} && ${call}'; echo 1800000 > ${file}; ${call}`,
      // Six programs start after each other, on a machine that runs other tests.
      { env, timeoutMs: 300_000 },
    );
    expect(stdout.match(/"AccessKeyId"/g)).toHaveLength(2);
    expect(code).toBe(253);
    expect(stderr).toContain(REFUSAL);
  });
});

describe(JAVASCRIPT, () => {
  ciTest(
    'the SDK gets new credentials near the expiry of the first ones, although a new job would not be safe',
    async ({ onTestFinished }) => {
      const gate = await startShortGate(ONCE);
      const sdk = startJavaScript(gate.environmentForJavaScript, onTestFinished);
      const first = await sdk.getCredentials();
      expect(getHourOfIssue(first, gate)).toBe(0);
      gate.skip(5 * HOUR + 56 * MINUTE);
      expect(getHourOfIssue(await waitForChange(sdk, first), gate)).toBe(5);
    },
  );

  ciTest('the SDK fails after the expiry if each call is judged', async ({ onTestFinished }) => {
    const gate = await startShortGate();
    const sdk = startJavaScript(gate.environmentForJavaScript, onTestFinished);
    const first = await sdk.getCredentials();
    expect(getHourOfIssue(first, gate)).toBe(0);
    gate.skip(6 * HOUR + 30 * MINUTE);
    expect(await waitForChange(sdk, first)).toBeNull();
  });
});

/** Calls the gate with new credentials, and again half an hour later. */
const callTwice = (gate: string, file: string, between = 'true') =>
  `${gate} && ${between} && echo 1800000 > ${file} && ${gate}`;

describe('the job that is judged once', () => {
  /** Runs a script. `GATE` in the script is the command line of the gate. */
  async function runScript(
    createScript: (gate: string, file: string) => string,
    flags: readonly string[] = ONCE,
  ) {
    const { gate, environment, database } = await startShortGate(flags);
    const { SHIFTED_TIME_FILE: file = '' } = environment;
    const env = { ...environment, CRED_WATCH_DB: database };
    const { stdout, stderr } = await runShell(createScript(gate, file), { env });
    return { passed: stdout.match(/"AccessKeyId"/g)?.length ?? 0, stderr };
  }

  test('a shell that calls the gate twice is one job', async () => {
    const { passed, stderr } = await runScript(callTwice);
    expect(passed).toBe(2);
    expect(stderr).toMatch(/^note: not judged again: process \d+ \(sh\) was judged at \S+ \S+Z$/m);
  });

  const SHELLS: [name: string, start: string, end?: string][] = [
    ['sh', 'sh -c'],
    ['bash', 'bash -c'],
    ['busybox', 'busybox sh -c'],
    ['a shell that does not replace itself', `bash -c`, ' 2>&2'],
  ];
  ciTest.each(sampleCases(SHELLS, 4))(
    'the shell that only runs the gate is not the job: %s',
    async (_, shell, end = '') => {
      const { passed } = await runScript((gate, file) => callTwice(`${shell} '${gate}${end}'`, file));
      expect(passed).toBe(2);
    },
  );

  ciTest('a shell that runs more than the gate is the job', async () => {
    const { passed, stderr } = await runScript((gate, file) => callTwice(`sh -c '${gate}; true'`, file));
    expect(passed).toBe(1);
    expect(stderr).toContain(REFUSAL);
  });

  ciTest('calls at the same time are all judged, and the next call is not', async () => {
    const { passed } = await runScript((gate, file) =>
      [`for n in 1 2 3 4; do ${gate} & done; wait`, `echo 1800000 > ${file}`, gate].join('; '),
    );
    expect(passed).toBe(5);
  });

  ciTest('another duration is another judgement', async () => {
    const { passed, stderr } = await runScript((gate, file) =>
      [gate, `echo 1800000 > ${file}`, gate.replace('5h40m', '5h41m'), gate].join('; '),
    );
    expect(passed).toBe(2);
    expect(stderr).toContain('not safe: a 5h 41m job with a margin of 15m that starts now, ');
  });

  describe('with --job', () => {
    const RUN = [...ONCE, '--job', 'nightly'];
    const exec = (flags: string, script: string) =>
      `"$NODE" "$PROGRAM" exec ${flags} --source imds --job nightly -- sh -c '${script}'`;

    ciTest('a run of exec is one job, in all of its processes', async () => {
      const { passed, stderr } = await runScript(
        (gate, file) => exec('-j 5h40m --margin 15m', `echo 1800000 > ${file}; (${gate}; true); ${gate}`),
        RUN,
      );
      expect(passed).toBe(2);
      expect(
        stderr.match(/^note: not judged again: this run of 'nightly' was judged at \S+ \S+Z$/gm),
      ).toHaveLength(2);
    });

    ciTest('the validity at the start of the run counts, not the duration that exec judged', async () => {
      const createScript = (ahead: number) => (gate: string, file: string) =>
        `echo ${ahead} > ${file}; ${exec('-j 1h', `echo 1800000 > ${file}; ${gate}`)}`;
      expect(await runScript(createScript(0), RUN)).toMatchObject({ passed: 1 });
      const { passed, stderr } = await runScript(createScript(600_000), RUN);
      expect(passed).toBe(0);
      expect(stderr).toContain(REFUSAL);
    });

    ciTest('a run that got credentials of another series is judged at its first call', async () => {
      const createScript = (first: number) => (gate: string, file: string) =>
        exec(
          '-j 5h40m --margin 15m --host other',
          `echo ${first} > ${file}; ${gate}; echo 1800000 > ${file}; ${gate}`,
        );
      expect(await runScript(createScript(0), RUN)).toMatchObject({ passed: 2 });
      expect(await runScript(createScript(600_000), RUN)).toMatchObject({ passed: 0 });
    });

    ciTest('a run that has ended does not count, also for a process that it left behind', async () => {
      const { passed, stderr } = await runScript((gate, file) => {
        const leftBehind = `(while [ ! -e ${file}.ended ]; do sleep 0.1; done; ${gate}; true) &`;
        const script = exec('-j 5h40m --margin 15m', leftBehind);
        return `${script}; echo 1800000 > ${file}; touch ${file}.ended`;
      }, RUN);
      expect(passed).toBe(0);
      expect(stderr).toContain(REFUSAL);
      expect(stderr).toMatch(
        /\nnote: every call judges the job, because this process belongs to no run of 'nightly'\nhint: /,
      );
    });

    ciTest('a run does not count if exec was killed', async () => {
      const { passed, stderr } = await runScript(
        (gate, file) => `${exec('-j 5h40m --margin 15m', 'kill -9 $PPID')}; echo 1800000 > ${file}; ${gate}`,
        RUN,
      );
      expect(passed).toBe(0);
      expect(stderr).toContain('belongs to no run of ');
    });

    ciTest('a run of another job does not count', async () => {
      const { stderr } = await runScript(
        (gate) => exec('-j 5h40m --margin 15m', gate),
        [...ONCE, '--job', 'hourly'],
      );
      expect(stderr).toContain("this process belongs to no run of 'hourly'\n");
    });
  });
});

describe.skipIf(noPidNamespace !== null)('a process in a container', () => {
  ciTest('the first process of a container is one job', async () => {
    const { gate, environment, database } = await startShortGate(ONCE);
    const script = callTwice(gate, environment.SHIFTED_TIME_FILE ?? '');
    const env = { ...environment, CRED_WATCH_DB: database };
    const { stdout } = await runShell(`${OWN_PROCESSES.join(' ')} sh -c '${script}'`, { env });
    expect(stdout.match(/"AccessKeyId"/g)).toHaveLength(2);
  });

  ciTest('processes of two containers with the same pid are two jobs', async () => {
    const { gate, environment, skip } = await startShortGate(ONCE);
    const script = `${OWN_PROCESSES.join(' ')} sh -c '${gate}; true'`;
    const first = await runShell(script, { env: environment });
    skip(30 * MINUTE);
    const second = await runShell(script, { env: environment });
    expect([first.stdout !== '', second.stdout]).toEqual([true, '']);
    expect(second.stderr).toContain(REFUSAL);
  });

  ciTest('every call is judged if the caller is outside the PID namespace', async () => {
    const { args, environment } = await startShortGate(ONCE);
    const { code, stderr } = await runProgram(args, { env: environment, prefix: OWN_PROCESSES });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^note: every call judges the job, because the process that called this program could not be identified\n/,
    );
  });
});
