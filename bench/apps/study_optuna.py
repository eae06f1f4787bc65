"""The work under Optuna: two processes, a journal file, one MLflow batch a trial."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import yaml
from work import work


def worker(changes):
    import mlflow
    import optuna
    from mlflow.entities import Metric, Param
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    base = yaml.safe_load((Path(__file__).parent / "conf" / "config.yaml").read_text())
    base.pop("hydra")
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name("bench").experiment_id

    def objective(trial):
        config = {**base, **changes[trial.suggest_categorical("job", range(len(changes)))]}
        curve = []
        tags = {"mlflow.parentRunId": os.environ["BENCH_PARENT"]}
        run = client.create_run(experiment, tags=tags).info.run_id
        metrics = work(config, lambda step, loss: curve.append((step, loss)))
        now = int(time.time() * 1000)
        points = [Metric("train_loss", loss, now, step) for step, loss in curve]
        found = [Metric(name, value, now, 0) for name, value in metrics.items()]
        client.log_batch(run, points + found, [Param(name, str(value)) for name, value in config.items()])
        client.set_terminated(run)
        return metrics["accuracy"]

    storage = JournalStorage(JournalFileBackend("journal.log"))
    study = optuna.load_study(study_name="bench", storage=storage)
    waiting = (optuna.trial.TrialState.WAITING,)

    def stop_when_none_waits(study, _):
        if not study.get_trials(deepcopy=False, states=waiting):
            study.stop()

    study.optimize(objective, callbacks=[stop_when_none_waits])


def main(changes):
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(study_name="bench", storage=JournalStorage(JournalFileBackend("journal.log")))
    for number in range(len(changes)):
        study.enqueue_trial({"job": number})
    half = [subprocess.Popen([sys.executable, __file__, "worker", sys.argv[2]]) for _ in range(2)]
    sys.exit(max(process.wait() for process in half))


if __name__ == "__main__":
    (worker if sys.argv[1] == "worker" else main)(json.loads(sys.argv[2]))
