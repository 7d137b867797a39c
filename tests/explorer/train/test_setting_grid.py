"""The settings of a new run in fields: each shows what is, and what is typed there becomes a change of the preset."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QStyle, QStyleOptionFrame

from explorer import theme
from explorer.train.setting_grid import BY_LEVEL, ITS_OWN, SettingField
from explorer.train.setup import SetupPage
from stylegan_core.training.config import preset
from stylegan_core.training.names import settable, values_of

MARGIN = 2  # pixels that Qt leaves at both ends of a line


def field(page: SetupPage, name: str) -> SettingField:
    return next(each for each in page.choice.grid.fields if each.accessibleName() == name)


def type_into(qtbot, line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def shown(page: SetupPage) -> list[str]:
    return [each.text() for each in page.choice.grid.fields]


def test_the_fields_show_what_the_preset_has(page: SetupPage) -> None:
    assert shown(page) == ["150", "16", "0.01", "2", "128", "5", "0"]
    page.choice.preset.setCurrentIndex(page.choice.preset.findData("ffhq-128"))
    assert field(page, "128×128, kimg") and field(page, "batch").text() == BY_LEVEL
    assert page.choice.grid.mirror.isChecked() and not page.choice.grid.augment.isChecked()


def test_what_is_not_one_number_is_read_to_its_first_letter(page: SetupPage, qapp: QApplication) -> None:
    """In the narrowest fields, those of a window of 1280 pixels, "by level" lost its b."""
    theme.apply(qapp, "dark")
    page.resize(1280, 640)
    page.show()
    page.choice.preset.setCurrentIndex(page.choice.preset.findData("ffhq-1024"))
    qapp.processEvents()
    rate = field(page, "learning rate")
    option = QStyleOptionFrame()
    rate.initStyleOption(option)
    room = rate.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, rate).width() - 2 * MARGIN
    assert rate.text() == BY_LEVEL and rate.fontMetrics().horizontalAdvance(BY_LEVEL) <= room


def test_what_is_typed_becomes_a_change_and_an_empty_field_takes_it_back(page: SetupPage, qtbot) -> None:
    type_into(qtbot, field(page, "R1 γ"), "4,5")
    type_into(qtbot, field(page, "32×32, kimg"), "60")
    assert page.choice.changes.text() == "gamma=4.5 growth.32.stable_kimg=60"
    assert page.choice.config.gamma == 4.5 and "R1 γ 4.5" in page.choice.meaning.text()
    assert field(page, "R1 γ").property("own") and "Usual here: 2" in field(page, "R1 γ").toolTip()
    type_into(qtbot, field(page, "R1 γ"), "")
    type_into(qtbot, field(page, "32×32, kimg"), "150")
    assert page.choice.changes.text() == "" and shown(page)[:4] == ["150", "16", "0.01", "2"]


def test_a_change_that_is_written_is_shown_in_its_field(page: SetupPage) -> None:
    page.choice.changes.setText("growth.batch=8 ada.target=0.7 keep=5")
    page.choice.changes.editingFinished.emit()
    assert field(page, "batch").text() == "8" and page.choice.grid.augment.isChecked()


def test_the_switches_set_and_take_back(page: SetupPage) -> None:
    grid = page.choice.grid
    for box, written in ((grid.mirror, "data.mirror=true"), (grid.augment, "ada.target=0.6")):
        box.click()
        assert page.choice.changes.text() == written and box.isChecked()
        box.click()
        assert page.choice.changes.text() == "" and not box.isChecked()


def test_nonsense_stays_where_it_was_typed_and_says_why(page: SetupPage, faces: Path, qtbot) -> None:
    page.data.choose(str(faces))
    type_into(qtbot, field(page, "batch"), "many")
    assert field(page, "batch").text() == "many" and field(page, "R1 γ").text() == "2"
    assert page.reason.toolTip() == "growth.batch takes a whole number, not 'many'." and not page.start.isEnabled()
    type_into(qtbot, field(page, "batch"), "")
    assert page.choice.changes.text() == "" and field(page, "batch").text() == "16"


def test_a_network_to_begin_from_brings_its_own_widths(page: SetupPage, tmp_path: Path) -> None:
    page.begin_from(tmp_path / "a.safetensors", {"preset": "avatars-32"})
    assert field(page, "channels").text() == ITS_OWN and field(page, "R1 γ").text() == "2"
    page.choice.change("network.fmap_max", "64")
    page.choice.show_choice()
    assert field(page, "channels").text() == "64"


def test_while_data_is_looked_at_nobody_says_that_there_is_none(page: SetupPage, faces: Path) -> None:
    page.data.choose(str(faces))
    assert page.preview.why == "Looking at the data …"


@pytest.mark.parametrize("name", ["avatars-32", "stylegan2-32", "ffhq-1024"])
def test_every_setting_has_values(name: str) -> None:
    config = preset(name)
    for key in settable(config):
        assert values_of(config, key)
    assert values_of(config, "gamma") == (config.gamma,)
    assert values_of(config, "growth.batch") == tuple(plan.batch for plan in config.growth.levels)
    top = config.growth.levels[-1]
    assert values_of(config, f"growth.{config.network.resolution}.stable_kimg") == (top.stable_kimg,)
