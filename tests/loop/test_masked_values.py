"""What is masked is never taken for a value: commands compare marks, and run what was typed."""

from __future__ import annotations

import shlex

import pytest
import yaml

from oneaxis import cli

SWEPT = ("max_token=256,512", "api_token=token-two,token-six", "db=postgres://u:pass-two@h/x,postgres://u:pass-six@h/x")
SECRETS = ("token-one", "token-two", "token-six", "pass-one", "pass-two", "pass-six", "hub-secret", "hub-other")


@pytest.fixture(scope="module")
def swept(shared_host):
    app = shared_host("tokens")
    ended = app.sweep(*SWEPT, "hydra.sweeper.seeds=3", HUB_TOKEN="hub-secret", report=True)
    assert ended.status == 0, ended
    return app, ended


def hold_secrets(text: str) -> list[str]:
    return [word for word in SECRETS if word in text]


def test_each_secret_has_a_row_and_a_folder_of_its_own_and_none_shows_it(swept):
    app, ended = swept
    names = [deviation["axis"] + "=" + deviation["value"] for deviation in app.study.plan["deviations"]]
    assert names[:2] == ["max_token=256", "max_token=512"]
    assert len(set(names)) == 6
    assert len({record["folder"] for record in app.study.records.values()}) == 7 * 3
    assert hold_secrets(ended.said) == []
    assert [path for path in app.root.rglob("*") if hold_secrets(path.name)] == []
    written = [path for path in app.study.root.rglob("*") if path.is_file()]
    assert [path for path in written if hold_secrets(path.read_text(errors="replace"))] == []
    config = app.study.records["reference, seed 0"]["config"]
    shown = {"api_token": "***", "db": "postgres://***@h/x", "hub": "***", "hub_token": "***"}
    assert config == {"max_token": 128, "seed": 0, **shown}


def test_findings_and_promote_know_each_value(swept, monkeypatch, capfd):
    app, _ = swept
    monkeypatch.chdir(app.root)
    monkeypatch.setenv("HUB_TOKEN", "hub-secret")
    assert cli.main(["findings"]) == 0
    shown = capfd.readouterr().out
    assert "fresh (6)" in shown
    assert "now the reference" not in shown
    assert "  max_token=512 " in shown

    assert cli.main(["promote", "api_token=***"]) == cli.USAGE
    assert "type the value itself" in capfd.readouterr().err
    assert cli.main(["promote", "api_token=token-six"]) == cli.USAGE
    assert "is worse" in capfd.readouterr().err
    assert cli.main(["promote", "api_token=token-ten"]) == cli.USAGE
    told = capfd.readouterr().err
    assert "no study measured `api_token=***#" in told
    assert "'api_token=choice(***)'" in told
    assert "type yours in the place of ***" in told

    for change in ("max_token=512", "api_token=token-two"):
        force = [] if change == "max_token=512" else ["--force", "--reason", "measured before"]
        assert cli.main(["promote", change, *force, "--seeds", "3"]) == 0
        assert hold_secrets(capfd.readouterr().out) == []
    config = yaml.safe_load((app.root / "conf" / "config.yaml").read_text())
    assert (config["max_token"], config["api_token"]) == (512, "token-two")
    lineage = (app.root / "conf" / "lineage.yaml").read_text()
    assert hold_secrets(lineage) == []
    assert yaml.safe_load(lineage)[0]["before"] == {"max_token": 128}

    assert cli.main(["findings"]) == 0
    shown = capfd.readouterr().out
    assert "now the reference (2)" in shown
    assert "stale (2)" in shown  # the other token, and 256
    assert cli.main(["lineage", "--reverse"]) == 0
    shown = capfd.readouterr().out
    assert "step 2 changed api_token, a secret" in shown
    assert "max_token=choice(128)" in shown
    assert hold_secrets(shown) == []


def test_a_trial_stands_for_another_only_with_the_same_secrets(host):
    app = host("tokens")

    def known(*typed, hub):
        ended = app.sweep(*typed, "hydra.sweeper.dry_run=true", HUB_TOKEN=hub)
        return [line for line in ended.out.splitlines() if line.startswith(("Reused", "not reused", "Nothing is left"))]

    assert app.sweep("max_token=256", "api_token=token-one,token-two", HUB_TOKEN="hub-secret").status == 0
    same = ("max_token=256", "api_token=token-one,token-two")
    assert known(*same, hub="hub-secret")[0].startswith("Reused: 2 of 2 trials")
    assert known(*same, hub="hub-other") == ["not reused: 2 trials: `hub` resolves to another value"]
    assert known("max_token=256", "api_token=token-one,token-six", hub="hub-secret")[0].startswith("Reused: 1 of 2")


def test_a_secret_that_a_key_lacks_is_asked_for(host, monkeypatch, capfd):
    app = host("tokens")
    monkeypatch.chdir(app.root)
    config = app.root / "conf" / "config.yaml"
    config.write_text(config.read_text().replace("token-one", "???"))
    assert app.sweep("api_token=token-two", "max_token=256,512", "hydra.sweeper.seeds=1").status == 0
    assert cli.main(["findings"]) == cli.USAGE
    told = capfd.readouterr().err
    assert "`api_token` was typed and is a secret, which no study keeps" in told
    named = next(word for word in shlex.split(told.splitlines()[0]) if "=VALUE" in word).rstrip(",")
    assert cli.main(["findings", "--app", named.replace("VALUE", "token-two")]) == 0
    assert "fresh (2)" in capfd.readouterr().out


def test_a_mask_is_refused_where_a_value_belongs(host):
    ended = host("tokens").sweep("api_token=***", "max_token=256,512")
    assert ended.status == 1
    assert "type the value itself" in ended.said
