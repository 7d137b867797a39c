"""What the Lab exports: as it was when it was asked for, with its progress, and given up."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from explorer.lab.export import SHEET, TABLE
from explorer.lab_jobs import ChannelSheet, LayerTable
from explorer.session import Session
from tests.explorer.explore.panel_fakes import model_info


def test_an_export_asks_where_to(session: Session, show: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = show()
    lab.inspected()
    asked: list[tuple[str, str]] = []

    def ask(parent: QWidget, title: str, name: str, kinds: str, then: Any) -> None:
        asked.append((name, kinds))
        then(str(tmp_path / name))

    monkeypatch.setattr("explorer.lab.export.ask_to_save", ask)
    lab.page.overview.export.click()
    lab.page.actions()[1].trigger()
    assert asked == [
        ("small-seed0-layers.csv", "Table (*.csv)"),
        ("small-seed0-32-layer7-channels.png", "Picture (*.png)"),
    ]
    assert lab.of(LayerTable).path.endswith("layers.csv") and lab.of(ChannelSheet).path.endswith("channels.png")


@pytest.mark.parametrize("owner", [TABLE, SHEET])
def test_exports_are_asked_for_said_and_given_up(session: Session, show: Any, owner: str, tmp_path: Path) -> None:
    lab = show()
    lab.inspected()
    chip = lab.page.overview.export if owner == TABLE else lab.page.view.export
    kind, ending = (LayerTable, "layers.csv") if owner == TABLE else (ChannelSheet, "32-layer7-channels.png")
    assert chip.plan().name == f"small-seed0-{ending}"
    path = str(tmp_path / f"out{chip.plan().name[-4:]}")
    chip.write(chip.plan(), path)
    request = lab.of(kind)
    assert request.path == path and request.recipe == session.recipe and lab.page.unfinished
    if owner == SHEET:
        assert (request.stage, request.by_spread, request.together) == (7, True, False)
    lab.page.hide()  # the file is written all the same
    assert owner not in lab.dropped
    lab.piece(request, 0, None, 3)
    lab.done(request, path)
    assert lab.said == [(f"Saved {path}.", "good")] and chip.text() == "export…" and not lab.page.unfinished
    chip.write(chip.plan(), path)
    lab.fail(lab.of(kind), "It cannot be written: choose another folder.")
    assert lab.said[-1] == ("It cannot be written: choose another folder.", "bad")
    chip.write(chip.plan(), path)
    lab.dropped.clear()
    lab.page.actions()[owner == SHEET].trigger()  # the command of the palette gives nothing up
    assert lab.dropped == [] and chip.writing
    chip.click()
    assert lab.dropped == [owner] and chip.text() == "export…"
    chip.write(chip.plan(), path)
    session.set_model(model_info(name="other"), "other.safetensors")
    assert lab.said[-1][1] == "warning" and "another model" in lab.said[-1][0] and not lab.page.unfinished


@pytest.mark.parametrize("owner", [TABLE, SHEET])
def test_an_export_is_of_what_was_there_when_its_question_opened(
    session: Session, show: Any, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = show()
    lab.inspected()
    answers: list[Any] = []
    monkeypatch.setattr("explorer.lab.export.ask_to_save", lambda *asked: answers.append(asked[-1]))
    chip = lab.page.overview.export if owner == TABLE else lab.page.view.export
    before, stage = session.recipe, lab.page.view.facts.stage
    chip.begin()
    chip.begin()
    session.edit(psi=0.1)
    lab.page.layers.choose(2)
    lab.page.view.together.click()
    answers[0](f"out.{'csv' if owner == TABLE else 'png'}")
    request = lab.requests[-1]
    assert (request.owner, request.recipe, request.path[:4]) == (owner, before, "out.") and chip.writing
    if owner == SHEET:
        assert (request.stage, request.together) == (stage, False)
    lab.done(request, request.path)
    session.set_model(model_info(name="other"), "other.safetensors")
    count = len(lab.requests)
    answers[1]("out.png")
    assert not chip.writing and not lab.page.unfinished and len(lab.requests) == count
    assert [tone for _, tone in lab.said] == ["good", "warning"]
    assert "another model was opened meanwhile" in lab.said[-1][0]


@pytest.mark.parametrize(
    ("typed", "written"), [("a.jpg", "a.jpg.png"), ("a.PNG", "a.PNG"), ("a", "a.png"), ("a.csv", "a.csv.png")]
)
def test_a_sheet_is_called_what_it_is(session: Session, show: Any, typed: str, written: str) -> None:
    lab = show()
    lab.inspected()
    chip = lab.page.view.export
    chip.write(chip.plan(), typed)
    assert lab.of(ChannelSheet).path == written


def test_a_name_nobody_was_asked_about_replaces_nothing(session: Session, show: Any, tmp_path: Path) -> None:
    lab = show()
    lab.inspected()
    (tmp_path / "a.jpg.png").touch()
    chip, asked = lab.page.view.export, len(lab.requests)
    chip.write(chip.plan(), str(tmp_path / "a.jpg"))
    sentence = f"{tmp_path / 'a.jpg.png'} exists already: choose another name."
    assert lab.said == [(sentence, "warning")] and len(lab.requests) == asked
    chip.write(chip.plan(), str(tmp_path / "a.jpg.png"))  # the dialog has asked about this one
    assert lab.of(ChannelSheet).path == str(tmp_path / "a.jpg.png")


@pytest.mark.parametrize("owner", [TABLE, SHEET])
def test_a_chip_that_gives_up_says_so(session: Session, show: Any, owner: str) -> None:
    lab = show()
    lab.inspected()
    chip = lab.page.overview.export if owner == TABLE else lab.page.view.export
    name, tip = chip.accessibleName(), chip.toolTip()
    chip.write(chip.plan(), "out")
    lab.page.layers.choose(2)  # its channels are still to come, and nothing could be exported
    lab.piece(lab.requests[-1], 0, None, 2)
    assert chip.toolTip() == "Gives the export up; nothing is written." and chip.isEnabled()
    assert chip.accessibleName() == "Give up the export"
    chip.click()
    assert chip.accessibleName() == name and chip.isEnabled() == (owner == TABLE)
    lab.answer()
    assert chip.toolTip() == tip and chip.isEnabled()


def test_an_export_says_how_far_it_is(session: Session, show: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("explorer.work.time_left.time.monotonic", lambda: now)
    lab = show()
    lab.inspected()
    chip = lab.page.view.export
    chip.write(chip.plan(), "out.png")
    assert chip.text() == "cancel · 0 %"
    now = 3.0
    lab.piece(lab.of(ChannelSheet), 40, None, 100)
    assert chip.text() == "cancel · 40 %"  # eight seconds in all
    now = 12.0
    lab.piece(lab.of(ChannelSheet), 40, None, 100)
    assert chip.text() == "cancel · 40 %, about 18 s left"
    lab.page.resize(1080, 526)
    assert lab.page.width() == 1080
    lab.done(lab.of(ChannelSheet), "out.png")
    assert chip.text() == "export…"
