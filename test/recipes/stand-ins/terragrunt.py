#!/usr/bin/python3
"""A stand-in for Terragrunt, which neither npm nor Debian has.

It imitates `terragrunt run --all COMMAND`: for each folder with a `terragrunt.hcl`, it runs the command of
TG_AUTH_PROVIDER_CMD and adds the credentials to the environment (in the repository gruntwork-io/terragrunt,
`internal/runner/run/creds/providers/externalcmd/provider.go`), runs `terraform init` if needed, then the matching
`before_hook` blocks, then Terraform (`internal/runner/run/hook.go`). If a command or a hook fails, Terraform is not
started. It reads only the blocks that the recipe has, and runs the units one after another.
"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

HOOK = re.compile(r'before_hook "\w+" {\s*commands\s*=\s*(\[.*?\])\s*execute\s*=\s*(\[.*?\])\s*}', re.S)


def fetch_credentials(unit):
    command = os.environ.get("TG_AUTH_PROVIDER_CMD")
    if not command:
        return {}
    output = subprocess.run(shlex.split(command), cwd=unit, stdout=subprocess.PIPE, check=True).stdout
    keys = json.loads(output)["awsCredentials"]
    return {f"AWS_{name}": value for name, value in keys.items()}


def run_unit(unit, command):
    environment = {**os.environ, **fetch_credentials(unit)}

    def run(arguments):
        subprocess.run(arguments, cwd=unit, env=environment, check=True)

    if command != "init" and not (unit / ".terraform").exists():
        run(["terraform", "init", "-input=false"])
    for commands, execute in HOOK.findall((unit / "terragrunt.hcl").read_text()):
        if command in json.loads(commands):
            run(json.loads(execute))
    run(["terraform", command, "-input=false", "-auto-approve"])


def main():
    *options, command = sys.argv[1:]
    assert options == ["run", "--all"], "only `terragrunt run --all COMMAND` is supported"
    failed = False
    for config in sorted(pathlib.Path.cwd().rglob("terragrunt.hcl")):
        try:
            run_unit(config.parent, command)
        except subprocess.CalledProcessError as error:
            print(f"ERROR  [{config.parent.name}] {error}", file=sys.stderr)
            failed = True
    sys.exit(1 if failed else 0)


main()
