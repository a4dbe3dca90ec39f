import { randomUUID } from 'node:crypto';
import type { Instant, Seconds } from '../domain/model.ts';
import { ServiceAccountTokens } from './containers/service-account-tokens.ts';
import { CredentialIssuer } from './credentials/credential-issuer.ts';
import { RotationSchedule, type RotationTiming } from './credentials/rotation-schedule.ts';
import { SeededRandom } from './credentials/seeded-random.ts';
import type { Shape } from './endpoint-request.ts';
import type { Fault } from './faults/fault.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import { MetadataTokens } from './imds/metadata-tokens.ts';
import type { Instance } from './tree/default-tree.ts';
import type { MetadataTree } from './tree/metadata-tree.ts';
import type { Variants } from './variants.ts';

export const IMDS_MODES = ['both', 'v2', 'v1'] as const;
export type ImdsMode = (typeof IMDS_MODES)[number];

export interface SimulationOptions {
  shapes: readonly Shape[];
  imds: ImdsMode;
  role: string;
  rotationTiming: RotationTiming;
  seed: string;
  faults: readonly Fault[];
  variants: Variants;
  startedAt: Instant;
  instance: Instance;
  tree: MetadataTree;
}

/** Everything that the endpoints of one run share. */
export interface Simulation extends Omit<SimulationOptions, 'faults' | 'seed' | 'rotationTiming'> {
  issuer: CredentialIssuer;
  faultPlan: FaultPlan;
  metadataTokens: MetadataTokens;
  serviceAccountTokens: ServiceAccountTokens;
  /** The id of the ECS task's credentials: on ECS it is all the secret there is. */
  credentialsId: string;
  /** What CloudShell's clients send as `Authorization`. */
  authorization: string;
}

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
    issuer: new CredentialIssuer(schedule, randomness),
    faultPlan: new FaultPlan(faults, options.startedAt, randomness),
    metadataTokens: new MetadataTokens(),
    serviceAccountTokens: new ServiceAccountTokens(),
    credentialsId: randomUUID(),
    authorization: randomUUID(),
  };
}

/** What EKS projects into pods lives a day. */
export const AUTHORIZATION_LIFETIME: Seconds = 86_400;
