"""Metadata endpoints in Python: EC2, ECS, EKS Pod Identity and CloudShell.

They are written from the documentation and the captures of the real services, independently of cred-watch's own
servers. Usage: python3 reference.py SHAPE. Writes a JSON object with url and token, and serves until stdin ends.
"""

import base64
import json
import os
import secrets
import sys
import threading
import time
import uuid
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SHAPE = sys.argv[1]
ROLE = "python-role"
LIFETIME = 900 if SHAPE == "cloudshell" else 6 * 3600
STARTED = int(time.time())
KEY = "ASIA" + base64.b32encode(secrets.token_bytes(10)).decode()
SECRET = base64.b64encode(secrets.token_bytes(30)).decode()
TOKEN = base64.b64encode(secrets.token_bytes(600)).decode()
TTL = "X-aws-ec2-metadata-token-ttl-seconds"
CLOUDSHELL = "/latest/meta-data/container/security-credentials"
HOSTS = ("127.0.0.1", "localhost", "169.254.169.254", "169.254.170.2", "169.254.170.23")

session_tokens = {}
credentials_id = str(uuid.uuid4())


def instant(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def jwt(seconds):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    now = int(time.time())
    claims = {"aud": ["pods.eks.amazonaws.com"], "exp": now + seconds, "nbf": now - 60}
    return ".".join([part({"alg": "RS256", "typ": "JWT"}), part(claims), secrets.token_urlsafe(32)])


AUTHORIZATION = {"imds": None, "ecs": None, "eks": jwt(86400), "cloudshell": str(uuid.uuid4())}[SHAPE]


def keys():
    return {
        "AccessKeyId": KEY,
        "SecretAccessKey": SECRET,
        "Token": TOKEN,
        "Expiration": instant(STARTED + LIFETIME),
    }


class Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_expect_100(self):
        # EC2 refuses it. The agents are Go servers, which send no 100 Continue if they read no body.
        if SHAPE in ("ecs", "eks"):
            return True
        self.send(417)
        return False

    def send(self, status, body="", content_type="text/plain", **headers):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def send_json(self, status, value):
        self.send(status, json.dumps(value), "application/json")

    def serve(self):
        getattr(self, SHAPE)(urlsplit(self.path))

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = do_PATCH = serve

    def issue_token(self):
        if self.command != "PUT":
            return self.send(405, Allow="OPTIONS, PUT")
        text = self.headers.get(TTL, "")
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 21600:
            return self.send(400, "<html><title>400 - Bad Request</title></html>", "text/html")
        token = secrets.token_urlsafe(40)
        session_tokens[token] = time.time() + int(text)
        return self.send(200, token, **{TTL: text})

    def remaining(self):
        return session_tokens.get(self.headers.get("X-aws-ec2-metadata-token", ""), 0) - time.time()

    def is_foreign(self):
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        return host not in HOSTS or any(self.headers.get(name) for name in ("X-Forwarded-For", "Origin", "Referer"))

    def imds(self, url):
        if self.headers.get("Expect"):
            return self.send(417)
        if self.is_foreign():
            return self.send(403)
        if url.path == "/latest/api/token":
            return self.issue_token()
        if url.path.rstrip("/").endswith("/api/token"):
            return self.send(403)
        if self.command not in ("GET", "HEAD"):
            return self.send(405, Allow="GET, HEAD")
        remaining = self.remaining()
        if remaining <= 0:
            return self.send(401)
        body = self.metadata().get(url.path)
        if body is None:
            return self.send(404, "<html><title>404 - Not Found</title></html>", "text/html")
        return self.send(200, body, **{TTL: str(int(remaining) + 1)})

    @staticmethod
    def metadata():
        iam = "/latest/meta-data/iam/"
        profile = {"InstanceProfileArn": f"arn:aws:iam::111122223333:instance-profile/{ROLE}"}
        updated = {"Code": "Success", "LastUpdated": instant(STARTED)}
        return {
            "/latest/meta-data/": "iam/\ninstance-id\nplacement/",
            "/latest/meta-data/instance-id": "i-0fedcba9876543210",
            "/latest/meta-data/placement/region": "us-east-1",
            "/latest/meta-data/placement/availability-zone": "us-east-1f",
            "/latest/meta-data/placement/availability-zone/": "us-east-1f",
            "/latest/dynamic/instance-identity/document": json.dumps({"region": "us-east-1"}),
            iam: "info\nsecurity-credentials/",
            f"{iam}info": json.dumps({**updated, **profile, "InstanceProfileId": "AIPAPYTHON"}),
            f"{iam}security-credentials": ROLE,
            f"{iam}security-credentials/": ROLE,
            f"{iam}security-credentials/{ROLE}": json.dumps({**updated, "Type": "AWS-HMAC", **keys()}),
        }

    def ecs(self, url):
        if url.path == "/v1/credentials":
            given = parse_qs(url.query).get("id", [""])[0]
        elif url.path.startswith("/v2/credentials/"):
            given = url.path.removeprefix("/v2/credentials/")
        else:
            return self.send(404, "404 page not found\n")
        if given != credentials_id:
            code = "InvalidIdInRequest" if given else "NoIdInRequest"
            return self.send_json(400, {"code": code, "message": "not found", "HTTPErrorCode": 400})
        role = {"RoleArn": f"arn:aws:iam::111122223333:role/{ROLE}"}
        return self.send_json(200, {**role, **keys()})

    def eks(self, url):
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        if host not in HOSTS:
            return self.send(403, f"Access Denied. Called agent through invalid address, not {host}\n")
        if url.path != "/v1/credentials":
            return self.send(404, "404 page not found\n")
        token = self.headers.get("Authorization", "")
        if token == "":
            return self.send(400, "Service account token cannot be empty\n")
        try:
            payload = token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        except (IndexError, ValueError):
            return self.send(400, "Service account token cannot be parsed\n")
        if time.time() >= claims["exp"]:
            return self.send(400, "Service account token failed basic claim validations: token is expired\n")
        if token != AUTHORIZATION:
            return self.send(400, f"[{uuid.uuid4()}]: (InvalidTokenException): not valid, fault: client\n")
        return self.send_json(200, {**keys(), "AccountId": "111122223333"})

    def cloudshell(self, url):
        if url.path == "/latest/api/token":
            return self.issue_token()
        if url.path != CLOUDSHELL:
            return self.send(404)
        if self.command not in ("GET", "HEAD"):
            return self.send(405, Allow="GET, HEAD")
        given = [self.headers.get("Authorization"), self.headers.get("X-aws-ec2-metadata-token")]
        if AUTHORIZATION not in given and not any(session_tokens.get(each, 0) > time.time() for each in given):
            return self.send(401)
        return self.send(200, json.dumps({"Type": "", **keys(), "Code": "Success"}))


class Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True


server = Server(("127.0.0.1", 0), Endpoint)
path = {
    "imds": "/",
    "ecs": f"/v2/credentials/{credentials_id}",
    "eks": "/v1/credentials",
    "cloudshell": CLOUDSHELL,
}[SHAPE]
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}{path}", "token": AUTHORIZATION}), flush=True)
sys.stdin.read()
os._exit(0)
