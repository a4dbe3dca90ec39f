import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listDeployFiles } from '../support/deploy/files.ts';
import { listCodeBlocks, listLocalLinks } from '../support/docs/markdown.ts';

const DOCUMENT = 'docs/deploy.md';

describe(DOCUMENT, () => {
  test('links to each file of deploy, or to its folder', () => {
    const linked = new Set(listLocalLinks(DOCUMENT).map((link) => link.replace('../deploy/', '')));
    // docs/metrics.md describes the rules of Prometheus and the dashboard, docs/docker.md the image.
    const files = listDeployFiles().filter((file) => !/^(prometheus|grafana|Dockerfile)/.test(file));
    const unlinked = files.filter((file) => {
      const isServe = file.includes('cred-watch-serve');
      return !isServe && !linked.has(file) && !linked.has(dirname(file));
    });
    expect(files.length).toBeGreaterThan(20);
    expect(unlinked).toEqual([]);
  });

  test('the policy is JSON and allows only named actions', () => {
    const policies = listCodeBlocks(DOCUMENT)
      .filter(({ language, code }) => language === 'json' && code.includes('"Version"'))
      .map(({ code }) => JSON.parse(code));
    expect(policies).toHaveLength(1);
    const actions = policies.flatMap(({ Version, Statement }) => {
      expect(Version).toBe('2012-10-17');
      return Statement.flatMap(({ Effect, Action }: { Effect: string; Action: string | string[] }) => {
        expect(Effect).toBe('Allow');
        return Action;
      });
    });
    expect(actions).toEqual(['sts:AssumeRole', 'sts:TagSession']);
  });
});
