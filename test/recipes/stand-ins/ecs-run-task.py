#!/usr/bin/python3
"""Stand-in for Amazon ECS, which cannot be installed: `ecs-run-task FILE` runs a task definition once.

Imitated, as the API reference of ECS describes ContainerDefinition, ContainerDependency and DescribeTasks:
- `entryPoint` and `command` are joined and started without a shell; `environment` is added.
- A container is started when its dependencies have the required condition: START, COMPLETE or SUCCESS.
- The output goes to the log. The last line of the output has the exit codes.
- The end of an essential container stops the task: the others get SIGTERM.
- The documentation does not say how a task ends whose dependency has failed. Here it is stopped.
Not imitated: images, roles, networks, HEALTHY. $STAND_IN_ENTRY_POINTS has the entry points of images, as JSON by name.
The variables of the container endpoint are inherited, because ECS adds AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, which
only works at 169.254.170.2.
"""
import json
import os
import re
import subprocess
import sys
import time

with open(sys.argv[1], encoding="utf-8") as file:
    containers = json.load(file)["containerDefinitions"]
entry_points = json.loads(os.environ.get("STAND_IN_ENTRY_POINTS", "{}"))
processes = {}


def start(container):
    environment = {each["name"]: each["value"] for each in container.get("environment", [])}
    image = re.sub(r"^.*/|:.*$", "", container["image"])
    entry_point = container.get("entryPoint", entry_points.get(image, []))
    processes[container["name"]] = subprocess.Popen(
        entry_point + container.get("command", []), env={**os.environ, **environment}, stdin=subprocess.DEVNULL
    )


def has_condition(dependency):
    process = processes.get(dependency["containerName"])
    code = None if process is None else process.poll()
    return {"START": process is not None, "COMPLETE": code is not None, "SUCCESS": code == 0}[dependency["condition"]]


def has_failed(dependency):
    process = processes.get(dependency["containerName"])
    return dependency["condition"] == "SUCCESS" and process is not None and process.poll() not in (None, 0)


def find_reason():
    """Why the task stops, or None while it runs."""
    for container in containers:
        process = processes.get(container["name"])
        if container.get("essential", True) and process is not None and process.poll() is not None:
            return "Essential container in task exited"
        if process is None and any(has_failed(each) for each in container.get("dependsOn", [])):
            return "A dependency failed"
    return None


reason = None
while reason is None:
    for container in containers:
        if container["name"] not in processes and all(has_condition(each) for each in container.get("dependsOn", [])):
            start(container)
    time.sleep(0.02)
    reason = find_reason()
for process in processes.values():
    if process.poll() is None:
        process.terminate()
for process in processes.values():
    process.wait()

sys.stderr.flush()
print(json.dumps({
    "lastStatus": "STOPPED",
    "stoppedReason": reason,
    "containers": [
        {"name": each["name"], "exitCode": processes[each["name"]].returncode}
        for each in containers
        if each["name"] in processes
    ],
}))
