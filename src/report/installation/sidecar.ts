import type { Orchestrator, PollCommand } from '../../domain/installation/schedule.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatFlagDuration } from '../../domain/time/duration.ts';
import { toJson } from '../../untrusted-text.ts';

/** The database of the container image. */
const STATE_FOLDER = '/var/lib/cred-watch';

interface SidecarOptions {
  orchestrator: Orchestrator;
  poll: PollCommand;
  every: Seconds;
  /** The version of the image. */
  version: string;
}

/** The additions to a task definition of ECS (JSON), or to the pod template of a workload (YAML). */
export function buildSidecar({ orchestrator, poll, every, version }: SidecarOptions): string {
  const args = ['poll', '--interval', formatFlagDuration(every), ...poll.words.slice(1)];
  const image = `111122223333.dkr.ecr.eu-west-1.amazonaws.com/cred-watch:${version}`;
  // The agent and the webhook set all other variables in each container.
  const variables = poll.variables.filter(([name]) => name === 'CRED_WATCH_HOST' || name === 'AWS_REGION');
  return orchestrator === 'ecs'
    ? buildEcsSidecar(args, image, variables)
    : buildKubernetesSidecar(args, image, variables);
}

type Variables = PollCommand['variables'];

function buildEcsSidecar(command: readonly string[], image: string, variables: Variables): string {
  const definition = {
    volumes: [{ name: 'samples' }],
    containerDefinitions: [
      {
        name: 'cred-watch',
        image,
        essential: false,
        command,
        environment: variables.map(([name, value]) => ({ name, value })),
        user: '1000:1000',
        readonlyRootFilesystem: true,
        linuxParameters: { capabilities: { drop: ['ALL'] } },
        memoryReservation: 128,
        mountPoints: [{ sourceVolume: 'samples', containerPath: STATE_FOLDER }],
      },
    ],
  };
  return `${toJson(definition, 2)}\n`;
}

function buildKubernetesSidecar(args: readonly string[], image: string, variables: Variables): string {
  const text = (value: string) => toJson(value);
  const env = variables.map(([name, value]) => `      - { name: ${name}, value: ${text(value)} }\n`).join('');
  return `spec:
  initContainers:
    - name: cred-watch
      image: ${image}
      restartPolicy: Always
      args: [${args.map(text).join(', ')}]
${env === '' ? '' : `      env:\n${env}`}      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
        seccompProfile: { type: RuntimeDefault }
      resources:
        requests: { cpu: 10m, memory: 64Mi }
        limits: { memory: 256Mi }
      volumeMounts:
        - { name: cred-watch-samples, mountPath: ${STATE_FOLDER} }
  volumes:
    - name: cred-watch-samples
      emptyDir: { sizeLimit: 256Mi }
`;
}
