"""What the two processes say to each other arrives as it was said, and nothing else can be said."""

import io
import math

import numpy as np
import pytest

from explorer.jobs import Done, Fit, Frame, Strip
from explorer.lab_jobs import Entangle, SweepGrid
from explorer.renderer.pipe import SAID, receive, send
from explorer.renderer.rendering import Loaded
from stylegan_core.lab.entanglement import Entanglement
from stylegan_core.lab.sweep_plan import EntanglementPlan, Sweep, along
from stylegan_core.latents.library import Entry
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Mix, NoiseLayer, Recipe, Vector
from tests.explorer.explore.panel_fakes import model_info
from tests.explorer.lab.measured import entangled, swept

VECTOR = Vector((2,), np.arange(2, dtype="<f4").tobytes())
RECIPE = Recipe(
    Latent(3, 0.25, -1, w=VECTOR),
    psi_bands=(0.1, 0.2, math.inf),
    mixes=(Mix(Latent(4), 0.5, "fine"),),
    directions=(AppliedDirection(Direction("Bart – 胡子", VECTOR, 2.5), -1.5, 2, None),),
    noise=(NoiseLayer(on=False),),
)


def there_and_back(message: object) -> object:
    stream = io.BytesIO()
    send(stream, message)
    stream.seek(0)
    return receive(stream)


@pytest.mark.parametrize(
    "message",
    [
        ("put", {"slot": (RECIPE, "draft"), "load": None, "job": Strip("vary", (RECIPE, RECIPE)), "quiet": True}),
        Loaded(model_info(), "a\udce4b.safetensors"),
        Done(Fit("sort", "beard", (Latent(1),), (), (Direction("x", VECTOR),)), "", Entry(Direction("y", VECTOR), "s")),
        [1, -2.5, "three", [], (), {}, {4: (None,)}, b"", b"five"],
    ],
    ids=["call", "news", "answer", "plain"],
)
def test_it_arrives_as_it_was_said(message: object) -> None:
    assert there_and_back(message) == message


@pytest.mark.parametrize("shape", [(0, 3), (), (5, 4, 3)])
def test_arrays_arrive_with_shape_and_kind(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (5, 4, 3)).astype(np.uint8)
    said = pixels.transpose(2, 1, 0).T if shape == (5, 4, 3) else np.zeros(shape, ">f4")
    heard = there_and_back(Frame(RECIPE, "hash", "exact", said, 0.5))  # type: ignore[arg-type]
    assert isinstance(heard, Frame) and heard.pixels.dtype == said.dtype
    np.testing.assert_array_equal(heard.pixels, said)


def test_sweeps_and_what_they_measure_arrive_as_they_were_said() -> None:
    sweep = Sweep.of(RECIPE, along(RECIPE.directions[0].direction), (-1.0, 0.0, 1.0), (1, 2))
    plan = EntanglementPlan.of(RECIPE, RECIPE.directions, (1, 2))
    for request, value in ((SweepGrid("a", sweep), swept(sweep)), (Entangle("b", plan), entangled(plan, "h"))):
        heard = there_and_back(Done(request, "h", value))
        assert isinstance(heard, Done) and heard.request == request and heard.value == value
    assert isinstance(heard.value, Entanglement)
    np.testing.assert_array_equal(heard.value.slopes, entangled(plan, "h").slopes)


def test_what_is_not_listed_cannot_be_said() -> None:
    class Recipe:
        """Another of the same name."""

    for stranger in (object(), Recipe(), print):
        with pytest.raises(TypeError, match="cannot be said"):
            send(io.BytesIO(), stranger)
    assert all(name == kind.__name__ for name, kind in SAID.items())
