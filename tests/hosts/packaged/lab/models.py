def score(cfg):
    return cfg.model.width * cfg.lr
