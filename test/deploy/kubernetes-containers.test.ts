import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startProcess } from '../support/cli/program-run.ts';
import { curl, startSimulation, written } from '../support/cli/running-simulation.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import {
  findPod,
  isTooOldForComponents,
  listContainers,
  type Pod,
  render,
  resolveContainer,
} from '../support/deploy/kubernetes.ts';
import { createDeployWorkspace } from '../support/deploy/workspace.ts';
import { readDocument } from '../support/docs/markdown.ts';
import { HOUR, startPlace } from '../support/recipes/endpoints.ts';
import { ciTest, sampleCases } from '../support/thorough.ts';

describeReader(
  'the containers of Kubernetes',
  { program: 'kubectl', package: 'kubernetes-client' },
  (kubectl) => {
    const isSkipped = isTooOldForComponents(kubectl);
    const version = isSkipped ? ' (skipped: kubectl 1.21 or later is necessary)' : '';
    describe.skipIf(isSkipped)(`with kubectl${version}`, () => defineTests(kubectl));
  },
);

function defineTests(kubectl: string): void {
  const findPodOf = (name: string): Pod =>
    render(kubectl, name)
      .manifests.map(findPod)
      .find((pod) => pod !== null)!;

  describe('the sidecar', () => {
    const find = (name: string) => {
      const pod = findPodOf('job');
      return resolveContainer(listContainers(pod).find((each) => each.name === name)!, pod);
    };

    test.each(
      sampleCases(
        [
          ['a job that fits may start', 6 * HOUR, 0],
          ['a job that is too long may not start', 2 * HOUR, 1],
        ],
        2,
      ),
    )('%s', async (_, validSeconds, code) => {
      const place = await startPlace('eks', validSeconds);
      const { env, args } = find('cred-watch-check');
      expect(args).toContain('4h');
      const workspace = createDeployWorkspace({ env: { ...place.env, ...env } });
      const words = args.join(' ').replace('--wait 30m ', '');
      const run = await workspace.shell(`cred-watch ${words} -f json`);
      expect(run.code).toBe(code);
      expect(JSON.parse(run.stdout).job.duration_seconds).toBe(4 * HOUR);
    });

    ciTest('with `push`, the poller sends its history to the destination of the secret', async () => {
      const place = await startPlace('eks', 6 * HOUR);
      const { env, args } = find('cred-watch-poller');
      const { shell, folder } = createDeployWorkspace({ env: { ...place.env, ...env, PUSH_TO: './pushed' } });
      const { code } = await shell(`cred-watch ${args.join(' ')} --push "$PUSH_TO" --for 1s`);
      expect(code).toBe(0);
      expect(readdirSync(join(folder, 'pushed'))).toContain('host=load-orders');
    });

    test('the poller records a sample under the host of the annotation', async () => {
      const place = await startPlace('eks', 6 * HOUR);
      const { env, args } = find('cred-watch-poller');
      const { shell } = createDeployWorkspace({ env: { ...place.env, ...env } });
      const { code, stdout } = await shell(`cred-watch ${args.join(' ')} --for 1s`);
      expect([code, stdout]).toEqual([0, expect.stringContaining('load-orders · container')]);
    });

    ciTest('without the annotation, the check fails, and the job does not start', async () => {
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

    ciTest('is ready after a poll, and has metrics for its port', async () => {
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

    ciTest('behind hop limit 1, the poll fails, names the limit, and the pod is not ready', async () => {
      const { environment } = await startSimulation(['--scenario', 'hop-limit-v2-only']);
      const { waitForMessage } = startPoller({ ...environment, AWS_METADATA_SERVICE_TIMEOUT: '1' });
      const url = await waitForMessage(/serving (http:\S+)/);
      const hint = await waitForMessage(/^hint: (.*hop limit.*)$/m);
      expect(readDocument('docs/deploy.md')).toContain(`hint: ${hint}\n`);
      const error = await waitForMessage(/^error: (timeout: .*; next poll in )/m);
      expect(readDocument('docs/deploy.md')).toContain(`error: ${error}`);
      expect((await curl(`${url}healthz`)).status).toBe(503);
    });
  });
}
