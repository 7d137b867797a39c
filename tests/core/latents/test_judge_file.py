"""A judge in a file, and its answers among what is measured."""

import contextlib
import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from stylegan_core.__main__ import main as command
from stylegan_core.latents.judge import Answerer, Judge
from stylegan_core.latents.judge_file import SEEN, load_judge, save_judge
from stylegan_core.latents.learned_labels import BESIDE, LearnedLabels, labels_beside, questions_in
from stylegan_core.latents.library import SHIPPED
from stylegan_core.latents.meter import Meter
from stylegan_core.latents.questions import MEASURED, Question
from stylegan_core.metrics.features import WIDTH


class Blind:
    """Sees nothing but the coarse colours."""

    def pooled(self, images: Tensor) -> Tensor:
        return torch.zeros(len(images), WIDTH)


@pytest.fixture
def judge() -> Judge:
    weights = np.zeros((2, SEEN))
    weights[0, WIDTH:] = 1 / 64  # the sum over three channels of their mean, from -1 to 1
    questions = Question("Light", "light", ("yes",)), MEASURED[0]
    answerers = tuple(Answerer(q, row, 0.5, 0.9) for q, row in zip(questions, weights, strict=True))
    return Judge(Blind(), answerers, np.zeros(SEEN), np.ones(SEEN), "90 pictures of lights", 32)  # type: ignore[arg-type]


def test_a_judges_answers_are_measured_beside_the_rest(judge: Judge, tmp_path: Path) -> None:
    save_judge(judge, tmp_path / "j.npz")
    read = load_judge(tmp_path / "j.npz", Blind())  # type: ignore[arg-type]
    assert read.questions == judge.questions and read.name == judge.name and read.answerers[0].accuracy == 0.9
    found = Meter(read)(np.full((16, 16, 3), 255, np.uint8))
    assert found["Light"] == pytest.approx(3.5) and "Brighter" not in found and found["brightness"] == pytest.approx(1)
    said = "learned from pictures of 32², these are of 64²: answers may be wrong"
    assert said in Meter(read).doubt(64) and not Meter(read).doubt(32) and not Meter().doubt(64)
    assert Meter(read).judge_name == "90 pictures of lights" and Meter().judge_name == ""


def test_labels_that_lie_beside_a_network_are_found(judge: Judge, tmp_path: Path) -> None:
    save_judge(judge, tmp_path / BESIDE)
    path = str(tmp_path / BESIDE)
    assert labels_beside(tmp_path / "faces.safetensors") == LearnedLabels(path, tmp_path.name, 32, path, ("Light",))
    (tmp_path / BESIDE).write_bytes(b"PK")
    assert labels_beside(tmp_path / "faces.safetensors") is None and questions_in(tmp_path) == ()
    assert labels_beside(tmp_path / "elsewhere" / "faces.safetensors") is None


def test_avatars_64_brings_what_its_labels_look_like() -> None:
    file = SHIPPED / "avatars-64" / "avatars-64.safetensors"
    found = labels_beside(file)
    assert found is not None and {"Smile", "Glasses", "Hat"} <= {*found.questions} and found.resolution == 64
    read = load_judge(Path(found.path), Blind())  # type: ignore[arg-type]
    assert {*found.questions} < {question.name for question in read.questions}


def test_log_odds_with_slopes_are_the_scores(judge: Judge) -> None:
    pixels = torch.randint(0, 256, (2, 3, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    found = judge.log_odds(pixels.float())
    np.testing.assert_allclose(found.numpy(), judge.scores([pixels]), atol=1e-9)
    slopes = dict(Meter(judge).slopes(pixels[:1].float()))
    assert [*slopes] == [*Meter(judge).names] and "Light" in slopes
    torch.testing.assert_close(slopes["Light"], torch.full((1, 3, 16, 16), 1 / 64 / 127.5 / 4))


def test_a_judge_is_learned_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn", reason="the metrics extra is not installed")
    (tmp_path / "data").mkdir()
    for number in range(120):
        grey = np.full((8, 8, 3), 40 + number * 37 % 150, np.uint8)
        Image.fromarray(grey).save(tmp_path / "data" / f"{number:03d}.png")
    monkeypatch.setattr("stylegan_core.metrics.features.Extractor", lambda _: Blind())
    out = tmp_path / "j.npz"
    told = ["judge", str(tmp_path / "data"), "--resolution", "8", "--progress", "--out"]
    assert command([*told, str(out)]) == 0
    judge = load_judge(out, Blind())  # type: ignore[arg-type]
    assert judge.resolution == 8 and "learned at 8²" in (said := capsys.readouterr()).out
    assert [each.question.name for each in judge.answerers] == ["Brighter"] and judge.name == "120 pictures of data"
    assert judge.answerers[0].accuracy > 0.9 and "progress 1000 1000" in said.err
    assert command([*told, str(out)]) == 2 and command([*told, str(tmp_path / "j.json")]) == 2


def test_a_judge_that_does_not_say_at_which_resolution_it_learned_is_doubted(judge: Judge, tmp_path: Path) -> None:
    save_judge(judge, tmp_path / "j.npz")
    with np.load(tmp_path / "j.npz") as file:
        parts = dict(file)
    parts["about"] = np.frombuffer(parts["about"].tobytes().replace(b'"resolution": 32, ', b""), np.uint8)
    np.savez(tmp_path / "older.npz", **parts)
    read = load_judge(tmp_path / "older.npz", Blind())  # type: ignore[arg-type]
    assert read.resolution == 0 and "at a resolution that their file does not say" in Meter(read).doubt(64)


@pytest.mark.parametrize("damage", ["text", "empty", "kind", "shape", "object"])
def test_what_is_no_judge_is_refused(judge: Judge, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "j.npz"
    save_judge(judge, path)
    with np.load(path) as file:
        parts = dict(file)
    if damage == "kind":
        parts["about"] = np.frombuffer(parts["about"].tobytes().replace(b"judge 1", b"other 1"), np.uint8)
    elif damage == "shape":
        parts["weights"] = parts["weights"][:, :-1]
    elif damage == "object":
        parts["mean"] = np.array([{}], dtype=object)
    np.savez(path, **parts)
    if damage in ("text", "empty"):
        path.write_bytes(b"no judge at all" if damage == "text" else b"")
    with pytest.raises(ValueError, match="is no judge"):
        load_judge(path, Blind())  # type: ignore[arg-type]


def _with_header(shape: tuple[int, ...]) -> bytes:
    """The beginning of an array that is far larger than its file."""
    made = io.BytesIO()
    np.lib.format.write_array_header_1_0(made, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return made.getvalue()


@pytest.mark.parametrize("name", ["about", "weights"])
@pytest.mark.parametrize("damage", ["huge", "torn header", "deep"])
def test_spoilt_parts_of_a_judge_are_refused(judge: Judge, tmp_path: Path, name: str, damage: str) -> None:
    path, other = tmp_path / "j.npz", tmp_path / "other.npz"
    save_judge(judge, path)
    header = _with_header((10**6, 10**9))
    spoilt = {"huge": header, "torn header": header.replace(b"}", b" ")}
    deep = io.BytesIO()
    np.save(deep, np.frombuffer(b"[" * 100_000, np.uint8))
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(other, "w") as made:
        for each in whole.namelist():
            part = whole.read(each) if each != f"{name}.npy" else spoilt.get(damage, deep.getvalue())
            made.writestr(each, part)
    with pytest.raises(ValueError, match="is no judge"):
        load_judge(other, Blind())  # type: ignore[arg-type]
    assert questions_in(other) == (questions_in(path) if name == "weights" else ())  # without reading the numbers


def test_a_judge_with_any_byte_spoilt_is_read_or_refused(judge: Judge, tmp_path: Path) -> None:
    path, random = tmp_path / "j.npz", np.random.default_rng(1)
    save_judge(judge, path)
    whole = path.read_bytes()
    for _ in range(150):
        data = bytearray(whole)
        for at in random.integers(len(data), size=random.choice([1, 3, 20])):
            data[at] = random.integers(256)
        path.write_bytes(data)
        with contextlib.suppress(ValueError):  # anything else is a traceback, a file left open a warning
            load_judge(path, Blind())  # type: ignore[arg-type]
        questions_in(path)


@pytest.mark.parametrize("told", ['"64"', "null", "[]"])
def test_labels_beside_a_network_at_a_resolution_that_is_none_are_of_an_unknown_one(
    judge: Judge, tmp_path: Path, told: str
) -> None:
    path = tmp_path / BESIDE
    save_judge(judge, path)
    with np.load(path) as file:
        parts = dict(file)
    about = parts["about"].tobytes().replace(b'"resolution": 32', f'"resolution": {told}'.encode())
    np.savez(path, **{**parts, "about": np.frombuffer(about, np.uint8)})
    beside = labels_beside(tmp_path / "faces.safetensors")
    assert beside is not None and beside.resolution == 0 and beside.questions


@pytest.mark.parametrize(("part", "value"), [("weights", np.nan), ("scale", 0.0), ("mean", np.inf)])
def test_a_judge_whose_answers_would_be_no_numbers_is_refused(
    judge: Judge, tmp_path: Path, part: str, value: float
) -> None:
    path = tmp_path / "j.npz"
    save_judge(judge, path)
    with np.load(path) as file:
        parts = dict(file)
    parts[part] = np.full_like(parts[part], value)
    np.savez(path, **parts)
    with pytest.raises(ValueError, match="numbers are spoilt"):
        load_judge(path, Blind())  # type: ignore[arg-type]


def test_a_pickle_is_refused_and_nobody_is_told_to_trust_it(tmp_path: Path) -> None:
    path = tmp_path / "j.npz"
    path.write_bytes(pickle.dumps({"weights": 1}))
    with pytest.raises(ValueError, match=r"is no judge \(it is no \.npz file\)"):
        load_judge(path, Blind())  # type: ignore[arg-type]
