import type { Readable } from 'node:stream';

/** Resolves when a program has written a text, or when the output ends. */
export const textWritten = (stream: Readable, text: string): Promise<void> =>
  new Promise((resolve) => {
    let written = '';
    stream.on('data', (chunk) => {
      written += chunk;
      if (written.includes(text)) resolve();
    });
    stream.on('end', resolve);
  });
