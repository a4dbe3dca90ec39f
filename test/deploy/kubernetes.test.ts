import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import {
  describeWithCheckPackages,
  findSchemaViolation,
  type Manifest,
} from '../support/deploy/check-packages.ts';
import { deployPath } from '../support/deploy/files.ts';
import {
  type Container,
  findPod,
  findPodSecurityViolations,
  findUnknownMembers,
  isTooOldForComponents,
  listContainers,
  type Pod,
  render,
  renderKustomization,
} from '../support/deploy/kubernetes.ts';
import { ciTest, sampleCases } from '../support/thorough.ts';

const KUSTOMIZATIONS = ['nodes', 'host-network', 'service-account', 'job'];
const IMAGE = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/cred-watch:0.1.0';

describeReader('Kubernetes', { program: 'kubectl', package: 'kubernetes-client' }, (kubectl) => {
  const isSkipped = isTooOldForComponents(kubectl);
  const version = isSkipped ? ' (skipped: kubectl 1.21 or later is necessary)' : '';
  describe.skipIf(isSkipped)(`with kubectl${version}`, () => defineTests(kubectl));
});

function defineTests(kubectl: string): void {
  const findPodOf = (name: string): Pod =>
    render(kubectl, name)
      .manifests.map(findPod)
      .find((pod) => pod !== null)!;
  const isOurs = ({ image }: Container) => image.includes('cred-watch');

  test.each(
    sampleCases(
      [
        ['nodes', ['Namespace', 'ServiceAccount', 'DaemonSet'], 'cred-watch'],
        ['host-network', ['Namespace', 'ServiceAccount', 'DaemonSet'], 'cred-watch'],
        ['service-account', ['ServiceAccount', 'PersistentVolumeClaim', 'Deployment'], 'loaders'],
        ['job', ['ServiceAccount', 'CronJob'], 'loaders'],
      ],
      4,
    ),
  )('%s renders %j in one namespace', (name, kinds, namespace) => {
    const { manifests } = render(kubectl, name);
    expect(manifests.map(({ kind }) => kind)).toEqual(kinds);
    const others = manifests.filter(
      ({ kind, metadata }) => (kind === 'Namespace' ? metadata.name : metadata.namespace) !== namespace,
    );
    expect(others).toEqual([]);
  });

  test.each(KUSTOMIZATIONS)(
    '%s selects its pods, and sets the image in each container of cred-watch',
    (name) => {
      for (const manifest of render(kubectl, name).manifests) {
        const pod = findPod(manifest);
        if (pod === null) continue;
        expect(
          listContainers(pod)
            .filter(isOurs)
            .map(({ image }) => image),
        ).not.toEqual([]);
        for (const container of listContainers(pod).filter(isOurs)) expect(container.image).toBe(IMAGE);
        const { selector } = manifest.spec as { selector?: { matchLabels: object } };
        if (selector !== undefined) expect(pod.metadata?.labels).toMatchObject(selector.matchLabels);
      }
    },
  );

  test.each(sampleCases(KUSTOMIZATIONS, 4))('kubectl knows every member of %s', (name) => {
    const workloads = render(kubectl, name).manifests.filter((manifest) => findPod(manifest) !== null);
    expect(workloads).toHaveLength(1);
    expect(findUnknownMembers(kubectl, workloads[0]!)).toEqual([]);
    const misspelt = JSON.parse(JSON.stringify(workloads[0]).replace('"image"', '"imagee"'));
    expect(findUnknownMembers(kubectl, misspelt)).toEqual([expect.stringMatching(/\.imagee$/)]);
  });

  describeWithCheckPackages('the schemas of Kubernetes', () => {
    test.each(KUSTOMIZATIONS)('%s is valid', async (name) => {
      for (const manifest of render(kubectl, name).manifests)
        expect([manifest.kind, await findSchemaViolation(manifest)]).toEqual([manifest.kind, null]);
    });

    test('a wrong type is not valid', async () => {
      const [, , daemonSet] = render(kubectl, 'nodes').manifests;
      const wrong: Manifest = JSON.parse(
        JSON.stringify(daemonSet).replace('"containerPort":9464', '"containerPort":"metrics"'),
      );
      expect(await findSchemaViolation(wrong)).toContain('containerPort must be integer');
    });

    test('the PodMonitor selects the port and the pods of nodes', async () => {
      const folder = createKustomization({ resources: ['nodes'], components: ['pod-monitor'] });
      const { manifests } = renderKustomization(kubectl, folder);
      const monitor = manifests.find(({ kind }) => kind === 'PodMonitor')!;
      expect(await findSchemaViolation(monitor)).toBeNull();
      const { selector, podMetricsEndpoints } = monitor.spec as {
        selector: { matchLabels: object };
        podMetricsEndpoints: { port: string }[];
      };
      const pod = manifests.map(findPod).find((each) => each !== null)!;
      expect(pod.metadata?.labels).toMatchObject(selector.matchLabels);
      expect(pod.spec.containers[0]?.ports).toContainEqual({
        containerPort: 9464,
        name: podMetricsEndpoints[0]!.port,
      });
      expect(monitor.metadata.namespace).toBe('cred-watch');
    });
  });

  test.each(['nodes', 'service-account', 'job'])(
    '%s fulfils the Pod Security standard `restricted`',
    (name) => {
      expect(findPodSecurityViolations(findPodOf(name))).toEqual([]);
    },
  );

  test('host-network violates it only with its network, and its namespace allows this', () => {
    expect(findPodSecurityViolations(findPodOf('host-network'))).toEqual(['hostNetwork']);
    expect(findPodOf('host-network').spec).toMatchObject({ dnsPolicy: 'ClusterFirstWithHostNet' });
    const [namespace] = render(kubectl, 'host-network').manifests;
    expect(namespace?.metadata.labels).toEqual({ 'pod-security.kubernetes.io/enforce': 'privileged' });
  });

  test.each(KUSTOMIZATIONS)('the containers of %s can write only the database, and have limits', (name) => {
    for (const container of listContainers(findPodOf(name)).filter(isOurs)) {
      expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true });
      expect(container.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual(['/var/lib/cred-watch']);
      expect(container.resources).toMatchObject({ limits: { memory: '256Mi' } });
    }
  });

  ciTest.each(sampleCases(['nodes', 'service-account', 'job'], 3))(
    '`push` adds only the destination to %s',
    (name) => {
      const folder = createKustomization({ resources: [name], components: ['push'] });
      const { manifests } = renderKustomization(kubectl, folder);
      const pod = manifests.map(findPod).find((each) => each !== null)!;
      const pollers = (each: Pod) => listContainers(each).filter(({ args }) => args?.[0] === 'poll');
      const [before, after] = [pollers(findPodOf(name)), pollers(pod)];
      expect(after).toEqual(
        before.map(({ args, ...others }) => ({
          ...others,
          args: [...args!, '--push', '$(PUSH_TO)'],
          envFrom: [{ secretRef: { name: 'cred-watch-push' } }],
        })),
      );
      expect(after).toHaveLength(1);
      expect(findPodSecurityViolations(pod)).toEqual([]);
      expect(findUnknownMembers(kubectl, manifests.find((each) => findPod(each) !== null)!)).toEqual([]);
    },
  );

  describe('the sidecar', () => {
    const workload = (kind: string, name: string, labels: string) => `apiVersion: batch/v1
kind: ${kind}
metadata: { name: ${name}${labels} }
spec:
${kind === 'CronJob' ? '  schedule: "0 0 * * *"\n  jobTemplate: { spec: { template: { spec: { containers: [{ name: load, image: loader }] } } } }' : '  template: { spec: { containers: [{ name: load, image: loader }] } }'}
`;

    ciTest('is added only to workloads with the label', () => {
      const folder = createKustomization({ resources: ['workloads.yaml'], components: ['sidecar'] });
      const label = ', labels: { cred-watch/sidecar: "true" }';
      writeFileSync(
        join(folder, 'workloads.yaml'),
        [
          workload('CronJob', 'with', label),
          workload('Job', 'with', label),
          workload('CronJob', 'without', ''),
          workload('Job', 'without', ', labels: { cred-watch/sidecar: "false" }'),
        ].join('---\n'),
      );
      const counts = renderKustomization(kubectl, folder).manifests.map(({ kind, metadata, ...rest }) => [
        `${kind} ${metadata.name}`,
        findPod({ kind, metadata, ...rest })?.spec.initContainers?.length ?? 0,
      ]);
      expect(Object.fromEntries(counts)).toEqual({
        'CronJob with': 2,
        'Job with': 2,
        'CronJob without': 0,
        'Job without': 0,
      });
    });

    ciTest('a Job and a CronJob get the same containers', () => {
      const folder = createKustomization({ resources: ['workloads.yaml'], components: ['sidecar'] });
      const label = ', labels: { cred-watch/sidecar: "true" }';
      writeFileSync(
        join(folder, 'workloads.yaml'),
        `${workload('CronJob', 'one', label)}---\n${workload('Job', 'two', label)}`,
      );
      const [first, second] = renderKustomization(kubectl, folder).manifests.map(findPod);
      expect(first?.spec).toEqual(second?.spec);
    });
  });
}

/** A kustomization that uses folders of deploy, next to files of the test. */
function createKustomization({
  resources,
  components,
}: {
  resources: string[];
  components: string[];
}): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'deploy'));
  symlinkSync(deployPath('kubernetes'), join(folder, 'deploy', 'kubernetes'));
  const locate = (name: string) => (name.endsWith('.yaml') ? name : `./deploy/kubernetes/${name}`);
  const list = (names: string[]) => names.map((name) => `  - ${locate(name)}\n`).join('');
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    `resources:\n${list(resources)}components:\n${list(components)}`,
  );
  return folder;
}
