"""A stand-in for the AWS SDK for pandas (awswrangler), which Debian does not have.

It imitates version 3 (in the repository aws/aws-sdk-pandas, `awswrangler/redshift/_utils.py` and `_write.py`): `connect`
signs a request to AWS Glue with the session, and `copy_from_files` writes the frozen credentials of the session into
the COPY, or the role if `iam_role` is given. boto3 is real. The statement is sent by psql instead of
redshift_connector, and the request to Glue is not sent.
"""
import subprocess

import boto3


class redshift:
    @staticmethod
    def connect(connection, boto3_session=None):
        (boto3_session or boto3.Session()).get_credentials().get_frozen_credentials()
        return connection

    @staticmethod
    def copy_from_files(path, con, table, schema, iam_role=None, boto3_session=None):
        if iam_role is not None:
            authorization = f"IAM_ROLE '{iam_role}'\n"
        else:
            keys = (boto3_session or boto3.Session()).get_credentials().get_frozen_credentials()
            authorization = f"ACCESS_KEY_ID '{keys.access_key}'\nSECRET_ACCESS_KEY '{keys.secret_key}'\n"
            if keys.token is not None:
                authorization += f"SESSION_TOKEN '{keys.token}'\n"
        statement = f'COPY "{schema}"."{table}"\nFROM \'{path}\' {authorization}\nFORMAT AS PARQUET'
        subprocess.run(["psql", "--quiet", "--set=ON_ERROR_STOP=1"], input=f"{statement};\n", text=True, check=True)
