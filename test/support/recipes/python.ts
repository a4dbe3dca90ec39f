import type { DebianClient } from '../peers/installed-client.ts';

/** Real AWS clients for Python. Debian's Python is used by path, because PATH may name another one. */
export const BOTO3: DebianClient = { package: 'python3-boto3', program: '/usr/bin/python3', version: '1.26' };
