"""A program with one STS client of botocore. For each line on stdin, the program sends a signed request, and writes the
result as a line of JSON: the error, or null. It exits at the end of stdin."""
import json
import os
import sys

from botocore.config import Config
from botocore.session import Session

client = Session().create_client(
    "sts",
    region_name=os.environ["AWS_REGION"],
    endpoint_url=os.environ["SERVICE_URL"],
    config=Config(retries={"total_max_attempts": 1}),
)


def send_request():
    try:
        client.get_caller_identity()
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"


for _ in sys.stdin:
    print(json.dumps({"error": send_request()}), flush=True)
