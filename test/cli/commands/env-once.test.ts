import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { minimalEnvironment } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createOutput, createTestIo } from '../../support/cli/test-io.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const HOUR = 3600;
const ARGS = ['env', '-j', '4h', '--source', 'imds', '-f', 'process', '--judge', 'once-per-job'];

/** An instance whose credentials have these remaining validities, one per request. `null` is a failure. */
async function startInstance(...validities: (number | null)[]) {
  const path = `GET ${ROLES}loader`;
  const steps = validities.map((expiresIn, index) => {
    const document = { keyId: `ASIATESTTESTTEST000${index}`, issuedIn: -7 * HOUR };
    return expiresIn === null ? { status: 403 } : { body: roleDocument({ ...document, expiresIn }) };
  });
  const endpoint = await startEndpoint(metadataService({ [path]: steps }));
  const env = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
    CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'),
  };
  const run = async (args = ARGS) => {
    const { code, stdout, stderr } = await runCommand(args, { env });
    return { code, hasPassed: stdout.includes('not-a-secret'), stderr };
  };
  return { env, run };
}

describe('env --judge once-per-job', () => {
  test('a later call of the same process passes credentials that do not last for a job', async () => {
    const { run } = await startInstance(6 * HOUR, HOUR);
    expect(await run()).toEqual({ code: 0, hasPassed: true, stderr: '' });
    const second = await run();
    expect(second).toMatchObject({ code: 0, hasPassed: true });
    expect(second.stderr).toMatch(/^note: not judged again: process \d+ \(.+\) was judged at \S+ \S+Z\n$/);
  });

  test('a call that prints nothing, because its output is a terminal, is not the first call', async () => {
    const { env, run } = await startInstance(6 * HOUR, HOUR);
    const [terminal, stderr] = [{ ...createOutput(() => {}), isTerminal: true }, createOutput(() => {})];
    const io = createTestIo(minimalEnvironment(env), '', { stdout: terminal, stderr });
    expect(await main(ARGS, io)).toBe(2);
    expect(await run()).toMatchObject({ code: 1, hasPassed: false });
  });

  test('each call is judged by default', async () => {
    const { run } = await startInstance(6 * HOUR, HOUR);
    const always = ARGS.slice(0, -2);
    expect(await run(always)).toMatchObject({ code: 0 });
    expect(await run(always)).toMatchObject({ code: 1, hasPassed: false });
    expect(await run([...always, '--judge', 'always'])).toMatchObject({ code: 1, hasPassed: false });
  });

  test('a later call refuses expired credentials, and a source that fails', async () => {
    const { run } = await startInstance(6 * HOUR, -60, null, 60);
    expect(await run()).toMatchObject({ code: 0 });
    const expired = await run();
    expect(expired).toMatchObject({ code: 1, hasPassed: false });
    expect(expired.stderr).toMatch(/^error: not safe: the credentials have expired\n/);
    expect(await run()).toMatchObject({ code: 3, hasPassed: false });
    expect(await run()).toMatchObject({ code: 0, hasPassed: true });
  });

  test('a call without a judgement does not wait', async () => {
    const { run } = await startInstance(6 * HOUR, HOUR);
    const args = [...ARGS, '--wait', '1h'];
    expect(await run(args)).toMatchObject({ code: 0 });
    expect(await run(args)).toMatchObject({ code: 0, hasPassed: true });
  });

  test('each call is judged and says so without a usable database', async () => {
    const { run } = await startInstance(6 * HOUR, 5 * HOUR, HOUR);
    const args = [...ARGS, '--db', '/dev/null/samples.db'];
    const note = 'note: every call judges the job, because the database cannot be written\nhint: ';
    for (const code of [0, 0, 1]) {
      const call = await run(args);
      expect(call.code).toBe(code);
      expect(call.stderr).toContain(note);
    }
  });

  test('each call is judged and says so if no run of the job is in progress', async () => {
    const { run } = await startInstance(6 * HOUR, HOUR);
    const args = [...ARGS, '--job', 'nightly'];
    const note = "note: every call judges the job, because this process belongs to no run of 'nightly'\n";
    expect((await run(args)).stderr).toContain(note);
    const refused = await run(args);
    expect(refused).toMatchObject({ code: 1, hasPassed: false });
    expect(refused.stderr).toMatch(/^error: not safe: a 4h job /);
    expect(refused.stderr).toContain(note);
  });

  test.each(['env', 'json', 'docker'])(
    'a copy in the format %s has to last for the whole job',
    async (format) => {
      const { run } = await startInstance(6 * HOUR);
      const args = ARGS.map((word) => (word === 'process' ? format : word));
      expect(await run(args)).toEqual({
        code: 2,
        hasPassed: false,
        stderr:
          'error: --judge once-per-job needs -f process\nhint: remove --judge: the other formats pass a copy, which has to last for the whole job\n',
      });
    },
  );
});
