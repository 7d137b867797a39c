"""Named directions: what can be asked about pictures, a judge that learns it, and the way in W that changes it."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from stylegan_core.bands import bands
from stylegan_core.data.source import open_dataset
from stylegan_core.latents.judge import Judge, learn
from stylegan_core.latents.library import Entry
from stylegan_core.latents.measured import attributes_of, measures
from stylegan_core.latents.named_directions import REACH, Named, find_directions, in_order
from stylegan_core.latents.questions import AVATARS, MEASURED, questions_for
from stylegan_core.recipe import Direction, Vector

SIDE = 16


def square(level: int, wide: int, tall: int, colour: tuple[float, float, float] = (1, 1, 1)) -> np.ndarray:
    """A rectangle of one colour in the middle of black, uint8 [SIDE, SIDE, 3]."""
    made = np.zeros((SIDE, SIDE, 3), np.uint8)
    middle = SIDE // 2
    made[middle - tall : middle + tall, middle - wide : middle + wide] = np.array(colour) * level
    return made


def batch(*pictures: np.ndarray) -> Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)


class Looks:
    """Stands in for the network that gives features: brightness and halves of the picture."""

    def pooled(self, pictures: Tensor) -> Tensor:
        x = pictures.float() / 255
        return torch.stack([x.mean(dim=(1, 2, 3)), x.std(dim=(1, 2, 3)), x.amax(dim=(1, 2, 3))], dim=1)


class Painter:
    """A mapping that is the identity and a synthesis that paints a square: as bright as w0, as wide as w1."""

    z_dim = w_dim = 4
    num_layers, resolution = 6, SIDE
    info = SimpleNamespace(bands=bands(SIDE))
    classes: tuple[str, ...] = ()
    w_avg = torch.zeros(4)

    def mapping(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        return z

    def synthesis(self, ws: Tensor) -> Tensor:
        w = ws.mean(dim=1)
        level, wide = 0.5 + 0.15 * w[:, 0], 4 + 1.5 * w[:, 1]
        at = (torch.arange(SIDE) - (SIDE - 1) / 2).abs()
        inside = torch.sigmoid((wide[:, None] - at) * 4)[:, None, None, :] * (at < 5).float()[:, None]
        return (inside * level[:, None, None, None]).expand(-1, 3, SIDE, SIDE) * 2 - 1


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    """Two hundred squares of many sizes and shades."""
    draw = np.random.RandomState(0)
    for number in range(200):
        wide, tall, level = draw.randint(2, 8), draw.randint(2, 8), draw.randint(60, 256)
        Image.fromarray(square(level, wide, tall)).save(tmp_path / f"{number:03d}.png")
    return tmp_path


def test_measures_rise_with_what_they_are_named_after() -> None:
    small, wide, tall = square(200, 2, 2), square(200, 6, 2), square(200, 2, 6)
    found = measures(batch(small, wide, tall, square(100, 2, 2), square(200, 2, 2, (1, 0.5, 0))))
    assert found["width"][1] > found["width"][0] == pytest.approx(found["width"][2])
    assert found["height"][2] > found["height"][0] == pytest.approx(found["height"][1])
    assert found["size"][1] == found["size"][2] == pytest.approx(3 * found["size"][0])
    assert found["brightness"][3] == pytest.approx(found["brightness"][0] / 2, rel=0.02)
    assert found["contrast"][3] < found["contrast"][0] and found["detail"][3] < found["detail"][0]
    assert found["colour"][4] > 0.04 > found["colour"][0] == 0
    assert found["warmth"][4] > found["warmth"][0] == 0.5


def test_thirds_and_what_does_not_differ() -> None:
    found = attributes_of([measures(batch(*(square(level, 3, 3) for level in range(40, 220, 20))))])
    assert found["brightness"] == ["low"] * 3 + ["middle"] * 3 + ["high"] * 3
    assert {"colour", "warmth", "width", "height"}.isdisjoint(found)
    empty = measures(torch.zeros(2, 3, SIDE, SIDE, dtype=torch.uint8))
    assert all(np.isfinite(values).all() for values in empty.values())


def test_a_judge_learns_measures_where_there_are_no_labels(squares: Path) -> None:
    judge = learn(open_dataset(squares, SIDE), Looks(), 200)  # type: ignore[arg-type]
    asked = {answerer.question.name: answerer.accuracy for answerer in judge.answerers}
    assert {"Brighter", "Wider", "Taller", "Larger"} <= asked.keys()
    assert "More colour" not in asked
    assert asked["Wider"] > 0.9 and asked["Brighter"] > 0.9
    scores = judge.scores([batch(square(200, 2, 4), square(200, 7, 4))])
    column = [question.name for question in judge.questions].index("Wider")
    assert scores[0, column] < 0 < scores[1, column]


def test_labels_are_asked_first_and_are_not_mixed_up_with_measures(squares: Path) -> None:
    names = sorted(path.name for path in squares.glob("*.png"))
    kinds = {name: {"width": "one" if number % 2 else "other"} for number, name in enumerate(names)}
    labels = {"version": 1, "attributes": {"width": ["one", "other"]}, "pictures": kinds}
    (squares / "labels.json").write_text(json.dumps(labels))
    judge = learn(open_dataset(squares, SIDE), Looks(), 200)  # type: ignore[arg-type]
    asked = [question.name for question in judge.questions]
    assert asked[0] == "Width: one"
    assert "Taller" in asked and "Wider" not in asked


def test_a_label_that_some_pictures_lack_is_learned_from_the_others(squares: Path) -> None:
    """One picture without one ended the command with a KeyError."""
    known: dict[str, dict[str, str]] = {}
    for number, path in enumerate(sorted(squares.glob("*.png"))):
        light = np.asarray(Image.open(path)).max() > 158
        known[path.name] = {"shade": "light" if light else "dark"} if number % 3 else {}
    content = {"version": 1, "attributes": {"shade": ["dark", "light"], "size": ["S", "L"]}, "pictures": known}
    (squares / "labels.json").write_text(json.dumps(content))
    judge = learn(open_dataset(squares, SIDE), Looks(), 200)  # type: ignore[arg-type]
    asked = {answerer.question.name: answerer.accuracy for answerer in judge.answerers}
    assert asked["Shade: dark"] > 0.7
    assert "Larger" in asked  # measured, where no label says it


def test_pictures_sorted_into_folders_are_learned_from_and_tested_on_both_sides(squares: Path) -> None:
    """The last fifth, held back as a whole, was of the last folder alone, and its question was dropped."""
    for folder in ("a", "b"):
        (squares / folder).mkdir()
    for path in sorted(squares.glob("*.png")):
        path.rename(squares / ("a" if np.asarray(Image.open(path)).max() > 158 else "b") / path.name)
    for count in (200, 60):  # these, too, are of both folders
        judge = learn(open_dataset(squares, SIDE), Looks(), count)  # type: ignore[arg-type]
        asked = {answerer.question.name: answerer.accuracy for answerer in judge.answerers}
        assert asked["Folder: a"] > 0.7


def test_pictures_that_are_all_alike_teach_nothing(tmp_path: Path) -> None:
    for number in range(30):
        Image.fromarray(square(200, 4, 4)).save(tmp_path / f"{number}.png")
    with pytest.raises(ValueError, match="do not differ enough"):
        learn(open_dataset(tmp_path, SIDE), Looks(), 30)  # type: ignore[arg-type]


def test_the_avatars_are_asked_their_own_questions_alone() -> None:
    values = {question.attribute: [*question.yes, *question.no, "none"] for question in AVATARS}
    for question in AVATARS:
        values[question.attribute] = sorted({*values[question.attribute], *question.yes})
    assert questions_for(values) == AVATARS


def test_classes_are_called_by_their_names() -> None:
    asked = questions_for({"class": ["Bag", "Coat"], "hair_colour": ["red", "blue", "pink"], "glasses": ["no", "yes"]})
    names = ["Bag", "Coat", "Hair colour: red", "Hair colour: blue", "Hair colour: pink", "Glasses: no"]
    assert [question.name for question in asked] == names


def test_directions_do_what_they_are_named_after(squares: Path) -> None:
    judge: Judge = learn(open_dataset(squares, SIDE), Looks(), 200)  # type: ignore[arg-type]
    ranked = find_directions(Painter(), judge, 300)  # type: ignore[arg-type]
    assert ranked == in_order(ranked, judge.questions)
    found = {one.entry.direction.name: one for one in ranked}
    brighter, wider = found["Brighter"], found["Wider"]
    assert brighter.effect > 0.6 and wider.effect > 0.6
    assert brighter.entry.direction.vector.array[0] > 0.5  # a wider square makes the picture brighter too
    assert wider.entry.direction.vector.array[1] > 0.85
    assert 0 <= brighter.leak < brighter.effect
    assert found["Taller"].effect < found["Taller"].leak  # the painter cannot paint it, and the numbers say so
    assert brighter.entry.reach == REACH and brighter.entry.effect == brighter.effect


def test_a_direction_that_takes_much_along_does_not_keep_its_word() -> None:
    entry = Entry(Direction("Beard", Vector.of([1.0, 0.0])), "labels")
    assert Named(entry, 0.61, 0.2, "Long hair").keeps_its_word(0.2)
    assert not Named(entry, 0.61, 0.21, "Long hair").keeps_its_word(0.2)
    assert not Named(entry, 0.61, 0.01, "Long hair").keeps_its_word(0.7)


def test_the_best_of_each_attribute_comes_before_the_second_of_any() -> None:
    def named(name: str, effect: float) -> Named:
        return Named(Entry(Direction(name, Vector.of([1.0])), "labels"), effect, 0.0, "")

    found = [
        named(*one) for one in (("Brighter", 0.9), ("Tilt", 0.2), ("Dark hair", 0.6), ("Red hair", 0.7), ("Hat", 0.5))
    ]
    asked = [
        question for question in (*AVATARS, *MEASURED) if question.name in {one.entry.direction.name for one in found}
    ]
    ordered = [one.entry.direction.name for one in in_order(found, asked)]
    assert ordered == ["Red hair", "Hat", "Tilt", "Dark hair", "Brighter"]


def test_neither_weak_nor_broad_ways_are_worth_much() -> None:
    def worth(effect: float, leak: float) -> float:
        return Named(Entry(Direction("Hat", Vector.of([1.0])), "labels"), effect, leak, "Bald").worth

    assert worth(0.6, 0.1) > worth(0.6, 0.3) > worth(0.1, 0.05) > 0
    assert worth(0.6, 0.1) > worth(0.1, 0.01)  # a tenth of the faces changed purely is less than most changed well
    assert worth(-0.5, 0.1) < 0 < worth(0.5, 0.0)
