"""The local launcher composes a job ahead of the worker that will run it, and believes no late message."""

import contextlib
import itertools
import os
import socket
import threading
from types import SimpleNamespace

import pytest
from hydra.core.utils import JobReturn, JobStatus

from oneaxis.study.job import TaskName, Ticket
from oneaxis.study.returns import keep, pack_return
from oneaxis.study.wire import Closed, receive, send
from oneaxis.study.workers import Places, Workers

TICKET = Ticket(b"", TaskName("app", "main"))


@pytest.fixture
def server():
    """In place of the process that forks: each job is done as soon as it is told, and told of twice."""
    ours, theirs = socket.socketpair()
    done = pack_return(keep(JobReturn(status=JobStatus.COMPLETED)))

    def serve():
        with theirs, contextlib.suppress(Closed, OSError):
            while True:
                message, descriptors = receive(theirs)
                if message["do"] == "run":
                    with os.fdopen(descriptors[0], "wb") as pipe:
                        pipe.write(done)
                    for number in (message["trial"], message["trial"] - 1, 999):
                        send(theirs, {"ended": number, "status": 0})

    thread = threading.Thread(target=serve)
    thread.start()
    numbers = itertools.count()
    with ours:
        yield SimpleNamespace(control=ours, next_number=lambda: next(numbers), forks=lambda _: True)
    thread.join()


def job(number, composed):
    return lambda: composed.append(number) or (b"", {})


def test_the_next_job_is_composed_while_all_workers_are_busy(server):
    composed = []
    jobs = [job(number, composed) for number in range(3)]
    seen = [(place, list(composed)) for place, _ in Workers(server, TICKET, Places(1)).run(jobs)]

    assert seen == [(0, [0, 1]), (1, [0, 1, 2]), (2, [0, 1, 2])]


def test_messages_about_jobs_of_an_earlier_batch_end_no_job_of_this_one(server):
    for _ in range(3):
        workers = Workers(server, TICKET, Places(2))
        returns = dict(workers.run([job(number, []) for number in range(4)]))
        assert {place: found.status for place, found in returns.items()} == dict.fromkeys(range(4), JobStatus.COMPLETED)
