/**
 * npm packages that check files of `deploy`: the schemas of Kubernetes and a parser of HCL. They have 30 MB, and
 * nothing else needs them, so they are no dependencies.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isThorough } from '../thorough.ts';

const PACKAGES =
  'kubernetes-models@5.1.0 @kubernetes-models/prometheus-operator@6.0.0 @cdktf/hcl2json@0.21.0';

const findFolder = (): string | null => {
  const folder = process.env.DEPLOY_CHECKS_FOLDER;
  const modules = folder === undefined ? null : resolve(folder, 'node_modules');
  return modules !== null && existsSync(join(modules, 'kubernetes-models')) ? modules : null;
};

/** Declares tests that need the packages. Without them, the tests are skipped; in CI they fail. */
export function describeWithCheckPackages(title: string, tests: () => void): void {
  if (findFolder() !== null) return void describe(title, tests);
  const missing = `missing: npm install --no-save --prefix FOLDER ${PACKAGES}, then set DEPLOY_CHECKS_FOLDER=FOLDER`;
  if (isThorough) return void describe(title, () => test('can run', () => expect.unreachable(missing)));
  process.stderr.write(`skipped tests of ${title}: ${missing}\n`);
  describe.skip(`${title} (${missing})`, tests);
}

const locate = (path: string): string => join(findFolder() ?? '', path);

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [member: string]: unknown;
}

/** What the schema of Kubernetes, or of the Prometheus Operator, finds wrong. Null if the manifest is valid. */
export async function findSchemaViolation(manifest: Manifest): Promise<string | null> {
  const { apiVersion, kind } = manifest;
  const models = apiVersion.startsWith('monitoring.coreos.com/')
    ? '@kubernetes-models/prometheus-operator'
    : 'kubernetes-models';
  const path = locate(join(models, apiVersion, `${kind}.js`));
  const Model = (await import(pathToFileURL(path).href))[kind];
  try {
    new Model(manifest).validate();
    return null;
  } catch (error) {
    return String(error);
  }
}

/** Parses HCL. Expressions are text in `${…}`. Throws at a syntax error. */
export async function parseHcl(name: string, text: string): Promise<Record<string, unknown>> {
  const { parse } = createRequire(import.meta.url)(locate('@cdktf/hcl2json'));
  return parse(name, text);
}
