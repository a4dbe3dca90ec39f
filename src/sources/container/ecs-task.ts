import { parseJsonObject, readText } from '../document/json-object.ts';
import { readVariable } from '../environment/variables.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { createContainerEndpoint } from './endpoint.ts';
import { parseContainerUrl } from './settings.ts';

const METADATA_URI = 'ECS_CONTAINER_METADATA_URI_V4';
const TASK_ARN = /^arn:[\w-]+:ecs:[\w-]*:\d*:task\/(?:[\w-]+\/)?([\w-]{1,128})$/;

/** The id is null if this process runs in no ECS task. */
export interface DiscoveredTask {
  id: string | null;
}

/**
 * Finds the ECS task of this process. Null if unknown: the next poll tries again. Makes one attempt only,
 * because the host name is not worth the time of a retry.
 */
export async function discoverTask(poll: OngoingPoll): Promise<DiscoveredTask | null> {
  const uri = readVariable(poll.options.env, METADATA_URI, poll.notes);
  const url = uri === null ? null : parseContainerUrl(uri, METADATA_URI);
  if (url === null || url instanceof PollError) return { id: null };
  const path = `${url.pathname.replace(/\/$/, '')}/task`;
  poll.secrets.add(path);
  try {
    const endpoint = createContainerEndpoint(url, METADATA_URI, poll.options);
    const response = await poll.sendRequest(endpoint, { method: 'GET', path, headers: {} });
    if (response.status >= 500 || response.status === 429) return null;
    const task = response.status === 200 ? parseJsonObject(response.body ?? '') : null;
    return { id: TASK_ARN.exec(task === null ? '' : readText(task, 'TaskARN'))?.[1] ?? null };
  } catch (error) {
    if (error instanceof PollError) return null;
    throw error;
  }
}
