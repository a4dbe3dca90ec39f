import { CredWatchError } from '../../../errors.ts';
import { describeRenamedRole } from '../../../report/messages/serving/roles.ts';
import type { PollContext } from '../../../watch/poll-once.ts';
import { openSourceFromFlags, resolveJobSource } from '../../flags/source-flags.ts';
import type { Io } from '../../process/io.ts';
import { printNote } from '../../process/messages.ts';
import type { RoleSettings } from '../role-settings.ts';
import { nameSeries } from './name-series.ts';

type OpenedRole = Pick<PollContext, 'source' | 'host'>;

/**
 * Opens the sources of all roles. Reads files of the user, but sends no request.
 * @param hasNames the roles have names from `--serve`
 * @param ownOrigins where this server listens
 * @throws CredWatchError if flags contradict each other, or if a source is this server
 */
export async function openRoles(
  roles: readonly RoleSettings[],
  hasNames: boolean,
  ownOrigins: readonly string[],
  io: Io,
): Promise<OpenedRole[]> {
  const opened: (OpenedRole & { name: string | null })[] = [];
  for (const role of roles)
    opened.push({ ...(await openRole(role, ownOrigins, io)), name: hasNames ? role.name : null });
  const sources = nameSeries(opened, (renamed) => {
    const { message, hint } = describeRenamedRole(renamed);
    void printNote(io, message, hint);
  });
  return opened.map(({ host, source }, index) => ({ host, source: sources[index] ?? source }));
}

async function openRole(
  { name, flags }: RoleSettings,
  ownOrigins: readonly string[],
  io: Io,
): Promise<OpenedRole> {
  const selected = await resolveJobSource(flags, io, { explainsEndpoint: false });
  const opened = await openSourceFromFlags({ ...flags, ...selected }, io);
  const { endpoint } = opened.source;
  if (endpoint !== null && ownOrigins.includes(new URL(endpoint.url).origin))
    throw new CredWatchError(
      `the source of ${name} is the server itself: the environment names ${endpoint.url}`,
      'unset AWS_EC2_METADATA_SERVICE_ENDPOINT and AWS_CONTAINER_CREDENTIALS_FULL_URI, or select another source',
    );
  return opened;
}
