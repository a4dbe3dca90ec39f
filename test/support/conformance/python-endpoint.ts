import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ConformanceShape } from '../../../src/domain/conformance/conformance-check.ts';

const PROGRAM = resolve(import.meta.dirname, 'reference.py');

/** Starts the endpoint in Python until the test ends. */
export async function startPythonEndpoint(
  shape: ConformanceShape,
): Promise<{ url: string; token: string | null }> {
  const child = spawn('python3', [PROGRAM, shape], { stdio: ['pipe', 'pipe', 'inherit'] });
  // The program ends with its stdin.
  onTestFinished(() => void child.stdin.end());
  const line = await new Promise<string>((done, fail) => {
    child.stdout.once('data', (data: Buffer) => done(String(data)));
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`python3 ended with ${code}`)));
  });
  return JSON.parse(line);
}
