import { describe, expect, test } from 'vitest';
import { listDeployFiles, readDeployFile } from '../support/deploy/files.ts';
import { expectValidCall, findCalls } from '../support/docs/command-lines.ts';
import '../support/docs/run-at.ts';

/** The calls in the lines of units and crontabs, also in lines that the user activates. */
const findLineCalls = (text: string) =>
  text
    .split('\n')
    .map((line) => line.replace(/^#(?=\*|\d)/, ''))
    .filter((line) => /^(Exec\w+=|[\d*])/.test(line))
    // The columns of a crontab before the command: five for the time, and the user.
    .map((line) => line.replace(/^Exec\w+=(?:ba)?sh -c '(.*)'$/, '$1'))
    .map((line) => line.replace(/^(?:[\d*][\d*/,-]*\s+)(?:\S+\s+){5}/, ''))
    .flatMap(findCalls);

/** The arguments of containers whose image starts cred-watch. */
const findYamlCalls = (text: string) =>
  [...text.matchAll(/^\s*(?:args|command): \[(.*)\]$/gm)]
    .map(([, list = '']) => list.split(', ').map((word) => word.replace(/^"(.*)"$/, '$1')))
    .filter(([first]) => first !== 'load-orders');

interface TaskContainer {
  image: string;
  entryPoint?: string[];
  command?: string[];
  healthCheck?: { command: string[] };
}

const findTaskCalls = (text: string): string[][] =>
  JSON.parse(text).containerDefinitions.flatMap(
    ({ image, entryPoint, command, healthCheck }: TaskContainer) => [
      ...(/\/cred-watch:/.test(image) && entryPoint === undefined ? [command ?? []] : []),
      ...(entryPoint?.[0] === 'sh' ? findCalls(command?.[0] ?? '') : []),
      ...(healthCheck === undefined ? [] : findCalls(healthCheck.command.join(' '))),
    ],
  );

/** Commands that comments and descriptions name. */
const findNamedCalls = (text: string) =>
  [...text.matchAll(/`(cred-watch [^`]+)`/g)].flatMap(([, line = '']) => findCalls(line));

const files = listDeployFiles();
const calls = files.flatMap((file) => {
  const text = readDeployFile(file);
  const found = [
    ...(/^(systemd|cron)\//.test(file) ? findLineCalls(text) : []),
    ...(/^kubernetes\//.test(file) ? findYamlCalls(text) : []),
    ...(/^ecs\//.test(file) ? findTaskCalls(text) : []),
    ...findNamedCalls(text),
  ];
  return found.map((words) => ({ file, words, line: words.join(' ') }));
});

/** What the environments insert. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '${PUSH_TO}': 's3://BUCKET/cred-watch',
  $PUSH_FLAGS: '--retry-rejected',
  '$(JOB_DURATION)': '4h',
  '$(PUSH_TO)': 's3://BUCKET/cred-watch',
};

describe('command lines of deploy', () => {
  test.each([
    ['systemd/cred-watch.service', 1],
    ['systemd/cred-watch-listen.service', 1],
    ['systemd/cred-watch-push.service', 1],
    ['systemd/cred-watch-emf.service', 1],
    ['systemd/cred-watch-serve.service', 1],
    ['systemd/job.service.d/cred-watch.conf', 1],
    ['cron/cred-watch', 6],
    ['ecs/task-definition.json', 4],
    ['kubernetes/nodes/daemon-set.yaml', 1],
    ['kubernetes/service-account/deployment.yaml', 1],
    ['kubernetes/sidecar/job.yaml', 2],
    ['kubernetes/sidecar/cron-job.yaml', 2],
    ['kubernetes/push/nodes.yaml', 1],
    ['kubernetes/push/service-account.yaml', 1],
    ['kubernetes/push/job.yaml', 1],
    ['kubernetes/push/cron-job.yaml', 1],
  ])('%s has %i command lines', (file, count) => {
    expect(calls.filter((call) => call.file === file)).toHaveLength(count);
  });

  test.each(calls)('deploy/$file: cred-watch $line is valid', async ({ words }) => {
    await expectValidCall(words.map((word) => PLACEHOLDERS[word] ?? word));
  });

  test('an unknown flag is not valid', async () => {
    await expect(expectValidCall(['poll', '--no-such-flag'])).rejects.toThrow('--no-such-flag');
  });
});

test.each(files.filter((file) => file !== 'Dockerfile' && !/^(prometheus|grafana)\//.test(file)))(
  'deploy/%s says at its beginning how it was checked, or where to find this',
  (file) => {
    const beginning = file.endsWith('.json')
      ? readDeployFile(file)
      : readDeployFile(file).split('\n').slice(0, 5).join('\n');
    expect(beginning).toMatch(
      /[Cc]hecked with|what was checked|cred-watch\.checked|docs\/(deploy|serve-service)\.md/,
    );
  },
);
