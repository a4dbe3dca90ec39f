import { findWorstStatus, type KeyStatus } from '../../domain/keys/key-answer.ts';
import { formatNumber } from '../../report/text/format-values.ts';
import type { CommandDefinition } from '../command.ts';
import { resolveDatabaseFile } from '../database/database-location.ts';
import { describeMissingDatabase } from '../database/missing-database.ts';
import { EXIT, WRONG_USAGE } from '../flags/exit-codes.ts';
import { createDatabaseFlag, createFormatFlag, type TextOrJson } from '../flags/shared-flags.ts';
import { getTextStyle, printText } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';

interface KeyFlags {
  format: TextOrJson;
  db?: string;
}

const EXIT_CODES: Record<KeyStatus, number> = {
  valid: EXIT.ok,
  expired: EXIT.notSafe,
  rejected: EXIT.notSafe,
  unknown: EXIT.unknown,
};

const DATABASE_HINT = 'give the database file of the host with --db';

export const keyCommand: CommandDefinition = {
  name: 'key',
  group: 'Judge',
  summary: 'show when an access key or a presigned URL expires',
  description: 'show who issued an access key and when it expires, and until when a presigned URL works',
  declare: (command) =>
    command
      .argument('<key...>', 'access key ids, presigned URLs in quotes, or - for standard input')
      .addOption(createFormatFlag())
      .addOption(createDatabaseFlag(DATABASE_HINT)),
  help: {
    notes: [
      'Standard input may be any text: error messages, logs, the output of env. All key ids and presigned URLs in ' +
        'it are found. Key ids may be masked, as cred-watch prints them.',
      'A URL works until its requested end or until its key expires, whichever is first. Only the database knows ' +
        'when a key expires. No request is sent, so deactivated keys and missing permissions are not noticed.',
      'A long-lived key (AKIA...) has no expiration, so its end is unknown. A URL that such a key has signed works ' +
        'until its requested end.',
      'Secrets, signatures and session tokens are neither printed nor stored.',
    ],
    exitCodes: [
      ['0', 'every key and URL works now'],
      ['1', 'at least one has expired, or S3 rejects it'],
      WRONG_USAGE,
      ['3', 'the end of at least one is unknown, because the database does not have its key'],
    ],
    examples: [
      ['cred-watch key ASIAIOSFODNN7EXAMPLE', 'who issued it, and when does it end?'],
      ["cred-watch key 'https://b.s3.amazonaws.com/k?X-Amz-...'", 'when does it end?'],
      ['aws s3 presign s3://bucket/file | cred-watch key -', 'the same, from a pipe'],
      ['cred-watch key - -f json < job.log', 'all keys in a log'],
    ],
  },
  async run({ format, db }: KeyFlags, { io, command }) {
    const { args } = command;
    const { KeyCollection, assertKnownWords, collectFromArgument, collectFromStream, listForeignUrls } =
      await import('../keys/read-keys.ts');
    const collection = new KeyCollection();
    for (const text of args) if (text !== '-') collectFromArgument(text, collection);
    if (args.includes('-')) await collectFromStream(io.stdin, collection);
    for (const message of listForeignUrls(collection.foreignUrls)) await printNote(io, message);
    const { references, omittedCount } = collection;
    if (references.length === 0) {
      await printError(io, 'standard input has no access key id and no presigned URL');
      return EXIT.unknown;
    }
    if (omittedCount > 0) {
      await printNote(
        io,
        `only the first ${formatNumber(references.length)} keys are shown`,
        'split the input',
      );
    }
    const path = resolveDatabaseFile(db, io, DATABASE_HINT);
    const { SampleStore } = await import('../../store/sample-store.ts');
    using store = SampleStore.openReadOnly(path);
    if (store === null) {
      await printNote(
        io,
        `no samples: ${describeMissingDatabase(path)}`,
        'give the database with --db, or run `cred-watch poll`',
      );
    }
    const { findKeys } = await import('../../watch/find-keys.ts');
    const now = io.clock.now();
    const answers = findKeys(store, references, now);
    assertKnownWords(args, references, answers);
    const { createKeyUserFinder } = await import('../../watch/key-uses/find-key-users.ts');
    const findUsers = createKeyUserFinder(store);
    if (format === 'json') {
      const { renderKeysJson } = await import('../../report/keys/json.ts');
      await io.stdout.write(renderKeysJson(answers, findUsers, now));
    } else {
      const { renderKeysText } = await import('../../report/keys/text.ts');
      await printText(io, renderKeysText(answers, findUsers, getTextStyle(io)));
    }
    return EXIT_CODES[findWorstStatus(answers)];
  },
};
