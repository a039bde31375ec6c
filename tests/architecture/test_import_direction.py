from pathlib import Path

import pytest

from tests.architecture.layers import CLOCK_CALLS, LAYERS, NO_CLOCK, PURE, STANDS_ALONE, WORLD, is_below, rank_of
from tests.architecture.source import PACKAGES, calls_of, imports_of, module_name, python_files, tree_of

MODULES = {module_name(file): file for file in python_files(*PACKAGES)}


def our_module(imported: str) -> str | None:
    """Return the module of ours that `imported` names (it may name something inside it), None for others."""
    if imported.split(".", maxsplit=1)[0] not in PACKAGES:
        return None
    while imported not in MODULES:
        imported, dot, _ = imported.rpartition(".")
        assert dot, "an import of ours names no module of ours"
    return imported


def in_package(*packages: str) -> list[Path]:
    return [file for module, file in MODULES.items() if is_below(module, packages)]


def test_every_module_has_its_layer() -> None:
    homeless = [module for module in MODULES if rank_of(module) is None]
    assert homeless == [], "say in tests/architecture/layers.py where these stand"


def test_no_layer_outlives_its_modules() -> None:
    gone = [entry for layer in LAYERS for entry in layer if entry not in MODULES]
    assert gone == []


@pytest.mark.parametrize("module", sorted(module for module in MODULES if rank_of(module) is not None))
def test_lower_never_imports_higher(module: str) -> None:
    file = MODULES[module]
    targets = [(line, our_module(imported)) for line, imported in imports_of(file)]
    above = [f"{file}:{line} imports {target}" for line, target in targets if target and stands_above(target, module)]
    assert above == []


def stands_above(target: str, module: str) -> bool:
    """Say whether a module's layer is higher than another's; one without a layer fails a test of its own."""
    return (rank_of(target) or 0) > (rank_of(module) or 0)


@pytest.mark.parametrize("package", sorted(STANDS_ALONE))
def test_the_foundations_import_nothing_else_of_ours(package: str) -> None:
    for file in in_package(package):
        for line, imported in imports_of(file):
            target = our_module(imported)
            assert target is None or is_below(target, STANDS_ALONE[package]), f"{file}:{line} imports {target}"


def test_a_point_imports_nothing_of_ours() -> None:
    assert [name for _, name in imports_of(MODULES["geo.point"]) if our_module(name)] == []


def test_adapters_and_simulation_do_not_know_each_other() -> None:
    for one, other in (("dispatch.adapters", "dispatch.simulation"), ("dispatch.simulation", "dispatch.adapters")):
        for file in in_package(one):
            for line, imported in imports_of(file):
                assert not is_below(imported, (other,)), f"{file}:{line} imports {imported}"


def test_the_simulation_uses_the_public_interfaces_only() -> None:
    inside = (
        "dispatch.desk",
        "dispatch.flow",
        "dispatch.views",
        "dispatch.evidence",
        "dispatch.evolve",
        "dispatch.state.city",
    )
    for file in in_package("dispatch.simulation"):
        for line, imported in imports_of(file):
            assert not is_below(imported, inside), f"{file}:{line} reaches inside: {imported}"


def test_pure_modules_do_not_touch_the_world() -> None:
    for file in in_package(*PURE):
        for line, imported in imports_of(file):
            assert imported.split(".")[0] not in WORLD, f"{file}:{line} imports {imported}"


def test_geo_has_no_clock() -> None:
    for file in in_package("geo"):
        for line, imported in imports_of(file):
            assert imported.split(".")[0] not in NO_CLOCK, f"{file}:{line} imports {imported}"


def test_nothing_pure_asks_what_time_it_is() -> None:
    for file in in_package("geo", *PURE):
        for call, name in calls_of(tree_of(file)):
            assert name.split(".")[-1] not in CLOCK_CALLS, f"{file}:{call.lineno} reads the clock: {name}"
