import { lchownSync, lstatSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import { AddressInUseError } from './address-in-use.ts';
import type { ListenPath } from './listen-address.ts';
import { waitUntilListening } from './wait-until-listening.ts';

/** A limit of Linux. macOS allows 103 bytes. A longer path would be cut. */
const MAX_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

const OTHER_PATH = 'use another path';

/**
 * Listens on a Unix socket. Replaces the socket of a process of this user that has ended, and no other file.
 * @throws CredWatchError
 */
export async function listenOnPath(server: Server, target: ListenPath): Promise<void> {
  const { path } = target;
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new CredWatchError(`${path} is too long for a Unix socket`, `use at most ${MAX_PATH_BYTES} bytes`);
  }
  try {
    await removeStaleSocket(path);
    await bind(server, target);
  } catch (cause) {
    if (cause instanceof CredWatchError) throw cause;
    throw new CredWatchError(`could not listen on ${path}: ${describeSystemError(cause)}`, OTHER_PATH, {
      cause,
    });
  }
}

/**
 * Creates the socket with its final permissions. A later `chmod` would follow a link, by which the owner of the folder
 * could replace the socket.
 */
function bind(server: Server, { path, mode }: ListenPath): Promise<void> {
  return waitUntilListening(server, () => {
    const umask = process.umask(0o777 & ~mode);
    try {
      // Node creates the socket in this call.
      server.listen({ path });
    } finally {
      process.umask(umask);
    }
  });
}

/** Gives a socket to a user. Never follows a link, by which this user could get any file. */
export const changeSocketOwner = (path: string, { uid, gid }: { uid: number; gid: number }): void =>
  lchownSync(path, uid, gid);

async function removeStaleSocket(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new CredWatchError(`${path} exists and is not a socket`, OTHER_PATH);
  const user = process.getuid?.();
  // `serve --user` gives the socket to another user, and root finds it after a crash.
  if (stats.uid !== user && user !== 0) {
    throw new CredWatchError(`${path} is a socket of another user`, OTHER_PATH);
  }
  if (await acceptsConnections(path)) {
    throw new AddressInUseError(`${path} is already in use`, OTHER_PATH, { target: { path } });
  }
  unlinkSync(path);
}

const acceptsConnections = (path: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Any error but a refused connection leaves the state unknown, so the socket counts as used.
    socket.once('error', (error) => resolve(getSystemErrorCode(error) !== 'ECONNREFUSED'));
  });
