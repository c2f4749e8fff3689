"""The three rooms stand at the top level and are installed under one name, nothing else is."""

import configparser
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("theory", "solvers", "validation")


@pytest.fixture(scope="module")
def options():
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser["options"]


def _folders_with_code():
    source, rooms = ROOT / "src" / "superlaw", {}
    for file in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        rooms[".".join(("superlaw", *file.parent.relative_to(ROOT).parts))] = file.parent
    for file in source.rglob("*.py"):
        if not set(ROOMS) & set(file.relative_to(source).parts):
            rooms[".".join(file.parent.relative_to(source.parent).parts)] = file.parent
    return rooms


def test_setup_cfg_lists_every_folder_with_code(options):
    found = _folders_with_code()
    assert sorted(options["packages"].split()) == sorted(found)
    (source,) = (place.strip(" =") for place in options["package_dir"].strip().splitlines())
    for name, folder in found.items():
        assert ROOT.joinpath(source, *name.split(".")).resolve() == folder


@pytest.mark.parametrize("room", ROOMS)
def test_links_show_tools_the_same_tree(room):
    assert (ROOT / "src" / "superlaw" / room).resolve() == ROOT / room


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_is_importable_by_its_bare_name(room, tmp_path):
    found = subprocess.run([sys.executable, "-c", f"import {room}"], cwd=tmp_path, check=False)
    assert found.returncode != 0


@pytest.mark.slow
def test_a_script_beside_a_clone_finds_the_package_and_not_the_folder(tmp_path):
    """A folder called superlaw without code is an empty package to Python, where it comes first."""
    clone, site, script = tmp_path / "superlaw", tmp_path / "site", tmp_path / "script.py"
    names = ("src", *ROOMS, "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
    clone.mkdir()
    for name in names:
        place, to = ROOT / name, clone / name
        if place.is_dir():
            shutil.copytree(place, to, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(place, to)
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--ignore-installed"]
    subprocess.run([*pip, "--prefix", site, "-e", clone], check=True)
    (packages,) = site.rglob("site-packages")
    lines = f"import site\nsite.addsitedir({str(packages)!r})\nimport superlaw"
    script.write_text(f"{lines}\nprint(superlaw.__file__)\n", "utf-8")
    found = subprocess.run(
        [sys.executable, "-S", script], check=True, capture_output=True, text=True, env={}
    )
    assert found.stdout.strip() == str(clone / "src" / "superlaw" / "__init__.py")


@pytest.mark.slow
def test_wheel_holds_every_module_and_only_superlaw(tmp_path):
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", tmp_path, ROOT]
    subprocess.run(command, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    code = {name for name in names if name.endswith(".py")}
    expected = {
        "/".join((*package.split("."), file.name))
        for package, folder in _folders_with_code().items()
        for file in folder.glob("*.py")
    }
    assert code == expected
    assert {
        "superlaw/py.typed",
        "superlaw/solvers/closures/row_replica.json",
        "superlaw/theory/laws/tied.json",
        "superlaw/theory/laws/tied_map.json",
        "superlaw/validation/reports/references.bib",
    } <= set(names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"superlaw"}
