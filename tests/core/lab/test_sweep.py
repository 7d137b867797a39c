"""Sweeps and entanglement against numbers worked out by hand, on a network that paints what its w says."""

import csv
import io
import json
import tracemalloc
from codecs import BOM_UTF8
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from stylegan_core.__main__ import main as command
from stylegan_core.cli import sweep as sweep_command
from stylegan_core.confidence import student
from stylegan_core.files.table import read_table
from stylegan_core.info import Capabilities, ModelInfo
from stylegan_core.lab.entanglement import Entanglement, entanglement_table, plan_of_table
from stylegan_core.lab.entangling import entanglement_steps
from stylegan_core.lab.sweep_facts import sweep_table
from stylegan_core.lab.sweep_plan import EntanglementPlan, Sweep, Swept, along, knobs, of_channel, steps_between
from stylegan_core.lab.sweeping import SPREAD_FACES, sweep_steps
from stylegan_core.latents.judge import Answerer, Judge
from stylegan_core.latents.judge_file import SEEN
from stylegan_core.latents.library import Library, NamedChannel
from stylegan_core.latents.meter import Meter
from stylegan_core.latents.questions import Question
from stylegan_core.metrics.features import WIDTH
from stylegan_core.model import Model, load_model, save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_generator
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import AppliedChannel, AppliedDirection, Direction, Latent, Mix, Recipe, Vector
from stylegan_core.render import render, renderer_of
from tests.core.networks.small import FAMILY, lively

SIDE, SIGMA = 8, 2.0
LUMA_RED = 0.299
SHADE = Direction("Brighter", Vector.of([1.0, 0.0]), SIGMA)  # ten grey levels a unit of w
RED = Direction("red", Vector.of([0.6, 0.8]), SIGMA)


class Flat:
    """Paints w as one colour: grey 128 + 10·w0, and 40 + 5·w1 more red; whole numbers of w stay whole levels."""

    def __init__(self) -> None:
        model = SimpleNamespace(
            derived={}, info=SimpleNamespace(hash="flat"), device="cpu", num_layers=4, z_dim=2, w_dim=2, classes=(),
            resolution=64, mapping=self.mapping,
        )  # fmt: skip
        self.styles = SimpleNamespace(model=model)
        self.drawn: list[Recipe] = []

    def mapping(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """W is three times as wide along w0."""
        return z * torch.tensor([3.0, 1.0])

    def render(self, recipe: Recipe, precision: str, *, keep: bool) -> np.ndarray:
        assert precision == "exact" and not keep
        self.drawn.append(recipe)
        w = recipe.psi * face(recipe.latent.seed)
        for each in recipe.directions:
            w = w + each.strength * each.direction.sigma * each.direction.vector.array
        made = np.empty((SIDE, SIDE, 3), np.uint8)
        made[:] = np.round(128 + 10 * w[0])
        made[..., 0] += np.uint8(round(40 + 5 * w[1]))
        return made


def face(seed: int) -> np.ndarray:
    """The w of a seed, whole numbers."""
    return np.random.RandomState(seed).randint(-3, 4, 2).astype(float)


def whole(steps: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def brightness(seed: int) -> float:
    w = face(seed)
    return float((128 + 10 * w[0] + LUMA_RED * (40 + 5 * w[1])) / 255)


def colour(seed: int) -> float:
    return float((40 + 5 * face(seed)[1]) / 255)


def info(**changes: Any) -> ModelInfo:
    facts: dict[str, Any] = {
        "name": "n", "hash": "h", "architecture": "StyleGAN v1", "resolution": 64, "level": 4, "alpha": 1.0,
        "z_dim": 2, "w_dim": 2, "num_layers": 10, "num_noise_layers": 10,
        "noise_resolutions": tuple(4 << layer // 2 for layer in range(10)), "parameters": 1,
    }  # fmt: skip
    return ModelInfo(**(facts | changes))


# -- entanglement -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1.0, 0.5])
def test_effects_are_changes_per_sigma_in_units_of_the_faces_spread(step: float) -> None:
    seeds = tuple(range(12))
    straight = replace(RED, name="More colour", vector=Vector.of([0.0, 1.0]))
    directions = [AppliedDirection(SHADE, 1.7), AppliedDirection(straight)]
    facts = whole(entanglement_steps(Flat(), EntanglementPlan.of(Recipe(psi=1.0), directions, seeds, step), Meter()))  # type: ignore[arg-type]
    assert facts.names == ("brightness", "colour", "warmth")  # in nothing else do flat pictures differ
    spread = np.std([brightness(seed) for seed in seeds], ddof=1), np.std([colour(seed) for seed in seeds], ddof=1)
    shade = 10 * SIGMA / 255
    red = 5 * SIGMA / 255
    expected = [[shade / spread[0], 0, 0], [LUMA_RED * red / spread[0], red / spread[1], red / spread[1]]]
    assert np.allclose(facts.effects, expected, atol=1e-9) and np.allclose(facts.confidence, 0, atol=1e-9)
    assert facts.main(0) == 0 and facts.meant(1) == facts.main(1) == 1  # as they are named
    assert facts.purity(0) == pytest.approx(1) and facts.leak(1) == 2
    sizes = np.abs(expected[1])
    assert facts.purity(1) == pytest.approx(sizes[1] / sizes.sum())


def test_cosine_is_of_the_vectors_and_correlation_of_the_faces() -> None:
    directions = [AppliedDirection(SHADE), AppliedDirection(RED)]
    facts = whole(entanglement_steps(Flat(), EntanglementPlan.of(Recipe(), directions, range(3)), Meter()))  # type: ignore[arg-type]
    assert facts.cosine[0, 1] == pytest.approx(0.6) and np.allclose(np.diag(facts.cosine), 1)
    along_both = 9 * 0.6 / (3 * np.sqrt(9 * 0.36 + 0.64))  # W is three times as wide along w0
    assert facts.correlation[0, 1] == pytest.approx(along_both, abs=0.02)


def test_confidence_is_students() -> None:
    slopes = np.random.RandomState(0).randn(1, 8, 2)
    plan = EntanglementPlan.of(Recipe(), [AppliedDirection(SHADE)], range(8))
    facts = Entanglement("m", ("a", "b"), "{}", np.ones(2), plan, slopes, np.eye(1), np.eye(1))
    half = 2.364624 * slopes[0].std(axis=0, ddof=1) / np.sqrt(8)  # the quantile for seven degrees of freedom
    assert np.allclose(facts.confidence[0], half, rtol=1e-3)
    for freedom, quantile in ((1, 12.706), (2, 4.303), (3, 3.182), (7, 2.365), (31, 2.0395), (1000, 1.962)):
        assert student(freedom) == pytest.approx(quantile, rel=0.01)


def test_what_a_direction_does_is_said_in_words_and_in_a_table() -> None:
    directions = [AppliedDirection(SHADE), AppliedDirection(RED, first=2, last=5)]
    painter = Flat()
    facts = whole(entanglement_steps(painter, EntanglementPlan.of(Recipe(), directions, range(4)), Meter()))  # type: ignore[arg-type]
    assert facts.words(0).startswith("brightness +") and "purity 100 ± 1 %, over 4 faces" in facts.words(0)
    rows = list(csv.DictReader(io.StringIO(entanglement_table(facts))))
    found = {(row["quantity"], row["direction"], row["with"]): row for row in rows}
    assert len(rows) == 2 * (3 + 1 + 2 + 2) and {row["model"] for row in rows} == {"flat"}
    effect = found["effect", "red", "colour"]
    assert float(effect["value"]) == facts.effects[1, 1] and float(effect["confidence_95"]) == facts.confidence[1, 1]
    assert float(found["cosine", "red", "Brighter"]["value"]) == pytest.approx(0.6)
    how = json.loads(effect["how"])
    assert how["seeds"] == [0, 1, 2, 3] and how["step"] == 1 and "torch" in how and "threads" in how
    assert plan_of_table(entanglement_table(facts)) == facts.plan
    shown = Recipe.from_json(effect["recipe"])
    assert shown.directions == (AppliedDirection(RED, 1.0, 2, 5),) and shown in painter.drawn


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "recipe,how\n{},{}\n", 'recipe,how\n"{""version"":1}",{}\n'])
def test_another_table_is_no_plan(text: str) -> None:
    with pytest.raises(ValueError, match="no table of --entanglement") as refused:
        plan_of_table(text)
    assert "index" not in str(refused.value) and "'" not in str(refused.value)


def test_faces_are_those_of_their_seeds_alone() -> None:
    mixed = Recipe(Latent(7), psi=0.5, mixes=(Mix(Latent(3), band="fine"),), directions=(AppliedDirection(RED, 2.0),))
    plan = EntanglementPlan.of(mixed, mixed.directions, (4, 9))
    assert plan.base == Recipe(Latent(4), psi=0.5) and plan.directions[0].strength == 0
    assert [each.latent.seed for each in plan.faces] == [4, 9] and plan.whole_faces[1] == Recipe(Latent(9), psi=1.0)
    for directions, seeds, step in (((), (1, 2), 1.0), (plan.directions, (1,), 1.0), (plan.directions, (1, 2), 0.0)):
        with pytest.raises(ValueError, match="at least one direction"):
            EntanglementPlan.of(mixed, directions, seeds, step)


# -- sweeps -----------------------------------------------------------------------------------------------------------


class Look:
    """Features of a picture: its mean colour, twice over."""

    def pooled(self, images: Tensor) -> Tensor:
        return images.float().mean(dim=(2, 3)).repeat(1, 2)


def test_a_sweep_measures_changes_distances_and_the_path() -> None:
    painter = Flat()
    sweep = Sweep.of(Recipe(psi=1.0), along(SHADE), steps_between(-1, 1, 5), (3, 4, 5))
    facts = whole(sweep_steps(painter, sweep, Meter(), Look()))  # type: ignore[arg-type]
    assert len(painter.drawn) == 15 + SPREAD_FACES and facts.measured.shape == (3, 3, 5)
    spread = np.std([brightness(seed) for seed in range(SPREAD_FACES)], ddof=1)
    per_sigma = 10 * SIGMA / 255 / spread
    assert np.allclose(facts.changes[0], np.tile(np.array(sweep.values) * per_sigma, (3, 1)))
    assert np.allclose(facts.pixels, np.abs(sweep.values) * 20, atol=1e-4)  # every pixel changes by 20 a sigma
    assert np.allclose(facts.paths["pixels"], 20**2, rtol=1e-5)
    assert np.allclose(facts.features, facts.pixels * np.sqrt(6), atol=1e-3)
    curves = {curve.name: curve for curve in facts.curves()}
    assert list(curves) == ["brightness", "colour", "warmth", "pixels", "features", "path"]
    assert np.allclose(curves["path"].at, (-0.75, -0.25, 0.25, 0.75)) and np.allclose(curves["path"].mean, 2400)
    assert np.allclose(curves["brightness"].spread, 0, atol=1e-9)
    whole(sweep_steps(painter, sweep, Meter()))  # type: ignore[arg-type]
    assert len(painter.drawn) == 15 + SPREAD_FACES + 15  # the spread is known by now


class Blind:
    """Sees nothing but the coarse colours."""

    def pooled(self, images: Tensor) -> Tensor:
        return torch.zeros(len(images), WIDTH)


def judge(question: str, weight: float, resolution: int = 64) -> Judge:
    """One question about how light a picture is; all of them have learned from folders of the same name."""
    weights = np.zeros(SEEN)
    weights[WIDTH:] = weight
    answerer = Answerer(Question(question, "light", ("yes",)), weights, 0.0, 0.9)
    return Judge(Blind(), (answerer,), np.zeros(SEEN), np.ones(SEEN), "90 pictures of lights", resolution)  # type: ignore[arg-type]


def test_judges_of_the_same_name_have_spreads_of_their_own() -> None:
    painter, sweep = Flat(), Sweep.of(Recipe(psi=1.0), along(SHADE), steps_between(-1, 1, 3))

    def measured(of: Judge) -> Any:
        return whole(sweep_steps(painter, sweep, Meter(of)))  # type: ignore[arg-type]

    one, strong, other = measured(judge("Light", 1.0)), measured(judge("Light", 10.0)), measured(judge("Bright", 1.0))
    assert one.names[-1] == strong.names[-1] == "Light" and other.names[-1] == "Bright"
    assert np.allclose(strong.spreads[-1], 10 * one.spreads[-1]) and np.allclose(strong.changes, one.changes)


def test_labels_learned_at_another_resolution_are_doubted_in_every_row() -> None:
    sweep = Sweep.of(Recipe(psi=1.0), along(SHADE), steps_between(-1, 1, 3))
    plan = EntanglementPlan.of(Recipe(), [AppliedDirection(SHADE)], (1, 2))
    for resolution, doubt in ((64, ""), (32, "learned from pictures of 32², these are of 64²")):
        meter = Meter(judge("Light", 1.0, resolution))
        facts = whole(sweep_steps(Flat(), sweep, meter))  # type: ignore[arg-type]
        matrix = whole(entanglement_steps(Flat(), plan, meter))  # type: ignore[arg-type]
        assert doubt in facts.doubt and bool(facts.doubt) == bool(doubt) and matrix.doubt == facts.doubt
        rows = list(csv.DictReader(io.StringIO(sweep_table(facts) if doubt else entanglement_table(matrix))))
        assert all(json.loads(row["how"]).get("labels_doubt", "") == facts.doubt for row in rows)
        assert ("labels learned at another resolution" in matrix.words(0)) == bool(doubt)


@pytest.mark.parametrize("columns", [2, 3, 6])
def test_a_sweep_of_many_faces_keeps_a_row_of_pictures_at_most(columns: int) -> None:
    sweep = Sweep.of(Recipe(psi=1.0), along(SHADE), steps_between(-1, 1, columns), tuple(range(40)))
    painter = Flat()
    painter.render = lambda *_, **__: random.integers(256, size=(64, 64, 3), dtype=np.uint8)  # type: ignore[method-assign]
    random, drawn, kept = np.random.default_rng(0), list[np.ndarray](), list[int]()
    steps = sweep_steps(painter, sweep, Meter())  # type: ignore[arg-type]
    tracemalloc.start()
    try:
        for _, _, pixels in steps:
            drawn += [] if pixels is None else [pixels.astype(np.float64)]
            kept.append(tracemalloc.get_traced_memory()[0] - sum(each.nbytes for each in drawn))
            if len(drawn) == 40 * columns:
                break
    finally:
        tracemalloc.stop()
    assert max(kept[columns:]) - kept[0] < (columns + 2) * 64 * 64 * 3 * 8
    facts = whole(steps)
    rows = np.array(drawn).reshape(40, columns, -1)
    assert np.allclose(facts.pixels, np.sqrt(np.square(rows - rows[:, columns // 2, None]).mean(axis=2)), rtol=1e-5)
    assert np.allclose(facts.pixel_steps, np.sqrt(np.square(np.diff(rows, axis=1)).mean(axis=2)), rtol=1e-5)


def test_the_table_of_a_sweep_has_a_row_for_each_picture() -> None:
    sweep = Sweep.of(Recipe(), Swept("psi", "psi"), (-1.0, 0.5, 2.0), (1, 2))
    facts = whole(sweep_steps(Flat(), sweep, Meter()))  # type: ignore[arg-type]
    rows = list(csv.DictReader(io.StringIO(sweep_table(facts))))
    assert [(row["seed"], row["value"]) for row in rows[2:4]] == [("1", "2.0"), ("2", "-1.0")]
    assert [Recipe.from_json(row["recipe"]) for row in rows] == list(sweep.cells)
    assert float(rows[4]["brightness"]) == facts.measured[0, 1, 1] and float(rows[4]["brightness_change"]) == 0
    assert rows[1]["pixels"] == "0.0" and rows[2]["pixels_to_next"] == "" and rows[0]["features"] == ""


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", " =1", "\t=1"])
def test_a_spreadsheet_takes_no_name_for_a_formula(name: str) -> None:
    direction = along(replace(SHADE, name=name))
    facts = whole(sweep_steps(Flat(), Sweep.of(Recipe(), direction, (0.0, 1.0)), Meter()))  # type: ignore[arg-type]
    named = replace(facts, names=(name, *facts.names[1:]))
    written = list(csv.reader(io.StringIO(sweep_table(named))))
    assert written[0][3] == written[1][0] == f"'{name}"
    assert direction.direction is not None
    plan = EntanglementPlan.of(Recipe(), [direction.direction], (1, 2))
    table = entanglement_table(whole(entanglement_steps(Flat(), plan, Meter())))  # type: ignore[arg-type]
    assert {row["direction"] for row in csv.DictReader(io.StringIO(table))} == {f"'{name}"}
    assert plan_of_table(table).directions == plan.directions


def test_faces_that_do_not_differ_say_so() -> None:
    painter = Flat()
    painter.render = lambda *_, **__: np.zeros((SIDE, SIDE, 3), np.uint8)  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="do not differ"):
        whole(sweep_steps(painter, Sweep.of(Recipe(), along(SHADE), (0.0, 1.0)), Meter()))  # type: ignore[arg-type]


# -- what is swept ----------------------------------------------------------------------------------------------------


def test_every_knob_sets_what_it_is_named_after() -> None:
    recipe = Recipe(psi_bands=(0.1, 0.2, 0.3), mixes=(Mix(Latent(3), 0.5, "fine"),))
    known = {each.name: each for each in knobs(info())}
    assert list(known) == [
        "psi", "noise, all", "noise, coarse", "noise, middle", "noise, fine", "mix, coarse", "mix, middle", "mix, fine",
        "level", "alpha",
    ]  # fmt: skip
    assert known["psi"].at(recipe, 1.5) == replace(recipe, psi=1.5, psi_bands=None)
    fine = known["noise, fine"].at(recipe, 0.25)
    assert [fine.noise_layer(layer).strength for layer in range(10)] == [1.0] * 8 + [0.25] * 2
    assert known["mix, fine"].at(recipe, 0.0).mixes == (Mix(Latent(3), 0.0, "fine"),)
    assert known["level"].at(recipe, 2.0).level == 2 and known["alpha"].at(recipe, 0.5).alpha == 0.5
    pushed = along(RED, 2, 4).at(along(SHADE).at(recipe, 1.0), 3.0)
    assert pushed.directions == (AppliedDirection(SHADE, 1.0), AppliedDirection(RED, 3.0, 2, 4))
    assert along(SHADE).at(pushed, 0.0).directions == (AppliedDirection(RED, 3.0, 2, 4),)


def test_a_knob_that_means_nothing_says_why() -> None:
    plain = info(capabilities=Capabilities(styles=False, noise=False, mixing=False, growing=False, truncation=False))
    assert all(each.why_not(plain, Recipe()).endswith(".") for each in knobs(plain))
    assert along(SHADE).why_not(plain, Recipe()) == ""
    reasons = {each.name: each.why_not(info(), Recipe()) for each in knobs(info())}
    assert "choose one in Mixing" in reasons["mix, fine"] and "fully grown" in reasons["level"]
    assert reasons["psi"] == reasons["noise, fine"] == ""
    young = info(level=2, alpha=0.5)
    known = {each.name: each for each in knobs(young)}
    assert known["level"].why_not(young, Recipe()) == "" and known["level"].range(young) == (0.0, 2.0)
    assert known["level"].why_not_to(young, 2.4) == "" and known["alpha"].why_not_to(young, 3.0) == ""
    assert "has learned the levels 0 to 2: a sweep draws none above" in known["level"].why_not_to(young, 3.0)
    assert "no level below" in known["alpha"].why_not(young, Recipe(level=0))
    coarse = info(num_noise_layers=2, noise_resolutions=(4, 4))
    assert "no fine noise" in {each.name: each for each in knobs(coarse)}["noise, fine"].why_not(coarse, Recipe())


def test_the_same_sweep_whatever_the_recipe_has_of_it() -> None:
    values = steps_between(-3, 3, 7)
    assert values == (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
    one = Sweep.of(Recipe(Latent(5)), along(SHADE), values, (1, 2))
    assert one == Sweep.of(one.cells[9], along(SHADE), values, (1, 2))
    assert one.middle == 3 and one.words(0) == "-3 σ" and one.words(3) == "0" and one.words(6) == "+3 σ"
    recipes, captions, columns = one.sheet
    assert columns == 8 and recipes[0] is None and captions[:3] == ("Brighter\nseed 1", "-3 sigma", "-2 sigma")
    assert [each for each in recipes if each is not None] == list(one.cells)
    levels = Sweep.of(Recipe(), Swept("level", "level"), steps_between(0, 2, 9))
    assert levels.values == (0.0, 1.0, 2.0)
    for ends, count in (((0, 0), 3), ((0, 1), 1), ((0, 1), 99), ((1e-9, 2e-9), 9)):
        with pytest.raises(ValueError, match="different values"):
            steps_between(*ends, count)


@pytest.mark.parametrize("end", [1e9, 1e308, float("inf"), float("nan")])
def test_values_are_those_that_a_recipe_can_hold(end: float) -> None:
    for ends in ((0.0, end), (-end, 1.0)):
        with pytest.raises(ValueError, match="lie between -1,000,000 and 1,000,000"):
            steps_between(*ends, 9)


def test_levels_are_at_least_two_and_none_is_negative() -> None:
    level = Swept("level", "level")
    assert Sweep.of(Recipe(), level, steps_between(2, -5, 9)).values == (0.0, 1.0, 2.0)
    for ends in ((0, 0.4), (-9, -3)):
        with pytest.raises(ValueError, match="two or more"):
            Sweep.of(Recipe(), level, steps_between(*ends, 9))


# -- networks and commands --------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Path:
    config = NetworkConfig(resolution=16, z_dim=8, w_dim=8, mapping_layers=2, mapping_width=8, fmap_base=64, fmap_max=8)
    save_model(tmp_path / "small.safetensors", build_generator(config))
    return tmp_path / "small.safetensors"


def test_pictures_are_those_that_render_draws(small: Path) -> None:
    model = load_model(small)
    fine = next(each for each in knobs(model.info) if each.name == "noise, fine")
    sweep = Sweep.of(Recipe(), fine, (0.0, 2.0), (1, 2))
    pieces = [value for _, _, value in sweep_steps(renderer_of(model), sweep, Meter()) if value is not None]
    assert all(np.array_equal(one, render(model, recipe)) for one, recipe in zip(pieces, sweep.cells, strict=True))


@pytest.mark.parametrize("kind", ["stylegan2-growing", "stylegan2, classes", "dcgan", "dcgan, classes"])
def test_every_kind_of_network_is_measured(kind: str) -> None:
    model = Model(lively(FAMILY[kind]), name=kind)
    direction = AppliedDirection(Direction("x", Vector.of(np.ones(model.w_dim)), 1.0), 0.0, 1, None)
    recipe = Recipe(label=1 if model.classes else None)
    swept = along(direction.direction)
    facts = whole(sweep_steps(renderer_of(model), Sweep.of(recipe, swept, (-2.0, 0.0, 2.0)), Meter()))
    assert facts.model == model.info.hash and facts.pixels[0, 0] > 0 and np.isfinite(facts.changes).all()
    found = whole(entanglement_steps(renderer_of(model), EntanglementPlan.of(recipe, [direction], (0, 1)), Meter()))
    assert np.isfinite(found.effects).all() and found.cosine.shape == (1, 1)


def test_a_sweep_from_the_command_line(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet, table, matrix = tmp_path / "x.png", tmp_path / "x.csv", tmp_path / "m.csv"
    told = ["sweep", str(small), "--seeds", "0-1", "--values", "3", "--psi", "1"]
    assert command([*told, "--direction", "PCA 1", "--out", str(sheet)]) == 0
    saved = read_picture(sheet)
    drawn = [each for each in saved.recipes if each is not None]
    assert [each.latent.seed for each in drawn] == [0] * 3 + [1] * 3 and saved.model_hash == load_model(small).info.hash
    assert command(["render", str(small), "--recipe", str(sheet), "--out", str(tmp_path / "again")]) == 0
    assert len(list((tmp_path / "again").glob("*.png"))) == 6
    assert command([*told, "--knob", "noise-fine", "--to", "1.5", "--out", str(table)]) == 0
    assert [row["value"] for row in csv.DictReader(io.StringIO(read_table(table)))][:3] == ["0.0", "0.75", "1.5"]
    named = ["--direction", "PCA 1", "--direction", "SeFa 2"]
    assert command(["sweep", str(small), *named, "--entanglement", "--seeds", "0-2", "--out", str(matrix)]) == 0
    assert "over 3 faces" in capsys.readouterr().out
    assert {row["direction"] for row in csv.DictReader(io.StringIO(read_table(matrix)))} == {"PCA 1", "SeFa 2"}
    assert table.read_bytes().startswith(BOM_UTF8) and matrix.read_bytes().startswith(BOM_UTF8)
    again, plain = tmp_path / "again.csv", tmp_path / "plain.csv"
    plain.write_text(read_table(matrix), "utf-8")  # as a script may have saved it, without the mark
    for like in (matrix, plain):
        assert command(["sweep", str(small), "--like", str(like), "--entanglement", "--out", str(again)]) == 0
        assert again.read_bytes() == matrix.read_bytes()
        again.unlink()


def test_a_channel_is_swept_by_its_place_or_its_name(small: Path, tmp_path: Path) -> None:
    sheet, named = tmp_path / "x.png", NamedChannel(2, 1, "Fringe")
    library = tmp_path / "l.json"
    Library(load_model(small).info.hash, "small", channels=(named,)).save(library)
    told = ["sweep", str(small), "--values", "3", "--library", str(library), "--overwrite", "--out", str(sheet)]
    for channel in ("2:1", "fringe"):
        assert command([*told, "--channel", channel]) == 0
        drawn = [each.channels for each in read_picture(sheet).recipes if each is not None]
        assert drawn == [(AppliedChannel(2, 1, -5.0, "Fringe"),), (), (AppliedChannel(2, 1, 5.0, "Fringe"),)]
    facts = info(style_channels=(8,) * 10)
    swept = of_channel(AppliedChannel(2, 1, 3.0), facts)
    assert (swept.name, swept.unit, swept.range(facts)) == ("8² 2:1", "σ", (-5.0, 5.0))
    assert swept.why_not(facts, Recipe()) == "" and "no channel 2:1" in swept.why_not(info(), Recipe())


def test_channels_are_measured_beside_directions_three_steps_either_way(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, again = tmp_path / "x.csv", tmp_path / "again.csv"
    told = ["sweep", str(small), "--entanglement", "--seeds", "0-2"]
    named = ["--direction", "PCA 1", "--channel", "2:1", "--channel", "3:0"]
    assert command([*told, *named, "--step", "0.5", "--out", str(first)]) == 0
    assert "channel 2:1 " in capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(read_table(first))))
    assert {row["direction"] for row in rows if row["quantity"] == "purity"} == {"PCA 1", "channel 2:1", "channel 3:0"}
    assert {row["direction"] for row in rows if row["quantity"] == "cosine"} == {"PCA 1"}
    assert all(float(row["confidence_95"]) >= 0 for row in rows if row["quantity"] in ("purity", "correlation"))
    recipe = Recipe.from_json(next(row["recipe"] for row in rows if row["direction"] == "channel 2:1"))
    assert recipe.channels == (AppliedChannel(2, 1, 1.5),) and not recipe.directions
    meter, model = Meter(), load_model(small)
    faces = [replace(recipe, latent=Latent(seed)) for seed in range(3)]
    ends = [
        [meter(render(model, face.with_channel(2, 1, side)))["brightness"] for face in faces] for side in (1.5, -1.5)
    ]
    whole_faces = [replace(face, channels=(), psi=1.0) for face in faces]
    spread = np.std([meter(render(model, face))["brightness"] for face in whole_faces], ddof=1)
    effect = next(row for row in rows if row["direction"] == "channel 2:1" and row["with"] == "brightness")
    assert float(effect["value"]) == pytest.approx(np.subtract(*ends).mean() / 3 / spread)
    assert command(["sweep", str(small), "--entanglement", "--like", str(first), "--out", str(again)]) == 0
    assert read_table(again) == read_table(first)


def test_the_purest_of_directions_and_of_channels_is_told_for_each_attribute() -> None:
    directions = [AppliedDirection(SHADE), AppliedDirection(RED)]
    plan = EntanglementPlan.of(Recipe(), directions, range(4), channels=[AppliedChannel(2, 1, name="less b")])
    slopes = np.array([[[0.5, 0.5]], [[0.6, 0.2]], [[0.01, -0.4]]]) + np.array([0.0, 0.01, -0.01, 0.0])[:, None]
    facts = Entanglement("m", ("a", "b"), "{}", np.ones(2), plan, slopes, np.eye(2), np.eye(2))
    assert plan.names == ("Brighter", "red", "less b 2:1") and plan.reaches == (1.0, 1.0, 3.0)
    assert (facts.purest(0, channels=False), facts.purest(1, channels=False)) == (1, 0)
    assert (facts.purest(0, channels=True), facts.purest(1, channels=True)) == (None, 2)  # 0.01 may be nothing
    assert facts.meant(2) == facts.main(2) == 1  # it is named after that


def test_levels_that_were_not_trained_are_not_swept(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    young, table = tmp_path / "young.safetensors", tmp_path / "x.csv"
    save_model(young, load_model(small).generator, level=1, alpha=0.5)
    told = ["sweep", str(young), "--knob", "level", "--out", str(table)]
    assert command([*told, "--to", "2"]) == 2 and not table.exists()
    assert "young.safetensors: This model has learned the levels 0 to 1" in capsys.readouterr().err
    assert command(told) == 0
    assert [row["value"] for row in csv.DictReader(io.StringIO(read_table(table)))] == ["0.0", "1.0"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "x.csv"], "--channel LAYER:NUMBER, --knob"),
        (["--channel", "3:99", "--out", "x.csv"], "has no channel 3:99; its layer 3 has "),
        (["--channel", "30:3", "--out", "x.csv"], "has no channel 30:3; it has 6 layers."),
        (["--channel", "fringe", "--out", "x.csv"], "no channel 'fringe'; there are none with names"),
        (["--channel", "1:2", "--channel", "1:3", "--out", "x.csv"], "add --entanglement"),
        (["--channel", "1:2", "--knob", "psi", "--out", "x.csv"], "Name what is swept"),
        (["--knob", "psi", "--out", "x.jpg"], "must end in .csv or .png"),
        (["--knob", "ps", "--out", "x.csv"], "there are psi, noise,"),
        (["--knob", "mix-fine", "--out", "x.csv"], "choose one in Mixing"),
        (["--direction", "smile", "--out", "x.csv"], "no direction 'smile'"),
        (["--direction", "a", "--direction", "b", "--out", "x.csv"], "add --entanglement"),
        (["--knob", "psi", "--library", "l.json", "--out", "x.csv"], "leave --library out"),
        (["--knob", "psi", "--entanglement", "--out", "x.csv"], "is that of directions"),
        (["--like", "small.safetensors", "--entanglement", "--out", "x.csv"], "measured again: it is not text"),
        (["--like", "m.csv", "--out", "x.csv"], "add --entanglement"),
        (["--like", "m.csv", "--entanglement", "--seeds", "0-3", "--out", "x.csv"], "leave --seeds"),
        (["--like", "m.csv", "--entanglement", "--psi", "0", "--out", "x.csv"], "all of that from the table"),
        (["--direction", "PCA 1", "--entanglement", "--seeds", "5,5,5", "--out", "x.csv"], "named twice"),
        (["--like", "m.csv", "--library", "l.json", "--entanglement", "--out", "x.csv"], "leave --library out"),
        (["--like", "m.csv", "--entanglement", "--out", "x.csv"], "m.csv"),
        (["--knob", "psi", "--judge", "j.npz", "--out", "x.csv"], "j.npz"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused_in_a_sentence(
    small: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small.parent)
    assert command(["sweep", str(small), *words]) == 2
    assert said in capsys.readouterr().err and not list(small.parent.glob("x.*"))


@pytest.mark.parametrize("name", ["smile", "PCA 0", "SeFa 81", "pca 1"])
def test_a_name_that_nothing_has_is_refused_before_directions_are_computed(
    small: Path, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_command, "_computed", lambda _: pytest.fail("they are computed for nothing"))
    assert command(["sweep", str(small), "--direction", name, "--out", str(tmp_path / "x.csv")]) == 2
    assert f"There is no direction {name!r}; there are" in capsys.readouterr().err
