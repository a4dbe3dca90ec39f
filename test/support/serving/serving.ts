import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import type { Seconds } from '../../../src/domain/model.ts';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { type Sts, startSts } from '../aws/sts.ts';
import { minimalEnvironment } from '../cli/program-run.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { createOutput, createTestIo } from '../cli/test-io.ts';
import type { Environment } from '../peers/child-client.ts';
import { sendRequest } from '../server/raw-client.ts';
import { type OutageProxy, type OutageState, startOutageProxy } from './outage-proxy.ts';
import type { SteeredClock } from './steered-clock.ts';
import { startVerifyingService, type VerifyingService } from './verifying-service.ts';

const getArn = (role: string) => `arn:aws:iam::111122223333:role/team/${role}`;
const ROLES = ['loader', 'ops'];
const USER = 'AKIACANARY0000000001';
const SECRET = 'CANARY-secret/access+key';

/** `serve` repeats failed requests after pauses. After so many checks, of about a millisecond, a second is skipped. */
const CHECKS_PER_SECOND = 30;

type Finished = (clean: () => Promise<void> | void) => void;

export interface ServingOptions {
  clock: SteeredClock;
  shapes?: readonly Shape[];
  /** Lifetime of the sessions of STS. */
  lifetime?: Seconds;
  flags?: readonly string[];
  /** Serve the roles `loader` and `ops`. By default, only `loader` is served. */
  hasTwoRoles?: boolean;
  /** The state of STS at the start. */
  state?: OutageState;
  /** See {@link startVerifyingService}. */
  hasMorePages?: () => boolean | Promise<boolean>;
  finished?: Finished;
}

export interface Serving {
  sts: Sts;
  /** Between `serve` and STS. */
  outage: OutageProxy;
  /** The service for the requests of clients. */
  service: VerifyingService;
  origin: string;
  /** Variables for clients of the last role, by shape, with `SERVICE_URL`. */
  environments: Readonly<Partial<Record<Shape, Environment>>>;
  stderr(): string;
  /** Skips time, and then waits until `serve` has done what is due, or waits for STS. */
  skip(seconds: Seconds): Promise<void>;
}

/** Runs `serve --role-arn` in this process, with a loopback STS that checks signatures. Both end with the test. */
export async function startServing({
  clock,
  shapes = ['imds'],
  lifetime = 3600,
  flags = [],
  hasTwoRoles = false,
  state = 'up',
  hasMorePages = () => false,
  finished = onTestFinished,
}: ServingOptions): Promise<Serving> {
  const { now } = clock;
  const sts = await startSts({
    roles: ROLES.map((role) => ({ arn: getArn(role), principals: [USER], maxSessionSeconds: 43_200 })),
    users: { [USER]: SECRET },
    sessionSeconds: lifetime,
    now,
    finished,
  });
  const outage = await startOutageProxy(sts.url, now, finished);
  outage.setState(state);
  const findSession = (id: string) => sts.issued.find(({ accessKeyId }) => accessKeyId === id);
  const service = await startVerifyingService({ now, findSession, hasMorePages, finished });
  const folder = temporaryFolder(finished);
  const env = minimalEnvironment({
    HOME: folder,
    AWS_ACCESS_KEY_ID: USER,
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_STS: outage.url,
    CRED_WATCH_DB: join(folder, 'samples.db'),
  });
  const served = hasTwoRoles
    ? ROLES.flatMap((role) => ['--serve', `${role}=role:${getArn(role)}`])
    : ['--role-arn', getArn('loader')];
  const args = ['serve', ...served, '--listen', '127.0.0.1:0', '--shape', shapes.join(), '-f', 'json'];
  let stderr = '';
  const stop = new AbortController();
  const started = await new Promise<string>((resolve, reject) => {
    const done = main(
      [...args, ...flags],
      createTestIo(env, '', {
        // The first text is the description of the server.
        stdout: createOutput(resolve),
        stderr: createOutput((text) => {
          stderr += text;
        }),
        clock,
        createStopSignal: () => stop.signal,
      }),
    );
    done.then((code) => reject(new Error(`serve ended with ${code}: ${stderr}`)), reject);
    finished(async () => {
      stop.abort();
      await done;
    });
  });
  const { endpoints, environments } = JSON.parse(started);
  const byShape = environments.map(({ shape, variables }: { shape: Shape; variables: Environment }) => [
    shape,
    { ...variables, SERVICE_URL: service.url },
  ]);
  const origin: string = endpoints[0].endpoint;
  const isSettled = async (): Promise<boolean> => {
    const health = await sendRequest(origin, 'GET', '/healthz');
    const next = JSON.parse(health.body).roles[0].next_refresh_at;
    // The time has whole seconds.
    return outage.isHolding() || (next !== null && Date.parse(next) + 1000 > now());
  };
  return {
    sts,
    outage,
    service,
    origin,
    environments: Object.fromEntries(byShape),
    stderr: () => stderr,
    async skip(seconds) {
      clock.skip(seconds);
      for (let checks = 1; !(await isSettled()); checks++) {
        const isRepeating = !outage.isUp() && checks % CHECKS_PER_SECOND === 0;
        if (isRepeating) clock.skip(1);
      }
    },
  };
}
