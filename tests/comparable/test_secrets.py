"""Secrets reach the task, and nothing that is written down."""

from __future__ import annotations

import socket
import string
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oneaxis.masking import (
    marked_override,
    marked_pointers,
    marked_values,
    masked_addresses,
    masked_override,
    masked_text,
    masked_values,
    secrets_in,
    stands_in,
    unknown,
    without_user,
)
from oneaxis.secret_names import secret

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
    "class_token",
    "n_tokens",
    "tokens_per_batch",
    "token_dropout",
    "token_type",
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


def test_numbers_switches_and_nothing_are_no_secrets_but_a_password_may_be_a_number():
    plain = {
        "max_token": 256,
        "token": True,
        "password": None,
        "use_secret": False,
        "password_length": 8,
        "n_secrets": 2,
    }
    assert masked_values(plain) == marked_values(plain) == plain
    assert secrets_in(plain, {}) == ()
    assert masked_values({"max_token": "256", "password": 1234, "api_key": 5}) == dict.fromkeys(
        ("max_token", "password", "api_key"), "***"
    )


def test_a_mark_tells_values_apart_and_stays():
    config = {"token": "abc", "db": {"url": "postgres://u:p@h/x", "password": 12}, "lr": 1}
    marked = marked_values(config)
    assert masked_values(config) == {"token": "***", "db": {"url": "postgres://***@h/x", "password": "***"}, "lr": 1}
    assert marked["db"]["url"] != marked_values("postgres://u:q@h/x")
    assert marked["token"] != marked_values("abd", ["token"])
    assert marked["token"] == marked_values("abc", ["token"])
    assert marked_values(marked) == masked_values(marked) == marked
    assert not unknown(marked["token"])
    assert unknown("***")
    for text in (f"token={marked['token']}", f"url={marked['db']['url']}"):
        assert marked_override(text) == masked_override(text) == masked_text(text) == text
        assert stands_in(text)


@pytest.mark.parametrize(
    "one, other",
    [
        ("token=abc", "token='abc'"),
        ("+token='a b'", '+token="a b"'),
        (r"db=postgres\://u\:p@h", "db='postgres://u:p@h'"),
    ],
)
def test_a_mark_is_the_values_own_however_it_is_typed(one, other):
    assert marked_override(one) == marked_override(other)
    value = other.partition("=")[2].strip("'\"")
    key = one.partition("=")[0].lstrip("+")
    assert marked_override(one).partition("=")[2] == marked_values(value, [key])


def test_a_quoted_number_is_another_password_than_the_number():
    assert marked_override("password=1") != marked_override("password='1'")


@pytest.mark.parametrize(
    "text", ["api_token=***", "api_token=choice(***)", "db=postgres://***@h", "token=***#1a2b3c4d"]
)
def test_a_mask_stands_in_for_a_secret(text):
    assert stands_in(text)


@pytest.mark.parametrize("text", ["note=***", "api_token=abc", "lr=1", "db=postgres://u:p@h", "api_token=${oc.env:A}"])
def test_other_overrides_can_be_run(text):
    assert not stands_in(text)


def test_what_comes_from_a_secret_by_interpolation_is_one():
    written = {"hub": "${oc.env:HF_TOKEN}", "a": ["${db.password}"], "n": "${max_token}", "dir": "${oc.env:HOME}"}
    shown = marked_pointers({"hub": "x", "a": ["y"], "n": 5, "dir": "/here"}, written)
    assert shown == {"hub": marked_values("x", ["token"]), "a": [marked_values("y", ["token"])], "n": 5, "dir": "/here"}


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
        ("max_token=256,512", "max_token=256,512"),
        ("+max_token=choice(256,null)", "+max_token=choice(256,null)"),
        ("n_token=range(start=1,stop=5)", "n_token=range(start=1,stop=5)"),
        ("class.token=true", "class.token=true"),
        ("token='256'", "token=***"),
        ("token=start", "token=***"),
        ("api_token=abc,def", "api_token=***"),
        ("api_token=choice(abc,def)", "api_token=choice(***)"),
        ("api_token=${oc.env:A},${oc.env:B}", "api_token=${oc.env:A},${oc.env:B}"),
        ("api_token=${oc.env:A},def", "api_token=***"),
        ("credentials.user=ada", "credentials.user=***"),
        ("hydra.sweeper.axes={token:[abc,def],lr:[1,2]}", "hydra.sweeper.axes={token:***,lr:[1,2]}"),
        ("hydra.sweeper.tracking=postgresql://u:p@h/db", "hydra.sweeper.tracking=postgresql://***@h/db"),
    ],
)
def test_overrides(text, expected):
    assert masked_override(text) == expected


def test_messages():
    text = "refused: long-one; password: 'a b', api_key=k1, lr=0.1, at https://u:p@h/x"
    assert masked_text(text, ["long-one"]) == "refused: ***; password: ***, api_key=***, lr=0.1, at https://***@h/x"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("https://user:secret@server/path", "https://***@server/path"),
        ("postgresql://user@host:1/db", "postgresql://***@host:1/db"),
        ("http://ada:hunter'zwei22@h", "http://***@h"),
        ("http://u:p@ss@h", "http://***@h"),
        ("http://u:p,[w]@[::1]:5000/x", "http://***@[::1]:5000/x"),
        ("postgresql://u:hunter/two?#@h/db", "postgresql://***@h/db"),
        ("postgresql://u:hunter two@h/db", "postgresql://***@h/db"),
        ("HTTPS://u:p@h", "HTTPS://***@h"),
        ("redis://:hunter@h", "redis://***@h"),
        ("postgresql://h/db?user=u&password=PW", "postgresql://h/db?user=u&password=***"),
        ("postgresql://h/db?password=P#W two&sslmode=on", "postgresql://h/db?password=***&sslmode=on"),
        ("postgresql://h/db?sslpassword=PW&sslkey=/key.pem", "postgresql://h/db?sslpassword=***&sslkey=/key.pem"),
        ("postgresql://h/db?pass%77ord=PW", "postgresql://h/db?pass%77ord=***"),
        ("postgresql://h/db?password=${oc.env:PW}", "postgresql://h/db?password=${oc.env:PW}"),
        ("wasbs://c@h/x?sv=1&sig=abcd", "wasbs://***@h/x?sv=1&sig=***"),
        ("mssql+pyodbc:///?odbc_connect=UID%3Du%3BPWD%3Dpw", "mssql+pyodbc:///?odbc_connect=***"),
        ("at https://u:p@server: refused", "at https://***@server: refused"),
        ("at 'http://h/?token=abcd', again", "at 'http://h/?token=***', again"),
        ("['http://u:p@h','http://u:q@i']", "['http://***@h','http://***@i']"),
        ("https://server/path/a@b", "https://server/path/a@b"),
        ("https://server:5000/path/a@b", "https://server:5000/path/a@b"),
        ("http://[::1]:5000/a@b", "http://[::1]:5000/a@b"),
        ("http://server:5000, ask me@home", "http://server:5000, ask me@home"),
        ("sqlite:////home/a@b/mlflow.db", "sqlite:////home/a@b/mlflow.db"),
        ("file:///C:/a@b", "file:///C:/a@b"),
        ("http://h/?max_steps=4#top", "http://h/?max_steps=4#top"),
        ("//comment me@home, a=b://c", "//comment me@home, a=b://c"),
        ("me@home", "me@home"),
        ("", ""),
    ],
)
def test_addresses(text, expected):
    assert masked_addresses(text) == expected
    assert masked_addresses(expected) == expected


def test_an_address_to_open_has_no_mask_before_its_host():
    assert without_user("https://me:secret@server:1/x@y") == "https://server:1/x@y"


WEB, DATABASES = ("http", "https"), ("postgresql", "postgresql+psycopg2", "mysql+pymysql")
NAMES = st.text(string.ascii_letters + string.digits + "-._~%!$&'()*+,;=", max_size=8)
HOSTS = st.sampled_from(["h", "example.org:5000", "[::1]:5000", "10.0.0.1"])
TYPED = string.ascii_letters + string.digits + string.punctuation + "äß☕"
AROUND = st.sampled_from(
    ["{}", "'{}'", '("{}", "me@home")', "{{'a':'{}','b':'c@d'}}", "tracking='{}'", "see {}: refused", "{}."]
)


@given(st.data(), NAMES, HOSTS, AROUND)
def test_no_password_before_a_host_is_shown(data, user, host, around):
    scheme = data.draw(st.sampled_from(WEB + DATABASES))
    # What a web address's password can't hold as it is (there it has ended), and a database's.
    without = "/?#" if scheme in WEB else "@"
    password = data.draw(st.text([sign for sign in TYPED if sign not in without], min_size=4))
    address = f"{scheme}://{user}:{password}@{host}/db"
    for whole in (around.format(address), masked_override(f"db.url={address}")):
        assume(password not in around.format("***") + f"{scheme}://***@{host}/db")
        assert password not in masked_addresses(whole)
        assert password not in masked_text(whole)
    assert masked_addresses(address) == f"{scheme}://***@{host}/db"
    assert without_user(address) == f"{scheme}://{host}/db"


@given(st.text(TYPED.replace("&", ""), min_size=4), st.sampled_from(["password", "sslpassword", "token"]), AROUND)
def test_no_password_in_a_query_is_shown(password, key, around):
    for typed in (password, quote(password)):
        whole = around.format(f"postgresql+psycopg2://h/db?user=u&{key}={typed}")
        assume(typed not in around.format(f"postgresql+psycopg2://h/db?user=u&{key}=***"))
        assume(not typed.startswith("${"))  # a name
        assert typed not in masked_addresses(whole)
        assert typed not in masked_text(whole)


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


ADDRESSES = {
    "before the host": "postgresql+psycopg2://u:url's-secret@{}/db",
    "in the query": "postgresql+psycopg2://{}/db?user=u&password=url's-secret",
}


@pytest.fixture
def hasty():
    """A database that accepts whoever connects (all that is asked before the first trial) and hangs up."""

    def serve():
        with suppress(OSError):
            while True:
                listening.accept()[0].close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("where, how", [("before the host", "in the environment"), ("in the query", "typed")])
def test_a_stores_password_is_in_no_file_and_in_nothing_printed(host, hasty, impatient, where, how):
    app = host("plain")
    address = ADDRESSES[where].format(hasty)
    if how == "typed":
        quoted = address.replace("'", "\\'")
        ended = app.sweep("lr=0.5,1", tracking=f"'{quoted}'", report=True, **impatient)
    else:
        ended = app.sweep("lr=0.5,1", tracking="auto", report=True, **impatient, MLFLOW_TRACKING_URI=address)
    assert ended.status == 0, ended
    assert "to write the rest: oneaxis sync" in ended.said
    assert "s-secret" not in ended.said
    written = [path for path in app.root.rglob("*") if path.is_file()]
    names = {path.name for path in written}
    assert names >= {"study.json", "multirun.yaml", "hydra.yaml", "tracking.log", "report.html"}
    assert [path for path in written if b"s-secret" in path.read_bytes()] == []
