import functools
import logging

import yaml
from omegaconf import OmegaConf

log = logging.getLogger(__name__)


def rank_zero_info(message):
    log.info("[rank: 0] %s", message)


def task_wrapper(task_func):
    @functools.wraps(task_func)
    def wrap(cfg):
        try:
            metrics, objects = task_func(cfg=cfg)
        except Exception:
            log.exception("")
            raise
        finally:
            log.info("Output dir: %s", cfg.paths.output_dir)
        return metrics, objects

    return wrap


def log_hyperparameters(objects):
    hparams = OmegaConf.to_container(objects["cfg"], resolve=True)
    for logger in objects["trainer"].loggers:
        logger.log_hyperparams(yaml.safe_dump(hparams["model"]))
