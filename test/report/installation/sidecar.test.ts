import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildSidecar } from '../../../src/report/installation/sidecar.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { readDeployFile } from '../../support/deploy/files.ts';
import { isTooOldForComponents, render, renderKustomization } from '../../support/deploy/kubernetes.ts';
import { createPoll } from '../../support/installation/poll-command.ts';
import { isThorough } from '../../support/thorough.ts';

const POLL = createPoll({
  source: 'container',
  words: ['poll', '--source', 'container', '--host', 'a "b": c'],
  variables: [
    ['CRED_WATCH_HOST', 'load: orders'],
    ['AWS_PROFILE', 'a'],
  ],
});

const build = (orchestrator: 'ecs' | 'kubernetes') =>
  buildSidecar({ orchestrator, poll: POLL, every: 300, version: '1.2.3' });

const ARGS = ['poll', '--interval', '5m', '--source', 'container', '--host', 'a "b": c'];

test('the container of ECS has the settings of the poller in deploy', () => {
  const { volumes, containerDefinitions } = JSON.parse(build('ecs'));
  const deployed = JSON.parse(readDeployFile('ecs/task-definition.json'));
  const [poller] = deployed.containerDefinitions;
  expect(volumes).toEqual(deployed.volumes);
  expect(containerDefinitions).toEqual([
    {
      name: 'cred-watch',
      image: expect.stringMatching(/\/cred-watch:1\.2\.3$/),
      essential: false,
      command: ARGS,
      environment: [{ name: 'CRED_WATCH_HOST', value: 'load: orders' }],
      user: poller.user,
      readonlyRootFilesystem: poller.readonlyRootFilesystem,
      linuxParameters: poller.linuxParameters,
      memoryReservation: poller.memoryReservation,
      mountPoints: poller.mountPoints,
    },
  ]);
});

interface PodTemplate {
  spec: { template: { spec: { initContainers: Record<string, unknown>[]; volumes: unknown[] } } };
}

describeReader('the sidecar of init', { program: 'kubectl', package: 'kubernetes-client' }, (kubectl) => {
  test.skipIf(!isThorough || isTooOldForComponents(kubectl))(
    'kubectl adds the sidecar of deploy to a Job',
    () => {
      const folder = temporaryFolder();
      const job = 'apiVersion: batch/v1\nkind: Job\nmetadata: { name: load }\nspec:\n  template:\n';
      const containers = '    spec: { containers: [{ name: load, image: loader }] }\n';
      writeFileSync(join(folder, 'job.yaml'), job + containers);
      writeFileSync(join(folder, 'sidecar.yaml'), job + build('kubernetes').replace(/^(?=.)/gm, '    '));
      writeFileSync(
        join(folder, 'kustomization.yaml'),
        'resources: [job.yaml]\npatches: [{ path: sidecar.yaml }]\n',
      );
      const [manifest] = renderKustomization(kubectl, folder).manifests;
      const { initContainers, volumes } = (manifest as unknown as PodTemplate).spec.template.spec;
      const deployed = render(kubectl, 'job').manifests.find(({ kind }) => kind === 'CronJob');
      const { jobTemplate } = Object(deployed).spec as { jobTemplate: PodTemplate };
      const expected = jobTemplate.spec.template.spec;
      expect(initContainers).toEqual([
        {
          ...expected.initContainers[0],
          name: 'cred-watch',
          image: expect.stringMatching(/\/cred-watch:1\.2\.3$/),
          args: ARGS,
          env: [{ name: 'CRED_WATCH_HOST', value: 'load: orders' }],
        },
      ]);
      expect(volumes).toEqual(expect.arrayContaining(expected.volumes.slice(-1)));
    },
  );
});
