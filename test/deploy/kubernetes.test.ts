import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startProcess } from '../support/cli/program-run.ts';
import { curl, startSimulation, written } from '../support/cli/running-simulation.ts';
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
  resolveContainer,
} from '../support/deploy/kubernetes.ts';
import { createDeployWorkspace } from '../support/deploy/workspace.ts';
import { readDocument } from '../support/docs/markdown.ts';
import { HOUR, startPlace } from '../support/recipes/endpoints.ts';
import { ciTest } from '../support/thorough.ts';

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

  test.each([
    ['nodes', ['Namespace', 'ServiceAccount', 'DaemonSet'], 'cred-watch'],
    ['host-network', ['Namespace', 'ServiceAccount', 'DaemonSet'], 'cred-watch'],
    ['service-account', ['ServiceAccount', 'PersistentVolumeClaim', 'Deployment'], 'loaders'],
    ['job', ['ServiceAccount', 'CronJob'], 'loaders'],
  ])('%s renders %j in one namespace', (name, kinds, namespace) => {
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

  test.each(KUSTOMIZATIONS)('kubectl knows every member of %s', (name) => {
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

  describe('the sidecar', () => {
    const workload = (kind: string, name: string, labels: string) => `apiVersion: batch/v1
kind: ${kind}
metadata: { name: ${name}${labels} }
spec:
${kind === 'CronJob' ? '  schedule: "0 0 * * *"\n  jobTemplate: { spec: { template: { spec: { containers: [{ name: load, image: loader }] } } } }' : '  template: { spec: { containers: [{ name: load, image: loader }] } }'}
`;

    test('is added only to workloads with the label', () => {
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

    test('a Job and a CronJob get the same containers', () => {
      const folder = createKustomization({ resources: ['workloads.yaml'], components: ['sidecar'] });
      const label = ', labels: { cred-watch/sidecar: "true" }';
      writeFileSync(
        join(folder, 'workloads.yaml'),
        `${workload('CronJob', 'one', label)}---\n${workload('Job', 'two', label)}`,
      );
      const [first, second] = renderKustomization(kubectl, folder).manifests.map(findPod);
      expect(first?.spec).toEqual(second?.spec);
    });

    const find = (name: string) => {
      const pod = findPodOf('job');
      return resolveContainer(listContainers(pod).find((each) => each.name === name)!, pod);
    };

    test.each([
      ['a job that fits may start', 6 * HOUR, 0],
      ['a job that is too long may not start', 2 * HOUR, 1],
    ])('%s', async (_, validSeconds, code) => {
      const place = await startPlace('eks', validSeconds);
      const { env, args } = find('cred-watch-check');
      expect(args).toContain('4h');
      const workspace = createDeployWorkspace({ env: { ...place.env, ...env } });
      const words = args.join(' ').replace('--wait 30m ', '');
      const run = await workspace.shell(`cred-watch ${words} -f json`);
      expect(run.code).toBe(code);
      expect(JSON.parse(run.stdout).job.duration_seconds).toBe(4 * HOUR);
    });

    test('the poller records a sample under the host of the annotation', async () => {
      const place = await startPlace('eks', 6 * HOUR);
      const { env, args } = find('cred-watch-poller');
      const { shell } = createDeployWorkspace({ env: { ...place.env, ...env } });
      const { code, stdout } = await shell(`cred-watch ${args.join(' ')} --for 1s`);
      expect([code, stdout]).toEqual([0, expect.stringContaining('load-orders · container')]);
    });

    test('without the annotation, the check fails, and the job does not start', async () => {
      const pod = findPodOf('job');
      const container = listContainers(pod).find(({ name }) => name === 'cred-watch-check')!;
      const { args } = resolveContainer(container, { ...pod, metadata: {} });
      expect(args[2]).toBe('');
      const { code, stderr } = await createDeployWorkspace().shell(
        `cred-watch ${args.map((word) => `'${word}'`).join(' ')}`,
      );
      expect([code, stderr]).toEqual([2, expect.stringContaining('--job-duration')]);
    });

    ciTest('without Pod Identity, nothing is measured and the job does not start', async () => {
      const node = await startPlace('imds', 6 * HOUR);
      for (const name of ['cred-watch-check', 'cred-watch-poller']) {
        const { env, args } = find(name);
        const { shell } = createDeployWorkspace({ env: { ...node.env, ...env } });
        const words = args.join(' ').replace('--wait 30m ', '');
        const { code } = await shell(`cred-watch ${words}${name.endsWith('poller') ? ' --for 1s' : ''}`);
        expect(code).toBeGreaterThan(0);
      }
      expect(node.requests()).toEqual([]);
    });
  });

  describe('the DaemonSet', () => {
    /** Starts the container on a free port of loopback. */
    function startPoller(env: Readonly<Record<string, string>>) {
      const pod = findPodOf('nodes');
      const { args } = resolveContainer(pod.spec.containers[0]!, pod);
      expect(args).toContain('0.0.0.0:9464');
      const workspace = createDeployWorkspace({ env });
      const words = args.map((word) => word.replace('0.0.0.0:9464', '127.0.0.1:0'));
      const program = startProcess([join(workspace.bin, 'cred-watch'), ...words], { env: workspace.env });
      onTestFinished(async () => {
        program.child.kill('SIGTERM');
        await program.done;
      });
      let messages = '';
      program.child.stderr.on('data', (chunk) => {
        messages += chunk;
      });
      const waitForMessage = async (pattern: RegExp): Promise<string> => {
        for (let waited = 0; waited < 20_000; waited += 20) {
          const [, group] = pattern.exec(messages) ?? [];
          if (group !== undefined) return group;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        throw new Error(messages);
      };
      return { program, waitForMessage };
    }

    test('is ready after a poll, and has metrics for its port', async () => {
      const { environment } = await startSimulation([]);
      const { program, waitForMessage } = startPoller(environment);
      const url = await waitForMessage(/serving (http:\S+)/);
      await written(program, /simulated-role/);
      const { httpGet } = findPodOf('nodes').spec.containers[0]!.readinessProbe as {
        httpGet: { path: string };
      };
      expect((await curl(new URL(httpGet.path, url).href)).status).toBe(200);
      const { body } = await curl(`${url}metrics`);
      expect(body).toMatch(/^cred_watch_source_up\{.*source="imds"\} 1$/m);
    });

    test('behind hop limit 1, the poll fails, names the limit, and the pod is not ready', async () => {
      const { environment } = await startSimulation(['--scenario', 'hop-limit-v2-only']);
      const { waitForMessage } = startPoller({ ...environment, AWS_METADATA_SERVICE_TIMEOUT: '1' });
      const url = await waitForMessage(/serving (http:\S+)/);
      const hint = await waitForMessage(/^hint: (.*hop limit.*)$/m);
      expect(readDocument('docs/deploy.md')).toContain(`hint: ${hint}\n`);
      const error = await waitForMessage(/^error: (timeout: .*)$/m);
      expect(readDocument('docs/deploy.md')).toContain(`error: ${error}\n`);
      expect((await curl(`${url}healthz`)).status).toBe(503);
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
