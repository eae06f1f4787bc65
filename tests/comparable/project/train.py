"""A trial as the guard runs it, without Hydra: what it sees is kept as a record."""

import sys
from pathlib import Path

import net
import shared

from oneaxis.trial import journal
from oneaxis.trial.codec import write_record
from oneaxis.trial.loaded import project_root
from oneaxis.trial.witness import Witness
from oneaxis.vocabulary import Record

DATA = Path(__file__).parent / "data"


def task():
    import fakelib
    import late
    import torch  # a stand-in, which says what its variables tell it
    from parts import layers

    journal.fingerprint_data(train=DATA / "train.csv", evaluation=(DATA / "first.csv", DATA / "second.csv"))
    journal.fingerprint_data(test=DATA / "images")
    return net.WIDTH + late.RATE + layers.DEPTH + shared.SHIFT + fakelib.FACTOR + torch.get_num_threads()


def main(folder):
    notes = journal.open_journal(folder)
    witness = Witness(str(project_root()), {})
    with witness:
        score = task()
    record = Record("study", 0, "reference", None, None, None, 0, ".", "finished", {"score": score})
    seen = {"data": notes.data, "data_files": witness.from_root(notes.data_files), **witness.testimony()}
    write_record(Record(**{**vars(record), **seen}), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
