import subprocess
import sys

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    code = f"import time; time.sleep(1); open('late{cfg.lr}', 'w').close()"
    subprocess.Popen([sys.executable, "-c", code])
    return {"val_acc": 1 - cfg.lr}


if __name__ == "__main__":
    main()
