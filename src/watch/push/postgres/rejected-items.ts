import { getKeyIdOfGeneration } from '../../../domain/measurement/generations.ts';
import { parseSeriesKey } from '../../../domain/series-key.ts';
import { maskKeyId } from '../../../report/text/format-values.ts';
import type { Outbox, OutboxRejection } from '../../../store/contract.ts';
import type { RejectedItem } from '../destination.ts';
import { getGenerationPrefix } from './outbox-items.ts';

/** Describes the rejected items for messages. */
export function describeRejected(outbox: Outbox): RejectedItem[] {
  const rejected = outbox.listRejected();
  if (rejected.length === 0) return [];
  const hosts = new Map(
    Array.from(outbox.readDigests('series').keys(), (key): [string, string] => {
      const identity = parseSeriesKey(key);
      return [getGenerationPrefix(identity), identity.host];
    }),
  );
  return rejected.map((each) => ({ item: describe(each, hosts), reason: each.reason }));
}

function describe({ kind, key }: OutboxRejection, hosts: ReadonlyMap<string, string>): string {
  switch (kind) {
    case 'generation': {
      const end = key.indexOf('/') + 1;
      const keyId = getKeyIdOfGeneration(key.slice(end));
      const name = keyId === '' ? '' : ` ${maskKeyId(keyId)}`;
      return `generation${name} of host ${hosts.get(key.slice(0, end)) ?? 'unknown'}`;
    }
    case 'series': {
      const { host, source, role } = parseSeriesKey(key);
      return `series ${[source, role].filter((part) => part !== '').join(' ')} of host ${host}`;
    }
    case 'failed_polls': {
      const [host = '', , day = '', reason = ''] = JSON.parse(key) as string[];
      return `failed polls of ${day} (${reason}) of host ${host}`;
    }
    case 'job_run': {
      const [host = '', job = ''] = JSON.parse(key) as string[];
      return `run of job ${job} on host ${host}`;
    }
    default:
      return `${kind} ${key}`;
  }
}
