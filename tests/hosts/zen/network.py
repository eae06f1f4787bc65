from hydra_zen import builds


class Network:
    def __init__(self, width):
        self.width = width


small = builds(Network, width=2)
wide = builds(Network, width=8)
