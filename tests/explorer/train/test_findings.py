"""Findings of the data check in sentences, with what one click can do about each."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from explorer.train.finding_list import FindingList
from explorer.train.findings import Finding, findings, unwanted
from tests.explorer.train.core_answers import REPORT


def test_findings_say_what_happens_and_what_can_be_done() -> None:
    sharp = findings(REPORT, 64, "", ())[0]
    assert (sharp.text, sharp.tone) == ("5\u2009000 pictures, sharp enough for 64×64.", "good")
    broken = {
        **REPORT, "path": "faces", "unreadable": {f"{i}.png": "why" for i in range(5)}, "resolution": 32,
        "tiny": {"t.png": "8 x 8"}, "identical": [["a", "b", "c"]], "not_square": 2, "pictures": 90,
    }  # fmt: skip
    found = findings(broken, 64, "avatars-32", ["data.mirror=true"])
    said = " ".join(each.text for each in found)
    assert "5 pictures are unreadable and will be skipped: 0.png, 1.png, 2.png and 2 more." in said
    assert "2 pictures are there more than once, such as a, b, c." in said
    acts = [cure.act for each in found for cure in each.cures]
    assert acts == ["preset:avatars-32", "set:ada.target=0.6", "clean", "set:data.fit=letterbox"]
    assert "leave these 8 out" in [cure.text for each in found for cure in each.cures]
    boxed = findings({**REPORT, "not_square": 2}, 64, "", ["data.fit=letterbox"])[-1]
    assert "bars are added" in boxed.text
    beside = {"unread": ["a/1.HEIC", "2.heic"], "incomplete": {"hair_colour": 3}, "labels_trouble": "<b>damaged</b>."}
    assert [each.text for each in findings({**REPORT, **beside}, 64, "", ())[1:]] == [
        "2 pictures are left out, of a kind that cannot be read (.heic); PNG and JPEG can.",
        "Not offered as classes, for some pictures have none: hair colour (3).",
        "Without classes: <b>damaged</b>.",
    ]
    one = {**REPORT, "pictures": 1, "resolution": 32}
    assert findings(one, 32, "", ())[0].text == "1 picture, sharp enough for 32×32."
    assert findings(one, 64, "", ())[0].text == "1 picture, sharp enough for 32×32: it would be enlarged to 64×64."
    torn = findings({**REPORT, "unreadable": {"a\n\nb.png": "why"}}, 64, "", ())[1]
    assert torn.text == "1 picture is unreadable and will be skipped: a·b.png."
    none = findings({**REPORT, "pictures": 2000, "resolution": 0}, 64, "", ())[0]
    # Not "sharp enough for 0×0".
    assert (none.text, none.tone) == ("None of the 2\u2009000 pictures can be read.", "bad")


def test_pictures_as_large_as_the_network_are_not_called_tiny() -> None:
    """At 16² nothing of 16 pixels is enlarged, and a copy without all of it was offered."""
    report = {**REPORT, "path": "faces", "resolution": 16, "tiny": {"a.png": "16 x 24", "b.png": "24 x 12"}}
    said = [(each.text, [cure.text for cure in each.cures]) for each in findings(report, 16, "", ())]
    assert said[1:] == [("1 picture is tiny and will be enlarged: b.png.", ["leave it out"])]
    one = {**REPORT, "pictures": 1, "similar": [["a.png", "b.png"]]}
    said = [each.text for each in findings(one, 64, "", ())]
    assert said[0] == "1 picture, sharp enough for 64×64."
    assert said[-1] == "1 group looks nearly the same, such as a.png, b.png."
    assert unwanted(report, 16) == {"b.png"} and unwanted(report, 32) == {"a.png", "b.png"}


def test_names_are_shown_letter_by_letter(qtbot: QtBot) -> None:
    """An apostrophe in the name of a picture stood there as &#x27;, and a folder called <b> made what followed bold."""
    shown = FindingList()
    qtbot.addWidget(shown)
    report = {**REPORT, "pictures": 2000, "resolution": 64, "unreadable": {"it's.png": "torn"}}
    shown.show_findings([*findings(report, 64, "", ()), Finding("<b>faces cannot be read.", "bad")])
    said = [label.text() for label in shown.findChildren(QLabel)]
    assert "1 picture is unreadable and will be skipped: it's.png." in said
    assert {label.textFormat() for label in shown.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
