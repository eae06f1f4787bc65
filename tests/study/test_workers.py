"""The local launcher composes a job ahead of the worker that will run it."""

import contextlib
import os
import socket
import threading
from types import SimpleNamespace

import pytest
from hydra.core.utils import JobReturn, JobStatus
from omegaconf import OmegaConf

from oneaxis.study.returns import pack_return
from oneaxis.study.wire import Closed, receive, send
from oneaxis.study.workers import Places, Workers


@pytest.fixture
def server():
    """In place of the process that forks: each job is done as soon as it is told."""
    ours, theirs = socket.socketpair()
    done = pack_return(JobReturn(status=JobStatus.COMPLETED), [])

    def serve():
        with theirs, contextlib.suppress(Closed):
            while True:
                message, descriptors = receive(theirs)
                if message["do"] == "run":
                    with os.fdopen(descriptors[0], "wb") as pipe:
                        pipe.write(done)
                    send(theirs, {"ended": message["trial"], "status": 0})

    thread = threading.Thread(target=serve)
    thread.start()
    with ours:
        yield SimpleNamespace(control=ours)
    thread.join()


def test_the_next_job_is_composed_while_all_workers_are_busy(server):
    composed = []
    jobs = [lambda number=number: composed.append(number) or OmegaConf.create({"x": number}) for number in range(3)]
    seen = [(job, list(composed)) for job, _ in Workers(server, b"", Places(1)).run(jobs)]

    assert seen == [(0, [0, 1]), (1, [0, 1, 2]), (2, [0, 1, 2])]
