#!/usr/bin/python3
"""Stand-in for Amazon ECS, which cannot be installed: `ecs-run-task FILE` runs a task definition once.

Imitated, as the API reference of ECS describes ContainerDefinition and DescribeTasks:
- `entryPoint` and `command` are joined and started without a shell; `environment` is added.
- The output goes to the log. The last line of the output has the exit code.
- The end of an essential container stops the task: "Essential container in task exited".
Not imitated: images, roles, networks. The variables of the container endpoint are inherited, because ECS adds
AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, which only works at 169.254.170.2.
"""
import json
import os
import subprocess
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    definition = json.load(file)

containers = []
for container in definition["containerDefinitions"]:
    environment = {each["name"]: each["value"] for each in container.get("environment", [])}
    command = container.get("entryPoint", []) + container.get("command", [])
    process = subprocess.run(command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, check=False)
    containers.append({"name": container["name"], "exitCode": process.returncode})

sys.stderr.flush()
print(json.dumps({
    "lastStatus": "STOPPED",
    "stoppedReason": "Essential container in task exited",
    "containers": containers,
}))
