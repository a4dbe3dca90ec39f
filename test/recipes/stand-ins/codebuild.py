#!/usr/bin/python3
"""Stand-in for AWS CodeBuild, which cannot be installed: `codebuild` runs buildspec.yml of the working folder.

Imitated, as the build specification reference and the logs of builds describe:
- Version 0.2: all commands run in the same shell, one at a time. The first failure ends a phase.
- The commands of `finally` run in any case. A failure of one of them fails the phase, too.
- After a failed `install` or `pre_build`, the build ends. After a failed `build`, `post_build` runs.
  `on-failure: ABORT` ends the build, and `CONTINUE` goes on to the next phase.
- The lines of the log: "Running command", "Command did not exit successfully … exit status N", "Phase complete: …",
  "Phase context status code: COMMAND_EXECUTION_ERROR Message: …".
Not imitated: images, sources, artifacts, `RETRY`. The variables of the container endpoint are inherited.
"""
import os
import subprocess
import sys

from ruamel.yaml import YAML

PHASES = ["install", "pre_build", "build", "post_build"]
ENDS_BUILD = {"install", "pre_build"}

with open("buildspec.yml", encoding="utf-8") as file:
    spec = YAML(typ="safe", pure=True).load(file)
if spec["version"] != 0.2:
    sys.exit("only version 0.2 is imitated")
unknown = set(spec["phases"]) - set(PHASES)
if unknown:
    sys.exit(f"YAML_FILE_ERROR Message: Unknown phases: {', '.join(unknown)}")


def log(line):
    print(f"[Container] 2026/01/31 02:00:00.000000 {line}", flush=True)


class Shell:
    """One shell for all commands, so that variables and the working folder last."""

    def __init__(self, variables):
        result, self.result_end = os.pipe()
        self.results = os.fdopen(result, encoding="utf-8")
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            stdin=subprocess.PIPE,
            env={**os.environ, **variables},
            pass_fds=[self.result_end],
            text=True,
        )
        os.close(self.result_end)

    def run(self, command):
        log(f"Running command {command}")
        self.process.stdin.write(f"{{ {command}\n}} < /dev/null {self.result_end}>&-; echo $? >&{self.result_end}\n")
        self.process.stdin.flush()
        # A command that ends the shell writes no result.
        line = self.results.readline()
        code = int(line) if line else self.process.wait()
        if code != 0:
            log(f"Command did not exit successfully {command} exit status {code}")
        return code


def run_all(shell, commands):
    for command in commands:
        code = shell.run(command)
        if code != 0:
            return command, code
    return None


shell = Shell({name: str(value) for name, value in spec.get("env", {}).get("variables", {}).items()})
has_failed = False
for name in PHASES:
    phase = spec["phases"].get(name)
    if phase is None:
        continue
    log(f"Entering phase {name.upper()}")
    failure = run_all(shell, phase.get("commands", []))
    failure = run_all(shell, phase.get("finally", [])) or failure
    log(f"Phase complete: {name.upper()} State: {'SUCCEEDED' if failure is None else 'FAILED'}")
    if failure is None:
        log("Phase context status code:  Message: ")
        continue
    has_failed = True
    command, code = failure
    log(
        "Phase context status code: COMMAND_EXECUTION_ERROR "
        f"Message: Error while executing command: {command}. Reason: exit status {code}"
    )
    on_failure = phase.get("on-failure", "ABORT" if name in ENDS_BUILD else "CONTINUE")
    if on_failure == "ABORT":
        break
sys.exit(1 if has_failed else 0)
