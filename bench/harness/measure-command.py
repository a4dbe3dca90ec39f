"""Runs commands and measures them. Reads one JSON request per line from stdin and writes one JSON response.

Node cannot read the CPU time and the peak memory of a child process. wait4 returns both, in microseconds and KiB,
for the process and for the children that it waited for. A child of vfork starts with the peak memory of this
process, about 10 MiB, so smaller peaks cannot be seen.
"""

import json
import os
import sys
import time


def measure(request):
    files = [
        (os.POSIX_SPAWN_OPEN, 0, request["stdin"], os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, request["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, request["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    command = request["command"]
    begun = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, request["env"], file_actions=files)
    _, status, usage = os.wait4(pid, 0)
    ended = time.perf_counter()
    return {
        "wall_ms": (ended - begun) * 1000,
        "cpu_ms": (usage.ru_utime + usage.ru_stime) * 1000,
        "peak_kib": usage.ru_maxrss,
        "exit_code": os.waitstatus_to_exitcode(status),
    }


for line in sys.stdin:
    try:
        response = measure(json.loads(line))
    except OSError as error:
        response = {"error": str(error)}
    print(json.dumps(response), flush=True)
