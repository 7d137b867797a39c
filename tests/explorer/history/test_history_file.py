"""The history on disk: appended, torn, compacted, and a second window's own."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.history import history_file
from explorer.history.history_file import Entry, HistoryFile
from stylegan_core.files.whole_file import write_whole
from stylegan_core.film.film import Film, Key
from stylegan_core.recipe import Latent, Recipe

FULL = Path("/dev/full")  # takes nothing


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this test's own."""
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    return tmp_path


def entry(seed: int) -> Entry:
    return Entry(f"key{seed}", Recipe(Latent(seed)), "hash", "model.safetensors")


def test_entries_pictures_and_stars_come_back() -> None:
    file = HistoryFile.acquire()
    file.add(entry(1))
    file.add(entry(2))
    file.tell_thumbnail("key1", b"picture")
    file.tell_favourite("key2", True)
    file.add(entry(3))
    file.tell_removed("key3")
    file.close()
    again = HistoryFile.acquire()
    first, second = again.read()
    assert (first.recipe.latent.seed, first.thumbnail, first.favourite) == (1, b"picture", False)
    assert (second.recipe.latent.seed, second.favourite) == (2, True)
    again.close()


def test_names_are_kept_and_a_file_without_them_is_read() -> None:
    file = HistoryFile.acquire()
    for number in (1, 2, 3):
        file.add(entry(number))  # as an older version wrote them
    file.tell_name("key1", "Ana")
    file.tell_name("key2", "Ben")
    file.tell_name("key2", "")
    file.add(replace(entry(4), name="Cleo"))
    file.close()
    again = HistoryFile.acquire()
    assert [each.name for each in again.read()] == ["Ana", "", "", "Cleo"]
    again.close()


def test_a_line_torn_by_a_crash_costs_only_itself(home: Path) -> None:
    file = HistoryFile.acquire()
    file.add(entry(1))
    log = home / "history" / "history.jsonl"
    log.write_bytes(log.read_bytes() + b"[" * 100_000 + b'\n{"key":"torn","recipe":')
    file.add(entry(2))
    assert [each.recipe.latent.seed for each in file.read()] == [1, 2]
    file.close()


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_what_a_full_disk_has_not_taken_is_written_as_soon_as_there_is_room(home: Path) -> None:
    file, film = HistoryFile.acquire(), Film((Key(Recipe(Latent(7))),))
    file.add(entry(1))
    log = home / "history" / "history.jsonl"
    before, taken = log.read_bytes(), log.with_name("taken")
    log.rename(taken)
    log.symlink_to(FULL)
    for change in (lambda: file.add(entry(2)), lambda: file.tell_favourite("key2", True)):
        with pytest.raises(OSError, match="No space left"):
            change()
    with pytest.raises(OSError, match="No space left"):
        file.write_films(film, Film())
    assert file.owes
    taken.replace(log)
    assert log.read_bytes() == before
    file.add(entry(3))
    assert not file.owes and file.read_films()[0] == film
    assert [(each.recipe.latent.seed, each.favourite) for each in file.read()] == [(1, False), (2, True), (3, False)]
    file.close()


def test_what_is_being_written_just_now_is_not_said_to_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow disk made a closing window ask about a history that was about to be whole."""
    file, meanwhile = HistoryFile.acquire(), []

    def write(path: Path, data: bytes) -> None:
        meanwhile.append(file.owes)
        write_whole(path, data)

    monkeypatch.setattr(history_file, "write_whole", write)
    file.write_films(Film((Key(Recipe(Latent(7))),)), Film())
    assert meanwhile == [False] and not file.owes
    file.close()


def test_a_second_window_gets_its_own_history() -> None:
    first, second = HistoryFile.acquire(), HistoryFile.acquire()
    first.add(entry(1))
    assert second.read() == []
    first.close()
    third = HistoryFile.acquire()
    assert [each.recipe.latent.seed for each in third.read()] == [1]
    second.close()
    third.close()


def test_what_a_second_window_left_is_in_the_history_of_the_next_start(home: Path) -> None:
    first, second = HistoryFile.acquire(), HistoryFile.acquire()
    first.add(entry(1))
    second.add(entry(2))
    second.tell_favourite("key2", True)
    second.add(entry(3))
    second.tell_removed("key3")
    for file in (first, second):
        file.close()
    for _ in range(2):
        again = HistoryFile.acquire()
        found = again.read()
        assert [(each.recipe.latent.seed, each.favourite) for each in found] == [(2, True), (1, False)]
        again.close()
    assert not (home / "history" / "window-2" / "history.jsonl").exists()


def test_the_history_of_a_window_that_is_open_is_left_to_it() -> None:
    first, second = HistoryFile.acquire(), HistoryFile.acquire()
    second.add(entry(2))
    first.close()
    third = HistoryFile.acquire()
    assert third.read() == [] and len(second.read()) == 1
    second.close()
    third.close()


def test_what_was_removed_and_brought_back_is_there_where_it_was() -> None:
    file = HistoryFile.acquire()
    for seed in (1, 2):
        file.add(entry(seed))
    file.tell_favourite("key1", True)
    file.tell_removed("key1")
    assert [each.key for each in file.read()] == ["key2"]
    file.tell_removed("key1", False)
    assert [(each.key, each.favourite) for each in file.read()] == [("key1", True), ("key2", False)]
    file.close()


def test_what_was_on_screen_last_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    file = HistoryFile.acquire()
    for seed in (1, 2, 3):
        file.add(entry(seed))
    file.read()
    assert file.shown == "key3"
    file.tell_shown("key2")
    monkeypatch.setattr(history_file, "COMPACT", 3)
    for _ in ("as written", "made smaller"):
        file.read()
        assert file.shown == "key2"
    file.close()


def test_a_long_history_is_made_smaller_and_favourites_stay(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_file, "KEPT", 3)
    monkeypatch.setattr(history_file, "COMPACT", 5)
    file = HistoryFile.acquire()
    for seed in range(8):
        file.add(entry(seed))
    file.tell_favourite("key0", True)
    assert [each.recipe.latent.seed for each in file.read()] == [0, 5, 6, 7]
    log = home / "history" / "history.jsonl"
    assert len(log.read_bytes().splitlines()) == 4
    file.close()


def test_a_history_that_was_deleted_begins_anew_with_what_is_shown(home: Path) -> None:
    """Nothing was written any more, and stars of pictures that the file no longer had were lost."""
    file, film = HistoryFile.acquire(), Film((Key(Recipe(Latent(5))),))
    file.read()
    shown = [entry(1), replace(entry(2), favourite=True, name="Ana")]
    for each in shown:
        file.add(each)
    shutil.rmtree(home / "history")
    file.stay(shown, (film, Film()))
    file.tell_favourite("key1", True)
    file.stay(shown, (film, Film()))
    assert not file.owes
    assert HistoryFile.acquire().read_films() == (Film(), Film())  # a second window's
    file.close()
    again = HistoryFile.acquire()
    assert again.read() == [replace(shown[0], favourite=True), shown[1]]
    assert again.read_films()[0].keys == film.keys
    again.close()


def test_a_history_that_cannot_be_read_is_one_sentence(home: Path) -> None:
    file = HistoryFile.acquire()
    (home / "history" / "history.jsonl").mkdir()
    with pytest.raises(OSError, match=r"history\.jsonl cannot be read \(.+\): the history of this window"):
        file.read()
    file.close()


def test_a_home_that_cannot_be_written_is_one_sentence(home: Path) -> None:
    (home / "history").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="File exists"):
        HistoryFile.acquire()
