import { CredWatchError } from '../../errors.ts';
import type { Shape } from '../../server/endpoint-request.ts';
import { deriveInstanceId, readMachineId } from '../../server/serving/instance-id.ts';
import type { MachineFacts } from '../../server/serving/served-metadata.ts';
import {
  type Serving,
  type ServingAddress,
  type ServingOptions,
  startServing,
} from '../../server/serving/serving.ts';
import { AddressInUseError } from '../../server/wire/address-in-use.ts';
import { changeSocketOwner } from '../../server/wire/unix-socket.ts';
import type { Io } from '../process/io.ts';
import { createErrorPrinter, printNote } from '../process/messages.ts';
import { ClientFolder } from './client-files/client-folder.ts';
import { dropRoot, type TargetUser } from './drop-root.ts';
import { describeAddressUser } from './health/running-server.ts';
import { assertLoopback } from './listen-targets.ts';
import type { ServeFlags } from './serve-flags.ts';
import { DEFAULT_ADDRESS } from './serve-flags.ts';
import type { SourceRole } from './source-role.ts';

export interface ServerSettings extends Pick<ServingOptions, 'routes' | 'onExchange' | 'findPeer'> {
  roles: readonly SourceRole[];
  shapes: readonly Shape[];
  listen: readonly ServingAddress[];
  /** Root becomes this user as soon as the server listens. Null: the user stays the same. */
  user: TargetUser | null;
  /** The region in the metadata. Called as the user, because the profile files can name it. */
  findRegion(io: Io): Promise<string | null>;
}

export interface StartedServing extends Serving {
  /** The process as the user sees it. */
  io: Io;
  /** Null without `--client-files`. */
  clientFolder: ClientFolder | null;
  /** In the metadata. Null if it is unknown. */
  region: string | null;
}

/**
 * Listens, and then gives up root.
 * @throws CredWatchError
 */
export async function startServer(
  settings: ServerSettings,
  flags: ServeFlags,
  io: Io,
): Promise<StartedServing> {
  const { listen, user } = settings;
  let userIo = io;
  let clientFolder: ClientFolder | null = null;
  const machine: MachineFacts = {
    instanceId: deriveInstanceId(readMachineId()),
    region: null,
  };
  const serving = await startServing({
    ...settings,
    allowV1: flags.allowV1 ?? false,
    // The name of this machine resolves to its other addresses.
    allowedHosts: [...(flags.allowRemote ? [io.machine] : []), ...flags.allowHost],
    defaultRole: flags.defaultRole ?? null,
    machine,
    treePath: flags.tree ?? null,
    clock: io.clock,
    async onListening(origins) {
      assertLoopback(origins, flags);
      if (user !== null) {
        for (const { target } of listen) if ('path' in target) changeSocketOwner(target.path, user);
        userIo = dropRoot(user, io);
      }
      machine.region = await settings.findRegion(userIo);
    },
    async openClientFiles() {
      const { clientFiles, clientFilesMode } = flags;
      if (clientFiles !== undefined)
        clientFolder = await ClientFolder.open(clientFiles, clientFilesMode, userIo);
      return clientFolder;
    },
    onError: createErrorPrinter(io),
    onProblem: (problem) => void printNote(io, problem),
  }).catch(async (error: unknown) => {
    throw error instanceof AddressInUseError ? await explainUsedAddress(error) : error;
  });
  return { ...serving, io: userIo, clientFolder, region: machine.region };
}

async function explainUsedAddress(error: AddressInUseError): Promise<CredWatchError> {
  const { target } = error;
  const { user: listener, pid } = await describeAddressUser(
    'path' in target ? { socketPath: target.path } : target,
  );
  // `simulate` behaves like IMDS, so it does not describe itself.
  const mayBeSimulation = pid === null && 'port' in target && DEFAULT_ADDRESS.endsWith(`:${target.port}`);
  const user = mayBeSimulation ? `${listener}, perhaps \`cred-watch simulate\`` : listener;
  const hint = pid === null ? error.hint : `stop the other server with \`kill ${pid}\`, or ${error.hint}`;
  return new CredWatchError(`${error.message}: ${user}`, hint, { cause: error });
}
