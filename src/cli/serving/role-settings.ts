import type { SourceName } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { isReservedName, isValidName } from '../../server/serving/role-names.ts';
import { parseRoleArn } from '../../sources/aws/role-arn.ts';
import { SOURCE_KINDS, type SourceSetting } from '../../sources/source.ts';
import { SETTING_FLAGS, type SourceFlags } from '../flags/source-flags.ts';
import type { ServeFlags } from './serve-flags.ts';
import { assertDistinctNames, type ServedSource } from './served-sources.ts';

/** A role to serve, before its source is opened. */
export interface RoleSettings {
  name: string;
  /** The source, as far as the flags name it. */
  source: SourceName;
  flags: SourceFlags;
}

/** The settings that apply to every role of `--serve` whose source has them. */
const COMMON_SETTINGS = ['sessionName', 'durationSeconds', 'stsEndpoint'] as const satisfies SourceSetting[];

/**
 * The roles of `--serve`, else the one that the flags of the source select.
 * @throws CredWatchError if flags contradict each other
 */
export function readRoleSettings(flags: ServeFlags): RoleSettings[] {
  const { serve } = flags;
  if (serve.length === 0) return [readSingleRole(flags)];
  assertDistinctNames(serve);
  const common = {
    sessionName: flags.sessionName,
    durationSeconds: flags.duration,
    stsEndpoint: flags.stsEndpoint,
  };
  for (const setting of COMMON_SETTINGS) {
    if (
      common[setting] !== undefined &&
      !serve.some(({ source }) => SOURCE_KINDS[source].settings.includes(setting))
    )
      throw new CredWatchError(
        `${SETTING_FLAGS[setting].flag} has no effect: no source of --serve assumes a role`,
        'remove the flag',
      );
  }
  return serve.map((served) => readServedRole(served, flags));
}

function readServedRole({ name, source, flags: own }: ServedSource, flags: ServeFlags): RoleSettings {
  const has = (setting: SourceSetting) => SOURCE_KINDS[source].settings.includes(setting);
  const common: Partial<SourceFlags> = {
    ...(flags.sessionName !== undefined && has('sessionName') && { sessionName: flags.sessionName }),
    ...(flags.duration !== undefined && has('durationSeconds') && { duration: flags.duration }),
    ...(flags.stsEndpoint !== undefined && has('stsEndpoint') && { stsEndpoint: flags.stsEndpoint }),
    ...(flags.host !== undefined && { host: flags.host }),
  };
  // Two programs can have the same name, which would be the role name in the name of the series.
  const role: Partial<SourceFlags> = source === 'process' ? { role: name } : {};
  return { name, source, flags: { ...common, ...role, ...own, source } };
}

function readSingleRole(flags: ServeFlags): RoleSettings {
  const { profile, roleArn, role, process } = flags;
  // Only a role can have an ARN, so `serve --role-arn ARN` needs no --source.
  const isRole = flags.source === 'auto' && roleArn !== undefined && process === undefined;
  const source = isRole ? 'role' : flags.source;
  const named: SourceName | null =
    source !== 'auto' ? source : process !== undefined ? 'process' : profile !== undefined ? 'profile' : null;
  const candidates = [role, roleArn && parseRoleArn(roleArn).role, profile, named];
  const name = candidates.find((each) => each && isValidName(each) && !isReservedName(each));
  return { name: name || 'default', source: named ?? 'imds', flags: { ...flags, source } };
}
