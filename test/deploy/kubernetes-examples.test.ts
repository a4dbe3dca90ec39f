import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import type { Manifest } from '../support/deploy/check-packages.ts';
import { deployPath } from '../support/deploy/files.ts';
import {
  findPod,
  findUnknownMembers,
  isTooOldForComponents,
  listContainers,
  renderKustomization,
} from '../support/deploy/kubernetes.ts';
import { listCodeBlocks, readDocument } from '../support/docs/markdown.ts';
import { ciTest } from '../support/thorough.ts';

describeReader('Kubernetes', { program: 'kubectl', package: 'kubernetes-client' }, (kubectl) => {
  describe.skipIf(isTooOldForComponents(kubectl))('the examples of docs/deploy.md', () => {
    const blocks = listCodeBlocks('docs/deploy.md').filter(({ language }) => language === 'yml');
    /** Writes the files whose names the first lines of the blocks state, beside a copy of `deploy`. */
    const renderExample = (codes: readonly string[]) => {
      const folder = temporaryFolder();
      mkdirSync(join(folder, 'cred-watch'));
      symlinkSync(deployPath('.'), join(folder, 'cred-watch', 'deploy'));
      for (const code of codes) {
        const [, name = ''] = /^# (\S+)\n/.exec(code) ?? [];
        writeFileSync(join(folder, name), code);
      }
      return renderKustomization(kubectl, folder).manifests;
    };
    const find = (pattern: RegExp): string => blocks.find(({ code }) => pattern.test(code))?.code ?? '';
    const findPoller = (manifests: readonly Manifest[]) =>
      manifests
        .map(findPod)
        .flatMap((pod) => (pod === null ? [] : listContainers(pod)))
        .find(({ args }) => args?.[0] === 'poll');

    test('the job gets the poller and the check', () => {
      const manifests = renderExample([find(/resources:\n {2}- cron-job/), find(/^# cron-job/)]);
      expect(manifests.map(({ kind }) => kind)).toEqual(['CronJob']);
      expect(findPoller(manifests)?.name).toBe('cred-watch-poller');
      expect(findUnknownMembers(kubectl, manifests[0]!)).toEqual([]);
    });

    ciTest('the pollers push, and get the tags of a patch', () => {
      expect(findPoller(renderExample([find(/pod-monitor/)]))?.args?.slice(-2)).toEqual([
        '--push',
        '$(PUSH_TO)',
      ]);
      expect(findPoller(renderExample([find(/--tag/)]))?.args?.slice(-4)).toEqual([
        '--push',
        '$(PUSH_TO)',
        '--tag',
        'env=prod',
      ]);
    });

    test('the poller of a CronJob gets tags at the path of the document', () => {
      const [path = ''] = /\/spec\/jobTemplate\/\S+?\/args\/-/.exec(readDocument('docs/deploy.md')) ?? [];
      const patch = `patches:\n  - target: { kind: CronJob }\n    patch: |\n      - { op: add, path: ${path}, value: --tag }\n`;
      const kustomization = find(/resources:\n {2}- cron-job/);
      const manifests = renderExample([kustomization + patch, find(/^# cron-job/)]);
      expect(findPoller(manifests)?.args?.at(-1)).toBe('--tag');
    });

    ciTest('`push` before `sidecar` is an error, because `sidecar` would remove the destination', () => {
      const [kustomization, job] = [find(/resources:\n {2}- cron-job/), find(/^# cron-job/)];
      const component = (name: string) => `  - ./cred-watch/deploy/kubernetes/${name}\n`;
      const sidecar = component('sidecar');
      const push = component('push');
      const renderOrder = (order: string) => renderExample([kustomization.replace(sidecar, order), job]);
      expect(findPoller(renderOrder(sidecar + push))?.args).toContain('$(PUSH_TO)');
      for (const order of [push + sidecar, push])
        expect(() => renderOrder(order)).toThrow('initContainers/0/name');
    });
  });
});
