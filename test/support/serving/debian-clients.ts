import type { DebianClient } from '../peers/installed-client.ts';

export const BOTOCORE: DebianClient = {
  package: 'python3-botocore',
  program: '/usr/bin/python3',
  version: '1.29.27',
};
export const S3FS: DebianClient = { package: 's3fs', program: '/usr/bin/s3fs', version: '1.90' };
export const S3CMD: DebianClient = { package: 's3cmd', program: '/usr/bin/s3cmd', version: '2.3.0' };
/** Contains minio-go 7.0.46, which has its own code for IMDS and containers. */
export const RESTIC: DebianClient = { package: 'restic', program: '/usr/bin/restic', version: '0.14.0' };
export const CLOUD_INIT: DebianClient = {
  package: 'cloud-init',
  program: '/usr/bin/cloud-init',
  version: '22.4.2',
};
/** Sets the clock of clients in Python, Ruby and C++. */
export const FAKETIME: DebianClient = {
  package: 'libfaketime',
  program: '/usr/bin/faketime',
  version: '0.9',
};
