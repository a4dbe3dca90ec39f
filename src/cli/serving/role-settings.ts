import type { SourceName } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { isReservedName, isValidName } from '../../server/serving/role-names.ts';
import { parseRoleArn } from '../../sources/aws/role-arn.ts';
import { SOURCE_KINDS, type SourceSetting } from '../../sources/source.ts';
import type { PollContext } from '../../watch/poll-once.ts';
import {
  openSourceFromFlags,
  resolveJobSource,
  SETTING_FLAGS,
  type SourceFlags,
} from '../flags/source-flags.ts';
import type { Io } from '../process/io.ts';
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
  return { name, source, flags: { ...common, ...own, source } };
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

/**
 * Opens the source of a role. Reads files of the user, but sends no request.
 * @param ownOrigins where this server listens
 * @throws CredWatchError if flags contradict each other, or if the source is this server
 */
export async function openRole(
  { name, flags }: RoleSettings,
  ownOrigins: readonly string[],
  io: Io,
): Promise<Pick<PollContext, 'source' | 'host'>> {
  const opened = await openSourceFromFlags({ ...flags, ...(await resolveJobSource(flags, io)) }, io);
  const { endpoint } = opened.source;
  if (endpoint !== null && ownOrigins.includes(new URL(endpoint.url).origin))
    throw new CredWatchError(
      `the source of ${name} is the server itself: the environment names ${endpoint.url}`,
      'unset AWS_EC2_METADATA_SERVICE_ENDPOINT and AWS_CONTAINER_CREDENTIALS_FULL_URI, or select another source',
    );
  return opened;
}
