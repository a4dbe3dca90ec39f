import { Option } from 'commander';
import { formatFlagDuration } from '../../domain/time/duration.ts';
import { DEFAULT_MARGIN } from '../../domain/verdict/job.ts';
import { assertNotPostgres } from '../database/database-location.ts';
import { EXIT_CODE_STYLES } from './exit-codes.ts';
import { parseDatabase, parseDurationFlag } from './value-parsers.ts';

const DEFAULT_DATABASE = '(default: $CRED_WATCH_DB, else samples.db in the state directory)';

/**
 * For commands that write. A PostgreSQL database is rejected before other flags are checked.
 * @param hint what to do instead; the usual hint by default
 */
export const createDatabaseFlag = (hint?: string) =>
  createStartCheckDatabaseFlag().argParser((text) => {
    assertNotPostgres(text, { env: {} }, hint);
    return parseDatabase(text);
  });

/** For `check`, which accepts a PostgreSQL database with `--offline`. */
export const createStartCheckDatabaseFlag = () =>
  new Option('--db <file>', `database location ${DEFAULT_DATABASE}`).argParser(parseDatabase);

/** For commands that only read. */
export const createReadDatabaseFlag = () =>
  new Option(
    '--db <file>',
    `database file, folder of Parquet files, or postgres://HOST/DATABASE ${DEFAULT_DATABASE}`,
  ).argParser(parseDatabase);

export const createExitCodesFlag = () =>
  new Option('--exit-codes <style>', 'use the exit codes that Nagios, systemd or Airflow expects')
    .choices(EXIT_CODE_STYLES)
    .default('default');

export const createMarginFlag = () =>
  new Option('--margin <duration>', 'spare validity required at the end of the job')
    .argParser(parseDurationFlag)
    .default(DEFAULT_MARGIN, formatFlagDuration(DEFAULT_MARGIN));

export const createOutputFlag = (description = 'write to this file') =>
  new Option('-o, --output <file>', `${description}; - is stdout`).default('-', 'stdout');

export type TextOrJson = 'text' | 'json';

/** @param choices the first one is the default */
export const createFormatFlag = (
  description = 'output format',
  choices: readonly string[] = ['text', 'json'],
) => new Option('-f, --format <format>', description).choices(choices).default(choices[0]);
