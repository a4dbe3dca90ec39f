import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ChainFinding } from '../../../src/domain/provider-chain/finding.ts';
import { type ChainOutcome, SDKS, type Sdk } from '../../../src/domain/provider-chain/providers.ts';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { startSimulated } from '../server/simulated-endpoint.ts';

const FOLDER = new URL('../../../fixtures/shadowing/', import.meta.url);

/** Why a client is not asked; `always` is in every run and not in CI alone, `isolated` in a network of its own. */
type Asking = string;

export interface ShadowingCase {
  name: string;
  docs: string;
  /** What a simulator plays; with none there is none. */
  shapes: readonly Shape[];
  imds?: 'v1' | 'v2';
  faults?: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** By their paths in the home folder. */
  files?: Readonly<Record<string, string>>;
  peers?: Asking;
  cli?: Asking;
  expected: {
    /** How each chain ends, `every` for those that are not named. */
    sdks: Readonly<Partial<Record<Sdk | 'every', string>>>;
    /** Codes in their order, as {@link writeFinding} writes them. */
    findings: readonly string[];
    usable: boolean;
  };
}

export const CASES: readonly ShadowingCase[] = readdirSync(FOLDER).map((name) => ({
  name,
  ...JSON.parse(readFileSync(new URL(`${name}/case.json`, FOLDER), 'utf8')),
}));

export const expectedEnds = ({ expected: { sdks } }: ShadowingCase): Record<string, string | undefined> =>
  Object.fromEntries(SDKS.map((sdk) => [sdk, sdks[sdk] ?? sdks.every]));

/** As the fixtures write it. */
export function writeOutcome(outcome: ChainOutcome): string {
  switch (outcome.kind) {
    case 'wins':
      return outcome.problem === null ? outcome.provider : `${outcome.provider}: ${outcome.problem}`;
    case 'none':
      return 'none';
    case 'stops':
      return `stops${outcome.provider === null ? '' : ` at ${outcome.provider}`}: ${outcome.cause.reason}`;
    case 'unknown':
      return `unknown at ${outcome.provider}: ${outcome.cause.reason}`;
  }
}

export function writeFinding(finding: ChainFinding): string {
  const code = finding.code === 'POLL_NOTE' ? finding.note.code : finding.code;
  return finding.severity === 'problem' ? code : `${code} (note)`;
}

/** Nobody listens there. */
export const NOWHERE = 'http://127.0.0.1:1/';

const MINUTES: Record<string, number> = { m: 1, h: 60 };

/** `${now+1h}` is an instant, `${jwt+1h}` a token that ends then. */
function timed(text: string): string {
  return text.replace(/\$\{(now|jwt)([+-])(\d+)([mh])\}/g, (_, kind, sign, count, unit) => {
    const at = Date.now() + (sign === '-' ? -1 : 1) * Number(count) * MINUTES[unit]! * 60_000;
    if (kind === 'now') return new Date(at).toISOString();
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return [part({ alg: 'none' }), part({ exp: Math.floor(at / 1000) }), 'false-signature'].join('.');
  });
}

/** The world of a case: a home folder with its files, a simulator, and the environment of a program in it. */
export async function setUp(
  { shapes, imds, faults, environment, files }: ShadowingCase,
  finished: (clean: () => void) => void = onTestFinished,
): Promise<{ environment: Record<string, string> }> {
  const home = temporaryFolder(finished);
  const simulated =
    shapes.length === 0
      ? null
      : await startSimulated(
          { shapes, ...(imds === undefined ? {} : { imds }), ...(faults === undefined ? {} : { faults }) },
          finished,
        );
  const container = simulated?.environments[shapes.includes('eks') ? 'eks' : 'ecs'];
  const url = container?.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? NOWHERE;
  const tokenFile = container?.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const values: Record<string, string> = {
    home,
    origin: simulated?.origin ?? '',
    imds: `${simulated?.origin}/`,
    container: url,
    'container-path': new URL(url).pathname,
    broken: `${simulated?.origin}/v2/credentials/00000000-0000-0000-0000-000000000000`,
    'pod-token-file': tokenFile ?? '',
    'pod-token': tokenFile === undefined ? '' : readFileSync(tokenFile, 'utf8'),
  };
  const fill = (text: string) =>
    timed(text).replace(/\$\{([\w-]+)\}/g, (_, name) => values[name] ?? `no ${name}`);
  for (const [path, content] of Object.entries(files ?? {})) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), fill(content));
  }
  const filled = Object.entries(environment).map(([name, value]) => [name, fill(value)]);
  return {
    environment: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: home,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
      ...Object.fromEntries(filled),
    },
  };
}
