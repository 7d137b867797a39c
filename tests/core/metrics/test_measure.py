"""Measuring a model end to end: real features, samples that repeat, and what the command says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from stylegan_core.__main__ import main
from stylegan_core.data.source import open_dataset
from stylegan_core.lab.quality import CONFIDENCE, with_confidence
from stylegan_core.metrics import distances
from stylegan_core.metrics.features import Extractor
from stylegan_core.metrics.path_length import EPSILON, path_length, path_lengths
from stylegan_core.metrics.samples import fakes, reals
from stylegan_core.metrics.table import METRICS, measure, measure_floor
from stylegan_core.model import Model, save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import Generator

SIZES = {"z_dim": 8, "w_dim": 8, "mapping_width": 8, "mapping_layers": 1, "fmap_base": 64, "fmap_max": 8}
pytest.importorskip("efficientnet_lite_pytorch", reason="the metrics extra is not installed")


@pytest.fixture
def model() -> Model:
    torch.manual_seed(4)
    return Model(Generator(NetworkConfig(8, **SIZES)))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    draw = np.random.default_rng(1)
    for index in range(12):
        Image.fromarray(draw.integers(0, 255, (8, 8, 3), np.uint8)).save(folder / f"{index}.png")
    return folder


def test_samples_are_the_same_for_the_same_seed(model: Model) -> None:
    first, again, other = (torch.cat(list(fakes(model, 40, seed))) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == (40, 3, 8, 8) and first.dtype == torch.uint8


def test_features_see_the_photographs_they_were_trained_on(model: Model) -> None:
    from stylegan_core.metrics.features import Extractor

    extractor = Extractor()
    flat = torch.full((2, 3, 64, 64), 128, dtype=torch.uint8)
    noise = torch.randint(0, 255, (2, 3, 64, 64), generator=torch.Generator().manual_seed(0)).byte()
    a, b = extractor.pooled(flat), extractor.pooled(noise)
    assert a.shape == (2, 1280)
    assert torch.equal(a[0], a[1])
    assert (a - b).norm() > 1


def test_measuring_reports_every_number_and_its_progress(model: Model, pictures: Path) -> None:
    seen: list[float] = []
    found = measure(model, open_dataset(pictures, 8), METRICS, count=12, progress=seen.append)
    assert list(found.numbers) == list(found.confidence) == ["FD-E", "KID-E", "P-E", "R-E", "SWD", "PPL-E"]
    assert found.numbers["FD-E"] > 0 and 0 <= found.numbers["P-E"] <= 1
    assert all(half > 0 for half in found.confidence.values()) and not found.limits  # over twelve pictures
    assert seen == sorted(seen) and seen[-1] == pytest.approx(1)


def test_path_length_of_a_linear_picture_does_not_depend_on_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    class Linear:
        """A generator linear in w, and features that are the picture itself."""

        classes = ()
        z_dim = w_dim = 8
        num_layers = 2

        def mapping(self, z: torch.Tensor, labels: object) -> torch.Tensor:
            return z.double()

        def synthesis(self, ws: torch.Tensor) -> torch.Tensor:
            return ws[:, 0]

        def pooled(self, x: torch.Tensor) -> torch.Tensor:
            return x

    linear = Linear()
    found = path_length(path_lengths(linear, linear, 64, 0))[0]  # type: ignore[arg-type]
    monkeypatch.setattr("stylegan_core.metrics.path_length.EPSILON", 100 * EPSILON)
    assert path_length(path_lengths(linear, linear, 64, 0))[0] == pytest.approx(found, rel=1e-3)  # type: ignore[arg-type]


def test_path_length_needs_no_float64_of_the_device(model: Model) -> None:
    """Apple's GPUs have none."""

    class There:
        """Features on such a GPU."""

        def __init__(self, values: torch.Tensor) -> None:
            self.cpu = lambda: values

        def double(self) -> torch.Tensor:
            raise TypeError(
                "Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64."
            )

    class Flat:
        def pooled(self, x: torch.Tensor) -> There:
            return There(x.flatten(1))

    assert path_length(path_lengths(model, Flat(), 4, 0))[0] > 0  # type: ignore[arg-type]


def test_where_the_device_cannot_resize_the_cpu_does(monkeypatch: pytest.MonkeyPatch) -> None:
    from stylegan_core.metrics import features

    real, cannot = features.F.interpolate, [True]

    def interpolate(*arguments: Any, **options: Any) -> torch.Tensor:
        if cannot and cannot.pop():
            raise NotImplementedError("The operator 'aten::_upsample_bilinear2d_aa.out' is not implemented for MPS.")
        return real(*arguments, **options)

    extractor, pictures = features.Extractor(), torch.arange(3 * 64 * 64).remainder(251).view(1, 3, 64, 64).byte()
    expected = extractor.pooled(pictures)
    monkeypatch.setattr(features.F, "interpolate", interpolate)
    assert torch.equal(extractor.pooled(pictures), expected)
    assert not cannot


def test_the_command_prints_json_and_refuses_unknown_names(
    model: Model, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_model(tmp_path / "m.safetensors", model)
    command = ["metrics", str(tmp_path / "m.safetensors"), "--data", str(pictures), "--count", "10"]
    assert main([*command, "--only", "fd", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["FD-E"] > told["confidence_95"]["FD-E"] > 0 and told["limits"] == {}
    assert main([*command, "--only", "fd"]) == 0
    said = capsys.readouterr().out
    assert f"FD-E   {with_confidence(told['FD-E'], told['confidence_95']['FD-E'])}\n" in said and CONFIDENCE in said
    assert main([*command, "--only", "fid"]) == 2
    assert "fd, kid, pr, swd, ppl" in capsys.readouterr().err
    assert main([*command, "--only", "pr", "--json", "--progress"]) == 0
    said = capsys.readouterr()
    assert said.err.splitlines()[-1] == "progress 1000 1000" and json.loads(said.out)["reals"] == 10


def test_a_model_is_not_measured_against_fewer_real_pictures_than_say_anything(
    model: Model, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An FD-E over four real pictures came out as a number like any other."""
    save_model(tmp_path / "m.safetensors", model)
    for index in range(8):
        (pictures / f"{index}.png").unlink()
    command = ["metrics", str(tmp_path / "m.safetensors"), "--data", str(pictures), "--count", "10"]
    assert main([*command, "--only", "fd,ppl"]) == 2
    said = capsys.readouterr()
    assert "At least 10 real pictures are needed, and there are 4" in said.err and not said.out
    assert main([*command, "--only", "ppl"]) == 0  # compares with nothing


def test_real_pictures_are_measured_against_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw = np.random.default_rng(2)
    for index in range(25):
        Image.fromarray(draw.integers(0, 255, (16, 16, 3), np.uint8)).save(tmp_path / f"{index:02d}.png")
    data = open_dataset(tmp_path, 8)
    found = measure_floor(data, ("fd", "swd", "ppl"), count=11).numbers
    extractor = Extractor()
    first, second = (extractor.all(reals(data, 11, begin), 11) for begin in (0, 11))
    assert list(found) == ["FD-E", "SWD"] and found["FD-E"] == distances.frechet(first, second) > 0
    command = ["metrics", "--data", str(tmp_path), "--resolution", "8"]
    assert main([*command, "--only", "kid", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["model"], said["fakes"], said["reals"]) == ("", 12, 12) and "KID-E" in said
    assert main([*command, "--only", "ppl"]) == 2
    assert "name a model" in capsys.readouterr().err
    (tmp_path / "few").mkdir()
    for index in range(12):
        (tmp_path / f"{index:02d}.png").rename(tmp_path / "few" / f"{index}.png")
    assert main(["metrics", "--data", str(tmp_path / "few"), "--only", "fd"]) == 2
    assert "and there are 12 in all" in capsys.readouterr().err


def test_pictures_from_one_on(pictures: Path) -> None:
    data = open_dataset(pictures, 8)
    every = torch.cat(list(reals(data, 12)))
    assert torch.equal(torch.cat(list(reals(data, 5, 4))), every[4:9])
    assert torch.equal(torch.cat(list(reals(data, 50, 10))), every[10:])


def test_a_limit_is_told_of_many_pictures(model: Model, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stylegan_core.metrics.table.MANY", 12)
    found = measure(model, open_dataset(pictures, 8), ("fd",), count=12)
    assert found.limits.keys() == {"FD-E"} and found.limits["FD-E"] < found.numbers["FD-E"]
