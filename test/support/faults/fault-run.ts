import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import type { ArchiveRecord } from '../../../src/store/archive/record.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { CANARIES, canariesIn } from '../cli/canaries.ts';
import type { Run, RunOptions } from '../cli/program-run.ts';
import { pathsIn } from '../cli/temporary-folder.ts';
import type { FaultScenario } from './scenarios.ts';

const ERRORS = ['EIO', 'ENOSPC', 'EDQUOT'] as const;

export interface Fault {
  /** The number of the system call that fails, from 1. */
  at: number;
  error: (typeof ERRORS)[number];
  /** `once`, `always` from this call on, or `short`: a write stops after half of its bytes, and then `always`. */
  kind: 'once' | 'always' | 'short';
}

const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE00000NEW',
  AWS_SECRET_ACCESS_KEY: CANARIES.secretKey,
  AWS_SESSION_TOKEN: CANARIES.sessionToken,
  AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + 12 * 3_600_000).toISOString(),
};

type RunProgram = (args: readonly string[], options: RunOptions) => Promise<Run>;

/** One prepared scenario, which can be run with many faults. */
export class FaultRunner {
  readonly #scenario: FaultScenario;
  readonly #folder: string;
  readonly #library: string;
  readonly #runProgram: RunProgram;
  readonly #before: readonly string[];

  constructor(scenario: FaultScenario, folder: string, library: string, runProgram: RunProgram) {
    this.#scenario = scenario;
    this.#folder = folder;
    this.#library = library;
    this.#runProgram = runProgram;
    mkdirSync(this.#prepared);
    scenario.prepare(this.#prepared);
    this.#before = this.#read(this.#prepared);
  }

  /** Returns every fault, for the system calls of a run without faults. */
  async listFaults(): Promise<Fault[]> {
    const log = join(this.#folder, 'calls.log');
    const { code } = await this.#start({ FAULT_LOG: log });
    expect(code).toBe(this.#scenario.successCode);
    const calls = readFileSync(log, 'utf8').trim().split('\n');
    return calls.flatMap((call, index) => {
      const kinds =
        call === 'pwrite' ? (['once', 'always', 'short'] as const) : (['once', 'always'] as const);
      return kinds.flatMap((kind) => ERRORS.map((error) => ({ at: index + 1, error, kind })));
    });
  }

  /** Runs the scenario with a fault, and checks what must be true after every run. */
  async check({ at, error, kind }: Fault): Promise<void> {
    const { addedRecords, failureCode, successCode } = this.#scenario;
    const { code, signal, stdout, stderr } = await this.#start({
      FAULT_AT: String(at),
      FAULT_ERRNO: String(constants.errno[error]),
      ...(kind === 'once' ? {} : { FAULT_STICKY: '1' }),
      ...(kind === 'short' ? { FAULT_SHORT: '1' } : {}),
    });
    expect(signal).toBeNull();
    expect([successCode, failureCode]).toContain(code);
    expect(canariesIn(stdout + stderr)).toEqual([]);
    expect(stderr).toMatch(/^$|^(error|note): [^\n]+\n(hint: [^\n]+\n)?$/);
    expect(stderr).not.toContain('unexpected');
    if (successCode !== failureCode) {
      expect(stderr.startsWith('error: ')).toBe(code === failureCode);
      if (code === failureCode) expect(stderr).toContain('\nhint: ');
    }

    expect(pathsIn(this.#used)).toEqual(pathsIn(this.#used).filter((path) => DATABASE_FILES.has(path)));
    const after = new Set(this.#read(this.#used));
    if (addedRecords !== null) {
      expect(this.#before.filter((record) => !after.has(record))).toEqual([]);
      const isAcknowledged = stderr === '' && code === successCode;
      if (isAcknowledged) expect(after.size).toBe(this.#before.length + addedRecords);
    }
    await this.#checkNextRun();
  }

  /** Neither a lock nor a half-written file hinders the next run. */
  async #checkNextRun(): Promise<void> {
    const args = this.#scenario.nextArgs ?? this.#scenario.args;
    const { code, stderr } = await this.#runProgram(args(join(this.#used, 'samples.db')), {
      env: ENVIRONMENT,
    });
    expect([code, stderr]).toEqual([this.#scenario.successCode, '']);
  }

  get #prepared(): string {
    return join(this.#folder, 'prepared');
  }

  get #used(): string {
    return join(this.#folder, 'used');
  }

  #start(faults: Record<string, string>) {
    rmSync(this.#used, { recursive: true, force: true });
    cpSync(this.#prepared, this.#used, { recursive: true });
    return this.#runProgram(this.#scenario.args(join(this.#used, 'samples.db')), {
      env: { ...ENVIRONMENT, LD_PRELOAD: this.#library, FAULT_FOLDER: this.#used, ...faults },
    });
  }

  /** Checks a copy of the database, and returns its records. */
  #read(folder: string): string[] {
    const copy = join(this.#folder, 'copy');
    rmSync(copy, { recursive: true, force: true });
    cpSync(folder, copy, { recursive: true });
    const file = join(copy, 'samples.db');
    if (!existsSync(file)) return [];
    const database = new Database(file);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
    using store = SampleStore.openReadOnly(file);
    return [...(store?.records() ?? [])].map((record: ArchiveRecord) => JSON.stringify(record));
  }
}

/** SQLite rolls back a journal that is left behind. */
const DATABASE_FILES = new Set(['samples.db', 'samples.db-wal', 'samples.db-shm', 'samples.db-journal']);
