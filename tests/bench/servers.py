"""Starts what is measured, and says how much memory it takes."""

import http.client
import json
import os
import pathlib
import subprocess
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
POSTGRES = HERE.parent / "postgres.sh"

# The throw-away clusters of the tests do not wait for the disk; what is measured has to.
DURABLE = """
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 512MB
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
"""


class Failed(Exception):
    """A measurement that cannot go on."""


def free_port():
    return int(subprocess.run([POSTGRES, "free-port"], check=True, capture_output=True, text=True).stdout)


class Cluster:
    """A PostgreSQL cluster that waits for the disk."""

    def __init__(self, folder):
        subprocess.run([POSTGRES, "install"], check=True)
        self.folder = folder
        self.url = self._start()
        self._run("stop", self.folder, "--fast")
        with open(folder / "data" / "postgresql.conf", "a", encoding="utf-8") as settings:
            settings.write(DURABLE)
        self.url = self._start()

    def _run(self, *arguments):
        return subprocess.run([POSTGRES, *arguments], check=True, capture_output=True, text=True).stdout.strip()

    def _start(self):
        return self._run("start", self.folder, str(free_port()))

    def database(self, name):
        """Makes a database and returns its URL."""
        subprocess.run(["psql", "--quiet", self.url, "--command", f"CREATE DATABASE {name}"], check=True)
        return self.url.rsplit("/", 1)[0] + "/" + name

    def remove(self):
        self._run("remove", self.folder)


class Server:
    """A server that runs until it is stopped."""

    def __init__(self, name, command, port, environment, log):
        self.name, self.port, self.url = name, port, f"http://127.0.0.1:{port}"
        started = time.monotonic()
        with open(log, "ab") as output:
            self.process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() - started > 60:
                raise Failed(f"{name} did not come up: see {log}")
            time.sleep(0.005)
        self.start_seconds = time.monotonic() - started

    def _is_ready(self):
        try:
            return self.ask("GET", "/health/ready")[0] == 200
        except OSError:
            return False

    def ask(self, method, path, headers=None, body=None):
        """One request: status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, path):
        """The JSON of an answer that has to succeed."""
        status, _, body = self.ask("GET", path)
        if status != 200:
            raise Failed(f"{self.name} answered {status} to {path}: {body[:300]!r}")
        return json.loads(body)

    def save(self, path, accept, file):
        """Writes an answer to a file as it comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request("GET", path, headers={"Accept": accept})
        answer = connection.getresponse()
        if answer.status != 200:
            raise Failed(f"{self.name} answered {answer.status} to {path}")
        with open(file, "wb") as output:
            while part := answer.read(1 << 20):
                output.write(part)
        connection.close()

    def pages(self, path):
        """All items of a list."""
        cursor = ""
        while True:
            page = self.get(f"{path}?limit=500{cursor}")
            yield from page["items"]
            if page["next"] is None:
                return
            cursor = "&cursor=" + urllib.parse.quote(page["next"])

    def memory(self, key):
        """VmRSS or VmHWM in megabytes."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1]) / 1024
        raise Failed(f"no {key} of {self.name}")

    def forget_peak(self):
        """Lets VmHWM begin anew."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="utf-8")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def clean_environment(**more):
    """The environment without what is set for a registry of the caller's own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DIGITUKI_", "DATABASE_URL", "RUST_LOG"))}
    return kept | more
