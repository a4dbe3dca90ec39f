import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { checkEndpoint, createJumpingClock, listChecks } from '../../support/conformance/check-endpoint.ts';
import {
  changeDocument,
  type Defect,
  intercept,
  isDocument,
  plain,
} from '../../support/conformance/defects/defect.ts';
import { type Handler, startLoopbackServer } from '../../support/conformance/loopback-server.ts';
import { createReferenceEks } from '../../support/conformance/reference-containers.ts';
import { createReferenceIssuer, formatSecond } from '../../support/conformance/reference-credentials.ts';
import { createReferenceImds } from '../../support/conformance/reference-imds.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const MINUTE = 60;
const HOUR = 3600;

/** Watches a server in this process, with the times of its requests by its clock. */
async function watch(seconds: number, createHandler: (clock: Clock) => Handler, signal?: AbortSignal) {
  const clock = createJumpingClock();
  const times: number[] = [];
  const handle = createHandler(clock);
  const { origin } = await startLoopbackServer(
    (request) => {
      times.push(clock.now());
      return handle(request);
    },
    { clock },
  );
  const options = { url: origin, shape: 'imds', clock, watch: { seconds } } as const;
  const run = await checkEndpoint(signal === undefined ? options : { ...options, signal });
  return { run, times, failed: listChecks(run) };
}

describe('watching an endpoint that behaves well', () => {
  test('--watch sees rotations, and uses a token to its end', async () => {
    const { run, failed } = await watch(2 * HOUR, (clock) => createReferenceImds({ clock }));
    expect(failed).toEqual([]);
    expect(listChecks(run, 'passed')).toContain('rotation-overlap');
    expect(run.watch).toMatchObject({
      failedReadCount: 0,
      plannedSeconds: 2 * HOUR,
      watchedSeconds: 2 * HOUR,
    });
    expect(run.watch!.rotationCount).toBeGreaterThanOrEqual(1);
    expect(run.watch!.minRemainingSeconds).toBeGreaterThan(5 * HOUR - 2 * MINUTE);
    expect(run.watch!.minRemainingSeconds).toBeLessThan(5 * HOUR + 2 * MINUTE);
  });

  test('--watch sends at most one request every ten seconds', async () => {
    const { times } = await watch(10 * MINUTE, (clock) => createReferenceImds({ clock }));
    const watched = times.slice(-50);
    expect(watched.length).toBe(50);
    const pauses = watched.slice(1).map((time, index) => time - watched[index]!);
    // On a busy machine, a request can arrive seconds after it was sent.
    expect(Math.min(...pauses)).toBeGreaterThan(5_000);
  });

  ciTest('--watch does not judge the overlap without a rotation', async () => {
    const { run, failed } = await watch(10 * MINUTE, (clock) => createReferenceImds({ clock }));
    expect(failed).toEqual([]);
    const overlap = run.results.find(({ id }) => id === 'rotation-overlap');
    expect(overlap).toMatchObject({ outcome: 'skipped', reason: { code: 'NO_ROTATION_SEEN' } });
  });

  ciTest('--watch ends at the signal with the results until then', async () => {
    const stop = new AbortController();
    const { run } = await watch(
      2 * HOUR,
      (clock) => {
        const startedAt = clock.now();
        const handle = createReferenceImds({ clock });
        return (request) => {
          if (clock.now() > startedAt + 90 * MINUTE * 1000) stop.abort('SIGINT');
          return handle(request);
        };
      },
      stop.signal,
    );
    expect(run.watch!.watchedSeconds).toBeGreaterThan(89 * MINUTE);
    expect(run.watch!.watchedSeconds).toBeLessThan(93 * MINUTE);
    expect(listChecks(run, 'passed')).toContain('rotation-overlap');
  });

  test('--watch is skipped without a role', async () => {
    const { run, failed, times } = await watch(HOUR, (clock) => createReferenceImds({ clock, role: null }));
    expect(run.watch).toBeNull();
    expect(failed).toEqual([]);
    expect(times.length).toBeLessThanOrEqual(60);
  });
});

interface WatchedDefect {
  name: string;
  checks: readonly string[];
  timing?: { lifetime: number; rotateEvery: number };
  apply?: Defect['apply'];
}

const DEFECTS: readonly WatchedDefect[] = [
  {
    name: 'credentials are replaced two minutes before they expire',
    checks: ['remaining-validity', 'rotation-overlap'],
    timing: { lifetime: 40 * MINUTE, rotateEvery: 38 * MINUTE },
  },
  {
    name: 'credentials are replaced after they have expired',
    checks: ['not-expired', 'remaining-validity', 'rotation-overlap'],
    timing: { lifetime: 40 * MINUTE, rotateEvery: 50 * MINUTE },
  },
  {
    name: 'LastUpdated stays at a rotation',
    checks: ['last-updated'],
    apply: changeDocument(keepFirst('LastUpdated')),
  },
  {
    name: 'LastUpdated is the time of the response',
    checks: ['last-updated'],
    apply: changeDocument((_, { clock }) => ({ LastUpdated: formatSecond(clock.now()) })),
  },
  {
    name: 'two servers with keys of their own respond in turn after an hour',
    checks: ['key-stable', 'last-updated'],
    apply: alternateAfter(HOUR),
  },
  { name: 'tokens end after half an hour', checks: ['token-reusable'], apply: endTokensAfter(30 * MINUTE) },
  { name: 'tokens of an hour never end', checks: ['token-expires'], apply: keepLongTokens },
  {
    name: 'reads fail after an hour',
    checks: ['response-time'],
    apply: failAfter(HOUR, plain(500)),
  },
  {
    name: 'reads are not answered after an hour',
    checks: ['response-time'],
    apply: failAfter(HOUR, null),
  },
];

describe('watching names each defect that only time shows', () => {
  test.each(sampleCases(DEFECTS, 10))(
    '--watch names the defect: $name',
    async ({ checks, timing, apply = (handle) => handle }) => {
      const { failed } = await watch(2 * HOUR, (clock) => {
        const getCredentials = createReferenceIssuer(clock, timing);
        return apply(createReferenceImds({ clock, getCredentials }), { clock, crash: () => {} });
      });
      expect(failed).toEqual(checks);
    },
  );
});

describe('watching an EKS endpoint while kubelet replaces the token', () => {
  /** The token file is replaced after ten minutes. Each token is valid for an hour. */
  async function watchEks(apply: (handle: Handler, tokens: string[]) => Handler) {
    const clock = createJumpingClock();
    const startedAt = clock.now();
    const eks = createReferenceEks({ clock });
    const path = join(temporaryFolder(), 'token');
    const tokens = [eks.issueToken(HOUR)];
    await writeFile(path, tokens[0]!);
    const broken = apply(eks.handle, tokens);
    const { origin } = await startLoopbackServer(
      async (request) => {
        if (tokens.length === 1 && clock.now() > startedAt + 10 * MINUTE * 1000) {
          tokens.push(eks.issueToken(HOUR));
          await writeFile(`${path}.next`, tokens[1]!);
          await rename(`${path}.next`, path);
        }
        return broken(request);
      },
      { clock },
    );
    const target = { url: `${origin}${eks.path}`, shape: 'eks', token: tokens[0]!, tokenFile: path } as const;
    return checkEndpoint({ ...target, clock, watch: { seconds: 30 * MINUTE } });
  }

  ciTest('an endpoint conforms if it accepts both tokens during a rotation of the token', async () => {
    const run = await watchEks((handle) => handle);
    expect(listChecks(run)).toEqual([]);
    expect(listChecks(run, 'passed')).toContain('token-rotation');
    expect(run.watch!.failedReadCount).toBe(0);
  });

  ciTest('a rotation of the token fails if the endpoint refuses the old token', async () => {
    const run = await watchEks((handle, tokens) => {
      let isNewKnown = false;
      return (request) => {
        const { authorization } = request.headers;
        isNewKnown ||= tokens.length > 1 && authorization === tokens[1];
        return isNewKnown && authorization === tokens[0] ? plain(400) : handle(request);
      };
    });
    expect(listChecks(run)).toEqual(['token-rotation']);
  });

  ciTest('a rotation of the token fails if the endpoint refuses the new token at first', async () => {
    const run = await watchEks((handle, tokens) => {
      let refused = 0;
      return (request) =>
        tokens.length > 1 && request.headers.authorization === tokens[1] && refused++ < 2
          ? plain(400)
          : handle(request);
    });
    expect(listChecks(run)).toEqual(['response-time', 'token-rotation']);
  });
});

function keepFirst(field: string): Parameters<typeof changeDocument>[0] {
  let first: unknown;
  return (fields) => {
    first ??= fields[field];
    return { [field]: first };
  };
}

function alternateAfter(seconds: number): Defect['apply'] {
  let startedAt: number | null = null;
  let count = 0;
  return changeDocument(({ AccessKeyId }, { clock }) => {
    startedAt ??= clock.now();
    const isOther = clock.now() > startedAt + seconds * 1000 && count++ % 2 === 1;
    return isOther ? { AccessKeyId: `${String(AccessKeyId).slice(0, -4)}ZZZZ` } : {};
  });
}

function endTokensAfter(seconds: number): Defect['apply'] {
  const issuedAt = new Map<string, number>();
  return (handle, { clock }) =>
    async (request) => {
      const token = request.headers['x-aws-ec2-metadata-token'];
      if (clock.now() > (issuedAt.get(token ?? '') ?? Number.POSITIVE_INFINITY) + seconds * 1000)
        return plain(401);
      const response = await handle(request);
      if (request.method === 'PUT' && response?.status === 200)
        issuedAt.set(String(response.body), clock.now());
      return response;
    };
}

function keepLongTokens(...[handle]: Parameters<Defect['apply']>): Handler {
  const long = new Set<string>();
  return async (request) => {
    const token = request.headers['x-aws-ec2-metadata-token'] ?? '';
    const ttl = Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds']);
    const response = await handle(request);
    if (request.method === 'PUT' && response?.status === 200 && ttl > 1) long.add(String(response.body));
    return response?.status === 401 && long.has(token) ? plain(200, 'reference-role') : response;
  };
}

function failAfter(seconds: number, response: ReturnType<typeof plain> | null): Defect['apply'] {
  let startedAt: number | null = null;
  return intercept(({ path }, { clock }) => {
    startedAt ??= clock.now();
    return isDocument(path) && clock.now() > startedAt + seconds * 1000 ? response : undefined;
  });
}
