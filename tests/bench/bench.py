#!/usr/bin/env python3
"""Measures the registry against its two yardsticks, over HTTP, on both databases (`make bench`).

The three servers answer the same questions in turn, round after round; of each the median counts, and ratios are those
of one run. Before anything is measured, all three have to answer the same. Writes target/bench/bench.md and bench.json.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

import check
import report
from servers import Cluster, Failed, Server, clean_environment, free_port
from workloads import POINTS, Sample

HERE = pathlib.Path(__file__).resolve().parent
NAMES = ("registry", "documents", "normalised")
READS = ("W1", "W2", "W3", "W4", "W5", "W9")
WORKLOADS = ("W1", "W2", "W3", "W4", "W5", "W9", "W7", "W6", "W8")


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20,000 points, 3 rounds of 2 s, 3 x 500 rows")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--sizes", help="how many points (20000,200000)")
    parser.add_argument("--only", default=",".join(WORKLOADS), help="which workloads")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int, help="of a round")
    parser.add_argument("--rows", type=int, help="that are pushed in all (10000)")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    quick = chosen.quick
    chosen.sizes = [int(size) for size in (chosen.sizes or ("20000" if quick else "20000,200000")).split(",")]
    chosen.rounds = chosen.rounds or (3 if quick else 5)
    chosen.seconds = chosen.seconds or (2 if quick else 3)
    chosen.rows = chosen.rows or (1500 if quick else 10000)
    chosen.only = [workload for workload in WORKLOADS if workload in chosen.only.split(",")]
    return chosen


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def programs():
    """Builds each for itself, so that the registry is as it is released; the directory of the programs."""
    for package in ("digituki", "digituki-bench"):
        subprocess.run(["cargo", "build", "--release", "--locked", "--package", package], cwd=HERE, check=True)
    asked = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--offline"]
    told = subprocess.run(asked, cwd=HERE, check=True, capture_output=True, text=True)
    return pathlib.Path(json.loads(told.stdout)["target_directory"])


class Bench:
    """One database of one size."""

    def __init__(self, chosen, target, database, size, folder):
        self.chosen, self.database, self.size, self.folder = chosen, database, size, folder
        self.release = target / "release"
        self.cluster = Cluster(folder / "cluster") if database == "postgresql" else None
        self.servers, self.notices = {}, []

    def url(self, name):
        return self.cluster.database(name) if self.cluster else f"sqlite://{self.folder / name}.db"

    def digituki(self, *arguments):
        command = [self.release / "digituki", *arguments]
        return subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True).stdout

    def start_registry(self):
        environment = dict(self.environment)
        port = free_port()
        environment["DIGITUKI_LISTEN"] = f"127.0.0.1:{port}"
        command = [self.release / "digituki", "serve"]
        self.servers["registry"] = Server("registry", command, port, environment, self.folder / "registry.log")

    def prepare(self):
        say(f"{self.database}, {self.size} points: making the demonstration")
        self.environment = clean_environment(DATABASE_URL=self.url("registry"), DIGITUKI_RATE_LIMIT="off")
        self.digituki("demo", "--points", str(self.size), "--seed", str(self.chosen.seed))
        told = self.digituki("client", "add", "--name", "Bench", "--role", "national_developer", "--json")
        self.client = json.loads(told)
        self.start_registry()
        registry = self.servers["registry"]
        export, providers, municipalities = (self.folder / name for name in ("points", "providers", "municipalities"))
        registry.save(POINTS, "application/x-ndjson", export)
        self.providers = list(registry.pages("/v1/providers"))
        write_lines(providers, map(json.dumps, self.providers))
        write_lines(municipalities, map(json.dumps, registry.pages("/v1/municipalities")))
        files = ["--export", export, "--providers", providers, "--municipalities", municipalities]
        for layout in NAMES[1:]:
            say(f"loading {layout}")
            url, port = self.url(layout), free_port()
            told = ["--layout", layout, "--database", url]
            subprocess.run([self.release / "yardstick", "load", *told, *files], check=True)
            command = [self.release / "yardstick", "serve", *told, "--listen", f"127.0.0.1:{port}"]
            log = self.folder / f"{layout}.log"
            self.servers[layout] = Server(layout, command, port, clean_environment(), log)
        self.sample = Sample(export, self.chosen.seed)
        # Anew: what an export leaves behind is no start, and no idle memory.
        registry.stop()
        self.start_registry()
        time.sleep(1)
        self.idle = {name: server.memory("VmRSS") for name, server in self.servers.items()}

    def token(self):
        client = self.client
        form = urllib.parse.urlencode({"grant_type": "client_credentials", **{key: client[key] for key in ("client_id", "client_secret")}})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _, body = self.servers["registry"].ask("POST", "/oauth2/token", headers, form)
        if status != 200:
            raise Failed(f"no token: {body!r}")
        return json.loads(body)["access_token"]

    def run(self):
        self.prepare()
        results = {}
        for workload in self.chosen.only:
            if workload == "W3" and self.servers["registry"].ask("GET", f"{POINTS}?q=apua")[0] == 400:
                self.notices.append("W3 is left out: the registry does not know `q` yet.")
                say(self.notices[-1])
                continue
            self.write_requests(workload)
            for problem in check.differences(workload, self.servers, self.paths):
                raise Failed(f"{workload}: {problem}")
            results[workload] = self.measure(workload)
            say(report.line(workload, results[workload]))
        registry = self.servers["registry"]
        peaks = [result["registry"]["peak_mb"] for result in results.values()]
        return {
            "database": self.database,
            "size": self.size,
            "points": self.sample.count,
            "workloads": results,
            "start_seconds": registry.start_seconds,
            "idle_mb": self.idle,
            "peak_mb": max(peaks, default=0),
            "notices": self.notices,
        }

    def requests(self, name, workload):
        return self.folder / f"{workload}.{name}"

    def write_requests(self, workload):
        self.paths = []
        if workload in READS:
            self.paths = list(self.sample.paths(workload))
            lines = [f"GET\t{path}\t\t\t" for path in self.paths]
        elif workload == "W8":
            renamings = self.sample.renamings(self.providers, 20_000)
            lines = [f"PATCH\t{path}\tIf-Match\t*\t{body}" for path, body in renamings]
        elif workload == "W6":
            lines = list(self.sample.services(self.chosen.rows))
        else:
            return
        for name in self.servers:
            write_lines(self.requests(name, workload), lines)

    def measure(self, workload):
        rounds = {name: [] for name in NAMES}
        for server in self.servers.values():
            server.forget_peak()
        for number in range(-1 if workload in READS else 0, self.chosen.rounds):
            for name, server in self.servers.items():
                measured = self.round(workload, server, number)
                # The first warms caches up.
                if number >= 0:
                    rounds[name].append(measured)
        return {name: self.median(workload, name, rounds[name]) for name in NAMES}

    def median(self, workload, name, rounds):
        keys = ("rate", "p99_ms", "first_ms", "last_ms")
        result = {key: statistics.median(each[key] for each in rounds) for key in keys if key in rounds[0]}
        return result | {"rates": [each["rate"] for each in rounds], "peak_mb": self.servers[name].memory("VmHWM")}

    def round(self, workload, server, number):
        if workload == "W7":
            told = self.yardstick("walk", "--url", f"{server.url}{POINTS}?limit=500")
            if told["items"] != self.sample.count:
                raise Failed(f"{server.name} walked {told['items']} of {self.sample.count} points")
            return {"rate": told["items"] / told["seconds"], **told}
        if workload == "W6":
            count = self.chosen.rows // self.chosen.rounds
            more = ["--token", self.token()] if server.name == "registry" else []
            told = self.yardstick(
                "push", "--url", f"{server.url}/v1/services", "--file", self.requests(server.name, workload),
                "--skip", str(max(number, 0) * count), "--count", str(count), "--connections", "8", *more,
            )
            return {"rate": told["count"] / told["seconds"], **told}
        if workload == "W9":
            self.refresh_tags(server)
        return self.wrk(workload, server, number)

    def refresh_tags(self, server):
        """Tags follow the clock: whether it is open now is part of an answer."""
        lines = []
        for path in self.paths[:500]:
            _, headers, _ = server.ask("GET", path)
            lines.append(f"GET\t{path}\tIf-None-Match\t{headers['ETag']}\t")
        write_lines(self.requests(server.name, "W9"), lines)
        status, _, _ = server.ask("GET", self.paths[0], {"If-None-Match": lines[0].split("\t")[3]})
        if status != 304:
            raise Failed(f"W9: {server.name} answered {status}, not 304")

    def wrk(self, workload, server, number):
        seconds = 1 if number < 0 else self.chosen.seconds
        more = [self.token()] if workload == "W8" and server.name == "registry" else []
        command = ["wrk", "--threads", "1", "--connections", str(self.chosen.connections), "--duration", f"{seconds}s",
                   "--timeout", "20s", "--script", HERE / "workload.lua", server.url, "--",
                   self.requests(server.name, workload), str(max(number, 0) * 997), *more]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        result = json.loads(next(line for line in told.splitlines() if line.startswith("{")))
        if result["failed"] or not result["requests"]:
            raise Failed(f"{workload}: {server.name} failed: {result}")
        if workload == "W9" and result["bytes"] / result["requests"] > 1_500:
            raise Failed(f"W9: {server.name} answered with bodies")
        return {"rate": result["requests"] / result["seconds"], **result}

    def yardstick(self, *arguments):
        command = [self.release / "yardstick", *arguments]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    def close(self):
        for server in self.servers.values():
            server.stop()
        if self.cluster:
            self.cluster.remove()


def write_lines(file, lines):
    with open(file, "w", encoding="utf-8") as output:
        output.writelines(f"{line}\n" for line in lines)


def main():
    chosen = options()
    target = programs()
    runs = []
    for size in chosen.sizes:
        for database in chosen.databases.split(","):
            folder = pathlib.Path(tempfile.mkdtemp(prefix="digituki-bench."))
            # The database's own user has to get through.
            folder.chmod(0o755)
            bench = Bench(chosen, target, database, size, folder)
            try:
                runs.append(bench.run())
            finally:
                bench.close()
                shutil.rmtree(folder, ignore_errors=True)
            report.write(target / "bench", runs)
    print((target / "bench" / "bench.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"bench: {failure}")
