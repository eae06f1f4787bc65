"""Make the pictures of the documentation: the terminal as SVG, the report and MLflow's pages as PNG.

python docs/pictures.py [WORKSPACE [PART …]]

Parts are terminal, report and mlflow; all of them by default. In a workspace the demo's app runs one study, unless one
is there already; everything shown is what the program then printed, wrote and recorded. Takes minutes, and a Chromium:
on the path, or named by the variable CHROMIUM.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import rich._export_format
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
STUDY = ("model.C=0.1,10", "model.gamma=1e-4,1e-2", "features=standard,pca", "hydra.sweeper.seeds=5")
COLUMNS = 96
COLOURS = 128  # of a PNG: pages have few, and every one more costs bytes
PATIENCE = 1800  # seconds that MLflow may take to start, and a page to draw itself
# Rich's own, without the fonts that it would fetch.
SVG = re.sub(r"@font-face \{\{.*?\}\}", "", rich._export_format.CONSOLE_SVG_FORMAT, flags=re.DOTALL)  # noqa: SLF001


def main(arguments: Sequence[str]) -> int:
    """Make all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        place = Path(arguments[0] if arguments else stack.enter_context(tempfile.TemporaryDirectory())).resolve()
        if not list(place.glob("outputs/train/*/comparison.json")):
            _run_study(place)
        for part in arguments[1:] or PARTS:
            PARTS[part](place)
    return 0


def _run_study(place: Path) -> None:
    shutil.copytree(ROOT / "conf", place / "conf", dirs_exist_ok=True)
    for name in ("train.py", "pyproject.toml"):
        shutil.copy(ROOT / name, place)
    subprocess.run([sys.executable, "train.py", "-m", *STUDY], cwd=place, check=True)


def _terminals(place: Path) -> None:
    cli = [sys.executable, "-m", "oneaxis.cli"]
    _terminal("compare", "oneaxis compare", [*cli, "compare"], place)
    host = ROOT / "tests" / "hosts" / "refusal"
    line = ["app.py", "-m", "hydra/sweeper=oneaxis", "model=a,b"]
    _terminal("refusal", f"python {' '.join(line)}", [sys.executable, *line], host)


def _terminal(name: str, typed: str, command: Sequence[str], cwd: Path) -> None:
    """What a command prints into a terminal, colours and all."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(f"$ {typed}\n{_printed(command, cwd)}"))
    svg = console.export_svg(title="", code_format=SVG, unique_id=name)
    (PICTURES / f"{name}.svg").write_text(re.sub(r"[ \t]+\n", "\n", svg), encoding="utf-8")


def _printed(command: Sequence[str], cwd: Path) -> str:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "LINES": "60", "TERM": "xterm-256color"}
    running = subprocess.Popen(command, cwd=cwd, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed = b""
    with contextlib.suppress(OSError):  # how Linux says that the other end was closed
        while more := os.read(ours, 4096):
            printed += more
    running.wait()
    os.close(ours)
    return printed.decode().replace("\r\n", "\n").strip("\n")


def _report(place: Path) -> None:
    with _browser() as browser:
        page = _page(browser, 1240, 710)
        page.goto(_study(place).joinpath("report.html").as_uri())
        _save(page.screenshot(), "report")
        _save(page.locator("#effects figure").first.screenshot(), "effects")


def _mlflow_page(place: Path) -> None:
    with _mlflow(place) as address, _browser() as browser:
        page = _page(browser, 1300, 780)
        page.goto(_saved_view(_study(place), address))
        for button in ("mlflow.assistant.chat_panel.close", "mlflow_header.toggle_sidebar_button"):
            page.click(f"[data-component-id='{button}']")  # they take half of the page
        page.wait_for_selector("text=inconclusive")
        _save(page.screenshot(), "mlflow")


def _study(place: Path) -> Path:
    [study] = place.glob("outputs/train/*")
    return study


@contextlib.contextmanager
def _browser() -> Iterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    arguments = ["--no-sandbox", "--disable-gpu"]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=arguments, timeout=PATIENCE * 1000)


def _page(browser: Browser, width: int, height: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(PATIENCE * 1000)
    return page


def _saved_view(study: Path, address: str) -> str:
    told = json.loads((study / "tracking.json").read_text(encoding="utf-8"))
    return f"{address}/#/experiments/{told['experiment']}/runs?viewStateShareKey={told['view']}"


@contextlib.contextmanager
def _mlflow(place: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "ui", "--port", str(port), "--workers", "1"]
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (place / "mlflow.log").open("w") as log:
        server = subprocess.Popen(command, cwd=place, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_for(f"{address}/health")
            yield address
        finally:
            os.killpg(server.pid, 15)
            server.wait()


def _wait_for(address: str) -> None:
    for _ in range(PATIENCE):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(1)
    raise TimeoutError(address)


def _save(shot: bytes, name: str) -> None:
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)


PARTS = {"terminal": _terminals, "report": _report, "mlflow": _mlflow_page}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
