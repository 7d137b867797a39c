"""The check of a data set names what is broken, tiny, odd or repeated, and the size that can be used."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stylegan_core.__main__ import main
from stylegan_core.data.check import check, usable_resolution
from stylegan_core.data.duplicates import difference_hash, near_groups, thumbnail
from stylegan_core.data.few import FEW_SAID
from tests.core.data.making import break_picture, folder_of, noise, unreadable_now, write_idx


def smooth(seed: int) -> Image.Image:
    """A picture without edges, as photographs nearly are when they are small."""
    return noise(8, seed).resize((64, 64), Image.Resampling.BICUBIC)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Ten sound pictures, and one of each kind of trouble."""
    folder = folder_of(tmp_path / "a", 10, side=64)
    break_picture(folder / "3.png")
    noise(16, 20).save(folder / "tiny.png")
    noise(64, 21).convert("CMYK").save(folder / "odd.tif")
    (folder / "same.png").write_bytes((folder / "1.png").read_bytes())
    smooth(2).save(folder / "2.png")
    smooth(2).resize((70, 70)).save(folder / "similar.jpg", quality=90)
    noise(64, 22, height=80).save(folder / "tall.png")
    return folder


def test_it_finds_each_kind_of_trouble(mixed: Path) -> None:
    report = check(mixed)
    assert report.pictures == 15
    assert list(report.unreadable) == ["3.png"]
    assert report.tiny == {"tiny.png": "16 x 16"}
    assert report.odd_modes == {"CMYK": ["odd.tif"]}
    assert report.identical == [["1.png", "same.png"]]
    assert report.similar == [["2.png", "similar.jpg"]]
    assert report.not_square == 1
    assert report.resolution == 64
    assert report.shorter_sides == {16: 1, 64: 13}


def test_the_text_and_the_json_say_the_same(mixed: Path) -> None:
    report = check(mixed)
    text = report.to_text()
    for name in ("3.png", "tiny.png (16 x 16)", "CMYK", "1.png = same.png", "2.png ~ similar.jpg", "resolution: 64"):
        assert name in text
    assert json.loads(report.to_json())["similar"] == report.similar


def test_a_sound_folder_is_called_sound(tmp_path: Path) -> None:
    report = check(folder_of(tmp_path / "a", 4, side=64))
    assert replace(report, pictures=1000).to_text().endswith("Nothing is wrong with it.")


def test_few_pictures_are_said_to_be_few(tmp_path: Path) -> None:
    """The window said so, the command that the README begins with called them sound."""
    text = check(folder_of(tmp_path / "a", 4, side=64)).to_text()
    assert FEW_SAID in text and "--init" in text and "Nothing is wrong" not in text


def test_what_cannot_be_read_now_is_named_with_its_reason(tmp_path: Path) -> None:
    with unreadable_now("1.png"):
        report = check(folder_of(tmp_path / "a", 3))
    assert report.unreadable == {"1.png": "it cannot be read now (Too many open files)"}


def test_what_is_left_out_and_what_makes_no_classes_is_named(tmp_path: Path) -> None:
    """Photos of a telephone were passed over without a word, and labels that training refuses were offered."""
    folder = folder_of(tmp_path / "a", 3)
    (folder / "IMG_1.HEIC").write_bytes(b"ftypheic")
    (folder / "dataset.json").write_text('{"labels": [["0.png", 0], ["1.png", 1]]}', encoding="utf-8")
    report = check(folder)
    assert (report.pictures, report.unread) == (3, ["IMG_1.HEIC"])
    assert (report.attributes, report.incomplete, report.labels_trouble) == ([], {"class": 1}, "")
    assert "save them as PNG or JPEG: 1: IMG_1.HEIC." in report.to_text()
    assert "Not to train on: class, for 1 of the pictures have none." in report.to_text()
    (folder / "dataset.json").write_text('{"labels": ', encoding="utf-8")
    assert "dataset.json is damaged" in check(folder).labels_trouble  # and all else is told
    for path in folder.glob("*.png"):
        path.unlink()
    with pytest.raises(ValueError, match=r"only pictures of kinds that cannot be read \(\.heic\)"):
        check(folder)


def test_only_broken_pictures(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "a", 1)
    break_picture(folder / "0.png")
    report = check(folder)
    assert report.resolution == 0
    assert "0.png" in report.to_text()


def test_idx_and_progress(tmp_path: Path) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (6, 28, 28), dtype=np.uint8)
    grey[5] = grey[2]
    seen: list[tuple[int, int]] = []
    report = check(write_idx(tmp_path / "images-idx3-ubyte", grey), lambda done, total: seen.append((done, total)))
    assert seen == [(n, 6) for n in range(1, 7)]
    assert report.identical == [["images-idx3-ubyte[2]", "images-idx3-ubyte[5]"]]
    assert report.resolution == 32


@pytest.mark.parametrize(
    ("sides", "resolution"),
    [([], 0), ([100], 64), ([64] * 9 + [8], 64), ([64] * 8 + [8] * 2, 8), ([5000] * 3, 1024)],
)
def test_usable_resolution_is_what_most_pictures_fill(sides: list[int], resolution: int) -> None:
    assert usable_resolution(sides) == resolution


def test_near_groups_are_found_across_blocks_and_joined() -> None:
    pictures = [smooth(seed) for seed in range(600)]
    for place in (299, 599):
        pictures[place] = smooth(5).resize((48, 48), Image.Resampling.BILINEAR)
    groups = near_groups([difference_hash(one) for one in pictures], [thumbnail(one) for one in pictures])
    assert groups == [[5, 299, 599]]


def test_one_clear_difference_is_not_similar() -> None:
    """Two faces that differ only in a small strong mark are not repeats."""
    one = Image.new("RGB", (64, 64), (200, 200, 200))
    other = one.copy()
    other.paste((0, 0, 0), (28, 40, 36, 44))
    assert near_groups([0, 0], [thumbnail(one), thumbnail(other)]) == []
    assert near_groups([], []) == []


def test_names_neither_break_nor_colour_the_lines(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "a", 2)
    for name in ("two\nlines.png", "red\x1b[31m.png"):
        try:
            break_picture(folder / "0.png")
            (folder / "0.png").rename(folder / name)
        except OSError:
            pytest.skip("this system has no such names")
        folder_of(tmp_path / "a", 2)
    report = check(folder)
    assert len(report.unreadable) == 2
    assert r"red\x1b[31m.png (" in report.to_text() and r"two\nlines.png (" in report.to_text()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_that_lead_nowhere_or_in_circles_are_left_out(tmp_path: Path) -> None:
    """One picture that is a link to itself, and no data set could be opened."""
    folder = folder_of(tmp_path / "a", 2)
    for name, to in (("circle.png", "circle.png"), ("nowhere.png", "gone.png"), ("around", ".")):
        (folder / name).symlink_to(folder / to)
    assert check(folder).pictures == 2


def test_the_check_needs_no_torch() -> None:
    program = "import sys, stylegan_core.data.check, stylegan_core.data.source; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_command_check(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", str(mixed)]) == 0
    assert "similar.jpg" in capsys.readouterr().out
    assert main(["data", "check", str(mixed), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pictures"] == 15


def test_command_check_of_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        assert main(["data", "check", str(path)]) == 2
        said = capsys.readouterr().err
        assert said.strip().startswith(str(path)) and "\n" not in said.strip()  # a bar stood before it


def test_command_avatars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("resvg_py")
    arguments = ["data", "avatars", str(tmp_path / "a"), "--count", "3", "--resolution", "16", "--seed", "1"]
    assert main([*arguments, "--workers", "1"]) == 0
    assert "3 pictures" in capsys.readouterr().out
    assert len(list((tmp_path / "a").glob("*.png"))) == 3
    assert main([*arguments, "--workers", "1"]) == 2
    assert "is not empty" in capsys.readouterr().err


def test_the_command_tells_how_far_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for index in range(3):
        Image.new("RGB", (40, 40), (80 * index, 0, 0)).save(tmp_path / f"{index}.png")
    assert main(["data", "check", str(tmp_path), "--json", "--progress"]) == 0
    said = capsys.readouterr()
    assert said.err.splitlines()[0] == "progress 1 3"
    assert said.err.splitlines()[-1] == "progress 3 3"
    assert json.loads(said.out)["pictures"] == 3
