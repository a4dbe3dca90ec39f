#!/usr/bin/python3
"""Stand-in for a Kubernetes cluster, which cannot be installed: `run-job FILE` runs the Job of a CronJob to its end.

FILE is JSON as kubectl prints it. Imitated, as the documentation of Kubernetes (Jobs, Init Containers) and
pkg/controller/job/pod_failure_policy.go (v1.30) describe:
- Init containers run one after the other, and before the containers. With `restartPolicy: Never`, the first one that
  fails is the end of the pod.
- The first rule of `podFailurePolicy` that matches a terminated container decides: FailJob, Ignore or Count.
  `NotIn` never matches a container that succeeded.
- A failed pod is replaced until more than `backoffLimit` pods have failed: BackoffLimitExceeded.
- `command` is started without a shell.
Not imitated: images, service accounts, pod conditions, parallelism. What the webhooks of EKS add to a pod is
inherited. $STAND_IN_BETWEEN_ATTEMPTS is a shell command that runs where real time passes.
"""
import json
import os
import subprocess
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    manifest = json.load(file)
name = manifest["metadata"]["name"]
job = manifest["spec"]["jobTemplate"]["spec"]
pod = job["template"]["spec"]
if pod["restartPolicy"] != "Never":
    sys.exit("only restartPolicy: Never is imitated")


def run(container, pod_name):
    environment = {**os.environ, **{each["name"]: each["value"] for each in container.get("env", [])}}
    command = container["command"] + container.get("args", [])
    result = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    # As `kubectl logs --prefix` prints them.
    for line in result.stdout.decode().splitlines():
        print(f"[pod/{pod_name}/{container['name']}] {line}", flush=True)
    return result.returncode


def run_pod(pod_name):
    """The exit code of each container that ended."""
    codes = {}
    for container in pod.get("initContainers", []):
        codes[container["name"]] = run(container, pod_name)
        if codes[container["name"]] != 0:
            return codes
    for container in pod["containers"]:
        codes[container["name"]] = run(container, pod_name)
    return codes


def matches(rule, container, code):
    if rule.get("containerName", container) != container or code == 0:
        return False
    return (code in rule["values"]) == (rule["operator"] == "In")


def find_action(codes):
    for rule in job.get("podFailurePolicy", {}).get("rules", []):
        if "onExitCodes" in rule and any(matches(rule["onExitCodes"], *each) for each in codes.items()):
            return rule["action"]
    return "Count"


failed = 0
history = []
while True:
    codes = run_pod(f"{name}-{len(history) + 1}")
    history.append(codes)
    if not any(codes.values()):
        condition = "Complete"
        break
    action = find_action(codes)
    failed += action != "Ignore"
    if action == "FailJob":
        condition = "PodFailurePolicy"
        break
    if failed > job.get("backoffLimit", 6):
        condition = "BackoffLimitExceeded"
        break
    subprocess.run(os.environ.get("STAND_IN_BETWEEN_ATTEMPTS", "true"), shell=True, check=True)

print(json.dumps({"condition": condition, "pods": history}))
