#!/usr/bin/python3
"""Stand-in for AWS Batch, which cannot be installed: `batch-submit-job DEFINITION [NAME=VALUE…]` runs a job to its end.

Imitated, as "Automated job retries", "Job definition parameters" and the API reference (RetryStrategy, EvaluateOnExit)
of AWS Batch describe:
- `Ref::NAME` in the command is replaced by a parameter. The command is started without a shell.
- A non-zero exit code fails an attempt. There are at most `attempts`, numbered by AWS_BATCH_JOB_ATTEMPT.
- The first entry of `evaluateOnExit` whose conditions all match decides. A `*` at the end of a pattern matches any
  text. Without a match, the job is retried. Without `evaluateOnExit`, every failure is retried.
- An attempt that takes longer than `attemptDurationSeconds` fails and is not retried.
Not imitated: queues, images, roles. $STAND_IN_BETWEEN_ATTEMPTS is a shell command that runs where real time passes.
"""
import json
import os
import subprocess
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    definition = json.load(file)
parameters = {**definition.get("parameters", {}), **dict(each.split("=", 1) for each in sys.argv[2:])}
command = [
    parameters[word[len("Ref::"):]] if word.startswith("Ref::") else word
    for word in definition["containerProperties"]["command"]
]
strategy = definition.get("retryStrategy", {"attempts": 1})
REASON = "Essential container in task exited"


def matches(pattern, text):
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def is_retried(exit_code):
    # A container that ends by itself has no text in `reason`, which only `*` matches.
    values = {"onExitCode": str(exit_code), "onReason": "", "onStatusReason": REASON}
    for entry in strategy.get("evaluateOnExit", []):
        if all(matches(entry[name], value) for name, value in values.items() if name in entry):
            return entry["action"].upper() == "RETRY"
    return True


attempts = []
while True:
    environment = {**os.environ, "AWS_BATCH_JOB_ATTEMPT": str(len(attempts) + 1)}
    limit = definition.get("timeout", {}).get("attemptDurationSeconds")
    code = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, timeout=limit, check=False).returncode
    attempts.append({"statusReason": REASON, "container": {"exitCode": code}})
    if code == 0 or len(attempts) == strategy["attempts"] or not is_retried(code):
        break
    subprocess.run(os.environ.get("STAND_IN_BETWEEN_ATTEMPTS", "true"), shell=True, check=True)

sys.stderr.flush()
print(json.dumps({"status": "SUCCEEDED" if code == 0 else "FAILED", "attempts": attempts}))
