import { SOURCE_NAMES } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { SOURCE_KINDS } from '../../sources/source.ts';
import { type CommandDefinition, type Invocation, rejectFlags } from '../command.ts';
import { WRONG_USAGE } from '../flags/exit-codes.ts';
import { validateWhoFlags } from '../serving/audit/who-flags.ts';
import { addServeFlags, type ServeFlags } from '../serving/serve-flags.ts';
import { SERVED_VALUES } from '../serving/served-sources.ts';
import { runSetup } from '../serving/setup/run-setup.ts';

export const serveCommand: CommandDefinition = {
  name: 'serve',
  group: 'Serve',
  summary: 'serve real credentials of any source',
  description: 'serve real credentials of any source through a metadata endpoint',
  declare: addServeFlags,
  help: {
    commonFlags: [
      '--profile',
      '--role-arn',
      '--serve',
      '--shape',
      '--listen',
      '--setup',
      '--setup-check',
      '--who',
    ],
    notes: [
      {
        heading: 'Roles (--serve NAME=SOURCE[:VALUE])',
        rows: SOURCE_NAMES.map((source) => {
          const value = SERVED_VALUES[source];
          const { placeholder = '', isRequired = false } = value ?? {};
          const suffix = isRequired ? `:${placeholder}` : `[:${placeholder}]`;
          return [`${source}${value === null ? '' : suffix}`, SOURCE_KINDS[source].description];
        }),
      },
      'Each role has its own token for container endpoints. IMDS serves each role under /NAME/latest/, and a single role under /latest/ too.',
    ],
    exitCodes: [
      ['0', 'stopped as requested, or listed with --who; with --setup-check: nothing is missing'],
      ['1', 'the first credentials of a role could not be read; with --setup-check: something is missing'],
      WRONG_USAGE,
    ],
    examples: [
      ['cred-watch serve --role-arn arn:aws:iam::111122223333:role/loader'],
      ['cred-watch serve --profile loader --shape imds,ecs', 'for two kinds of clients'],
      [
        'cred-watch serve --serve etl=profile:etl --serve ops=sso:ops \\\n' +
          '--listen etl=127.0.0.1:1338 --listen ops=127.0.0.1:1339',
      ],
      ['cred-watch serve --who --valid', 'which programs have keys that still work?'],
      ['cred-watch serve --setup linux', 'commands for clients without configuration'],
      [
        'sudo cred-watch serve --user cred-watch --profile loader \\\n' +
          '--listen 169.254.169.254:80 --allow-remote',
      ],
    ],
  },
  async run(flags: ServeFlags, invocation) {
    const setupCode = await runSetup(flags, invocation);
    if (setupCode !== null) return setupCode;
    validateWhoFlags(flags, invocation);
    if (flags.who) {
      const { printKeyUsers } = await import('../serving/audit/who.ts');
      return printKeyUsers(flags, invocation.io);
    }
    validate(flags, invocation);
    if (flags.clientFiles === undefined)
      rejectFlags(invocation, ['--client-files-mode'], 'needs --client-files', 'name a folder, or remove it');
    const { serve } = await import('../serving/serve.ts');
    return serve(flags, invocation.io);
  },
};

/** These flags select the source of a single role. */
const SINGLE_ROLE_FLAGS = [
  '--source',
  '--role',
  '--profile',
  '--process',
  '--role-arn',
  '--external-id',
  '--expires',
];

function validate(flags: ServeFlags, invocation: Invocation): void {
  const { serve, defaultRole, unixSocket, shape } = flags;
  if (unixSocket.length === 0)
    rejectFlags(
      invocation,
      ['--unix-socket-mode'],
      'needs --unix-socket',
      'add --unix-socket PATH; for a socket of systemd, set SocketMode= in its unit',
    );
  if (shape !== undefined && !/\bimds\b/.test(shape))
    rejectFlags(
      invocation,
      ['--allow-v1'],
      'needs the shape imds',
      'add imds to --shape, or remove the flag',
    );
  if (serve.length === 0) {
    rejectFlags(invocation, ['--default-role'], 'needs --serve', 'remove it: a single role is always served');
    return;
  }
  const names = serve.map(({ name }) => name);
  if (defaultRole !== undefined && !names.includes(defaultRole))
    throw new CredWatchError(
      `--default-role ${defaultRole} names no role of --serve`,
      `use one of ${names.join(', ')}`,
    );
  const hint = 'name the source in --serve NAME=SOURCE:VALUE, for example loader=profile:loader';
  rejectFlags(invocation, SINGLE_ROLE_FLAGS, 'and --serve cannot be combined', hint);
}
