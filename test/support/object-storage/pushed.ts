import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FolderStore } from '../../../src/remote/object-storage/folder-store.ts';
import type { ObjectStore } from '../../../src/remote/object-storage/object-store.ts';
import { S3Store } from '../../../src/remote/object-storage/s3-store.ts';
import { readParquet } from '../../../src/report/parquet/parquet-file.ts';
import type { RowValues } from '../../../src/report/parquet/rows.ts';
import type { SampleStore } from '../../../src/store/sample-store.ts';
import type { PushResult } from '../../../src/watch/push/destination.ts';
import { ObjectDestination } from '../../../src/watch/push/objects/object-destination.ts';
import { pathsIn, temporaryFolder } from '../cli/temporary-folder.ts';
import { NOW } from '../report/rich-store.ts';
import { type S3Server, startS3Server } from './s3-server.ts';

/** Pauses are short, but long enough for another process to continue. */
const CLOCK = { sleep: (ms: number) => sleep(Math.min(ms, 10)) };

/** A destination, and what it contains. */
export interface Destination {
  open(): ObjectStore;
  /** The keys of the objects with rows. */
  keys(): string[];
  read(key: string): Uint8Array;
  write(key: string, content: Uint8Array): void;
  /** Null for a folder. */
  server: S3Server | null;
}

export async function createBucket(conditions?: 'honoured' | 'ignored' | 'rejected'): Promise<Destination> {
  const server = await startS3Server(conditions);
  return {
    open: () => new S3Store({ bucket: 'fleet', prefix: 'cw', endpoint: server.url, region: undefined }),
    keys: () =>
      [...server.objects.keys()]
        .map((key) => key.slice('cw/'.length))
        .filter(isRows)
        .sort(),
    read: (key) => server.objects.get(`cw/${key}`) ?? new Uint8Array(),
    write: (key, content) => void server.objects.set(`cw/${key}`, Buffer.from(content)),
    server,
  };
}

export async function createFolder(): Promise<Destination> {
  const root = join(temporaryFolder(), 'history');
  return {
    open: () => new FolderStore(root, CLOCK),
    keys: () => pathsIn(root).filter(isRows),
    read: (key) => readFileSync(join(root, key)),
    write(key, content) {
      mkdirSync(dirname(join(root, key)), { recursive: true });
      writeFileSync(join(root, key), content);
    },
    server: null,
  };
}

const isRows = (key: string) => key.endsWith('.parquet');

export async function pushTo(
  destination: Destination,
  store: SampleStore,
  signal = new AbortController().signal,
): Promise<PushResult> {
  const objects = new ObjectDestination(destination.open(), {
    version: '1.2.3',
    clock: CLOCK,
    random: () => 0,
  });
  try {
    return await objects.push(store, { now: NOW, signal, onProgress: () => {} });
  } finally {
    await objects.close();
  }
}

/** All rows by key. Objects without rows are left out. */
export async function readRows(destination: Destination): Promise<Record<string, RowValues[]>> {
  const entries = await Promise.all(
    destination.keys().map(async (key) => [key, await readParquet(destination.read(key))] as const),
  );
  return Object.fromEntries(entries.filter(([, rows]) => rows.length > 0));
}
