import type { Clock } from '../../../clock.ts';
import type { Seconds } from '../../../domain/model.ts';
import { computePauseMs, SERVER_BACKOFF } from '../../../domain/time/backoff.ts';
import { CredWatchError } from '../../../errors.ts';
import { type PostgresSettings, resolveSettings, type SettingsContext } from '../settings/settings.ts';
import type { DriverConnection } from './driver.ts';
import { explainFailure, PostgresUnavailableError } from './failures.ts';

export interface PostgresContext extends SettingsContext {
  clock: Clock;
  /** Returns a number x with 0 ≤ x < 1. */
  random: () => number;
}

export interface PostgresOptions {
  /** Gives up when the database was not available for this time. Default: 60 seconds. */
  timeout?: Seconds;
  /** The longest time of one statement. Default: 60 seconds. */
  statementTimeout?: Seconds;
  /** Ends the connection and a running statement. */
  signal?: AbortSignal;
  /** Called for each statement, for tests. */
  onStatement?: (sql: string) => void;
}

/** Runs statements in one transaction, or each in a transaction of its own. */
export interface Statements {
  /** Runs a statement, and returns its rows. Parameters are `$1`, `$2` and so on. */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

const DEFAULT_TIMEOUT: Seconds = 60;
const DEFAULT_STATEMENT_TIMEOUT: Seconds = 60;
/** The server reports a statement that takes too long. This program waits longer only if the network is gone. */
const REPLY_DELAY_MS = 5000;

/**
 * Connects to a database. Temporary failures, such as a refused connection, are repeated until the timeout.
 * @throws PostgresUnavailableError if the database is not available within the timeout
 * @throws CredWatchError if the URL or the settings are wrong, or the server rejects the user
 */
export async function openPostgres(
  url: string,
  context: PostgresContext,
  options: PostgresOptions = {},
): Promise<PostgresConnection> {
  const connection = new PostgresConnection(resolveSettings(url, context), context, options);
  try {
    await connection.query('SELECT 1');
    return connection;
  } catch (error) {
    // An open socket would keep the process running.
    await connection.close();
    throw error;
  }
}

/** A connection that is opened at the first statement, and again after it was lost. */
export class PostgresConnection implements Statements {
  readonly #settings: PostgresSettings;
  readonly #context: PostgresContext;
  readonly #options: PostgresOptions;
  #driver: DriverConnection | null = null;
  #isInUse = false;

  constructor(settings: PostgresSettings, context: PostgresContext, options: PostgresOptions = {}) {
    this.#settings = settings;
    this.#context = context;
    this.#options = options;
  }

  /** Such as `postgres://db.example.com/fleet`. Contains neither user nor password. */
  get name(): string {
    return this.#settings.name;
  }

  /** Runs one statement outside a transaction. It is repeated after a temporary failure. */
  async query<Row = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#repeat(async () => this.#execute<Row>(await this.#connect(), sql, values));
  }

  /**
   * Runs the action in one transaction. After a temporary failure the whole action is repeated, also if the transaction
   * may have been committed. So a second run must change nothing.
   */
  async transaction<T>(action: (statements: Statements) => Promise<T>): Promise<T> {
    return this.#repeat(async () => {
      // All statements use this driver. A new connection would run the rest outside the transaction.
      const driver = await this.#connect();
      // In the transaction, because a connection pool between us and the server keeps no settings of a session.
      await this.#execute(
        driver,
        `BEGIN; SET LOCAL statement_timeout = ${this.#statementTimeoutMs}; SET LOCAL datestyle = 'ISO'`,
        [],
      );
      try {
        const result = await action({ query: (sql, values = []) => this.#execute(driver, sql, values) });
        await this.#execute(driver, 'COMMIT', []);
        return result;
      } catch (error) {
        // After a lost connection, the server rolls back.
        if (this.#driver === driver) await this.#execute(driver, 'ROLLBACK', []).catch(() => this.#drop());
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    const driver = this.#driver;
    this.#driver = null;
    if (driver === null) return;
    // A server that is gone does not answer. A timer that is left would delay the end of the process.
    const ended = new AbortController();
    await Promise.race([driver.end().catch(() => {}), this.#context.clock.sleep(1000, ended.signal)]);
    ended.abort();
    driver.destroy();
  }

  get #statementTimeoutMs(): number {
    return (this.#options.statementTimeout ?? DEFAULT_STATEMENT_TIMEOUT) * 1000;
  }

  async #repeat<T>(action: () => Promise<T>): Promise<T> {
    if (this.#isInUse) throw new Error('a connection runs one statement or transaction at a time');
    const { clock, random } = this.#context;
    const until = clock.now() + (this.#options.timeout ?? DEFAULT_TIMEOUT) * 1000;
    this.#isInUse = true;
    try {
      for (let failures = 1; ; failures += 1) {
        try {
          this.#assertNotStopped();
          return await action();
        } catch (error) {
          if (!(error instanceof PostgresUnavailableError)) throw error;
          this.#drop();
          this.#assertNotStopped();
          const pause = computePauseMs(SERVER_BACKOFF, failures, random);
          if (clock.now() + pause > until) throw error;
          await clock.sleep(pause, this.#options.signal);
        }
      }
    } finally {
      this.#isInUse = false;
    }
  }

  #assertNotStopped(): void {
    if (this.#options.signal?.aborted)
      throw new PostgresUnavailableError(`${this.name}: stopped before everything was done`);
  }

  async #execute<Row>(driver: DriverConnection, sql: string, values: readonly unknown[]): Promise<Row[]> {
    this.#options.onStatement?.(sql);
    const timeout = new AbortController();
    const expired = this.#context.clock
      .sleep(this.#statementTimeoutMs + REPLY_DELAY_MS, timeout.signal)
      .then(() => {
        if (timeout.signal.aborted) return null;
        this.#drop();
        throw new PostgresUnavailableError(`${this.name} is not available: no reply within the timeout`);
      });
    try {
      const result = await Promise.race([driver.query(sql, values), expired]);
      return (result?.rows ?? []) as Row[];
    } catch (error) {
      throw explainFailure(error, this.#settings);
    } finally {
      timeout.abort();
    }
  }

  async #connect(): Promise<DriverConnection> {
    if (this.#driver !== null) return this.#driver;
    const settings = this.#settings;
    const { connect } = await import('./driver.ts');
    let driver: DriverConnection | null = null;
    try {
      driver = await connect({
        ...settings,
        host: settings.address ?? settings.host,
        signal: this.#options.signal,
        readPassword: () => this.#readPassword(),
        onEnd: () => {
          if (driver !== null && this.#driver === driver) this.#driver = null;
        },
      });
      this.#driver = driver;
      return driver;
    } catch (error) {
      throw explainFailure(error, settings);
    }
  }

  #readPassword(): string {
    const { password, user } = this.#settings;
    if (password !== null) return password.reveal();
    throw new CredWatchError(
      `${this.name} needs a password for the user ${user}`,
      'set PGPASSWORD, or add a line to ~/.pgpass; see docs/postgresql.md',
    );
  }

  #drop(): void {
    this.#driver?.destroy();
    this.#driver = null;
  }
}
