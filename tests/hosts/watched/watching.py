from pathlib import Path

from hydra.experimental.callback import Callback


class Watch(Callback):
    def __init__(self, file):
        self.file = Path(file).absolute()

    def _note(self, text):
        with self.file.open("a") as stream:
            stream.write(text + "\n")

    def on_multirun_start(self, config, **kwargs):
        self._note("multirun starts")

    def on_job_end(self, config, job_return, **kwargs):
        returned = job_return.return_value
        self._note(f"{type(returned).__name__} {returned.accuracy} {returned.confusion} {job_return.overrides}")

    def on_multirun_end(self, config, **kwargs):
        self._note("multirun ends")
