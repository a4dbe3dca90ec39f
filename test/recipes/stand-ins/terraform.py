#!/usr/bin/python3
"""A stand-in for Terraform, which neither npm nor Debian has. The tests also run the real one if it is installed.

It imitates what Terraform 1.11 does with its S3 backend and `use_lockfile`, as the real program was observed: it
resolves the credentials and calls GetCallerIdentity before anything else, puts a lock object with `If-None-Match: *`,
reads the state, runs the provisioner of the only resource, writes the state, and deletes the lock. If it cannot write
the state, it writes `errored.tfstate`, and the lock stays if it cannot be deleted. boto3 is real, and finds credentials
in the same places as the AWS SDK for Go.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

import boto3
import botocore.exceptions

AWS_ERRORS = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)


class Backend:
    def __init__(self, configuration):
        settings = dict(re.findall(r'(\w+)\s*=\s*"(.*)"', configuration))
        self.state = {"Bucket": settings["bucket"], "Key": settings["key"]}
        self.lock = {"Bucket": settings["bucket"], "Key": f"{settings['key']}.tflock"}

        def connect(service):
            endpoint = os.environ[f"AWS_ENDPOINT_URL_{service.upper()}"]
            return boto3.client(service, endpoint_url=endpoint, region_name=settings["region"])

        connect("sts").get_caller_identity()
        self.s3 = connect("s3")
        self.s3.list_objects_v2(Bucket=settings["bucket"], Prefix="env:/")

    def acquire(self):
        def require_absence(params, **_):
            if params["url_path"].endswith(".tflock"):
                params["headers"]["If-None-Match"] = "*"

        self.s3.meta.events.register("before-call.s3.PutObject", require_absence)
        self.s3.put_object(**self.lock, Body=json.dumps({"ID": str(uuid.uuid4())}))

    def release(self):
        self.s3.get_object(**self.lock)
        self.s3.delete_object(**self.lock)

    def write(self, state):
        self.s3.put_object(**self.state, Body=state)


def apply(backend, command):
    backend.acquire()
    failed = False
    subprocess.run(command, shell=True, check=True)
    state = json.dumps({"version": 4, "resources": ["terraform_data.network"]})
    try:
        backend.write(state)
    except AWS_ERRORS as error:
        failed = True
        pathlib.Path("errored.tfstate").write_text(state)
        print(f"Error: Failed to save state\n{error}", file=sys.stderr)
    try:
        backend.release()
    except AWS_ERRORS as error:
        failed = True
        print(f"Error: Error releasing the state lock\n{error}", file=sys.stderr)
    if failed:
        sys.exit(1)
    print("Apply complete! Resources: 1 added, 0 changed, 0 destroyed.")


def unlock(backend, lock_id):
    held = json.load(backend.s3.get_object(**backend.lock)["Body"])
    assert held["ID"] == lock_id, f"the lock has the id {held['ID']}"
    assert sys.stdin.readline().strip() == "yes", "force-unlock cancelled"
    backend.release()


def push(backend, file):
    backend.acquire()
    backend.write(pathlib.Path(file).read_text())
    backend.release()


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    configuration = pathlib.Path("main.tf").read_text()
    try:
        backend = Backend(configuration)
        if words == ["init"]:
            pathlib.Path(".terraform").mkdir(exist_ok=True)
        elif words == ["apply"]:
            apply(backend, re.search(r'command = "(.*)"', configuration)[1])
        elif words[0] == "force-unlock":
            unlock(backend, words[1])
        elif words[:2] == ["state", "push"]:
            push(backend, words[2])
    except AWS_ERRORS as error:
        sys.exit(f"Error: {error}")


main()
