"""Secrets reach the task, and nothing that is written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from oneaxis.masking import masked_override, masked_text, masked_values, secret, secrets_in

SECRET_KEYS = [
    "password",
    "db.password",
    "apiKey",
    "api_key",
    "HF_TOKEN",
    "token",
    "AWS_SECRET_ACCESS_KEY",
    "sshPrivateKey",
]
SECRET_KEYS += ["credentials", "passphrase", "client_secret", "OPENAI_API_KEY", "pwd", "db.pwd", "DB_PWD"]
PLAIN_KEYS = [
    "lr",
    "tokenizer",
    "max_tokens",
    "pad_token",
    "mask_token",
    "author",
    "secretary",
    "key",
    "keys.public",
    "bypass",
]


@pytest.mark.parametrize("key", SECRET_KEYS)
def test_names_of_secrets(key):
    assert secret(key)


@pytest.mark.parametrize("key", PLAIN_KEYS)
def test_names_that_only_look_like_it(key):
    assert not secret(key)


def test_values_below_a_secret_key_are_masked_and_names_of_other_keys_are_not():
    config = {
        "db": {"password": "x", "port": 5},
        "credentials": {"a": ["b", 1]},
        "token": "${oc.env:T}",
        "secret": None,
    }
    assert masked_values(config) == {
        "db": {"password": "***", "port": 5},
        "credentials": {"a": ["***", "***"]},
        "token": "${oc.env:T}",
        "secret": None,
    }
    assert masked_values({"at": "postgresql://me:pw@host/db"}) == {"at": "postgresql://***@host/db"}
    assert secrets_in(config | {"password": "long-one"}, {"MY_TOKEN": "from-outside", "HOME": "/here"}) == (
        "from-outside",
        "long-one",
    )


def test_the_working_directory_is_no_secret():
    environment = {"PWD": "/home/ada/place", "OLDPWD": "/home/ada/before", "DB_PWD": "hunter-two"}
    assert secrets_in({"pwd": "of-the-task"}, environment) == ("of-the-task", "hunter-two")
    told = "PWD=/home/ada/place OLDPWD=/home/ada/before DB_PWD=hunter-two"
    assert masked_text(told, secrets_in({}, environment)) == "PWD=/home/ada/place OLDPWD=/home/ada/before DB_PWD=***"


def test_the_password_of_a_connection_string_is_no_working_directory():
    told = "can't connect: Driver=x;SERVER=db;UID=sa;PWD=hunter-two;Timeout=5"
    assert masked_text(told) == "can't connect: Driver=x;SERVER=db;UID=sa;PWD=***;Timeout=5"


@pytest.mark.parametrize("key", ["PWD", "OLDPWD"])
def test_a_key_of_the_configuration_is_not_the_shells_variable(key):
    config = {"db": {"PWD": "hunter-two"}}
    assert masked_values(config) == {"db": {"PWD": "***"}}
    assert secrets_in(config, {key: "/home/ada/place"}) == ("hunter-two",)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("db.password=abc", "db.password=***"),
        ("+db.password='a b'", "+db.password=***"),
        ("db.password=${oc.env:PW}", "db.password=${oc.env:PW}"),
        ("lr=0.1", "lr=0.1"),
        ("~x", "~x"),
        ("hydra.sweeper.tracking=postgresql://u:p@h/db", "hydra.sweeper.tracking=postgresql://***@h/db"),
    ],
)
def test_overrides(text, expected):
    assert masked_override(text) == expected


def test_messages():
    text = "refused: long-one; password: 'a b', api_key=k1, lr=0.1, at https://u:p@h/x"
    assert masked_text(text, ["long-one"]) == "refused: ***; password: ***, api_key=***, lr=0.1, at https://***@h/x"


@pytest.fixture(scope="module")
def kept(shared_host, make_store):
    app, store = shared_host("keeps"), make_store()
    ended = app.sweep(
        "lr=1,2", "db.password=hunter-two-2", tracking=store.uri, SERVICE_TOKEN="from-outside", HYDRA_FULL_ERROR="0"
    )
    assert ended.status == 1, ended
    return app, store


WORDS = ("hunter-two-2", "from-outside", "url-secret")


def test_what_we_write_of_a_study_holds_no_secret(kept):
    app, _ = kept
    root = app.study.root
    ours = [root / "study.json", root / "multirun.yaml", root / "code.json", *root.rglob("record.json")]
    assert len(ours) == 6
    for path in ours:
        assert [word for word in WORDS if word in path.read_text()] == [], path
    [failed] = [record for record in app.study.records.values() if record["status"] == "failed"]
    assert failed["failure"]["message"] == "can't log in with *** and ***"
    assert failed["config"]["db"] == {"user": "someone", "password": "***", "pad_token": 0}
    assert failed["config"]["url"] == "https://***@host/path"


def test_what_mlflow_gets_holds_no_secret(kept, tmp_path):
    _, store = kept
    assert len(store.all_runs) == 4
    for run in store.all_runs:
        assert [word for word in WORDS if word in f"{run.data.params}{run.data.tags}"] == []
        for artifact in store.client.list_artifacts(run.info.run_id):
            if not artifact.is_dir:
                path = store.client.download_artifacts(run.info.run_id, artifact.path, str(tmp_path))
                assert [word for word in WORDS if word in Path(path).read_text()] == [], artifact.path


def test_the_digest_is_that_of_the_real_configuration(kept):
    app, _ = kept
    trials = {trial["folder"]: trial["digest"] for trial in app.study.plan["trials"]}
    assert {record["folder"]: record["digest"] for record in app.study.records.values()} == trials
    assert [record["status"] for record in app.study.records.values()].count("refused") == 0
