"""A program with botocore and one session. For each line on stdin, the program gets the credentials of the session,
as each request to AWS does, and writes them as a line of JSON. The program exits at the end of stdin. Its clock is
ahead by the milliseconds in a file."""
import datetime
import json
import os
import sys
import types

import awscli  # The modules of botocore that follow are those of the AWS CLI.
from botocore import credentials
from botocore.session import Session


class ShiftedDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        with open(os.environ["SHIFTED_TIME_FILE"]) as file:
            ahead = int(file.read())
        return datetime.datetime.now(tz) + datetime.timedelta(milliseconds=ahead)


shifted = types.ModuleType("datetime")
vars(shifted).update(vars(datetime))
shifted.datetime = ShiftedDatetime
credentials.datetime = shifted

session = Session()


def get_credentials():
    try:
        found = session.get_credentials()
        keys = found.get_frozen_credentials()
        held = {"accessKeyId": keys.access_key, "secretAccessKey": keys.secret_key, "sessionToken": keys.token}
        return {"credentials": held}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


for _ in sys.stdin:
    print(json.dumps(get_credentials()), flush=True)
