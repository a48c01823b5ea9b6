"""The documents name everything that there is, and nothing that there is not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bowerbird.cli.main import VERBS
from bowerbird.collector.dialects.base import Dialect
from bowerbird.processor.steps import STEPS
from bowerbird.refusallog.meanings import MEANINGS
from bowerbird.refusals import Reason, Refused
from bowerbird.registry.base import ROLES, SCOPES, WorkspaceSettings
from bowerbird.registry.workspace_settings import SETTINGS, describe
from bowerbird.settings import Settings
from bowerbird.wiring.collector import dialects

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "bowerbird"
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text()
OPERATIONS = (DOCS / "operations.md").read_text()
COMMANDS = (DOCS / "commands.md").read_text()
ARCHITECTURE = (DOCS / "architecture.md").read_text()
SPOKEN = dialects("http://127.0.0.1:8001")


def section(text: str, heading: str) -> str:
    """What stands below this heading, up to the next of its rank."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"there is no heading {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of all tables' rows, without their heads."""
    lines = re.findall(r"^\|(.*)\|$", re.sub(r"^\|.*\|\n\|[-|]+\|$", "", text, flags=re.MULTILINE), re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_settings() -> None:
    described = [tuple(row[:3]) for row in rows(section(OPERATIONS, "Settings"))]
    there = [
        (f"`{name}`", f"`BOWERBIRD_{name.upper()}`", f"`{field.default}`" if field.default != "" else "*empty*")
        for name, field in Settings.model_fields.items()
    ]
    assert described == there


def test_settings_files(tmp_path: Path) -> None:
    files = [
        found for page in DOCS.glob("**/*.md") for found in re.findall(r"```toml\n(.*?)```", page.read_text(), re.S)
    ]
    assert files
    for text in files:
        (tmp_path / "bowerbird.toml").write_text(text)
        settings = Settings(data=tmp_path)
        assert settings.model_fields_set > {"data"}


def test_a_setting_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bowerbird.toml").write_text("colour = 'red'")
    with pytest.raises(ValueError, match="colour"):
        Settings(data=tmp_path)


def test_workspace_settings() -> None:
    described = {row[0]: (row[1], row[2]) for row in rows(section(OPERATIONS, "Workspace settings"))}
    defaults = describe(WorkspaceSettings())
    assert {key: default for key, (_, default) in described.items()} == {
        f"`{key}`": f"`{value}`" for key, value in defaults.items()
    }
    forms = {f"`{setting.key}`": setting.form for setting in SETTINGS}
    for key, (values, _) in described.items():
        for value in code(values):
            assert forms[key].write(forms[key].parse(value)) == value


def test_scopes_and_roles() -> None:
    security = section(OPERATIONS, "Security")
    assert re.findall(r"`(\w+:\w+|admin)`", security.split("**Scopes**")[1].split(".")[0]) == list(SCOPES)
    assert re.findall(r"`(\w+)`\s+\(", security.split("**Users**")[1].split(".")[0]) == list(ROLES)


def test_metrics(house: Any) -> None:
    house.send(house.event())
    exposed = set(re.findall(r"^(bowerbird_\w+)(?:\{(.*?)\})? ", house.http.get("/metrics").text, re.MULTILINE))
    there = {(name, frozenset(re.findall(r'(\w+)="', labels))) for name, labels in exposed}
    described = {(code(row[0])[0], frozenset(code(row[1]))) for row in rows(section(OPERATIONS, "Metrics"))}
    assert described == {(name, labels) for name, labels in there if not name.endswith("_created")}
    outcomes = set(re.findall(r'bowerbird_events\{.*?outcome="(\w+)"', house.http.get("/metrics").text))
    assert outcomes <= set(code(section(OPERATIONS, "Metrics")))
    assert set(re.findall(r"bowerbird_\w+", OPERATIONS)) == {name for name, _ in described}


def test_refusals() -> None:
    described = {row[0]: row[2:] for row in rows(section(OPERATIONS, "Refusals"))}
    there = {
        f"`{reason.value}`": [str(dialect.refuse(Refused(reason), None).status) for dialect in SPOKEN]
        for reason in Reason
    }
    assert described == there
    assert {row[0]: row[1] for row in rows(section(OPERATIONS, "Refusals"))} == {
        f"`{reason.value}`": MEANINGS[reason] for reason in Reason
    }


def test_what_lies_in_the_data_directory(documented: Any) -> None:
    described = {code(row[0])[0].rstrip("/") for row in rows(section(OPERATIONS, "Data directory"))}
    companions = re.compile(r"(-wal|-shm|\.wal|\.tmp)$")
    there = {path.name for path in documented.data.iterdir() if not companions.search(path.name)}
    assert described == there | {"bowerbird.toml"}
    named = {name.rstrip("/") for row in rows(section(README, "Where things are")) for name in code(row[0])}
    assert named < described


@pytest.mark.parametrize("dialect", SPOKEN, ids=lambda dialect: dialect.name)
def test_routes_of_vendors(dialect: Dialect) -> None:
    text = (DOCS / "dialects" / f"{dialect.name}.md").read_text()
    for route in dialect.routes:
        assert re.search(rf"{re.escape(route.path)}(?![\w/])", text), f"{route.path} is not described"
        assert re.search(rf"`[^`]*{route.method}|`{route.method}` and|and `{route.method}", text), route.method


def test_vendors_in_the_readme() -> None:
    moved = {code(row[1])[0] for row in rows(section(README, "Move an integration"))}
    spoken = {f"{route.method} {route.path}" for dialect in SPOKEN for route in dialect.routes}
    assert moved <= spoken
    assert len(moved) == len(SPOKEN)
    assert {path.stem for path in (DOCS / "dialects").glob("*.md")} == {dialect.name for dialect in SPOKEN}


def test_routes_of_the_json_api(house: Any) -> None:
    own = {
        f"{method.upper()} {path}"
        for path, item in house.app.openapi()["paths"].items()
        for method in item
        if "servers" not in item
    }
    assert own == {one for row in rows(section((DOCS / "api.md").read_text(), "Who may ask")) for one in code(row[0])}


def verbs() -> Iterator[tuple[str, ...]]:
    for name, command in _commands():
        sub = getattr(command, "commands", None)
        yield from ((name, each) for each in sub) if sub else ((name,),)


def test_every_verb_has_an_example() -> None:
    shown = re.findall(r"^(?:\$ )?bowerbird ([a-z]+)(?: ([a-z]+))?", COMMANDS, re.MULTILINE)
    for verb in verbs():
        assert verb in [tuple(each[: len(verb)]) for each in shown], f"no example of {' '.join(verb)}"


def test_every_option_is_named() -> None:
    for name, command in _commands():
        described = section(COMMANDS, name)
        for each in getattr(command, "commands", {"": command}).values():
            for option in _options(each):
                assert re.search(rf"{option}(?![\w-])", described), f"{name}: {option}"


def test_options_that_are_named_exist() -> None:
    everywhere = {"--data", "--json", "--help"}
    for name, command in _commands():
        there = {option for each in getattr(command, "commands", {"": command}).values() for option in _options(each)}
        named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", _without_output(section(COMMANDS, name))))
        assert named <= there | everywhere


def test_verbs_that_are_named_exist() -> None:
    known = {*verbs(), *((name,) for name in VERBS)}
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS.glob("**/*.md")]
    for page in pages:
        for line in re.findall(r"`bowerbird (?:--data \S+ )?([a-z][a-z ]*)", page.read_text()):
            words = tuple(line.split())
            assert words[:2] in known or words[:1] in known, f"{page.name}: bowerbird {line}"


def test_the_readme_lists_the_verbs() -> None:
    listed = [name for row in rows(section(README, "Commands")) for name in code(row[0])]
    assert sorted(listed) == sorted(name for name, verb in VERBS.items() if not verb.hidden)


def test_steps_stand_in_their_order() -> None:
    way = section(ARCHITECTURE, "The way of an event")
    names = [step.__name__ for step in STEPS]
    assert re.findall("|".join(names), way.split("```")[1]) == names


def test_every_folder_has_its_role() -> None:
    named = {code(row[0])[0].rstrip("/") for row in rows(section(ARCHITECTURE, "The house"))}
    assert named == {path.parent.name for path in SOURCE.glob("*/__init__.py")} | {"collector/dialects"}


def test_paths_that_are_named_exist() -> None:
    pages = [ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md"), *DOCS.glob("decisions/*.md")]
    for page in pages:
        for path in re.findall(r"`([\w./]+(?:\.py|\.jsonl|/))`", page.read_text()):
            if "NAME" in path or path in OPERATIONS:
                continue
            by_name = path if "/" not in path.rstrip("/") else "-"
            places = (SOURCE / path, ROOT / path, *SOURCE.rglob(by_name), *ROOT.glob(f"tests/*/{by_name}"))
            assert any(place.exists() for place in places), f"{page.name}: {path}"


def test_names_of_code_that_are_named_exist() -> None:
    source = "\n".join(path.read_text() for path in SOURCE.rglob("*.py"))
    for page in [DOCS / "architecture.md", *DOCS.glob("decisions/*.md")]:
        for name in re.findall(r"`([A-Z]\w+(?:\.\w+)?|\w+_\w+(?:\.(?!py)\w+)?)`", page.read_text()):
            for part in name.split("."):
                assert re.search(rf"\b{part}\b", source), f"{page.name}: {name}"


def _without_output(text: str) -> str:
    """What verbs print may speak of other verbs."""
    return re.sub(
        r"```console\n(.*?)```", lambda found: "\n".join(re.findall(r"^\$ .*", found[1], re.M)), text, flags=re.S
    )


def _commands() -> Iterator[tuple[str, Any]]:
    """Verbs that are shown, as commands."""
    from importlib import import_module

    for name, verb in VERBS.items():
        if not verb.hidden:
            yield name, typer.main.get_command(getattr(import_module(verb.module), verb.attribute))


def _options(command: Any) -> Iterator[str]:
    for parameter in command.params:
        for option in parameter.opts:
            if option.startswith("--") and not option.endswith("-completion") and option != "--help":
                yield option
