import { randomUUID } from 'node:crypto';
import type { Instant, Seconds } from '../domain/model.ts';
import { ServiceAccountTokens } from './containers/service-account-tokens.ts';
import { CredentialIssuer } from './credentials/credential-issuer.ts';
import { RotationSchedule, type RotationTiming } from './credentials/rotation-schedule.ts';
import { SeededRandom } from './credentials/seeded-random.ts';
import type { ImdsMode, Shape } from './endpoint-request.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import type { Fault } from './faults/parse-fault.ts';
import { MetadataTokens } from './imds/metadata-tokens.ts';
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
export interface Simulation extends Omit<SimulationOptions, 'faults' | 'seed' | 'rotationTiming'> {
  issuer: CredentialIssuer;
  faultPlan: FaultPlan;
  metadataTokens: MetadataTokens;
  serviceAccountTokens: ServiceAccountTokens;
  /** The id of the ECS task's credentials. ECS has no authorization, so this id is the only secret. */
  credentialsId: string;
  /** The `Authorization` header that CloudShell clients must send. */
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

/** Lifetime of the service-account tokens that EKS projects into pods. */
export const AUTHORIZATION_LIFETIME: Seconds = 86_400;
