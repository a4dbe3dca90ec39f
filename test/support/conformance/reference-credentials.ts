import { createHash } from 'node:crypto';
import type { Clock } from '../../../src/clock.ts';

/** One set of false credentials. Times are milliseconds at whole seconds. */
export interface ReferenceCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  token: string;
  issuedAt: number;
  expiration: number;
}

export interface ReferenceTiming {
  /** Seconds. */
  lifetime: number;
  rotateEvery: number;
}

const EC2_TIMING: ReferenceTiming = { lifetime: 6 * 3600, rotateEvery: 3600 };

/** A function that returns the current credentials of an endpoint, which rotates them on a fixed schedule. */
export function createReferenceIssuer(clock: Clock, timing = EC2_TIMING): () => ReferenceCredentials {
  const startedAt = toWholeSecond(clock.now());
  return () => {
    const number = Math.floor((clock.now() - startedAt) / (timing.rotateEvery * 1000));
    const issuedAt = startedAt + number * timing.rotateEvery * 1000;
    return createReferenceCredentials(`${startedAt} ${number}`, issuedAt, timing.lifetime);
  };
}

export function createReferenceCredentials(
  seed: string,
  issuedAt: number,
  lifetime: number,
): ReferenceCredentials {
  const digest = createHash('sha256').update(seed).digest('hex').toUpperCase();
  return {
    // The letters and digits of key ids: A to Z and 2 to 7.
    accessKeyId: `ASIA${digest.slice(0, 16).replace(/[0189]/g, 'Z')}`,
    secretAccessKey: `FALSE+${digest}`,
    token: `FALSE/${digest.repeat(8)}==`,
    issuedAt,
    expiration: issuedAt + lifetime * 1000,
  };
}

export const toWholeSecond = (time: number): number => Math.floor(time / 1000) * 1000;

/** `2026-11-22T06:23:11Z` */
export const formatSecond = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;
