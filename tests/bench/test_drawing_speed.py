"""How much faster a picture is drawn than by the literal float32 implementation, in one interleaved run."""

import statistics
import time
from collections.abc import Callable, Iterator

import pytest
import torch

from stylegan_core.device import has_amx, has_fast_bfloat16
from stylegan_core.model import Model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import Generator
from stylegan_core.recipe import Latent, Recipe
from stylegan_core.render import Renderer
from stylegan_core.styles import z_of_seed
from tests.core import literal

pytestmark = pytest.mark.bench


def interleaved(ways: dict[str, Callable[[int], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each way, called in turn so that drift hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 2):
        for name, way in ways.items():
            begin = time.perf_counter()
            way(turn)
            times[name].append(time.perf_counter() - begin)
    return {name: statistics.median(values[2:]) for name, values in times.items()}


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize(("resolution", "rounds"), [(64, 15), (256, 9), (1024, 5)])
def test_drafts_and_exact_pictures_beat_the_literal_implementation(
    resolution: int, rounds: int, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(0)
    generator = Generator(NetworkConfig(resolution))
    model = Model(generator)
    settled, moving, stirring = (Renderer(model) for _ in range(3))  # where both are float32, one knows the other's

    def literally(turn: int) -> object:
        with torch.inference_mode():
            return literal.draw(generator, torch.from_numpy(z_of_seed(turn, 512)), 0.7)

    medians = interleaved(
        {
            "literal": literally,
            "exact": lambda turn: settled.render(Recipe(latent=Latent(turn)), "exact"),
            "draft": lambda turn: moving.render(Recipe(latent=Latent(turn)), "draft"),
            "last noise": lambda turn: stirring.render(
                Recipe().with_noise(model.num_noise_layers - 1, seed=turn + 1), "draft"
            ),
        },
        rounds,
    )
    ratios = {name: medians["literal"] / seconds for name, seconds in medians.items()}
    with capsys.disabled():
        print(f"\n{resolution}²: literal {medians['literal'] * 1e3:.0f} ms;", end=" ")
        print(", ".join(f"{n} {medians[n] * 1e3:.1f} ms ({r:.1f}x)" for n, r in ratios.items() if n != "literal"))
    assert ratios["exact"] >= 1.3
    assert medians["draft"] / medians["last noise"] >= 1.4
    if has_amx() and resolution == 256:
        assert ratios["draft"] >= 4
    elif has_fast_bfloat16():
        assert ratios["draft"] > ratios["exact"]
