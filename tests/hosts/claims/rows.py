"""The data of the app, as `oneaxis data` asks for them."""

import numpy as np

import oneaxis


def data(cfg):
    generator = np.random.default_rng(cfg.seed)
    train, test = generator.normal(size=(60, 4)), generator.normal(size=(30, 4))
    test[:2] = train[:2]
    return oneaxis.Data(
        train=oneaxis.Part(train, np.arange(60) % 2, metadata={"speaker": [f"s{row % 4}" for row in range(60)]}),
        test=oneaxis.Part(test, np.arange(30) % 2, metadata={"speaker": [f"s{row % 4}" for row in range(30)]}),
        name="rows",
    )
