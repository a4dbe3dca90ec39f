import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServiceAccountTokens } from '../../src/server/containers/service-account-tokens.ts';
import { createFalseCredentials } from '../../src/server/credentials/false-credentials.ts';
import { SeededRandom } from '../../src/server/credentials/seeded-random.ts';
import { MetadataTokens } from '../../src/server/imds/metadata-tokens.ts';
import { redactPath } from '../../src/server/redact-path.ts';
import { buildDefaultTree } from '../../src/server/tree/default-tree.ts';
import { createTree } from '../../src/server/tree/metadata-tree.ts';

const ROLE = 'Stack-InstanceRole3CCE2F1D-1A2B3C4D5E6F7G8H9';
const ID = '5f0c7a52-1b1e-4c0e-9b7e-0123456789ab';
const logged = (path: string) => redactPath(path, false, ROLE);

/** Every path of the default tree. */
function listPaths(path: readonly string[] = []): string[] {
  const entry = createTree(buildDefaultTree(0)).findEntry(path)!;
  const here = `/latest/${path.join('/')}`;
  if (entry.kind === 'leaf') return [here];
  return [
    `${here}/`,
    ...entry.names.flatMap((name) =>
      listPaths([...path, name.replace(/\/$/, '').replace(/^(\d+)=.*/, '$1')]),
    ),
  ];
}

describe('a path without secrets', () => {
  test.for([
    ...['/', '', '*', '/latest/api/token', `/latest/meta-data/iam/security-credentials/${ROLE}`],
    ...[
      '/latest/meta-data/iam/security-credentials/another-role',
      '/latest/meta-data/iam/security-credentials-extended/',
    ],
    ...[
      '/v2/credentials',
      '/v2/credentials/',
      '/v1/credentials',
      '/v2/metadata',
      '/latest//double',
      '/%2e%2e/etc',
    ],
    ...['/latest/meta-data/container/security-credentials', '/latest/meta-data/tags/instance/CostCentre'],
    ...['/role-arn/arn:aws:iam::123456789012:role/loader', '/latest/meta-data/ASIAFALSE2345ABCDEFG'],
  ])('a path without secrets is logged unchanged: %s', (path) => {
    expect(logged(path)).toBe(path);
  });

  test('a path without secrets is logged unchanged for all metadata of the simulator', () => {
    const paths = listPaths();
    expect(paths.length).toBeGreaterThan(40);
    expect(paths.filter((path) => logged(path) !== path)).toEqual([]);
  });
});

describe('a path with a possible secret is cut', () => {
  test.for([
    [`/v2/credentials/${ID}`, '/v2/credentials/…'],
    [`/v2/credentials/short`, '/v2/credentials/…'],
    [`//v2///credentials//short/more`, '//v2///credentials//…'],
    [`/v1/credentials/x`, '/v1/credentials/…'],
    [`/latest/${ID}/more`, '/latest/…'],
    [`/latest/${ID.toUpperCase()}`, '/latest/…'],
    [
      `/latest/meta-data/iam-ecs-0/security-credentials/${ID.replaceAll('-', '')}-0`,
      '/latest/meta-data/iam-ecs-0/security-credentials/…',
    ],
    [`/a/${'x'.repeat(39)}/b`, `/a/${'x'.repeat(39)}/b`],
    [`/a/${'x'.repeat(40)}/b`, '/a/…'],
    ['/a/abcDEF0123456789/b', '/a/…'],
    ['/a/abcDEF012345678/b', '/a/abcDEF012345678/b'],
    [`/${ROLE}x/b`, '/…'],
  ] as const)('a path with a possible secret is cut: %s', ([path, shown]) => {
    expect(logged(path)).toBe(shown);
  });

  test('a query is never logged', () => {
    expect(redactPath('/latest/meta-data/', true, ROLE)).toBe('/latest/meta-data/?…');
    expect(redactPath(`/v2/credentials/${ID}`, true, ROLE)).toBe('/v2/credentials/…?…');
  });

  test('a path with a served secret shows at most a few of its characters', () => {
    const issue = { issuedAt: 0, expiration: 1000 };
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0 }), (seed, number) => {
        const made = createFalseCredentials(
          { ...issue, id: `${number}` },
          'ecs',
          new SeededRandom(seed),
          ROLE,
        );
        const secrets = [
          made.sessionToken.reveal(),
          new MetadataTokens().issue(60, number),
          new ServiceAccountTokens().issue(60, number),
        ];
        for (const secret of secrets) {
          const shown = logged(`/latest/${secret}/more`);
          expect(shown.length).toBeLessThan('/latest/…'.length + secret.length / 4);
          expect(shown).toMatch(/…$/);
        }
      }),
    );
  });
});
