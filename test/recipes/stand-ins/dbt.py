#!/usr/bin/python3
"""A stand-in for dbt with dbt-redshift 1.9, which Debian does not have.

It imitates (in the repository dbt-labs/dbt-adapters, `dbt-redshift/src/dbt/adapters/redshift/connections.py`, and in
aws/amazon-redshift-python-driver, `redshift_connector/auth/aws_credentials_provider.py`):

- `dbt build` opens a connection for each thread. With `method: iam`, each connection makes a new boto3 session with
  `iam_profile` and gets its credentials, or uses the default credentials of boto3.
- `dbt run-operation NAME` renders a macro with Jinja, `env_var` and `run_query`, and sends the query.

boto3 and Jinja are real. The request GetClusterCredentials is not sent, and psql sends the query.
"""
import os
import pathlib
import subprocess
import sys

import boto3
import botocore.exceptions
import jinja2
import yaml


def read_target():
    profiles = yaml.safe_load((pathlib.Path.home() / ".dbt" / "profiles.yml").read_text())
    (profile,) = profiles.values()
    return profile["outputs"][profile["target"]]


def connect(target):
    keys = boto3.Session(profile_name=target.get("iam_profile")).get_credentials().get_frozen_credentials()
    print(f"connected with {keys.access_key}")


def run_query(statement):
    command = ["psql", "--quiet", "--set=ON_ERROR_STOP=1"]
    subprocess.run(command, input=f"{statement};\n", text=True, check=True)


def run_operation(name):
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals.update(env_var=lambda variable: os.environ[variable], run_query=run_query)
    macros = environment.from_string(pathlib.Path("macros", f"{name}.sql").read_text())
    getattr(macros.module, name)()


def main():
    try:
        if sys.argv[1] == "run-operation":
            run_operation(sys.argv[2])
        else:
            target = read_target()
            for _ in range(target["threads"]):
                connect(target)
    except (botocore.exceptions.BotoCoreError, subprocess.CalledProcessError) as error:
        print(f"Runtime Error\n  {error}")
        sys.exit(1)
    print("Completed successfully")


main()
