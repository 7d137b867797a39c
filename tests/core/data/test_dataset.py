"""A data set is recognised by its content, numbered, fingerprinted, and survives broken pictures."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from stylegan_core.data import containers, source
from stylegan_core.data.source import open_dataset
from tests.core.data.making import break_picture, folder_of, noise, unreadable_now, write_idx

FASHION = Path("/usr/share/datasets/fashion-mnist")


def zip_of(folder: Path, path: Path, below: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                file.write(one, below + str(one.relative_to(folder)))
    return path


def test_a_folder_and_its_zip_hold_the_same(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "a", 2)
    folder_of(folder / "below" / "deeper", 2)
    noise(16, 9).save(folder / ".hidden.png")
    (folder / "notes.txt").write_text("no picture")
    one, other = open_dataset(folder), open_dataset(zip_of(folder, tmp_path / "a.zip"))
    assert len(one) == len(other) == 4
    assert [one.name(n) for n in range(4)] == ["0.png", "1.png", "below/deeper/0.png", "below/deeper/1.png"]
    assert one.resolution == other.resolution == 16
    for index in range(4):
        assert one.read(index).dtype == np.uint8
        assert (one.read(index) == other.read(index)).all()
    assert one.classes == ()
    assert one.label(0) is None


def test_the_resolution_is_the_power_of_two_that_the_first_picture_fills(tmp_path: Path) -> None:
    noise(100, 1, height=75).save(tmp_path / "a.png")
    assert open_dataset(tmp_path).resolution == 64
    assert open_dataset(tmp_path, 16).read(0).shape == (3, 16, 16)
    with pytest.raises(ValueError, match="power of two"):
        open_dataset(tmp_path, 48)
    with pytest.raises(ValueError, match="crop or letterbox"):
        open_dataset(tmp_path, 16, fit="stretch")  # type: ignore[arg-type]


def test_the_fingerprint_tells_a_changed_data_set(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "a", 3)
    first = open_dataset(folder)
    assert open_dataset(folder).fingerprint == first.fingerprint
    assert open_dataset(shutil.copytree(folder, tmp_path / "copy")).fingerprint == first.fingerprint
    os.utime(folder / "0.png", ns=(1, 1))
    assert open_dataset(folder).fingerprint == first.fingerprint
    assert open_dataset(folder).cache_key != first.cache_key
    noise(16, 99).save(folder / "3.png")
    assert open_dataset(folder).fingerprint != first.fingerprint


def test_the_cache_key_tells_how_pictures_are_made(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "a", 1)
    keys = {
        open_dataset(folder, 16).cache_key,
        open_dataset(folder, 8).cache_key,
        open_dataset(folder, 16, fit="letterbox").cache_key,
        open_dataset(folder, 16, background=(0, 0, 0)).cache_key,
    }
    assert len(keys) == 4


def test_a_broken_picture_is_named_once_and_the_next_stands_in(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = folder_of(tmp_path / "a", 4)
    break_picture(folder / "1.png")
    (folder / "2.png").write_bytes(b"not a picture")
    data = open_dataset(folder, 16)
    for _ in range(2):
        assert (data.read(1) == data.read(3)).all()
        assert (data.read(2) == data.read(3)).all()
    assert [record.getMessage() for record in caplog.records] == data.problems
    assert len(data.problems) == 2
    assert "1.png cannot be read and is skipped" in data.problems[0]
    assert data.source(1) == data.source(2) == 3


def test_the_last_picture_is_stood_in_by_the_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = folder_of(tmp_path / "a", 2)
    break_picture(folder / "1.png")
    data = open_dataset(folder, 16)
    assert (data.read(1) == data.read(0)).all()
    assert len(caplog.records) == 1


def test_a_stand_in_brings_its_own_label(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder_of(tmp_path / "cat", 1)
    folder_of(tmp_path / "dog", 1)
    break_picture(tmp_path / "cat/0.png")
    data = open_dataset(tmp_path, 16, label="folder")
    assert data.classes == ("cat", "dog")
    data.read(0)
    assert data.label(0) == 1
    assert len(caplog.records) == 1


def test_nothing_that_can_be_read_is_an_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = folder_of(tmp_path / "a", 2)
    for file in folder.iterdir():
        break_picture(file)
    with pytest.raises(OSError, match="no picture that can be read"):
        open_dataset(folder, 16).read(0)
    with pytest.raises(ValueError, match="no picture that can be read"):
        open_dataset(folder)
    assert len(caplog.records) == 2


def test_a_folder_that_vanishes_is_an_error_and_a_file_is_not(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = folder_of(tmp_path / "a", 2)
    data = open_dataset(folder, 16)
    (folder / "0.png").unlink()
    assert (data.read(0) == data.read(1)).all()
    shutil.rmtree(folder)
    with pytest.raises(OSError, match=r"a is gone; connect or restore"):
        data.read(1)
    assert len(caplog.records) == 1


def test_a_stand_in_found_broken_before_brings_the_label_of_what_is_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The class was that of the broken picture between the one asked for and the one shown."""
    for name in ("a", "b", "c"):
        folder_of(tmp_path / name, 1)
    for name in ("a", "b"):
        break_picture(tmp_path / name / "0.png")
    data = open_dataset(tmp_path, 16, label="folder")
    for index in (1, 0):
        assert (data.read(index) == data.read(2)).all()
        assert (data.source(index), data.label(index)) == (2, 2)
    assert len(caplog.records) == 2


def test_what_cannot_be_read_for_a_moment_is_read_in_the_end(tmp_path: Path) -> None:
    """One failing call made another picture stand in for it for good."""
    data = open_dataset(folder_of(tmp_path / "a", 3), 16)
    expected = data.read(1)
    with unreadable_now("1.png", times=3) as failed:
        assert (data.read(1) == expected).all()
    assert len(failed) == 3
    assert data.source(1) == 1 and not data.problems


@pytest.mark.parametrize("error", [errno.EMFILE, errno.EIO, errno.EACCES])
def test_what_cannot_be_read_now_is_passed_over_once_and_tried_again(tmp_path: Path, error: int) -> None:
    for name in ("cat", "dog"):
        folder_of(tmp_path / name, 1).joinpath("0.png").rename(tmp_path / name / f"{name}.png")
    data, told = open_dataset(tmp_path, 16, label="folder"), []
    data.alert = told.append
    expected = data.read(0)
    with unreadable_now("cat.png", error=error):
        for _ in range(2):
            assert (data.read(0) == data.read(1)).all()
            assert (data.source(0), data.label(0)) == (1, 1)
    assert (data.read(0) == expected).all()
    assert (data.source(0), data.label(0), data.passing, data.stand_ins) == (0, 0, {}, {})
    assert told == data.problems
    assert (
        len(told) == 1
        and f"cat/cat.png is passed over until it is asked for again: it cannot be read now ({os.strerror(error)})."
        in told[0]
    )


def test_a_zip_that_does_not_answer_now_holds_no_broken_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = open_dataset(zip_of(folder_of(tmp_path / "a", 2), tmp_path / "a.zip"), 16)
    expected = data.read(0)
    with monkeypatch.context() as patch:
        patch.setattr(source, "WAITS", ())
        patch.setattr(zipfile.ZipExtFile, "read", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "I/O error")))
        with pytest.raises(OSError, match=r"holds no picture that can be read.*0\.png: it cannot be read now \(I/O"):
            data.read(0)
    assert (data.read(0) == expected).all()
    assert not data.problems


def test_a_data_set_that_does_not_answer_is_an_error_soon(tmp_path: Path) -> None:
    """Rather than one stand-in after another through the whole of it."""
    data = open_dataset(folder_of(tmp_path / "a", 20), 16)
    with unreadable_now(*(f"{n}.png" for n in range(20))) as failed:
        with pytest.raises(OSError, match=r"a: .*png and the pictures before it: it cannot be read now \(Too many"):
            data.read(0)
        assert len(failed) == len(source.WAITS) + 1 + source.MOST_PASSED
    assert data.source(0) == 0 and not data.problems


@pytest.mark.parametrize("kind", ["missing", "empty folder", "text", "empty zip", "cut zip"])
def test_what_is_no_data_set_is_one_sentence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "data"
    if kind == "empty folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("hello")
    elif kind == "empty zip":
        zipfile.ZipFile(path, "w").close()
    elif kind == "cut zip":
        whole = zip_of(folder_of(tmp_path / "a", 3), tmp_path / "a.zip").read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises((ValueError, OSError), match=str(path)) as error:
        open_dataset(path)
    assert str(error.value).count("\n") == 0


def test_a_damaged_entry_of_a_zip_is_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = zip_of(folder_of(tmp_path / "a", 2), tmp_path / "a.zip")
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    data = open_dataset(path, 16)
    assert (data.read(0) == data.read(1)).all()
    assert "0.png" in caplog.text


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_entry_is_skipped_however_it_is_packed(
    tmp_path: Path, method: int, caplog: pytest.LogCaptureFixture
) -> None:
    folder, path = folder_of(tmp_path / "a", 2), tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        for name in ("0.png", "1.png"):
            file.write(folder / name, name)
    content = bytearray(path.read_bytes())
    content[80:110] = bytes(byte ^ 0xFF for byte in content[80:110])
    path.write_bytes(content)
    data = open_dataset(path, 16)
    assert (data.read(0) == data.read(1)).all()
    assert "0.png cannot be read and is skipped: its entry in the zip file is damaged" in caplog.text


def test_a_zip_bomb_is_a_broken_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(containers, "MAX_BYTES", 1 << 20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("0.png", bytes(2 << 20))
        noise(16, 1).save(tmp_path / "1.png")
        file.write(tmp_path / "1.png", "1.png")
    data = open_dataset(path, 16)
    assert (data.read(0) == data.read(1)).all()
    assert "0.png cannot be read and is skipped: it unpacks to more than 1 MB" in caplog.text


def test_labels_json_is_read_in_folder_and_zip(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "a", 3)
    labels = {
        "attributes": {"hair": ["red", "black"], "tilt": []},
        "pictures": {f"{n}.png": {"hair": ["red", "black"][n % 2], "tilt": 0.5} for n in range(3)},
    }
    (folder / "labels.json").write_text(json.dumps(labels))
    for path in (folder, zip_of(folder, tmp_path / "a.zip"), zip_of(folder, tmp_path / "b.zip", below="a/")):
        data = open_dataset(path, 16, label="hair")
        assert data.classes == ("red", "black")
        assert [data.label(n) for n in range(3)] == [0, 1, 0]
        assert data.attributes == ("hair",)
        with pytest.raises(ValueError, match="has no attribute 'beard'; it has: hair"):
            open_dataset(path, 16, label="beard")


def test_pictures_without_a_label_are_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "a", 2)
    labels = {"attributes": {"hair": ["red"]}, "pictures": {"0.png": {"hair": "red"}}}
    (folder / "labels.json").write_text(json.dumps(labels))
    assert len(open_dataset(folder, 16)) == 2
    with pytest.raises(ValueError, match=r"has 1 picture without hair, the first is 1.png"):
        open_dataset(folder, 16, label="hair")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"attributes": 3}', '{"attributes": {"a": ["b"]}, "pictures": []}'])
def test_a_damaged_labels_file_is_one_sentence(tmp_path: Path, text: str) -> None:
    folder = folder_of(tmp_path / "a", 1)
    (folder / "labels.json").write_text(text)
    assert len(open_dataset(folder, 16)) == 1
    with pytest.raises(ValueError, match=r"labels\.json is damaged|no attribute"):
        open_dataset(folder, 16, label="a")


def test_nvidias_dataset_json(tmp_path: Path) -> None:
    folder_of(tmp_path / "00000", 3)
    rows = [[f"00000/{n}.png", n % 2] for n in range(3)]
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": rows}))
    data = open_dataset(tmp_path, 16, label="class")
    assert (data.classes, [data.label(n) for n in range(3)]) == (("0", "1"), [0, 1, 0])
    rows = [[f"00000/{n}.png", 2 * (n % 2)] for n in range(3)]
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": rows}))
    data = open_dataset(tmp_path, 16, label="class")  # a number that no picture has is a class all the same
    assert (data.classes, [data.label(n) for n in range(3)]) == (("0", "1", "2"), [0, 2, 0])
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": None}))
    with pytest.raises(ValueError, match="it has: none"):
        open_dataset(tmp_path, 16, label="class")
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": [["00000/0.png", [0.1, 0.2]]]}))
    with pytest.raises(ValueError, match="not class numbers"):
        open_dataset(tmp_path, 16, label="class")


@pytest.mark.parametrize("packed", [False, True])
def test_idx_is_padded_with_zeros_to_three_channels(tmp_path: Path, packed: bool) -> None:
    grey = np.random.default_rng(0).integers(1, 256, (5, 28, 28), dtype=np.uint8)
    suffix = ".gz" if packed else ""
    path = write_idx(tmp_path / f"train-images-idx3-ubyte{suffix}", grey, packed)
    write_idx(tmp_path / f"train-labels-idx1-ubyte{suffix}", np.array([2, 0, 1, 1, 0], np.uint8), packed)
    for where in (path, tmp_path):
        data = open_dataset(where, label="class")
        assert (len(data), data.resolution, data.classes) == (5, 32, ("0", "1", "2"))
        assert [data.label(n) for n in range(5)] == [2, 0, 1, 1, 0]
        pixels = data.read(3)
        assert pixels.shape == (3, 32, 32)
        assert (pixels[:, 2:30, 2:30] == grey[3]).all()
        assert int(pixels.astype(int).sum()) == 3 * int(grey[3].astype(int).sum())
        assert open_dataset(where, 16).read(0).shape == (3, 16, 16)


def test_damaged_idx_files_are_one_sentence(tmp_path: Path) -> None:
    grey = np.zeros((5, 28, 28), np.uint8)
    path = write_idx(tmp_path / "train-images-idx3-ubyte", grey)
    whole = path.read_bytes()
    huge = b"\0\0\x08\x03" + struct.pack(">3I", 1 << 31, 1 << 15, 1 << 15)
    for content in (whole[:100], whole[:6], gzip.compress(whole)[:30], gzip.compress(whole[:100]), huge):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="idx3-ubyte"):
            open_dataset(path)
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.zeros(4, np.uint8))
    with pytest.raises(ValueError, match="without pictures"):
        open_dataset(tmp_path / "train-labels-idx1-ubyte")
    path.write_bytes(whole)
    with pytest.raises(ValueError, match="4 labels for 5 pictures"):
        open_dataset(path, label="class")


@pytest.mark.skipif(not FASHION.is_dir(), reason="the package dataset-fashion-mnist is not installed")
def test_fashion_mnist_has_names_for_its_classes() -> None:
    data = open_dataset(FASHION / "t10k-images-idx3-ubyte.gz", label="class")
    assert (len(data), data.resolution) == (10000, 32)
    assert data.classes[data.label(0) or 0] == "Ankle boot"
