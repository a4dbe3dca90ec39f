import type { Instant, Seconds } from '../../domain/model.ts';
import { formatDuration, formatFlagDuration } from '../../domain/time/duration.ts';
import { CredWatchError } from '../../errors.ts';
import type { RotationTiming } from '../../server/credentials/rotation-schedule.ts';
import { IMDS_MODES, type ImdsMode } from '../../server/endpoint-request.ts';
import { parseFault } from '../../server/faults/parse-fault.ts';
import { openScenario, type Scenario, type ScenarioSetting } from '../../server/faults/scenario.ts';
import { AUTHORIZATION_LIFETIME, type SimulationOptions } from '../../server/simulation.ts';
import { parseVariants } from '../../server/variants.ts';
import { InvalidValueError, parseValue } from '../flags/invalid-value.ts';
import { type ListeningFlags, parseShapes } from '../flags/listening-flags.ts';
import type { TextOrJson } from '../flags/shared-flags.ts';
import { parseDurationFlag, parsePositiveDuration, parseRoleName } from '../flags/value-parsers.ts';

/** The flags that describe the simulated endpoint. A scenario provides values for omitted ones. */
export interface EndpointFlags {
  lifetime?: Seconds;
  rotateEvery?: Seconds;
  overlap?: Seconds;
  jitter?: Seconds;
  role?: string;
  imds?: ImdsMode;
  shape?: string;
  authorizationLifetime?: Seconds;
  tree?: string;
  fault: string[];
  scenario?: string;
  variant: string[];
  seed?: string;
}

/** The flags of `cred-watch simulate`. */
export interface SimulateFlags extends EndpointFlags, ListeningFlags {
  for?: Seconds;
  format: TextOrJson;
  /** False with --no-log. */
  log: boolean;
  history?: Seconds;
  every?: Seconds;
  until?: string;
  output?: string;
  host?: string;
}

export interface SimulationSettings {
  options: Omit<SimulationOptions, 'tree'>;
  authorizationLifetime: Seconds;
  scenario: Scenario | null;
  /** Notes to print before the start. */
  notes: string[];
}

const DEFAULT_LIFETIME: Seconds = 6 * 3600;

/**
 * Combines flags, the scenario and defaults.
 * @param randomSeed used without --seed
 * @throws CredWatchError
 */
export function readSimulationSettings(
  flags: EndpointFlags,
  startedAt: Instant,
  randomSeed: string,
): SimulationSettings {
  const scenario = flags.scenario === undefined ? null : openScenario(flags.scenario);
  const {
    imds = 'both',
    role = 'simulated-role',
    shape = 'imds',
    seed = randomSeed,
    authorizationLifetime = AUTHORIZATION_LIFETIME,
    ...timing
  } = withScenario(flags, scenario);
  const rotationTiming = readTiming(timing);
  return {
    options: {
      shapes: parseValue('--shape', shape, parseShapes),
      imds,
      role,
      rotationTiming,
      seed,
      faults: [...(scenario?.faults ?? []), ...flags.fault.map(parseFault)],
      variants: parseVariants(flags.variant),
      startedAt,
    },
    authorizationLifetime,
    scenario,
    notes: describeExpiredTime(rotationTiming),
  };
}

function describeExpiredTime({ lifetime, rotateEvery, jitter }: RotationTiming): string[] {
  // The longest time that a set is served: rotation k early and rotation k + 1 late.
  const expiredFor = rotateEvery + 2 * jitter - lifetime;
  if (expiredFor <= 0) return [];
  const remedy = rotateEvery <= lifetime ? '; use a smaller --jitter to prevent this' : '';
  return [
    `expired credentials can be served for up to ${formatDuration(expiredFor)} before a rotation${remedy}`,
  ];
}

function readTiming(
  flags: Pick<EndpointFlags, 'lifetime' | 'rotateEvery' | 'overlap' | 'jitter'>,
): RotationTiming {
  const { lifetime = DEFAULT_LIFETIME, overlap = lifetime - Math.max(1, Math.floor(lifetime / 6)) } = flags;
  if (flags.rotateEvery !== undefined && flags.overlap !== undefined)
    throw new CredWatchError('--rotate-every and --overlap cannot be combined', 'omit one of them');
  if (overlap >= lifetime) {
    throw new CredWatchError(
      `--overlap ${formatFlagDuration(overlap)} is not shorter than the lifetime of ${formatDuration(lifetime)}`,
      'use a shorter --overlap or a longer --lifetime',
    );
  }
  const rotateEvery = flags.rotateEvery ?? lifetime - overlap;
  const { jitter = computeDefaultJitter(lifetime, rotateEvery) } = flags;
  if (flags.jitter !== undefined && jitter * 2 >= rotateEvery) {
    throw new CredWatchError(
      `--jitter ${formatFlagDuration(jitter)} is too long for a rotation every ${formatDuration(rotateEvery)}`,
      'use less than half of the time between rotations',
    );
  }
  return { lifetime, rotateEvery, jitter };
}

/** Two minutes per hour, or less if credentials could expire before the next rotation. */
const computeDefaultJitter = (lifetime: Seconds, every: Seconds): Seconds =>
  Math.max(0, Math.min(Math.floor(every / 30), Math.floor((lifetime - every) / 2)));

function parseImdsMode(text: string): ImdsMode {
  const mode = IMDS_MODES.find((known) => known === text);
  if (mode === undefined) throw new InvalidValueError('is unknown', `use one of ${IMDS_MODES.join(', ')}`);
  return mode;
}

/** The parser of each scenario setting, which returns the flags that the setting replaces. */
const SETTING_PARSERS: { [S in ScenarioSetting]: (text: string) => Partial<EndpointFlags> } = {
  lifetime: (text) => ({ lifetime: parsePositiveDuration(text) }),
  'rotate-every': (text) => ({ rotateEvery: parsePositiveDuration(text) }),
  overlap: (text) => ({ overlap: parseDurationFlag(text) }),
  jitter: (text) => ({ jitter: parseDurationFlag(text) }),
  shape: (text) => ({ shape: parseShapes(text).join(',') }),
  imds: (text) => ({ imds: parseImdsMode(text) }),
  role: (text) => ({ role: parseRoleName(text) }),
  'authorization-lifetime': (text) => ({ authorizationLifetime: parsePositiveDuration(text) }),
};

function withScenario(flags: EndpointFlags, scenario: Scenario | null): EndpointFlags {
  const settings = [...(scenario?.settings ?? [])].map(([name, text]) =>
    parseValue(name, text, SETTING_PARSERS[name], ` of the scenario ${scenario?.name}`),
  );
  const filled: EndpointFlags = Object.assign({}, ...settings, flags);
  // --overlap and --rotate-every express the same value, so either flag overrides either setting.
  if (flags.overlap !== undefined && flags.rotateEvery === undefined) delete filled.rotateEvery;
  if (flags.rotateEvery !== undefined && flags.overlap === undefined) delete filled.overlap;
  const hasTiming = flags.rotateEvery !== undefined || flags.overlap !== undefined;
  if (hasTiming && flags.jitter === undefined) delete filled.jitter;
  return filled;
}
