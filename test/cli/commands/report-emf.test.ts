import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { IMDS, recordSamples } from '../../support/report/rich-store.ts';

function createDatabase(): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  recordSamples(store, IMDS, { from: Date.now() - 6 * 3_600_000, hours: 5.9 });
  return file;
}

test('report -f emf writes lines in the namespace of the flag', async () => {
  const args = ['report', '--db', createDatabase(), '-j', '4h', '-f', 'emf'];
  for (const [flags, namespace] of [
    [[], 'cred-watch'],
    [['--namespace', 'loads/eu'], 'loads/eu'],
  ] as const) {
    const { code, stdout, stderr } = await runCommand([...args, ...flags]);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ _aws }) => _aws.CloudWatchMetrics[0].Namespace)).toEqual([namespace, namespace]);
  }
});

test.each([
  [['--namespace', 'AWS/EC2', '-f', 'emf'], /^error: --namespace 'AWS\/EC2' is reserved for AWS\nhint: /],
  [['--namespace', 'a b', '-f', 'emf'], /^error: --namespace 'a b' is not a namespace of CloudWatch\nhint: /],
  [['--namespace', 'loads'], /^error: --namespace needs -f emf\nhint: /],
])('report %j is wrong usage', async (args, error) => {
  const { code, stdout, stderr } = await runCommand(['report', ...args]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(error);
});
