import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM } from '../cli/built-program.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { type SimulatedOptions, startSimulated } from '../server/simulated-endpoint.ts';

const HOUR = 3600;

interface GateOptions extends Pick<SimulatedOptions, 'clock'> {
  /** The validity of the credentials when they are issued. */
  lifetime: number;
  /** The job duration. */
  job?: string;
  /** More flags. */
  flags?: readonly string[];
}

/** An instance that issues credentials every hour, and a profile that serves them only if they last for the job. */
export async function startGate({ lifetime, job = '4h', flags = [], ...simulated }: GateOptions) {
  const rotationTiming = { lifetime, rotateEvery: HOUR, jitter: 0 };
  const instance = await startSimulated({ rotationTiming, ...simulated });
  const folder = temporaryFolder();
  const config = join(folder, 'config');
  const database = join(folder, 'samples.db');
  const source = ['--margin', '15m', '--source', 'imds', '-f', 'process'];
  const args = ['env', '-j', job, ...source, '--db', database, ...flags];
  const gate = [process.execPath, PROGRAM, ...args].join(' ');
  const isDisabled = 'AWS_EC2_METADATA_DISABLED';
  const profiles = { gate, 'gate-for-javascript': `/usr/bin/env -u ${isDisabled} ${gate}` };
  const sections = Object.entries(profiles).map(
    ([name, command]) => `[profile ${name}]\ncredential_process = ${command}\n`,
  );
  writeFileSync(config, sections.join(''));
  const environment = { ...instance.environments.imds, AWS_CONFIG_FILE: config, AWS_PROFILE: 'gate' };
  return {
    instance,
    database,
    args,
    /** The command line of the gate. */
    gate,
    environment,
    environmentForJavaScript: { ...environment, AWS_PROFILE: 'gate-for-javascript', [isDisabled]: 'true' },
  };
}
