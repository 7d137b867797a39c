"""Files that are there whole or not at all, whatever the disk does."""

import os
from pathlib import Path

import pytest

from stylegan_core.__main__ import main as command
from stylegan_core.files import whole_file
from stylegan_core.files.whole_file import beside, check_writable, write_whole

FULL = Path("/dev/full")  # takes nothing: every write to it fails with ENOSPC


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_bytes_and_functions_are_written_and_nothing_stays_beside(tmp_path: Path) -> None:
    target = tmp_path / "new" / "file"
    write_whole(target, b"old")
    write_whole(target, lambda file: file.write(b"newer"))
    assert target.read_bytes() == b"newer"
    assert names(target.parent) == ["file"]


def test_a_writer_that_hides_its_file_makes_one_like_any_other(tmp_path: Path) -> None:
    target, plain = tmp_path / "file", tmp_path / "plain"
    plain.touch()
    with beside(target) as part:
        part.unlink()
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))
    assert target.stat().st_mode == plain.stat().st_mode


def test_a_failed_sync_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file"
    write_whole(target, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(whole_file.os, "fsync", full)
    with pytest.raises(OSError, match=r"file cannot be written \(No space left on device\): choose another folder"):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_whole(target, b"old")
    (tmp_path / f".file.{os.getpid()}.part").symlink_to(FULL)
    with pytest.raises(OSError, match="No space left"):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_folder_that_is_a_file_is_named_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"below cannot be written \(.*\): choose another folder"):
        write_whole(tmp_path / "file" / "below", b"")


@pytest.mark.parametrize(
    "words",
    [
        ["sweep", "no-model", "--knob", "psi", "--out", "x.csv"],
        ["film", "no-model", "--seeds", "0-1", "--out", "x.mp4"],
        ["film", "no-model", "--seeds", "0-1", "--out", "frames"],
        ["render", "no-model", "--seeds", "0-1", "--out", "pictures"],
        ["render", "no-model", "--seeds", "0", "--out", "x.png"],
        ["project", "no-model", "no-picture", "--out", "x.png"],
        ["judge", "no-data", "--resolution", "8", "--out", "x.npz"],
        ["directions", "no-model", "--data", "no-data", "--out", "x.json"],
        ["import", __file__, "x.safetensors"],
    ],
)
def test_commands_say_before_their_work_that_its_place_cannot_be_written(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is read before, or the sentence would be about the model or the data."""
    (tmp_path / "file").touch()
    out = tmp_path / "file" / words[-1]
    assert command([*words[:-1], str(out)]) == 2
    said = capsys.readouterr().err
    assert said.count("cannot be written") == said.count("\n") == 1 and str(tmp_path / "file") in said
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("ending", [".mp4", ""])
def test_a_command_says_of_a_name_that_it_is_too_long(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["film", "no-model", "--seeds", "0-1", "--out", str(tmp_path / ("x" * 300 + ending))]) == 2
    assert capsys.readouterr().err.endswith("cannot be written (File name too long): choose a shorter name.\n")


def test_a_place_is_tried_without_leaving_anything(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"old")
    for free in (tmp_path / "old", tmp_path / "new", tmp_path / "folder" / "below" / "new"):
        check_writable(free)
    with pytest.raises(OSError, match=r"cannot be written \(File name too long\): choose a shorter name\."):
        check_writable(tmp_path / ("x" * 300))
    assert names(tmp_path) == ["old"] and (tmp_path / "old").read_bytes() == b"old"


@pytest.mark.parametrize("name", ["x" * 251 + ".mp4", "é" * 125 + ".mp4"])
def test_the_longest_name_that_the_disk_takes_is_written(name: str, tmp_path: Path) -> None:
    check_writable(tmp_path / name)
    write_whole(tmp_path / name, b"film")
    assert names(tmp_path) == [name]


def test_whoever_gives_up_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_whole(target, b"old")
    with pytest.raises(KeyboardInterrupt), beside(target) as part:
        part.write_bytes(b"ha")
        raise KeyboardInterrupt
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(os.name == "nt", reason="Windows syncs no folders")
def test_the_file_is_synced_before_it_is_renamed_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, synced = tmp_path / "file", []
    monkeypatch.setattr(
        whole_file.os, "fsync", lambda opened: synced.append((os.fstat(opened).st_ino, target.exists()))
    )
    write_whole(target, b"new")
    assert synced == [(target.stat().st_ino, False), (tmp_path.stat().st_ino, True)]
