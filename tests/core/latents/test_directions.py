"""PCA, SeFa and fitted directions against networks whose answers are known."""

from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from stylegan_core.latents import from_labels, pca, sefa
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.configurations import configured
from stylegan_core.networks.generator import build_generator
from stylegan_core.recipe import Direction, Vector
from stylegan_core.w_samples import oriented, sample_w, spread, without
from tests.core.networks.small import small

SPREADS = np.array([5.0, 3.0, 2.0, 1.0, 0.5, 0.25], np.float32)


class Stretched:
    """A mapping that only stretches: w = z · SPREADS turned by a fixed rotation, so its principal axes are known."""

    z_dim = w_dim = len(SPREADS)
    classes: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.axes = np.linalg.qr(np.random.RandomState(3).randn(self.w_dim, self.w_dim))[0].astype(np.float32)
        self.calls = 0

    def mapping(self, z: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
        self.calls += 1
        return (z * torch.from_numpy(SPREADS)) @ torch.from_numpy(self.axes)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stretched:
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    return Stretched()


def finish(work: Generator[float, None, Any]) -> tuple[list[float], Any]:
    progress = []
    while True:
        try:
            progress.append(next(work))
        except StopIteration as end:
            return progress, end.value


def test_pca_finds_the_axes_their_sigma_and_their_share(model: Stretched) -> None:
    progress, found = finish(pca.pca(model, "a" * 64, samples=4000))
    assert progress == sorted(progress) and progress[-1] == 1.0
    assert [entry.number for entry in found] == [1, 2, 3, 4, 5, 6]
    for entry, axis, sigma in zip(found[:3], model.axes, SPREADS, strict=False):
        assert abs(float(entry.direction.vector.array @ axis)) > 0.99
        assert entry.direction.sigma == pytest.approx(sigma, rel=0.05)
    shares = [entry.explained for entry in found]
    assert shares == sorted(shares, reverse=True) and sum(shares) == pytest.approx(1, abs=1e-4)
    assert shares[0] == pytest.approx(25 / (SPREADS**2).sum(), abs=0.03)


def test_pca_is_kept_under_the_hash_of_the_model(model: Stretched) -> None:
    first = finish(pca.pca(model, "b" * 64, samples=500))[1]
    calls = model.calls
    progress, again = finish(pca.pca(model, "b" * 64, count=2, samples=500))
    assert (progress, model.calls) == ([], calls)
    assert again == first[:2]
    finish(pca.pca(model, "c" * 64, samples=500))
    assert model.calls > calls


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not a zip", b"half"])
def test_a_damaged_cache_is_computed_anew(model: Stretched, damage: bytes) -> None:
    first = finish(pca.pca(model, "d" * 64, samples=500))[1]
    path = pca.cache_path("d" * 64)
    path.write_bytes(path.read_bytes()[:200] if damage == b"half" else damage)
    assert finish(pca.pca(model, "d" * 64, samples=500))[1] == first


def test_samples_do_not_depend_on_the_slices(model: Stretched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor on how fast the machine is just now: a product of matrices rounds by how many rows it has."""
    rows: list[int] = []
    stretch = model.mapping
    monkeypatch.setattr(model, "mapping", lambda z: rows.append(len(z)) or stretch(z))
    found = []
    for seconds in (0.0, 1e-4, 1e9):
        monkeypatch.setattr("stylegan_core.w_samples.SLICE", seconds)
        progress, ws = finish(sample_w(model, 300))
        found.append((rows.copy(), ws.tobytes()))
        rows.clear()
        assert progress[-1] == 1.0 and len(progress) == {0.0: 5, 1e9: 1}.get(seconds, len(progress))
    assert found[0] == found[1] == found[2]


def test_samples_are_spread_evenly_over_classes() -> None:
    class Labelled(Stretched):
        classes = ("round", "square")

        def mapping(self, z: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
            assert labels is not None
            return labels @ torch.ones(2, 6) * torch.tensor([0.0, 1, 2, 3, 4, 5]) + labels[:, :1]

    ws = finish(sample_w(Labelled(), 10))[1]
    assert sorted(ws[:, 0].tolist()) == [0.0] * 5 + [1.0] * 5


def test_signs_agree_whichever_way_the_solver_turns_them() -> None:
    vector = np.array([0.3, -0.9, 0.2], np.float32)
    np.testing.assert_array_equal(oriented(vector), oriented(-vector))
    assert oriented(vector)[1] > 0


def styled(model: Stretched, *weights: np.ndarray) -> Any:
    layers = [SimpleNamespace(affine=SimpleNamespace(weight=torch.from_numpy(weight))) for weight in weights]
    model.generator = SimpleNamespace(synthesis=SimpleNamespace(layers=layers))  # type: ignore[attr-defined]
    return model


def test_sefa_finds_what_the_affines_look_at(model: Stretched) -> None:
    axis, other = np.eye(6, dtype=np.float32)[2], np.eye(6, dtype=np.float32)[4]
    network = styled(model, np.stack([axis, 7 * axis, axis]), np.stack([other]))
    found = finish(sefa.sefa(network))[1]
    np.testing.assert_allclose(found[0].direction.vector.array, axis, atol=1e-5)
    np.testing.assert_allclose(found[1].direction.vector.array, other, atol=1e-5)
    assert found[0].explained == pytest.approx(0.75)
    samples = finish(sample_w(model, 2000))[1]
    assert found[0].direction.sigma == pytest.approx(spread(samples, axis))
    only = finish(sefa.sefa(network, first=1, last=1))[1]
    np.testing.assert_allclose(only[0].direction.vector.array, other, atol=1e-5)
    assert (only[0].first, only[0].last) == (1, 1)


def test_sefa_refuses_layers_that_are_not_there(model: Stretched) -> None:
    with pytest.raises(ValueError, match="no style affines"):  # beyond the last layer
        finish(sefa.sefa(styled(model, np.eye(6, dtype=np.float32)), first=4))


def piles(model: Stretched, axis: np.ndarray, count: int = 40) -> tuple[np.ndarray, list[bool]]:
    ws = finish(sample_w(model, count, seed=9))[1]
    return ws, (ws @ axis > 0).tolist()


def test_fit_finds_the_axis_the_piles_differ_in(model: Stretched) -> None:
    ws, labels = piles(model, model.axes[1], 400)
    entry = finish(from_labels.fit(model, "glasses", ws, labels))[1]
    assert float(entry.direction.vector.array @ model.axes[1]) > 0.95
    assert entry.accuracy > 0.9
    assert entry.direction.sigma == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize("count", [15, 300])
def test_the_boundary_is_that_of_scikit_learn(count: int) -> None:
    from sklearn.linear_model import LogisticRegression

    random = np.random.RandomState(1)
    points = random.randn(count, 40).astype(np.float32)
    truth = points[:, 0] + 0.5 * random.randn(count) > 0.3
    theirs = LogisticRegression(C=from_labels.REGULARISATION, class_weight="balanced", tol=1e-8).fit(points, truth)
    np.testing.assert_allclose(from_labels._logistic(points, truth), theirs.coef_[0], atol=1e-4)


def test_folds_share_both_sides_fairly() -> None:
    truth = np.arange(53) % 3 == 0
    fold = from_labels._folds(truth, 5)
    for side in (truth, ~truth):
        sizes = np.bincount(fold[side])
        assert len(sizes) == 5 and sizes.max() - sizes.min() <= 1


def test_fit_of_piles_that_do_not_differ_is_honest(model: Stretched) -> None:
    ws, _ = piles(model, model.axes[0], 200)
    labels = (np.arange(200) % 2 == 0).tolist()
    assert finish(from_labels.fit(model, "nothing", ws, labels))[1].accuracy < 0.65


def test_fit_leaves_other_directions_alone(model: Stretched) -> None:
    ws, labels = piles(model, (model.axes[0] + model.axes[1]) / np.sqrt(2), 200)
    kept = Direction("age", Vector.of(model.axes[0]))
    entry = finish(from_labels.fit(model, "glasses", ws, labels, [kept]))[1]
    assert abs(float(entry.direction.vector.array @ model.axes[0])) < 1e-5
    with pytest.raises(ValueError, match="Nothing of this direction remains"):
        without(model.axes[0], (kept.vector,))


def test_fit_refuses_piles_that_say_nothing(model: Stretched) -> None:
    ws, _ = piles(model, model.axes[0], 20)
    with pytest.raises(ValueError, match="at least 10 pictures on each pile; the smaller one has 9"):
        finish(from_labels.fit(model, "glasses", ws, [True] * 9 + [False] * 11))


def test_sefa_of_a_network_without_styles_is_that_of_its_first_layer(tmp_path: Path) -> None:
    network = build_generator(NetworkConfig(16, "dcgan", z_dim=8, w_dim=8, mapping_layers=0, fmap_max=16))
    strong = torch.zeros(8)
    strong[5] = 10.0
    with torch.no_grad():
        network.synthesis.layers[0].weight += strong[:, None, None, None]
    model = SimpleNamespace(generator=network, z_dim=8, w_dim=8, classes=(), mapping=network.mapping)
    found = finish(sefa.sefa(model))[1]
    assert abs(float(found[0].direction.vector.array[5])) > 0.99
    assert found[0].direction.sigma == pytest.approx(1.0, abs=0.1)
    assert len(found) == 8


def test_sefa_of_configuration_a_is_that_of_its_first_dense_layer() -> None:
    network = build_generator(configured("a", resolution=16, z_dim=8, w_dim=8, fmap_max=16))
    with torch.no_grad():
        network.synthesis.layers[0].dense.weight[:, 5] += 10.0
    model = SimpleNamespace(generator=network, z_dim=8, w_dim=8, classes=(), mapping=network.mapping)
    found = finish(sefa.sefa(model))[1]
    assert abs(float(found[0].direction.vector.array[5])) > 0.99


def test_sefa_of_stylegan3_counts_the_fourier_features_as_its_first_layer() -> None:
    network = build_generator(small(architecture="stylegan3", z_dim=8, w_dim=8, fmap_base=40, fmap_max=6))
    with torch.no_grad():
        network.synthesis.get_submodule("input.affine").weight[:, 5] += 10.0
        network.synthesis.get_submodule("layers.14.affine").weight[:, 3] += 10.0
    model = SimpleNamespace(generator=network, z_dim=8, w_dim=8, classes=(), mapping=network.mapping)
    for layer, axis in ((0, 5), (15, 3)):
        found = finish(sefa.sefa(model, first=layer, last=layer))[1]
        assert abs(float(found[0].direction.vector.array[axis])) > 0.95
