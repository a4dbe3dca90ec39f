import type { Instant, Seconds } from '../../domain/model.ts';
import { formatShortDuration } from '../../domain/time/duration.ts';
import { CredWatchError } from '../../errors.ts';
import { SHAPES, type Shape } from '../../server/endpoint-request.ts';
import { parseFault } from '../../server/faults/parse-fault.ts';
import { openScenario, type Scenario, type ScenarioSetting } from '../../server/faults/scenario.ts';
import {
  AUTHORIZATION_LIFETIME,
  IMDS_MODES,
  type ImdsMode,
  type SimulationOptions,
} from '../../server/simulation.ts';
import { createExampleInstance } from '../../server/tree/default-tree.ts';
import { parseVariants } from '../../server/variants.ts';
import { InvalidValueError, parseValue } from '../flags/invalid-value.ts';
import { buildChoiceHint } from '../flags/suggestions.ts';
import { parseDurationFlag, parsePositiveDurationFlag, parseRoleNameFlag } from '../flags/value-parsers.ts';

/** What is played, whether it is served or written. Scenarios give what flags leave open. */
export interface SimulationFlags {
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

export interface SimulationSettings {
  options: Omit<SimulationOptions, 'tree'>;
  authorizationLifetime: Seconds;
  scenario: Scenario | null;
  /** Worth knowing before it starts. */
  notes: string[];
}

const LIFETIME: Seconds = 6 * 3600;

/**
 * @param seed for a run that none was given for
 * @throws CredWatchError
 */
export function readSimulationSettings(
  flags: SimulationFlags,
  startedAt: Instant,
  seed: string,
): SimulationSettings {
  const scenario = flags.scenario === undefined ? null : openScenario(flags.scenario);
  const given = withScenario(flags, scenario);
  const pace = paceOf(given);
  // One rotation may come as early as the next one comes late.
  const late = pace.rotateEvery + 2 * pace.jitter - pace.lifetime;
  const options: SimulationSettings['options'] = {
    shapes: parseValue('--shape', given.shape ?? 'imds', shapeList),
    imds: given.imds ?? 'both',
    role: given.role ?? 'simulated-role',
    rotationTiming: pace,
    seed: given.seed ?? seed,
    faults: [...(scenario?.faults ?? []), ...flags.fault.map(parseFault)],
    variants: parseVariants(flags.variant),
    startedAt,
    instance: createExampleInstance(startedAt),
  };
  return {
    options,
    authorizationLifetime: given.authorizationLifetime ?? AUTHORIZATION_LIFETIME,
    scenario,
    notes: late <= 0 ? [] : [lateNote(late, pace)],
  };
}

function lateNote(late: Seconds, { lifetime, rotateEvery }: SimulationOptions['rotationTiming']): string {
  const remedy = rotateEvery <= lifetime ? '; a smaller --jitter prevents it' : '';
  return `credentials can expire up to ${formatShortDuration(late)} before the next ones come, and are handed out until then${remedy}`;
}

function paceOf({
  lifetime = LIFETIME,
  rotateEvery,
  overlap,
  jitter,
}: SimulationFlags): SimulationOptions['rotationTiming'] {
  if (rotateEvery !== undefined && overlap !== undefined) {
    throw new CredWatchError('--rotate-every and --overlap say the same in two ways', 'give one of them');
  }
  if (overlap !== undefined && overlap >= lifetime) {
    throw new CredWatchError(
      `--overlap ${formatShortDuration(overlap)} is not less than the lifetime of ${formatShortDuration(lifetime)}`,
      'let the old credentials live for a while before the new ones come',
    );
  }
  const every =
    rotateEvery ?? (overlap === undefined ? Math.max(1, Math.floor(lifetime / 6)) : lifetime - overlap);
  if (jitter !== undefined && jitter * 2 >= every) {
    throw new CredWatchError(
      `--jitter ${formatShortDuration(jitter)} is too much for a rotation every ${formatShortDuration(every)}`,
      'use less than half of it, or rotations would overtake each other',
    );
  }
  return { lifetime, rotateEvery: every, jitter: jitter ?? usualJitter(lifetime, every) };
}

/** Two minutes an hour, but never so much that credentials expire before the next ones come. */
const usualJitter = (lifetime: Seconds, every: Seconds): Seconds =>
  Math.max(0, Math.min(Math.floor(every / 30), Math.floor((lifetime - every) / 2)));

function shapeList(text: string): Shape[] {
  const names = text.split(',').map((each) => each.trim());
  const stranger = names.find((each) => !SHAPES.some((shape) => shape === each));
  if (stranger !== undefined) {
    throw new InvalidValueError('is unknown', buildChoiceHint(stranger, SHAPES, ', or several with commas'));
  }
  return SHAPES.filter((shape) => names.includes(shape));
}

const imdsMode = (text: string): ImdsMode => {
  const mode = IMDS_MODES.find((each) => each === text);
  if (mode === undefined) throw new InvalidValueError('is unknown', `use one of ${IMDS_MODES.join(', ')}`);
  return mode;
};

/** The flags that a setting fills, and how its text is read. */
const SETTINGS: { [S in ScenarioSetting]: (text: string) => Partial<SimulationFlags> } = {
  lifetime: (text) => ({ lifetime: parsePositiveDurationFlag(text) }),
  'rotate-every': (text) => ({ rotateEvery: parsePositiveDurationFlag(text) }),
  overlap: (text) => ({ overlap: parseDurationFlag(text) }),
  jitter: (text) => ({ jitter: parseDurationFlag(text) }),
  shape: (text) => ({ shape: shapeList(text).join(',') }),
  imds: (text) => ({ imds: imdsMode(text) }),
  role: (text) => ({ role: parseRoleNameFlag(text) }),
  'authorization-lifetime': (text) => ({ authorizationLifetime: parsePositiveDurationFlag(text) }),
};

function withScenario(flags: SimulationFlags, scenario: Scenario | null): SimulationFlags {
  const settings = [...(scenario?.settings ?? [])].map(([name, text]) =>
    parseValue(name, text, SETTINGS[name], ` of the scenario ${scenario?.name}`),
  );
  const filled: SimulationFlags = Object.assign({ fault: [], variant: [] }, ...settings, flags);
  // A flag for the pace wins over the scenario's, by whichever name it goes.
  if (flags.overlap !== undefined && flags.rotateEvery === undefined) delete filled.rotateEvery;
  if (flags.rotateEvery !== undefined && flags.overlap === undefined) delete filled.overlap;
  const hasPace = flags.rotateEvery !== undefined || flags.overlap !== undefined;
  if (hasPace && flags.jitter === undefined) delete filled.jitter;
  return filled;
}
