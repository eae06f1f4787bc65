import pytest
from tests.trial.jobs import App, Jobs


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    return App(tmp_path_factory.mktemp("conf"))


@pytest.fixture
def jobs(app, tmp_path):
    return Jobs(app, tmp_path)
