import hydra
import table


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    found = [table.ROWS.execute("SELECT n FROM rows WHERE n = ?", (n % 50,)).fetchone()[0] == n % 50 for n in range(2000)]
    return {"val_acc": 1 - cfg.lr, "wrong": found.count(False)}


if __name__ == "__main__":
    main()
