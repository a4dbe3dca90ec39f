#!/usr/bin/python3
"""Stand-in for the service manager of systemd: `systemd-start FILE` starts a service and waits until it has ended.

A test cannot start systemd itself, which must be the first process and manages the whole host. `systemd-analyze
verify` reads the same files. Imitated, as systemd.service(5) and systemd.unit(5) of version 252 and
src/core/service.c describe:
- Files in FILE.d are read in order of their names. An empty ExecStart= removes the commands before it.
- ExecCondition=: exit codes 1 to 254 skip the start without an error; 255 and signals fail the unit.
- ExecStart=: started without a shell. An exit code other than 0 fails the unit.
- RestartForceExitStatus= restarts the service regardless of Restart=, until it has been started StartLimitBurst= times.
  With Type=oneshot, such a file is refused.
- StateDirectory= and CacheDirectory= set $STATE_DIRECTORY and $CACHE_DIRECTORY.
- Environment= and EnvironmentFile= set variables. ${NAME} in a command is replaced by the value of a variable,
  and $$ by $. $NAME as a word of its own is replaced by the words of the value, of which there can be none.
- The lines of the journal.
Not imitated: users, sandboxing, time limits. systemd passes a fixed environment; here, the variables of the test are
inherited. $STAND_IN_BETWEEN_ATTEMPTS is a shell command that runs where real time passes.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys

unit = pathlib.Path(sys.argv[1])
settings = {}
for path in [unit, *sorted(pathlib.Path(f"{unit}.d").glob("*.conf"))]:
    for line in path.read_text(encoding="utf-8").splitlines():
        key, separator, value = line.partition("=")
        if not separator:
            continue
        settings[key] = [*settings.get(key, []), value] if value else []


def read(key, default=None):
    return settings[key][-1] if settings.get(key) else default


def log(line):
    print(f"systemd[1]: {unit.name}: {line}", flush=True)


environment = dict(os.environ)
for key, variable, base in [("StateDirectory", "STATE_DIRECTORY", "lib"), ("CacheDirectory", "CACHE_DIRECTORY", "cache")]:
    if read(key):
        folder = unit.parents[3] / "var" / base / read(key)
        folder.mkdir(parents=True, exist_ok=True)
        environment[variable] = str(folder)

for assignments in settings.get("Environment", []):
    environment.update(word.split("=", 1) for word in shlex.split(assignments))
for path in settings.get("EnvironmentFile", []):
    # The folder of the test stands for the root folder.
    for line in pathlib.Path(f"{unit.parents[3]}{path}").read_text(encoding="utf-8").splitlines():
        key, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            environment[key] = value


def run(command):
    words = []
    for word in shlex.split(command):
        if re.fullmatch(r"\$\w+", word):
            words += shlex.split(environment.get(word[1:], ""))
        else:
            replaced = re.sub(r"\$\{(\w+)\}", lambda match: environment.get(match[1], ""), word)
            words.append(replaced.replace("$$", "$"))
    result = subprocess.run(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    for line in result.stdout.decode().splitlines():
        print(f"{pathlib.Path(words[0]).name}[{os.getpid()}]: {line}", flush=True)
    return result.returncode


def start():
    """The exit code of the main process, or None if the start was skipped or the condition failed."""
    for command in settings.get("ExecCondition", []):
        code = run(command)
        if 1 <= code <= 254:
            log("Skipped due to 'exec-condition'.")
            return None
        if code != 0:
            log(f"Control process exited, code=exited, status={code}/n/a")
            log("Failed with result 'exit-code'.")
            sys.exit(1)
    for command in settings["ExecStart"]:
        code = run(command)
        if code != 0:
            log(f"Main process exited, code=exited, status={code}/n/a")
            log("Failed with result 'exit-code'.")
            return code
    log("Deactivated successfully.")
    return 0


if read("Type") == "oneshot" and read("RestartForceExitStatus"):
    sys.exit(f"{unit.name}: Service has RestartForceExitStatus= set, which isn't allowed for Type=oneshot services.")

starts = 0
while True:
    starts += 1
    code = start()
    if code is None or str(code) not in read("RestartForceExitStatus", "").split():
        sys.exit(1 if code else 0)
    if starts == int(read("StartLimitBurst", "5")):
        log("Start request repeated too quickly.")
        log("Failed with result 'start-limit-hit'.")
        sys.exit(1)
    log(f"Scheduled restart job, restart counter is at {starts}.")
    subprocess.run(os.environ.get("STAND_IN_BETWEEN_ATTEMPTS", "true"), shell=True, check=True)
