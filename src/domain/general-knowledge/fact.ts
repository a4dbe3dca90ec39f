import type { Seconds } from '../model.ts';

/** What a fact is about. Permanent names: JSON output has them. */
export const FACT_SUBJECTS = [
  /** How long credentials are valid when they are issued. */
  'validity',
  /** How long an agent keeps credentials. */
  'cache-time',
  /** The remaining validity of the old credentials when new ones appear. */
  'lead-time',
  /** The time between two rotations. */
  'rotation-interval',
  /** The smallest remaining validity just before a rotation. */
  'worst-case',
  /** The maximum session duration of the role does not limit the credentials. */
  'role-maximum-ignored',
  /** The credentials may have another validity than the role sets. */
  'role-duration-not-binding',
  /** How long the login is valid with which new credentials are requested. */
  'login-validity',
  /** How long the environment lets a program run. */
  'run-time',
] as const;
export type FactSubject = (typeof FACT_SUBJECTS)[number];

/** `documented`: a page of AWS says so. `published`: others say so, or AWS's engineers, or pages that AWS withdrew. */
export const FACT_EVIDENCE = ['documented', 'published'] as const;
export type FactEvidence = (typeof FACT_EVIDENCE)[number];

/** How the author of a published fact knows it. */
export const FACT_METHODS = [
  'measured',
  'aws-engineer',
  'source-code',
  'withdrawn-page',
  'user-report',
] as const;
export type FactMethod = (typeof FACT_METHODS)[number];

/** When a fact applies. */
export const FACT_CONDITIONS = ['no-target-role', 'target-role', 'role-chaining'] as const;
export type FactCondition = (typeof FACT_CONDITIONS)[number];

/** Who sets the duration of a session, within the stated limits. */
export const DURATION_SETTINGS = ['role', 'permission-set', 'role-alias', 'portal'] as const;
export type DurationSetting = (typeof DURATION_SETTINGS)[number];

export interface Reference {
  title: string;
  /** When it was written. Null: the page has no date. */
  year: number | null;
  /** Null: not on the web. */
  url: string | null;
}

/** A statement of others about an environment. It was not measured by this program and never changes a verdict. */
export interface GeneralFact {
  subject: FactSubject;
  evidence: FactEvidence;
  /** Null for a documented fact. */
  method: FactMethod | null;
  /** Null: always. */
  condition: FactCondition | null;
  /** Null: the duration cannot be set, or nothing is stated about it. */
  setting: DurationSetting | null;
  /** Each is null if the reference does not state it. `usual` is the default if there is a setting. */
  shortest: Seconds | null;
  usual: Seconds | null;
  longest: Seconds | null;
  reference: Reference;
}

type Details = Partial<Pick<GeneralFact, 'condition' | 'setting' | 'shortest' | 'usual' | 'longest'>>;

const NOTHING_STATED = { condition: null, setting: null, shortest: null, usual: null, longest: null };

export const documented = (
  subject: FactSubject,
  reference: Reference,
  details: Details = {},
): GeneralFact => ({
  subject,
  evidence: 'documented',
  method: null,
  ...NOTHING_STATED,
  ...details,
  reference,
});

export const published = (
  subject: FactSubject,
  method: FactMethod,
  reference: Reference,
  details: Details = {},
): GeneralFact => ({ subject, evidence: 'published', method, ...NOTHING_STATED, ...details, reference });
