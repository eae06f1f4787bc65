"""A Slurm of two nodes on this machine, which a test session starts and ends.

Both nodes are processes here. Where the system lets us (as root), each is a host of its own as far as programs can
tell: another name, other process numbers, another /tmp; only a folder of the tests is shared, without its `login`;
`moved/apps` is mounted as `mounted` there.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

SPACES = ("unshare", "--uts", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc")
PROGRAMS = ("slurmctld", "slurmd", "sbatch", "squeue", "munged", "mungekey")
CONF = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={root}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/%n.spool
SlurmctldPidFile={root}/slurmctld.pid
SlurmdPidFile={root}/%n.pid
SlurmctldLogFile={root}/slurmctld.log
SlurmdLogFile={root}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0,sched_interval=1,bf_interval=1
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
JobRequeue=0
SlurmdTimeout=6
KillWait=1
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={root}/jobs.txt
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={first} CPUs=1 RealMemory=16384 State=UNKNOWN
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={second} CPUs=1 RealMemory=16384 State=UNKNOWN
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
"""


def lacking() -> str:
    """Which of Slurm's programs aren't here; nothing where all are."""
    return ", ".join(name for name in PROGRAMS if _program(name) is None)


class Cluster:
    """Two nodes, n1 and n2, of one processor each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("login", "moved/apps", "mounted"):
            (root.parent / folder).mkdir(parents=True)
        self.apart = os.geteuid() == 0 and subprocess.run([*SPACES, "true"], check=False).returncode == 0
        self.environment = {"SLURM_CONF": str(root / "slurm.conf")}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        root = self.root
        (root / "state").mkdir()
        self._munge()
        ports = _free_ports(3)
        (root / "slurm.conf").write_text(
            CONF.format(
                root=root,
                host=socket.gethostname(),
                user=pwd.getpwuid(os.geteuid()).pw_name,
                port=ports[0],
                first=ports[1],
                second=ports[2],
            )
        )
        self._start("slurmctld", "slurmctld", "-D")
        for node in ("n1", "n2"):
            self.start_node(node)
        self.wait_for(lambda: self.states() == {"n1": "idle", "n2": "idle"}, "both nodes idle")

    def start_node(self, node: str) -> None:
        """Start a node; where that is allowed, one that is a host of its own."""
        command = [str(_program("slurmd")), "-D", "-N", node]
        if self.apart:
            own = f'hostname {node}; shared="$1"; shift; '
            if not any(Path(used).is_relative_to("/tmp") for used in (sys.prefix, sys.base_prefix, __file__)):
                own += 'mount --bind "$shared" /mnt; mount -t tmpfs none /tmp; mkdir -p "$shared"; '
                own += 'mount --move /mnt "$shared"; '
            own += 'mount -t tmpfs none "$shared/login"; '
            # What the login machine has as `moved/apps` lies elsewhere here, with a link in its place.
            own += 'mount --bind "$shared/moved/apps" "$shared/mounted"; mount -t tmpfs none "$shared/moved"; '
            own += 'ln -s "$shared/mounted" "$shared/moved/apps"; '
            command = [*SPACES, "sh", "-c", own + 'exec "$@"', "sh", str(self.root.parent), *command]
        self._start(node, *command)

    def lose(self, node: str) -> None:
        """The node and all that runs there is gone, without a word."""
        process = self._processes.pop(node)
        for child in _below(process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        process.kill()
        process.wait()

    def states(self) -> dict[str, str]:
        lines = self.run("sinfo", "-h", "-N", "-o", "%N %T").splitlines()
        return dict(line.split() for line in lines)

    def queue(self) -> dict[str, str]:
        """The state of each job that waits or runs."""
        lines = self.run("squeue", "-h", "-r", "-o", "%i %T").splitlines()
        return dict(line.split() for line in lines)

    def node_of(self, job: str) -> str:
        """Where a job runs."""
        return self.run("squeue", "-h", "-r", "-j", job, "-o", "%N").strip()

    @property
    def ended(self) -> list[dict[str, str]]:
        """What Slurm noted of each job that ended: its number, state, node and exit code."""
        with contextlib.suppress(FileNotFoundError):
            lines = (self.root / "jobs.txt").read_text().splitlines()
            return [dict(item.split("=", 1) for item in line.split() if "=" in item) for line in lines]
        return []

    def run(self, *command: str) -> str:
        environment = {**os.environ, **self.environment}
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=120).stdout

    def wait_for(self, condition, what: str, *, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(subprocess.CalledProcessError):  # the controller isn't up yet
                if condition():
                    return
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for {what}:\n{self._told()}")
            time.sleep(0.2)

    def stop(self) -> None:
        """End all, jobs included."""
        with contextlib.suppress(subprocess.SubprocessError):
            self.run("scancel", "--user", pwd.getpwuid(os.geteuid()).pw_name)
        for name in ("n1", "n2"):
            if name in self._processes:
                self.lose(name)
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()
        self._processes = {}

    def _munge(self) -> None:
        key = self.root / "munge.key"
        subprocess.run([str(_program("mungekey")), "-c", "-k", str(key)], check=True)
        files = {"key-file": key, "socket": "munge.socket", "pid-file": "munge.pid", "log-file": "munge.log"}
        options = [f"--{name}={self.root / file}" for name, file in files.items()]
        self._start("munged", "munged", "--foreground", "--force", *options, f"--seed-file={self.root / 'munge.seed'}")
        self.wait_for((self.root / "munge.socket").exists, "munged")

    def _start(self, name: str, program: str, *arguments: str) -> None:
        with (self.root / f"{name}.out").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [str(_program(program)), *arguments],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _told(self) -> str:
        files = [*self.root.glob("*.log"), *self.root.glob("*.out")]
        return "\n".join(f"{file.name}:\n{file.read_text(errors='replace')[-2000:]}" for file in files)


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _below(process: int) -> list[int]:
    """All that descends from a process, whoever started it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found, look = [], [process]
    while look:
        above = look.pop()
        children = [child for child, parent in parents.items() if parent == above]
        found += children
        look += children
    return found
