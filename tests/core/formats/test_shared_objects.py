"""Objects that a file refers to from many places: walking them is paid, step by step and name by name."""

from typing import Any

import numpy as np
import pytest

from stylegan_core.formats.array_shells import ArrayShell, DtypeShell
from stylegan_core.formats.limits import TELL_EVERY, Budget, Cancelled, RefusedFile
from stylegan_core.formats.stand_ins import NetworkShell, PersistentShell
from stylegan_core.formats.torch_tensors import Storage, TensorShell
from stylegan_core.formats.trees import SourceCounter, state_dicts, tensorflow_network, torch_module

STEPS = 5_000
EMPTY = TensorShell(Storage("<f4", 0, memoryview(b"")), "<f4", 0, (0,), (1,))
STEPS_SAID, TEXT_SAID = "more than 500,000 steps", "more than 64 MB of text"


def budget(**limits: Any) -> Budget:
    return Budget(1_000, None, **{"opcodes": STEPS, **limits})


def settings(width: int, last: object) -> dict[object, object]:
    """Dictionaries three deep, each the same one `width` times: width ** 4 settings."""
    made: object = last
    for _ in range(4):
        made = {f"k{i}": made for i in range(width)}
    assert isinstance(made, dict)
    return made


def network(variables: list[object], **state: object) -> NetworkShell:
    made = NetworkShell()
    made.state = {"variables": variables, **state}
    return made


def module(children: dict[object, object], **state: object) -> PersistentShell:
    return PersistentShell("Generator", {"_modules": children, **state}, None)


def chain(depth: int, *names: str) -> PersistentShell:
    """Modules that hold the next one under each of the names."""
    made = module({})
    for _ in range(depth):
        made = module(dict.fromkeys(names, made))
    return made


@pytest.mark.parametrize(
    "last", [1, [0] * 64, np.float32(1), dict.fromkeys(range(64))], ids=lambda last: type(last).__name__
)
def test_shared_settings(last: object) -> None:
    shell = network([], static_kwargs=settings(7, last))
    with pytest.raises(RefusedFile, match=STEPS_SAID):
        tensorflow_network(shell, budget(opcodes=2_000), SourceCounter())


def test_shared_settings_of_modules() -> None:
    with pytest.raises(RefusedFile, match=STEPS_SAID):
        torch_module("G", module({}, _init_kwargs=settings(8, 1)), budget(), SourceCounter())


def test_shared_variables() -> None:
    part = network([(f"v{i}", 1) for i in range(100)])
    shell = network([], components={f"c{i}": part for i in range(100)})
    with pytest.raises(RefusedFile, match=STEPS_SAID):
        tensorflow_network(shell, budget(), SourceCounter())


def test_shared_empty_arrays() -> None:
    empty = ArrayShell()
    empty._array = np.zeros(0, DtypeShell("f4").dtype)
    parts = dict.fromkeys((f"c{i}" for i in range(40)), network([(f"v{i}", empty) for i in range(20)]))
    with pytest.raises(RefusedFile, match=STEPS_SAID):
        tensorflow_network(network([], components=parts), budget(), SourceCounter())


def test_names_of_shared_variables() -> None:
    part = network([("v" * 4_000, 1)])
    parts = {"c" * 4_000 + str(i): part for i in range(10)}
    with pytest.raises(RefusedFile, match=TEXT_SAID):
        tensorflow_network(network([], components=parts), budget(text=50_000), SourceCounter())


def test_a_wide_character_makes_a_name_four_times_as_dear() -> None:
    for text, characters in (("v" * 100, 100), ("v" * 99 + "\U0001f600", 400)):
        spent = budget()
        before = spent.text
        tensorflow_network(network([(text, 1)]), spent, SourceCounter())
        assert before - spent.text == characters


def test_shared_modules() -> None:
    with pytest.raises(RefusedFile, match=STEPS_SAID):
        torch_module("G", chain(14, "a", "b"), budget(), SourceCounter())


def test_names_of_modules_in_modules() -> None:
    with pytest.raises(RefusedFile, match=TEXT_SAID):
        torch_module("G", chain(150, "m" * 100), budget(text=500_000), SourceCounter())


def test_parameters_of_shared_modules() -> None:
    part = module({}, _parameters={f"p{i}": EMPTY for i in range(50)})
    with pytest.raises(RefusedFile, match=STEPS_SAID):
        torch_module("G", module({f"m{i}": part for i in range(20)}), budget(), SourceCounter())


@pytest.mark.parametrize("place", ["", "models"])
def test_shared_state_dicts(place: str) -> None:
    part = {f"k{i}": EMPTY for i in range(50)}
    root: dict[object, object] = {f"n{i}": part for i in range(20)}
    with pytest.raises(RefusedFile, match=STEPS_SAID):
        state_dicts({place: root, "x": {}} if place else root, budget())


def test_widened_numbers_are_paid_as_wide() -> None:
    half = TensorShell(Storage("bf16", 100, memoryview(bytes(200))), "bf16", 0, (100,), (1,))
    spent = Budget(1_000)
    before = spent.tensor
    assert half.array(spent).nbytes == before - spent.tensor == 400


def test_keys_that_are_no_names_are_paid_too() -> None:
    part: dict[object, object] = dict.fromkeys(range(1_000))
    with pytest.raises(RefusedFile, match=STEPS_SAID):
        state_dicts({f"n{i}": part for i in range(20)}, budget())


def test_walking_can_be_cancelled() -> None:
    told: list[float] = []

    def progress(fraction: float) -> bool:
        told.append(fraction)
        return len(told) < 3

    root: dict[object, object] = {f"n{i}": {f"k{j}": None for j in range(50)} for i in range(200)}
    with pytest.raises(Cancelled):
        state_dicts(root, Budget(1_000, progress))
    assert len(told) == 3 and 3 * TELL_EVERY < 200 * 50


def test_an_ordinary_network_costs_little() -> None:
    """200 tensors in 51 modules: a fiftieth of what a file may spend."""
    parts = {f"m{i}": module({}, _parameters={f"p{j}": EMPTY for j in range(4)}) for i in range(50)}
    spent = Budget(1_000)
    before = spent.opcodes, spent.text
    tree = torch_module("G", module(parts, _init_kwargs={"z_dim": 512}), spent, SourceCounter())
    assert len(tree.tensors) == 200 and tree.options["z_dim"] == 512 and tree.options["m7"] == {}
    assert before[0] - spent.opcodes < 10_000 and before[1] - spent.text < 10_000
