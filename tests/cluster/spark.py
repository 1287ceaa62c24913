"""A standalone Spark cluster of a master, two workers and a Connect server, at the loopback address only."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from i18n import ROOT

HOST = "127.0.0.1"
PLACE = ROOT / "build" / "cluster"
PYTHON = PLACE / "spark" / "bin" / "python"
PATIENCE = 300
"""Seconds for a part to start: a busy machine needs a minute for what takes three seconds else."""
DEPLOY = "org.apache.spark.deploy"
CONNECT = "org.apache.spark.sql.connect.service.SparkConnectServer"


@dataclass
class Cluster:
    """Processes that this test started, by name; `url` is the engine."""

    url: str
    folder: Path
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    def start(self, name: str, *words: object) -> None:
        """Start a part; what it prints is in a file of its name."""
        environment = os.environ | {
            "SPARK_NO_DAEMONIZE": "1",
            "SPARK_LOCAL_IP": HOST,
            "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false",
            "SPARK_WORKER_DIR": str(self.folder / "work"),
            "PYSPARK_PYTHON": str(PYTHON),
        }
        environment.pop("PYTHONPATH", None)  # the workers get the product's modules from the client only
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [str(part) for part in words], env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def log(self, name: str) -> str:
        """What a part printed so far."""
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")

    def kill(self, name: str) -> list[int]:
        """Kill a part and the processes that it started, each by its id."""
        part = self.processes.pop(name)
        gone = [*children(part.pid), part.pid]
        for pid in gone:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it ended with its parent
        part.wait()
        return gone

    def python_workers(self, name: str) -> list[int]:
        """The processes in which a worker runs Python code now."""
        started = {pid: command(pid) for pid in children(self.processes[name].pid)}
        return [pid for pid, words in started.items() if "pyspark" in words and "java" not in words]


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").replace("\0", " ")
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    """All descendants of a process, the youngest first."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text("utf-8", "replace").rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended meanwhile
    found: list[int] = []
    nearest = [pid]
    while nearest:
        nearest = [child for child, parent in parents.items() if parent in nearest]
        found += nearest
    return found[::-1]


def free_port() -> int:
    with socket.socket() as place:
        place.bind((HOST, 0))
        return place.getsockname()[1]


def until(happened: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(0.2)


def answers(port: int) -> bool:
    with socket.socket() as place:
        place.settimeout(1)
        return place.connect_ex((HOST, port)) == 0


@contextmanager
def spark_cluster(folder: Path) -> Iterator[Cluster]:
    """Yield a running cluster; at the end every process that it started has ended."""
    home = next(PLACE.glob("spark/lib/python*/site-packages/pyspark"))
    master, connect = free_port(), free_port()
    cluster = Cluster(f"sc://{HOST}:{connect}", folder)
    try:
        run = home / "bin" / "spark-class"
        at = f"spark://{HOST}:{master}"
        cluster.start("master", run, f"{DEPLOY}.master.Master", "--host", HOST, "--port", master, "--webui-port", 0)
        until(lambda: answers(master), "the master answers")
        for name in ("worker-1", "worker-2"):
            size = ("--cores", 1, "--memory", "1g", "--webui-port", 0)
            cluster.start(name, run, f"{DEPLOY}.worker.Worker", "--host", HOST, *size, at)
        until(lambda: cluster.log("master").count("Registering worker") >= 2, "two workers registered")
        options = {
            "spark.connect.grpc.binding.address": HOST,
            "spark.connect.grpc.binding.port": connect,
            "spark.driver.host": HOST,
            "spark.driver.bindAddress": HOST,
            "spark.executor.memory": "1g",
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": 4,
        }
        given = [word for name, value in options.items() for word in ("--conf", f"{name}={value}")]
        submit = home / "bin" / "spark-submit"
        cluster.start("connect", submit, "--class", CONNECT, "--master", at, "--driver-memory", "1g", *given)
        until(lambda: answers(connect), "the Connect server answers")
        yield cluster
    finally:
        for name in list(cluster.processes)[::-1]:
            cluster.kill(name)
