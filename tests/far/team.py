"""A team's tracking server: `mlflow server` on PostgreSQL, behind a door that asks for a password and is 20 ms away."""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

USERS = ("ada", "ben", "cleo", "dana", "edo", "fay", "gus", "hana")
PASSWORDS = {user: f"kept-by-{user}-alone" for user in USERS}
AWAY = 0.02  # seconds to the server and back
PASSED_ON = ("content-type", "content-length")


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's newest programs, if it is installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return places[-1].parent if places else None


class Postgres:
    """A PostgreSQL server of its own, in a folder of its own."""

    def __init__(self) -> None:
        programs = postgres_programs()
        assert programs is not None
        # PostgreSQL refuses to be root; its packages bring a user of their own.
        self._as = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        self.root = Path(tempfile.mkdtemp(prefix="oneaxis-postgres-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._programs = programs
        if self._as:
            owner = pwd.getpwnam("postgres")
            os.chown(self.root, owner.pw_uid, owner.pw_gid)
        self.port = free_port()
        self.uri = f"postgresql+psycopg2://mlflow@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        data = self.root / "data"
        made = [self._programs / "initdb", "--pgdata", data, "--username", "mlflow", "--auth", "trust", "--no-sync"]
        self._run(*made, "--encoding", "UTF8", "--locale", "C")
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.root}
        quick = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB"}
        options = [f"--{name}={value}" for name, value in {**settings, **quick}.items()]
        with (self.root / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd=self.root, **self._as
            )
        wait_until(lambda: accepts(self.port), self._process, self.root / "postgres.log")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # ends its sessions, too
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(30)
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def _run(self, *command: object) -> None:
        subprocess.run(
            [str(part) for part in command], check=True, capture_output=True, cwd=self.root, timeout=900, **self._as
        )


class Server:
    """`mlflow server` on a database."""

    def __init__(self, folder: Path, database: str) -> None:
        self.port = free_port()
        self.uri = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._database = database
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"]
        command += ["--backend-store-uri", self._database, "--artifacts-destination", str(self._folder / "artifacts")]
        # Evaluation jobs take long to start, and nobody asks for them here.
        environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "DO_NOT_TRACK": "true"}
        log = self._folder / "server.log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                cwd=self._folder,
                env=environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        wait_until(lambda: healthy(self.port), self._process, log)

    def stop(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Door:
    """What stands before a team's server: it wants a user and a password, and everything takes a little longer."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self.port = free_port()
        self.uri = f"http://127.0.0.1:{self.port}"
        self.turned_away = 0
        self.let_in = 0
        self._listens: ThreadingHTTPServer | None = None

    @property
    def closed(self) -> bool:
        return self._listens is None

    def open(self) -> None:
        door = self
        keys = (f"{user}:{password}".encode() for user, password in PASSWORDS.items())
        expected = {"Basic " + base64.b64encode(key).decode() for key in keys}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                time.sleep(AWAY)
                if door._listens is None:  # gone, also for those who were connected
                    self.close_connection = True
                    return
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.headers.get("authorization") not in expected and self.path != "/health":
                    door.turned_away += 1
                    self.send_error(401)
                    return
                door.let_in += 1
                behind = http.client.HTTPConnection("127.0.0.1", door._behind, timeout=900)
                with contextlib.closing(behind):
                    kept = {name: value for name, value in self.headers.items() if name.lower() in PASSED_ON}
                    behind.request(self.command, self.path, body=body, headers=kept)
                    found = behind.getresponse()
                    content = found.read()
                self.send_response(found.status)
                self.send_header("content-type", found.getheader("content-type") or "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - as the library names them

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Listens(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                """A client that went away is no error of ours."""

        self._listens = Listens(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._listens.serve_forever, daemon=True).start()

    def close(self) -> None:
        """From now on the server can't be reached."""
        if self._listens is not None:
            self._listens.shutdown()
            self._listens.server_close()
            self._listens = None


class Team:
    """All of it: the database, the server, the door."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: list[Postgres | Server] = []

    def start(self) -> None:
        postgres = Postgres()
        self._parts.append(postgres)
        postgres.start()
        self.database = postgres.uri
        self.server = Server(self._folder, postgres.uri)
        self._parts.append(self.server)
        self.server.start()
        self.door = Door(self.server.port)
        self.door.open()

    def environment(self, user: str) -> dict[str, str]:
        """The server, a user and a password, as MLflow wants them."""
        return {
            "MLFLOW_TRACKING_URI": self.door.uri,
            "MLFLOW_TRACKING_USERNAME": user,
            "MLFLOW_TRACKING_PASSWORD": PASSWORDS[user],
        }

    def stop(self) -> None:
        if hasattr(self, "door"):
            self.door.close()
        for part in reversed(self._parts):
            part.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


def healthy(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
        return answer.status == 200
    return False


def wait_until(condition, process, log: Path, *, seconds: float = 900) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
