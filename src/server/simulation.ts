import { randomUUID } from 'node:crypto';
import type { Instant, Seconds } from '../domain/model.ts';
import { ServiceAccountTokens } from './containers/service-account-tokens.ts';
import { CredentialIssuer } from './credentials/credential-issuer.ts';
import { RotationSchedule, type RotationTiming } from './credentials/rotation-schedule.ts';
import { SeededRandom } from './credentials/seeded-random.ts';
import type { ImdsMode, Shape } from './endpoint-request.ts';
import type { CredentialsDirectory, EndpointState } from './endpoint-state.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import type { Fault } from './faults/parse-fault.ts';
import { MetadataTokens } from './imds/metadata-tokens.ts';
import { INSTANCE } from './tree/default-tree.ts';
import type { MetadataTree } from './tree/metadata-tree.ts';
import type { Variants } from './variants.ts';

export interface SimulationOptions {
  shapes: readonly Shape[];
  imds: ImdsMode;
  role: string;
  rotationTiming: RotationTiming;
  seed: string;
  faults: readonly Fault[];
  variants: Variants;
  startedAt: Instant;
  tree: MetadataTree;
}

/** The state that all endpoints of one simulator share. */
export interface Simulation extends EndpointState {
  isSimulated: true;
  issuer: CredentialIssuer;
  faultPlan: FaultPlan;
}

const DIRECTORIES: readonly CredentialsDirectory[] = ['iam', 'identity-credentials'];

export function createSimulation({
  faults,
  seed,
  rotationTiming,
  ...options
}: SimulationOptions): Simulation {
  const randomness = new SeededRandom(seed);
  const schedule = new RotationSchedule(rotationTiming, options.startedAt, randomness);
  return {
    ...options,
    isSimulated: true,
    accountId: INSTANCE.accountId,
    partition: 'aws',
    issuer: new CredentialIssuer(schedule, randomness, options.role),
    // The ECS agent reads the credentials of tasks from IMDS.
    credentialsDirectories: new Set(
      options.shapes.includes('ecs') ? [...DIRECTORIES, 'iam-ecs-0'] : DIRECTORIES,
    ),
    faultPlan: new FaultPlan(faults, options.startedAt, randomness),
    metadataTokens: new MetadataTokens(),
    serviceAccountTokens: new ServiceAccountTokens(),
    credentialsId: randomUUID(),
    authorization: randomUUID(),
  };
}

/** Lifetime of the service-account tokens that EKS projects into pods. */
export const AUTHORIZATION_LIFETIME: Seconds = 86_400;
