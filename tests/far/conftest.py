"""What tests of clusters and of a team's server share; both are started once, from the packages that are there."""

from __future__ import annotations

import pytest
from tests.conftest import _copied
from tests.far import slurm
from tests.far import team as teams


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """Two nodes of Slurm, which share a folder."""
    lacks = slurm.lacking()
    if lacks:
        pytest.skip(f"SLURM IS NOT TESTED: {lacks} not installed; apt-get install slurm-wlm munge")
    shared = tmp_path_factory.mktemp("shared")
    (shared / "cluster").mkdir()
    cluster = slurm.Cluster(shared / "cluster")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def submit(cluster):
    """`submit("plain")` is a fresh copy of tests/hosts/plain, whose studies go to the cluster.

    It lies where all have it under one path, or `within` a folder that the nodes lack (`login`), or have mounted
    elsewhere (`moved/apps`).
    """

    def made(name, *, within="."):
        place = cluster.root.parent / within
        app = _copied(name, place / f"{name}-{len(list(place.iterdir()))}")
        app.environment |= cluster.environment
        return app

    return made


@pytest.fixture(scope="session")
def team(tmp_path_factory):
    """A tracking server that asks for user and password; `team.environment("ada")` has them, as MLflow wants them."""
    if teams.postgres_programs() is None:
        pytest.skip("A TEAM'S SERVER IS NOT TESTED: PostgreSQL is not installed; apt-get install postgresql")
    pytest.importorskip("psycopg2", reason="A TEAM'S SERVER IS NOT TESTED: pip install psycopg2-binary")
    team = teams.Team(tmp_path_factory.mktemp("team"))
    try:
        team.start()
        yield team
    finally:
        team.stop()
