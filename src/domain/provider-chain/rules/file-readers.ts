import { groupBy } from '../../lists.ts';
import { CLIENTS, type Client } from '../clients.ts';
import { CLIENT_RULES } from './all-rules.ts';
import type { SharedFileRules } from './client-rules.ts';

/** Clients that read the shared files in the same way. */
export interface FileReader extends SharedFileRules {
  clients: readonly Client[];
}

export const listFileReaders = (): FileReader[] =>
  [...groupBy(CLIENTS, (client) => JSON.stringify(CLIENT_RULES[client].sharedFiles)).values()].map(
    (clients) => ({ ...CLIENT_RULES[clients[0]].sharedFiles, clients }),
  );
