#!/usr/bin/python3
"""Stand-in for Airflow, which cannot be installed from Debian or npm: `airflow-run-dag FILE` runs a DAG once.

Imitated, as the sources of apache/airflow (providers/standard and providers/amazon of 2025) describe:
- operators/bash.py: `bash -c` in a temporary folder; stdout and stderr go to the log of the task; an exit code in
  `skip_on_exit_code` (99) skips the task, any other than 0 fails it. A command that ends with .sh is a template file.
- sensors/bash.py: 0 is success, `retry_exit_code` pokes again, any other code is an AirflowFailException.
- transfers/s3_to_redshift.py, utils/redshift.py, utils/connection_wrapper.py: `role_arn` of the connection gives
  aws_iam_role, else the frozen keys of a session with `profile_name` are written into the COPY.
- Retries: an AirflowFailException and the timeout of a sensor are not retried. A skipped task skips the tasks after
  it, and a failed one fails them (trigger rule all_success).
Not imitated: schedules, workers, templates. Real time does not pass: $STAND_IN_BETWEEN_ATTEMPTS is a shell command
that runs before each retry and poke. The COPY is appended to the file $STAND_IN_REDSHIFT instead of sent to Redshift.
"""
import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import traceback
import types
from datetime import timedelta


class AirflowException(Exception):
    pass


class AirflowSkipException(AirflowException):
    pass


class AirflowFailException(AirflowException):
    pass


class AirflowSensorTimeout(AirflowFailException):
    pass


def log(line, level="INFO"):
    print(f"[2026-01-31T02:30:00.000+0000] {{task.py:1}} {level} - {line}", flush=True)


def let_time_pass():
    subprocess.run(os.environ.get("STAND_IN_BETWEEN_ATTEMPTS", "true"), shell=True, check=True)


class DAG:
    current = None

    def __init__(self, dag_id, *, schedule, start_date, catchup=True):
        self.dag_id, self.tasks = dag_id, []

    def __enter__(self):
        DAG.current = self

    def __exit__(self, *_):
        pass


class BaseOperator:
    def __init__(self, *, task_id, retries=0, retry_delay=timedelta(minutes=5)):
        self.task_id, self.retries, self.retry_delay = task_id, retries, retry_delay
        self.upstream = []
        DAG.current.tasks.append(self)

    def __rshift__(self, other):
        other.upstream.append(self)
        return other


def run_bash(arguments):
    with tempfile.TemporaryDirectory(prefix="airflowtmp") as folder:
        command = [shutil.which("bash") or "bash", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder) as process:
            log("Output:")
            for line in process.stdout:
                log(line.decode().rstrip())
    log(f"Command exited with return code {process.returncode}")
    return process.returncode


class BashOperator(BaseOperator):
    def __init__(self, *, bash_command, skip_on_exit_code=99, **kwargs):
        super().__init__(**kwargs)
        self.bash_command, self.skip_on_exit_code = bash_command, skip_on_exit_code

    def execute(self):
        if self.bash_command.endswith((".sh", ".bash")):
            raise AirflowException(f"TemplateNotFound: {self.bash_command}")
        code = run_bash(["-c", self.bash_command])
        if code == self.skip_on_exit_code:
            raise AirflowSkipException(f"Bash command returned exit code {code}. Skipping.")
        if code != 0:
            raise AirflowException(f"Bash command failed. The command returned a non-zero exit code {code}.")


class BashSensor(BaseOperator):
    def __init__(
        self, *, bash_command, retry_exit_code=None, mode="poke", poke_interval=60, timeout=7 * 24 * 3600, **kwargs
    ):
        super().__init__(**kwargs)
        if mode not in ("poke", "reschedule"):
            raise AirflowException(f"The mode must be one of poke, reschedule; received '{mode}'.")
        self.bash_command, self.retry_exit_code = bash_command, retry_exit_code
        self.poke_interval, self.timeout = poke_interval, timeout

    def execute(self):
        waited = 0
        while not self.poke():
            waited += self.poke_interval
            if waited > self.timeout:
                raise AirflowSensorTimeout("Sensor has timed out")
            let_time_pass()

    def poke(self):
        code = run_bash(["-c", self.bash_command])
        if code == 0:
            return True
        if self.retry_exit_code is None or code == self.retry_exit_code:
            log("Return code matches retry code, will retry later")
            return False
        raise AirflowFailException(f"Command exited with return code {code}")


class S3ToRedshiftOperator(BaseOperator):
    def __init__(self, *, table, s3_bucket, s3_key, schema, aws_conn_id, copy_options=(), **kwargs):
        super().__init__(**kwargs)
        self.table, self.schema, self.path = table, schema, f"s3://{s3_bucket}/{s3_key}"
        self.aws_conn_id, self.copy_options = aws_conn_id, copy_options

    def execute(self):
        extra = json.loads(os.environ[f"AIRFLOW_CONN_{self.aws_conn_id.upper()}"])["extra"]
        if "role_arn" in extra:
            block = f"aws_iam_role={extra['role_arn']}"
        else:
            # The AWS CLI brings its own botocore.
            from awscli.botocore.session import Session

            keys = Session(profile=extra.get("profile_name")).get_credentials().get_frozen_credentials()
            block = f"aws_access_key_id={keys.access_key};aws_secret_access_key={keys.secret_key};token={keys.token}"
        log("Executing COPY command...")
        with open(os.environ["STAND_IN_REDSHIFT"], "a", encoding="utf-8") as redshift:
            options = " ".join(self.copy_options)
            redshift.write(f"COPY {self.schema}.{self.table} FROM '{self.path}' credentials '{block}' {options};\n")
        log("COPY command complete...")


def run_task(task):
    for attempt in range(task.retries + 1):
        if attempt > 0:
            let_time_pass()
        try:
            task.execute()
            return "success"
        except AirflowSkipException as error:
            log(error)
            return "skipped"
        except Exception as error:
            for line in traceback.format_exc().splitlines():
                log(line, "ERROR")
            if isinstance(error, AirflowFailException):
                return "failed"
            log("Marking task as UP_FOR_RETRY" if attempt < task.retries else "Marking task as FAILED")
    return "failed"


def define_module(name, **members):
    sys.modules[name] = module = types.ModuleType(name)
    module.__dict__.update(members)
    if "." in name and name.rpartition(".")[0] not in sys.modules:
        define_module(name.rpartition(".")[0])


define_module("airflow", DAG=DAG)
define_module("airflow.providers.standard.operators.bash", BashOperator=BashOperator)
define_module("airflow.providers.standard.sensors.bash", BashSensor=BashSensor)
define_module("airflow.providers.amazon.aws.transfers.s3_to_redshift", S3ToRedshiftOperator=S3ToRedshiftOperator)
runpy.run_path(sys.argv[1])

states = {}
for task in DAG.current.tasks:
    before = [states[each.task_id] for each in task.upstream]
    if "failed" in before or "upstream_failed" in before:
        states[task.task_id] = "upstream_failed"
    else:
        states[task.task_id] = "skipped" if "skipped" in before else run_task(task)
print(json.dumps({"dag": DAG.current.dag_id, "states": states}))
