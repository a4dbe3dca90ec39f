// Runs lint, the type checks and the build at once. Each needs several seconds on one core.
import { spawn } from 'node:child_process';

const CHECKS = ['lint', 'types', 'build'];

/** Resolves to whether the script succeeded. Its output is printed at its end, so that outputs do not mix. */
const runScript = (name) =>
  new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(output));
      resolve(code === 0);
    });
  });

const results = await Promise.all(CHECKS.map(runScript));
const failed = CHECKS.filter((_, index) => !results[index]);
if (failed.length > 0) {
  const commands = failed.map((name) => `\`npm run ${name}\``).join(', ');
  process.stderr.write(`error: ${commands} failed, so no test was run\n`);
  process.exitCode = 1;
}
