import type { RenamedRole } from '../../../report/messages/serving/roles.ts';
import type { CredentialSource, PolledCredentials } from '../../../sources/source.ts';

/** A source of `--serve`. */
export interface NamedSource {
  /** The name of `--serve`. Null: the only role of the server, which has no name. */
  name: string | null;
  source: CredentialSource;
}

/**
 * Gives the credentials of each source a series of their own: a source without a role name gets the name of
 * `--serve`, and so does a source whose role name an earlier source has. The first polls decide in the order of the
 * sources, so that the names are the same after each start.
 */
export function nameSeries(
  sources: readonly NamedSource[],
  onRenamed: (renamed: RenamedRole) => void,
): CredentialSource[] {
  const owners = new Map<string, CredentialSource>();
  let earlier: Promise<unknown> = Promise.resolve();
  return sources.map(({ name, source }) => {
    if (name === null) return source;
    const nameRole = createRoleNaming(name, source, owners, onRenamed);
    const turn = earlier;
    const first = createSignal();
    earlier = turn.then(() => first.promise);
    return {
      name: source.name,
      get endpoint() {
        return source.endpoint;
      },
      get issuesCredentials() {
        return source.issuesCredentials ?? false;
      },
      async poll(signal) {
        try {
          const outcome = await source.poll(signal);
          await turn;
          return outcome.ok ? nameRole(outcome) : outcome;
        } finally {
          first.resolve();
        }
      },
    };
  });
}

function createRoleNaming(
  name: string,
  source: CredentialSource,
  owners: Map<string, CredentialSource>,
  onRenamed: (renamed: RenamedRole) => void,
): (poll: PolledCredentials) => PolledCredentials {
  const reported = new Set<string>();
  return (poll) => {
    const { role } = poll.identity;
    for (const candidate of listCandidates(role, name)) {
      const key = JSON.stringify([poll.identity.source ?? source.name, poll.identity.apiVersion, candidate]);
      if ((owners.get(key) ?? source) !== source) continue;
      owners.set(key, source);
      if (candidate === role) return poll;
      if (role !== null && !reported.has(role)) onRenamed({ name, role, recordedAs: candidate });
      if (role !== null) reported.add(role);
      return { ...poll, identity: { ...poll.identity, role: candidate } };
    }
    return poll;
  };
}

/** Another role can have the name as its role name. */
function* listCandidates(role: string | null, name: string): Generator<string> {
  if (role !== null) yield role;
  yield name;
  for (let number = 2; ; number += 1) yield `${name}-${number}`;
}

function createSignal(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
