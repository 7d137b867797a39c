"""Every number against its definition, computed another way in float64 (contracts: Data; spec-core 6)."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylegan_core.metrics import distances, features
from stylegan_core.metrics.distances import frechet, kernel, precision_and_recall
from stylegan_core.metrics.path_length import path_length, path_lengths
from stylegan_core.metrics.samples import fakes

Points = npt.NDArray[np.float64]


@pytest.fixture
def sides() -> tuple[Points, Points]:
    """Float32 numbers, so that nothing is lost on the way; unlike enough for each formula to matter."""
    draw = np.random.default_rng(6)
    real, fake = draw.standard_normal((40, 6)), 0.9 * draw.standard_normal((40, 6)) + 0.8
    return real.astype(np.float32).astype(np.float64), fake.astype(np.float32).astype(np.float64)


def test_frechet_distance_with_unbiased_covariances(sides: tuple[Points, Points]) -> None:
    from scipy.linalg import sqrtm  # here: who only collects the tests need not wait for it

    real, fake = sides
    one, other = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    root = sqrtm(one @ other).real
    expected = np.square(real.mean(0) - fake.mean(0)).sum() + np.trace(one + other - 2 * root)
    assert frechet(real.astype(np.float32), fake.astype(np.float32)) == pytest.approx(expected, rel=1e-6)


def test_kernel_distance_of_sets_that_are_one_subset(sides: tuple[Points, Points]) -> None:
    def cubed(a: Points, b: Points) -> Points:
        return (a @ b.T / a.shape[1] + 1) ** 3

    def without_itself(a: Points) -> float:
        values = cubed(a, a)
        return float(values.sum() - np.trace(values)) / (len(a) * (len(a) - 1))

    real, fake = sides
    expected = without_itself(real) + without_itself(fake) - 2 * cubed(real, fake).mean()
    assert kernel(real.astype(np.float32), fake.astype(np.float32)) == pytest.approx(expected, rel=1e-9)


def test_precision_and_recall_by_looking_at_every_pair(sides: tuple[Points, Points]) -> None:
    def apart(a: Points, b: Points) -> Points:
        return np.sqrt(np.square(a[:, None] - b[None]).sum(-1))

    def inside(points: Points, of: Points) -> float:
        radii = np.sort(apart(of, of), axis=1)[:, 3]  # the first is the point itself
        return float((apart(points, of) <= radii).any(axis=1).mean())

    real, fake = sides
    found = precision_and_recall(real.astype(np.float32), fake.astype(np.float32))
    assert found == (inside(fake, real), inside(real, fake))
    assert found != precision_and_recall(real.astype(np.float32), fake.astype(np.float32), neighbours=4)


def test_subsets_are_as_many_and_as_large_as_usual() -> None:
    assert (distances.KID_SUBSETS, distances.KID_SIZE) == (100, 1000)


class Seen:
    """A feature network that keeps what it is shown, and whose maps are that."""

    def __init__(self) -> None:
        self.shown: list[Tensor] = []

    def to(self, *_: Any, **__: Any) -> "Seen":
        return self

    def extract_features(self, x: Tensor) -> Tensor:
        self.shown.append(x)
        return x


@pytest.mark.parametrize("side", [16, 128, 200])
def test_pictures_are_seen_at_128_from_minus_one_to_one(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    network, asked = Seen(), list[int]()
    monkeypatch.setattr(features, "load_efficientnet", lambda number, _: asked.append(number) or network)
    pictures = torch.randint(0, 256, (2, 3, side, side), generator=torch.Generator().manual_seed(1)).byte()
    found = features.Extractor().pooled(pictures)
    at_128 = F.interpolate(pictures.double(), size=(128, 128), mode="bilinear", antialias=True, align_corners=False)
    expected = at_128 / 127.5 - 1
    torch.testing.assert_close(network.shown[0].double(), expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(found.double(), expected.mean(dim=(2, 3)), rtol=0, atol=1e-5)
    assert asked == [0]


class Stub:
    """A model whose w is its z and whose picture is told by w; keeps what its synthesis was asked."""

    classes = ()
    z_dim = w_dim = 5
    num_layers = 3
    w_avg = torch.full((5,), 9.0)

    class info:
        noise_resolutions = (4, 8)

    def __init__(self) -> None:
        self.asked: list[tuple[Tensor, Any]] = []

    def mapping(self, z: Tensor, labels: None) -> Tensor:
        assert labels is None
        return z.double()

    def synthesis(self, ws: Tensor, noise: Any = "const") -> Tensor:
        self.asked.append((ws, noise))
        return ws[:, 0, :3, None, None].expand(-1, -1, 8, 8)


def test_fakes_are_untruncated_with_fresh_noise_and_rounded_as_nvidia_does() -> None:
    stub = Stub()
    found = torch.cat(list(fakes(stub, 40, seed=3)))  # type: ignore[arg-type]
    ws = torch.cat([ws for ws, _ in stub.asked])
    draw = torch.Generator().manual_seed(3)
    torch.testing.assert_close(ws[:32, 0].float(), torch.randn(32, 5, generator=draw))
    assert torch.equal(ws, ws[:, :1].expand_as(ws))
    levels = torch.floor(ws[:, 0, :3] * 127.5 + 128).clamp(0, 255)
    assert torch.equal(found[:, :, 0, 0].double(), levels) and {0.0, 255.0} <= set(levels.flatten().tolist())
    for _, maps in stub.asked:
        assert [m.shape[1:] for m in maps] == [(1, 4, 4), (1, 8, 8)]
        assert len({m[0, 0, 0, 0].item() for m in maps}) == 2 and not torch.equal(maps[0][0], maps[0][1])


@pytest.mark.parametrize(("count", "left_out"), [(64, 0), (160, 1)])
def test_path_length_by_its_definition(count: int, left_out: int) -> None:
    """Features bent so much that another step gives another number, and outliers that the percentiles leave out.

    Between two of the numbers lies the 1st percentile of 64 and of 160; as in the official code the outer one is kept.
    """

    class Bent:
        def pooled(self, x: Tensor) -> Tensor:
            return torch.sin(x[:, :, 0, 0] / 10).cumsum(dim=1)

    step, bent = 1e-4, Bent()
    draw = torch.Generator().manual_seed(2)
    values = []
    for _ in range(count // 16):  # 16 pairs at a time
        first, second = (torch.randn(16, 5, generator=draw).double() for _ in range(2))
        t = torch.rand(16, 1, generator=draw).double()
        ws = [first + at * (second - first) for at in (t, t + step)]
        one, other = (bent.pooled(w[:, :3, None, None] * 127.5 + 128) for w in ws)
        values += ((other - one).square().sum(dim=1) / step**2).tolist()
    found = path_length(path_lengths(Stub(), bent, count, 2))[0]  # type: ignore[arg-type]
    kept = np.sort(values)[left_out : count - left_out]
    assert found == pytest.approx(kept.mean(), rel=1e-6)
