"""The avatar data set: no drawing without a reason, no face without eyes and mouth, same seed same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import signal
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from itertools import pairwise
from multiprocessing import active_children
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

python_avatars = pytest.importorskip("python_avatars", reason="python-avatars is not installed (extra: data)")
resvg_py = pytest.importorskip("resvg_py", reason="resvg-py is not installed (extra: data)")

# ruff: noqa: E402 - without the two packages none of the rest can be imported
from PIL import Image

from stylegan_core.data import avatar_choices, avatar_parts
from stylegan_core.data.avatars import Avatar, attribute_values, attributes, draw, sample, write_avatars, write_chunk
from stylegan_core.data.half_drawn import END_OF_PNG, NOTE

TOPS = sorted(avatar_choices.TOPS)
PLAIN = {
    "facial_hair": "none",
    "accessory": "none",
    "eyes": "default",
    "eyebrows": "default_natural",
    "nose": "default",
    "mouth": "serious",
    "clothing": "hoodie",
}


def avatar(top: str = "hair/short_flat", **parts: str) -> Avatar:
    kind, name = top.split("/")
    return Avatar({kind: name, **PLAIN, **parts}, "red", "light", "blue_02", "mint", 0.0, 0.0, 0.0, 1.0)


def pixels(of: Avatar, size: int = 64) -> np.ndarray:
    return np.asarray(draw(of, size)).astype(int)


def changed(one: Avatar, other: Avatar) -> np.ndarray:
    """Where two pictures clearly differ."""
    return np.abs(pixels(one) - pixels(other)).max(-1) > 40


def eyes_seen(top: str) -> tuple[int, int]:
    """How many pixels of each eye, of 51, a top leaves to be seen."""
    eyes = changed(avatar(top), avatar(top, eyes="surprised"))
    return int(eyes[:, :32].sum()), int(eyes[:, 32:].sum())


@pytest.mark.parametrize("top", ["hair/half_shaved", "hair/long_hair_curly", "hair/curly_2", "hat/jedi"])
def test_tops_that_hide_an_eye_are_found(top: str) -> None:
    assert min(eyes_seen(top)) < 40
    assert top.split("/")[1] in avatar_choices.EXCLUDED[top.split("/")[0]]


def test_every_drawing_of_the_package_is_used_or_excluded_with_a_reason() -> None:
    for kind in avatar_parts.KINDS:
        used = {top.split("/")[1] for top in TOPS if top.startswith(kind + "/")}
        used |= set(avatar_choices.CHOICES.get(kind, ()))
        excluded = set(avatar_choices.EXCLUDED[kind])
        assert used | excluded == set(avatar_parts.part_names(kind)), kind
        assert not used & excluded, kind


@pytest.mark.parametrize("top", TOPS)
def test_both_eyes_and_the_mouth_show_under_every_top(top: str) -> None:
    assert min(eyes_seen(top)) >= 40
    assert changed(avatar(top), avatar(top, mouth="scream_open")).sum() >= 10


@pytest.mark.parametrize("beard", [name for name in avatar_choices.CHOICES["facial_hair"] if name != "none"])
def test_mouths_show_through_every_beard(beard: str) -> None:
    assert changed(avatar(facial_hair=beard), avatar(facial_hair=beard, mouth="scream_open")).sum() >= 10


@pytest.mark.parametrize("top", TOPS)
def test_a_beard_and_glasses_show_or_are_not_claimed(top: str) -> None:
    kind, name = top.split("/")
    if avatar_parts.has_place(kind, name, "Facial-Hair"):
        assert changed(avatar(top), avatar(top, facial_hair="beard_medium")).sum() >= 60
    assert changed(avatar(top), avatar(top, accessory="wayfarers")).sum() >= 60


def test_no_beard_is_claimed_where_it_has_no_place() -> None:
    drawn = [sample(3, index) for index in range(600)]
    veiled = [one for one in drawn if one.parts.get("hat") == "hijab"]
    assert veiled
    assert {attributes(one)["facial_hair"] for one in veiled} == {"none"}


@pytest.mark.parametrize("top", [top for top in TOPS if top.startswith("hair/") and top != "hair/none"])
def test_hair_takes_the_colour_that_is_written_down(top: str) -> None:
    fair = pixels(avatar(top))
    dark = pixels(replace(avatar(top), hair_colour="black"))
    assert (np.abs(fair - dark).max(-1) > 40).sum() >= 30


@pytest.mark.parametrize("kind", ["eyes", "mouth", "clothing", "accessory", "facial_hair", "eyebrows", "nose"])
def test_every_choice_can_be_drawn_and_told_from_the_others(kind: str) -> None:
    drawn = [pixels(avatar(**{kind: name}), 32) for name in avatar_choices.CHOICES[kind]]
    assert len({picture.tobytes() for picture in drawn}) == len(drawn)


def test_covered_eyes_are_called_covered() -> None:
    for glasses in avatar_choices.COVERED_EYES:
        assert attributes(avatar(accessory=glasses))["eyes"] == "covered"
        assert changed(avatar(accessory=glasses), avatar(accessory=glasses, eyes="closed")).sum() <= 6
    assert attributes(avatar(accessory="round"))["eyes"] == "default"


@pytest.mark.parametrize("top", ["hair/bob", "hair/none", "hat/turban"])
def test_the_quick_composition_draws_what_the_package_draws(top: str) -> None:
    ours = avatar(top, facial_hair="beard_light", accessory="round", mouth="smile")
    kind, name = top.split("/")
    enum = avatar_parts.KINDS
    theirs = python_avatars.Avatar(
        style=python_avatars.AvatarStyle.TRANSPARENT,
        top=enum[kind][name.upper()],
        hat_color=avatar_choices.CLOTHING_COLOURS["blue_02"],
        clothing_color=avatar_choices.CLOTHING_COLOURS["blue_02"],
        hair_color=avatar_choices.HAIR_COLOURS["red"],
        facial_hair_color=avatar_choices.HAIR_COLOURS["red"],
        skin_color=avatar_choices.SKIN_COLOURS["light"],
        **{
            part: enum[part][ours.parts[part].upper()]
            for part in ("eyebrows", "eyes", "nose", "mouth", "facial_hair", "accessory", "clothing")
        },
    ).render()
    colours = {
        "Skin-Color": avatar_choices.SKIN_COLOURS["light"],
        "Hair-Color": avatar_choices.HAIR_COLOURS["red"],
        "Facial-Hair-Color": avatar_choices.HAIR_COLOURS["red"],
        "Fabric-Color": avatar_choices.CLOTHING_COLOURS["blue_02"],
    }
    head = f'<svg xmlns="{avatar_parts.SVG}" xmlns:xlink="{avatar_parts.XLINK}" viewBox="0 0 264 280" '
    text = head + f'width="264" height="280">{avatar_parts.compose(ours.parts, colours)}</svg>'
    images = []
    for svg in (text, theirs):
        png = resvg_py.svg_to_bytes(svg_string=svg, width=264, height=280, background="#ffffff")
        images.append(np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int))
    apart = np.abs(images[0] - images[1]).max(-1)
    assert (apart > 8).mean() < 0.02  # fringes of covered colours, which the quick way leaves out
    assert np.median(apart) == 0


def test_same_seed_same_bytes_whatever_the_number_of_workers(tmp_path: Path) -> None:
    for name, workers in (("one", 1), ("two", 2)):
        list(write_avatars(tmp_path / name, 70, 16, seed=5, workers=workers))
    digests = [
        {file.name: hashlib.sha256(file.read_bytes()).digest() for file in (tmp_path / name).iterdir()}
        for name in ("one", "two")
    ]
    assert len(digests[0]) == 71
    assert digests[0] == digests[1]


def test_a_killed_drawing_is_gone_on_with_by_the_same_command(tmp_path: Path) -> None:
    """What a process leaves that is killed in the middle of its 65th picture: 64 whole ones, a part, no labels."""
    numbers = {"count": 70, "resolution": 16, "seed": 5}
    list(write_avatars(tmp_path / "whole", **numbers))
    drawn = write_avatars(tmp_path / "half", **numbers)
    next(drawn)
    drawn.close()
    torn, kept = tmp_path / "half" / "000064.png", tmp_path / "half" / "000003.png"
    torn.write_bytes((tmp_path / "whole" / torn.name).read_bytes()[:-1])
    kept.write_bytes(b"as it was" + END_OF_PNG)
    said = r"half is half drawn with --count 70 --resolution 16 --seed 5: go on with these"
    for other in ({"count": 60}, {"seed": 6}, {"resolution": 32}):
        with pytest.raises(OSError, match=said):
            list(write_avatars(tmp_path / "half", **numbers | other))
    assert list(write_avatars(tmp_path / "half", **numbers)) == [64, 70]
    assert kept.read_bytes() == b"as it was" + END_OF_PNG  # drawn once
    kept.unlink()
    (tmp_path / "half" / "labels.json").unlink()
    (tmp_path / "half" / NOTE).write_bytes(b"\xff")
    with pytest.raises(OSError, match="half drawn with other numbers"):
        list(write_avatars(tmp_path / "half", **numbers))
    (tmp_path / "half" / NOTE).write_text(json.dumps(numbers))
    list(write_avatars(tmp_path / "half", **numbers, workers=2))
    one, other = ({each.name: each.read_bytes() for each in (tmp_path / name).iterdir()} for name in ("whole", "half"))
    assert one == other
    with pytest.raises(OSError, match="is not empty"):
        list(write_avatars(tmp_path / "half", **numbers))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_a_sentence_that_names_the_picture(tmp_path: Path) -> None:
    (tmp_path / "000001.png").symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"000001\.png cannot be written \(No space left.*free some space\.$"):
        write_chunk((tmp_path, 16, 5, range(3)))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs the /proc of Linux")
def test_only_the_process_that_waits_hears_ctrl_c(tmp_path: Path) -> None:
    """Each of the others, one a core, ended with a traceback."""
    before, drawn = signal.getsignal(signal.SIGINT), write_avatars(tmp_path / "faces", 70, 16, seed=5, workers=2)
    next(drawn)
    ignored = [Path(f"/proc/{each.pid}/status").read_text().split("SigIgn:")[1] for each in active_children()]
    assert len(ignored) == 2 and all(int(mask.split()[0], 16) & 1 << signal.SIGINT - 1 for mask in ignored)
    assert signal.getsignal(signal.SIGINT) is before
    drawn.close()


def test_a_process_that_is_ended_from_outside_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object) -> NoReturn:
        raise BrokenProcessPool("A process in the process pool was terminated abruptly.")

    monkeypatch.setattr("stylegan_core.data.avatars.ProcessPoolExecutor.map", lambda *_: map(ended, [0]))
    with pytest.raises(OSError, match=r"av is half drawn: .* start again with fewer --workers"):
        list(write_avatars(tmp_path / "av", 2, 16, 0, workers=2))


def test_a_picture_does_not_depend_on_how_many_there_are(tmp_path: Path) -> None:
    list(write_avatars(tmp_path / "few", 2, 16, seed=1))
    list(write_avatars(tmp_path / "more", 3, 16, seed=1))
    assert (tmp_path / "few/000001.png").read_bytes() == (tmp_path / "more/000001.png").read_bytes()
    assert draw(sample(1, 0), 16).tobytes() != draw(sample(2, 0), 16).tobytes()


def test_labels_say_everything_in_the_contracts_form(tmp_path: Path) -> None:
    list(write_avatars(tmp_path / "a", 5, 16, seed=1))
    labels = json.loads((tmp_path / "a/labels.json").read_text(encoding="utf-8"))
    assert set(labels) == {"attributes", "pictures"}
    assert sorted(labels["pictures"]) == [f"{index:06d}.png" for index in range(5)]
    for picture in labels["pictures"].values():
        assert set(picture) == set(labels["attributes"])
        for name, values in labels["attributes"].items():
            assert picture[name] in values if values else isinstance(picture[name], float)


def test_all_values_occur_and_none_dominates() -> None:
    drawn = [attributes(sample(1, index)) for index in range(1500)]
    for name, values in attribute_values().items():
        counts = [sum(one[name] == value for one in drawn) for value in values]
        if values and name not in ("hair", "hat"):
            assert min(counts) >= 0.02 * len(drawn), name
            assert max(counts) <= 0.70 * len(drawn), name


def test_faces_stay_in_the_middle() -> None:
    """The nose is near the middle of the picture for the largest tilt, shift and scale."""
    for index in range(100):
        one = sample(4, index)
        assert abs(one.tilt_degrees) <= 8
        assert max(abs(one.shift_x), abs(one.shift_y)) <= 0.04
        assert 0.92 <= one.scale <= 1.08


@pytest.mark.parametrize("resolution", [8, 16, 32, 64, 100, 256])
def test_any_size_is_drawn_as_rgb(resolution: int) -> None:
    picture = draw(sample(1, 1), resolution)
    assert (picture.size, picture.mode) == ((resolution, resolution), "RGB")


def test_sizes_are_the_same_picture() -> None:
    small, large = (np.asarray(draw(sample(1, 7), size).resize((16, 16), Image.Resampling.BOX)) for size in (64, 256))
    assert np.abs(small.astype(int) - large.astype(int)).mean() < 3


def test_buckets_follow_the_numbers() -> None:
    tilts = sorted((sample(1, index) for index in range(200)), key=lambda one: one.tilt_degrees)
    order = ["left", "straight", "right"]
    ranks = [order.index(str(attributes(one)["tilt"])) for one in tilts]
    assert all(a <= b for a, b in pairwise(ranks))
    assert set(ranks) == {0, 1, 2}


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(OSError, match="is not empty"):
        list(write_avatars(tmp_path, 1, 16, seed=1))
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("wrong", [{"count": 0}, {"resolution": 2}, {"resolution": 4096}, {"seed": -1}, {"workers": 0}])
def test_numbers_out_of_range_are_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    numbers = {"count": 1, "resolution": 16, "seed": 0, "workers": 1} | wrong
    with pytest.raises(ValueError, match="Avatars need"):
        list(write_avatars(tmp_path / "a", **numbers))
