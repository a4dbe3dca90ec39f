import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  OTHER_CLIENTS,
  type OtherClient,
  SDKS,
  type Sdk,
} from '../../../src/domain/provider-chain/clients.ts';
import type { ChainFinding } from '../../../src/domain/provider-chain/findings/finding.ts';
import type { ChainOutcome } from '../../../src/domain/provider-chain/outcome.ts';
import { mapNames } from '../../../src/domain/provider-chain/providers.ts';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { startSimulated } from '../server/simulated-endpoint.ts';

const FOLDER = new URL('../../../fixtures/shadowing/', import.meta.url);

export interface ShadowingCase {
  name: string;
  docs: string;
  /** The endpoints of the simulator. None: no simulator is started. */
  shapes: readonly Shape[];
  imds?: 'v1' | 'v2';
  faults?: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Contents by their paths in the home folder. */
  files?: Readonly<Record<string, string>>;
  /** Why real SDKs cannot run this case. */
  skipPeers?: string;
  /** Why the AWS CLI cannot run this case. */
  skipCli?: string;
  /** `always`: the AWS CLI runs this case outside CI too. `isolated`: it needs its own network namespace. */
  cli?: 'always' | 'isolated';
  expected: {
    /** How each chain ends, as {@link formatOutcome} writes it. `every`: all other SDKs. */
    sdks: Readonly<Partial<Record<Sdk | 'every', string>>>;
    /** The same for other clients. */
    others: Readonly<Partial<Record<OtherClient | 'every', string>>>;
    /** In their order, as {@link formatFinding} writes them. */
    findings: readonly string[];
    usable: boolean;
  };
}

export const CASES: readonly ShadowingCase[] = readdirSync(FOLDER).map((name) => ({
  name,
  ...JSON.parse(readFileSync(new URL(`${name}/case.json`, FOLDER), 'utf8')),
}));

export const expectedOutcomes = ({ expected: { sdks } }: ShadowingCase): Record<Sdk, string> =>
  mapNames(SDKS, (sdk) => sdks[sdk] ?? sdks.every ?? '');

export const expectedOtherOutcomes = ({ expected: { others } }: ShadowingCase): Record<OtherClient, string> =>
  mapNames(OTHER_CLIENTS, (client) => others[client] ?? others.every ?? '');

export function formatOutcome(outcome: ChainOutcome): string {
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

export function formatFinding(finding: ChainFinding): string {
  const code = finding.code === 'POLL_NOTE' ? finding.note.code : finding.code;
  return finding.severity === 'problem' ? code : `${code} (note)`;
}

/** No server listens at this address. */
export const NOWHERE = 'http://127.0.0.1:1/';

/**
 * Replaces `${now+1h}` by an instant, `${zoneless+1h}` by one without a zone, `${epoch+1h}` by seconds since 1970, and
 * `${jwt+1h}` by a token that expires then.
 */
function replaceTimes(text: string): string {
  return text.replace(/\$\{(now|zoneless|epoch|jwt)([+-])(\d+)([mh])\}/g, (_, kind, sign, count, unit) => {
    const minutes = Number(count) * (unit === 'h' ? 60 : 1);
    const at = Date.now() + (sign === '-' ? -1 : 1) * minutes * 60_000;
    if (kind === 'now') return new Date(at).toISOString();
    if (kind === 'zoneless') return new Date(at).toISOString().replace('Z', '');
    if (kind === 'epoch') return String(Math.floor(at / 1000));
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return [part({ alg: 'none' }), part({ exp: Math.floor(at / 1000) }), 'false-signature'].join('.');
  });
}

/** Creates the home folder and starts the simulator of a case. Returns the environment of a program. */
export async function setUp(
  { shapes, imds, faults, environment, files }: ShadowingCase,
  finished: (clean: () => void) => void = onTestFinished,
): Promise<{ environment: Record<string, string> & { HOME: string } }> {
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
    'short-container': url.replace('127.0.0.1', '127.1'),
    'container-path': new URL(url).pathname,
    broken: `${simulated?.origin}/v2/credentials/00000000-0000-0000-0000-000000000000`,
    'pod-token-file': tokenFile ?? '',
    'pod-token': tokenFile === undefined ? '' : readFileSync(tokenFile, 'utf8'),
  };
  const fill = (text: string) =>
    replaceTimes(text).replace(/\$\{([\w-]+)\}/g, (_, name) => values[name] ?? `no ${name}`);
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
