"""What Hydra's own files say of a study, without secrets where these are written by us or from what we hand on."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from oneaxis.composing.compose import typed_for_hydra
from oneaxis.masking import masked_addresses, masked_override, masked_text, masked_values


def save_masked(config: DictConfig, path: Path) -> None:
    """Write `multirun.yaml` as Hydra's sweepers do, secrets masked."""
    plain = masked_values(OmegaConf.to_container(config, resolve=False))
    job = plain["hydra"]["job"]
    dirname = job.get("override_dirname")
    for texts in plain["hydra"]["overrides"].values():
        for place, text in enumerate(texts):
            texts[place] = masked_override(text)
            dirname = dirname.replace(text, texts[place]) if isinstance(dirname, str) else dirname
    if isinstance(dirname, str):
        job["override_dirname"] = masked_text(dirname)
    OmegaConf.save(OmegaConf.create(plain), path)


def hide_store(config: DictConfig) -> None:
    """Keep a tracking store's user and password out of the `.hydra/hydra.yaml` of every job.

    The mirror's process has the address, and a job whose task logs itself finds it in its environment.
    """
    uri = OmegaConf.select(config, "hydra.sweeper.tracking")
    if not isinstance(uri, str) or masked_addresses(uri) == uri:
        return
    typed = typed_for_hydra(config.hydra)
    with read_write(config), open_dict(config):
        config.hydra.sweeper.tracking = masked_addresses(uri)
        config.hydra.overrides.hydra = [masked_addresses(text) for text in typed]
