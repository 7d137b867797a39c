"""The backend with torch: every job on a small network, and what a save writes."""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.jobs import (
    Blend,
    BlendFile,
    Done,
    FindByAttribute,
    FindChannels,
    Fit,
    Matrix,
    NoiseMap,
    Pca,
    Picture,
    Save,
    Sefa,
    Sheet,
    Strip,
    Styles,
    Table,
)
from explorer.lab_jobs import ChannelMap, Channels, ChannelSheet, Entangle, Layers, LayerTable, SweepGrid
from explorer.renderer import kept_models as module
from explorer.renderer.backend import TorchBackend
from explorer.renderer.pipe import receive, send
from stylegan_core.blend_amounts import Amounts
from stylegan_core.cli.render import main as render_main
from stylegan_core.files.table import read_table
from stylegan_core.lab.activations import channels, inspect
from stylegan_core.lab.sweep_plan import EntanglementPlan, Sweep, Swept
from stylegan_core.lab.sweeping import SPREAD_FACES
from stylegan_core.latents import attribute_channels
from stylegan_core.latents.learned_labels import LearnedLabels
from stylegan_core.latents.local_channels import find_channels
from stylegan_core.latents.region import Region
from stylegan_core.model import load_model, save_model
from stylegan_core.networks.config import NetworkConfig
from stylegan_core.networks.generator import build_generator
from stylegan_core.pictures.contact_sheet import CAPTION, GAP, MARGIN, shrunk
from stylegan_core.pictures.saved_picture import read_picture
from stylegan_core.recipe import AppliedDirection, Direction, Latent, Mix, NoiseLayer, Recipe, Vector
from stylegan_core.render import render

SMALL = NetworkConfig(resolution=16, z_dim=16, w_dim=16, mapping_width=16, fmap_base=128, fmap_max=16)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a small network."""
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    save_model(path, build_generator(SMALL))
    return path


@pytest.fixture
def backend(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TorchBackend]:
    """A backend on the CPU that has loaded it."""
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path / "home"))
    made = TorchBackend("cpu")
    made.load(str(model), lambda _: True)
    yield made


def run(backend: TorchBackend, request: Any) -> tuple[list[tuple[int, int, Any]], Any]:
    """The pieces of a job and its result."""
    steps, pieces = backend.job(request), []
    while True:
        try:
            pieces.append(next(steps))
        except StopIteration as end:
            return pieces, end.value


def test_a_strip_comes_picture_by_picture_at_its_size(backend: TorchBackend) -> None:
    pieces, value = run(backend, Strip("s", (Recipe(), Recipe(psi=0.0)), 8))
    assert [(index, total) for index, total, _ in pieces] == [(0, 2), (1, 2)]
    assert all(picture.shape == (8, 8, 3) and picture.dtype == np.uint8 for picture in value)


@pytest.mark.parametrize("draft", ["bfloat16", "float32"])
def test_a_matrix_takes_a_band_of_each_column(
    backend: TorchBackend, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("stylegan_core.device", "stylegan_core.render"):  # whatever this processor drafts in
        monkeypatch.setattr(f"{place}.draft_dtype", lambda _: getattr(torch, draft))
    rows, columns = (Recipe(Latent(1)), Recipe(Latent(2))), (Recipe(Latent(1)), Recipe(Latent(3)))
    pieces, value = run(backend, Matrix("m", rows, columns, "coarse", 16))
    passes = 2 if draft == "bfloat16" else 1  # drafts, then exact ones; drafts in float32 are exact
    assert [index for index, _, _ in pieces] == [0, 1, 2, 3] * passes
    mixed = [row.with_mix("coarse", Mix(column.latent, 1.0, "coarse")) for row in rows for column in columns]
    exact = [backend.draw(recipe, "exact") for recipe in mixed]
    assert all(np.array_equal(one, other) for one, other in zip(value, exact, strict=True))
    _, alone = run(backend, Strip("s", rows, 16, refine=True))
    assert len(value) == 4
    assert np.array_equal(value[0], alone[0])  # a face mixed with itself is itself
    assert not np.array_equal(value[1], alone[0])


def test_directions_are_found_and_fitted(backend: TorchBackend) -> None:
    _, pca = run(backend, Pca("p"))
    _, sefa = run(backend, Sefa("s"))
    assert len(pca) == len(sefa) == 16
    assert pca[0].explained >= pca[-1].explained
    piles = tuple(Latent(seed) for seed in range(12)), tuple(Latent(seed) for seed in range(20, 32))
    _, fitted = run(backend, Fit("f", "smile", *piles))
    assert fitted.direction.name == "smile"
    assert 0 <= fitted.accuracy <= 1


def test_channels_are_found_by_place_and_travel_through_the_pipe(backend: TorchBackend, model: Path) -> None:
    request = FindChannels("c", Recipe().with_channel(2, 1, 3.0), Region(0.1, 0.1, 0.5, 0.6), 3)
    pieces, found = run(backend, request)
    told = [index for index, _, _ in pieces]
    assert told[0] == 0 and told == sorted(set(told)) and told[-1] < pieces[0][1]
    assert found == find_channels(load_model(model), request.recipe, request.region, 3)
    pipe, done = io.BytesIO(), Done(request, "hash", found)
    send(pipe, done)
    pipe.seek(0)
    assert receive(pipe) == done


def test_channels_are_found_by_attribute_and_travel_through_the_pipe(
    backend: TorchBackend, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STYLEGAN_EXPLORER_HOME", str(tmp_path))
    monkeypatch.setattr(attribute_channels, "MUCH", attribute_channels.Effort(1, 3, 1, 2))
    monkeypatch.setattr(attribute_channels, "LEAST", 0.0)
    monkeypatch.setattr(attribute_channels, "of_mean", lambda _: 0.0)  # over two faces nearly all may be chance
    request = FindByAttribute("c", Recipe(Latent(5)), "brightness", None, 2)
    pieces, found = run(backend, request)
    assert pieces and all(0 <= index < total for index, total, _ in pieces)
    assert found and found == attribute_channels.find_by_attribute(load_model(model), "brightness", count=2)
    pipe, done = io.BytesIO(), Done(request, "hash", found)
    send(pipe, done)
    pipe.seek(0)
    assert receive(pipe) == done


def test_a_blend_draws_and_writes_what_lies_between(backend: TorchBackend, model: Path, tmp_path: Path) -> None:
    other, target = tmp_path / "other.safetensors", tmp_path / "between.safetensors"
    generator = build_generator(SMALL)
    with torch.no_grad():
        for weights in generator.parameters():
            weights.copy_(torch.randn(weights.shape, generator=torch.Generator().manual_seed(weights.numel())))
    save_model(other, generator)
    amounts, recipes = Amounts(mapping=0.5, fine=1.0), (Recipe(Latent(1)), Recipe(Latent(2)))
    pieces, kin = run(backend, Blend("b", str(other), amounts, recipes, 16))
    assert abs(kin) < 0.2
    pictures = [value for _, _, value in pieces if value is not None]
    assert run(backend, BlendFile("f", str(other), amounts, str(target)))[1] == str(target)
    assert backend.draw(recipes[0], "exact").shape == (16, 16, 3)  # the open network stays the current one
    backend.load(str(target), lambda _: True)
    assert all(
        np.array_equal(picture, backend.draw(recipe, "draft"))
        for picture, recipe in zip(pictures, recipes, strict=True)
    )


@pytest.mark.parametrize(
    "request_of",
    [lambda path: Blend("b", path, Amounts(), (Recipe(),)), lambda path: BlendFile("f", path, Amounts(), path)],
)
def test_what_does_not_blend_is_refused_and_the_open_network_stays(
    backend: TorchBackend, model: Path, tmp_path: Path, request_of: Callable[[str], Any]
) -> None:
    wider, torn = tmp_path / "wider.safetensors", tmp_path / "torn.safetensors"
    save_model(wider, build_generator(replace(SMALL, fmap_max=8)))
    torn.write_bytes(wider.read_bytes()[:500])
    for path, words in ((wider, "only models"), (torn, "torn.safetensors"), (tmp_path / "gone", "gone")):
        with pytest.raises((ValueError, OSError), match=words):
            run(backend, request_of(str(path)))
    assert backend.draw(Recipe(), "exact").shape == (16, 16, 3)


def test_a_blend_replaces_neither_of_the_two(backend: TorchBackend, model: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    save_model(other, build_generator(SMALL))
    before = model.read_bytes(), other.read_bytes()
    for target in (model, other):
        with pytest.raises(ValueError, match="choose another name"):
            run(backend, BlendFile("f", str(other), Amounts(fine=1.0), str(target)))
    assert (model.read_bytes(), other.read_bytes()) == before


def test_styles_are_the_w_of_each_latent(backend: TorchBackend) -> None:
    stored = Vector.of(np.arange(16, dtype=np.float32))
    _, (one, other) = run(backend, Styles("w", (Latent(3), Latent(w=stored))))
    assert one.shape == (16,)
    assert other == stored


def test_the_noise_map_is_flat_where_there_is_no_noise(backend: TorchBackend) -> None:
    silent = Recipe(noise=tuple(NoiseLayer(on=False) for _ in range(6)))
    pieces, value = run(backend, NoiseMap("n", silent, draws=3))
    assert len(pieces) == 3
    assert value.max() == 0 and value.shape == (16, 16)


def test_the_noise_map_is_no_larger_than_asked(backend: TorchBackend) -> None:
    _, whole = run(backend, NoiseMap("n", Recipe(), draws=3))
    pieces, small = run(backend, NoiseMap("n", Recipe(), draws=3, size=4))
    assert small.shape == pieces[0][2].shape == (4, 4)
    np.testing.assert_allclose(small[1, 2], whole[4:8, 8:12].mean(), rtol=1e-5)


def test_a_saved_picture_is_the_exact_one_and_can_be_drawn_again(
    backend: TorchBackend, model: Path, tmp_path: Path
) -> None:
    recipe, path = Recipe(Latent(5, x=0.25), psi=0.6), tmp_path / "face.png"
    _, said = run(backend, Save("s", recipe, str(path)))
    assert said == str(path)
    saved = read_picture(path)
    assert (saved.recipe, saved.model_hash) == (recipe, load_model(model).info.hash)
    again = tmp_path / "again.png"
    assert render_main([str(model), "--recipe", str(path), "--out", str(again)]) == 0
    assert again.read_bytes() == path.read_bytes()
    _, pixels = run(backend, Picture("p", recipe))
    assert np.array_equal(pixels, render(load_model(model), recipe))


def test_a_picture_is_saved_larger_with_its_recipe(backend: TorchBackend, tmp_path: Path, model: Path) -> None:
    recipe, path = Recipe(Latent(5)), tmp_path / "face.png"
    _, drawn = run(backend, Picture("p", recipe))
    side = 4 * len(drawn)
    run(backend, Save("s", recipe, str(path), side))
    pixels = np.asarray(Image.open(path))
    assert np.array_equal(pixels, drawn.repeat(4, 0).repeat(4, 1)) and read_picture(path).recipe == recipe
    run(backend, Save("s", recipe, str(path), side, smooth=True))
    smooth = np.asarray(Image.open(path))
    assert smooth.shape == pixels.shape and not np.array_equal(smooth, pixels)
    again = tmp_path / "again.png"
    arguments = [str(model), "--recipe", str(path), "--side", str(side), "--smooth", "--out", str(again)]
    assert render_main(arguments) == 0 and again.read_bytes() == path.read_bytes()


def test_a_sheet_carries_every_recipe_and_its_model(backend: TorchBackend, model: Path, tmp_path: Path) -> None:
    recipes = tuple(Recipe(Latent(seed), psi=0.3) for seed in (5, 6, 7))
    run(backend, Sheet("c", recipes, 2, str(tmp_path / "sheet.png"), side=8))
    saved = read_picture(tmp_path / "sheet.png")
    assert (saved.recipe, saved.recipes) == (recipes[0], recipes)
    assert saved.model_hash == load_model(model).info.hash
    assert render_main([str(model), "--recipe", str(tmp_path / "sheet.png"), "--out", str(tmp_path / "again")]) == 0
    again = sorted((tmp_path / "again").iterdir())
    assert [read_picture(each).recipe for each in again] == list(recipes)


def test_a_page_of_many_large_pictures_has_them_smaller(
    backend: TorchBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stylegan_core.pictures.contact_sheet.MOST_PIXELS", 2 * 16**2)
    for count, side in ((2, 16), (3, 8)):
        run(
            backend,
            Sheet("m", tuple(Recipe(Latent(seed)) for seed in range(count)), 1, str(tmp_path / "a.png"), side=0),
        )
        with Image.open(tmp_path / "a.png") as sheet:
            assert sheet.height == 2 * MARGIN + count * (side + CAPTION + GAP) - GAP


def test_networks_leave_the_memory_by_what_was_prepared_to_draw_them_too(
    backend: TorchBackend, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights alone were counted: a budget of 2 GB was one of 6."""
    weights = sum(4 * each.numel() for each in load_model(model).generator.state_dict().values())
    monkeypatch.setattr(module, "BUDGET", 3 * weights)
    again = tmp_path / "again.safetensors"
    again.write_bytes(model.read_bytes())
    backend.load(str(again), lambda _: True)
    assert len(backend._kept) == 1
    monkeypatch.setattr(module, "BUDGET", 7 * weights)
    backend.load(str(model), lambda _: True)
    assert len(backend._kept) == 2


def test_a_matrix_is_exported_at_the_networks_own_resolution(
    backend: TorchBackend, model: Path, tmp_path: Path
) -> None:
    row, column = Recipe(Latent(5)), Recipe(Latent(6))
    recipes = (None, column, row, *Matrix("m", (row,), (column,), "fine").cells)
    path = tmp_path / "matrix.png"
    pieces, said = run(backend, Sheet("m", recipes, 2, str(path), ("fine", "seed 6", "seed 5", ""), 0, row))
    assert said == str(path) and [index for index, _, _ in pieces] == [0, 1, 2, 3]
    saved = read_picture(path)
    assert (saved.recipe, saved.recipes) == (row, recipes)
    pixels = render(load_model(model), recipes[3])
    sheet = np.asarray(Image.open(path))
    wide = (sheet.shape[1] - 2 * MARGIN - GAP) // 2
    left, top = MARGIN + wide + GAP + wide // 2 - 8, MARGIN + 16 + CAPTION + GAP
    assert np.array_equal(sheet[top : top + 16, left : left + 16], pixels)


def test_the_layers_come_one_by_one_and_are_those_of_the_core(backend: TorchBackend, model: Path) -> None:
    recipe = Recipe(Latent(4), psi=0.9)
    pieces, value = run(backend, Layers("l", recipe))
    assert value == inspect(load_model(model), recipe) and len(value) == 6
    assert [facts for _, _, facts in pieces if facts is not None] == [*value]
    assert {total for _, total, _ in pieces} == {6}
    backend.draw(recipe, "exact")
    assert run(backend, Layers("l", recipe))[1] == value  # from what the picture was drawn with
    stream = io.BytesIO()
    send(stream, Done(Layers("l", recipe), "hash", value))
    stream.seek(0)
    assert receive(stream).value == value


def test_channels_come_as_pictures_and_one_as_numbers(backend: TorchBackend, model: Path) -> None:
    _, found = run(backend, Channels("c", Recipe(), 5, 8))
    expected = channels(load_model(model), Recipe(), 5, 8)
    assert found.pictures.shape == (16, 8, 8) and np.array_equal(found.pictures, expected.pictures)
    stream = io.BytesIO()
    send(stream, Done(Channels("c", Recipe(), 5, 8), "hash", found))
    stream.seek(0)
    assert np.array_equal(receive(stream).value.pictures, expected.pictures)
    _, values = run(backend, ChannelMap("m", Recipe(), 5, 3))
    assert values.shape == (16, 16) and values.mean() == pytest.approx(found.mean[3], abs=1e-5)
    with pytest.raises(ValueError, match="stages 0 to 5"):
        run(backend, Channels("c", Recipe(), 9))


def test_layers_are_exported_with_what_is_needed_to_see_them_again(
    backend: TorchBackend, model: Path, tmp_path: Path
) -> None:
    recipe = Recipe(Latent(4), psi=0.9)
    pieces, said = run(backend, LayerTable("t", recipe, str(tmp_path / "layers.csv")))
    assert said == str(tmp_path / "layers.csv") and all(value is None for _, _, value in pieces)
    rows = list(csv.DictReader(io.StringIO(read_table(tmp_path / "layers.csv"))))
    info = load_model(model).info
    assert len(rows) == 6 and {row["model"] for row in rows} == {info.hash}
    assert Recipe.from_json(rows[0]["recipe"]) == recipe
    run(backend, ChannelSheet("s", recipe, 5, str(tmp_path / "channels.png"), by_spread=False))
    saved = read_picture(tmp_path / "channels.png")
    assert (saved.recipe, saved.model_hash) == (recipe, info.hash)
    sheet = np.asarray(Image.open(tmp_path / "channels.png"))
    first = channels(load_model(model), recipe, 5).pictures[0].repeat(4, 0).repeat(4, 1)
    left = next(x for x in range(200) if np.array_equal(sheet[MARGIN : MARGIN + 64, x : x + 64], first))
    assert left >= MARGIN


def test_a_sheet_of_channels_comes_in_short_steps_and_is_written_in_the_last(
    backend: TorchBackend, tmp_path: Path
) -> None:
    path = tmp_path / "channels.png"
    request = ChannelSheet("s", Recipe(Latent(4)), 5, str(path))
    steps = backend.job(request)
    told = []
    for index, total, _ in steps:
        told.append(index / total)
        assert not path.exists()
    assert path.exists() and told == sorted(told) and 0 <= told[0] < 0.3 < told[-2] <= told[-1] < 1
    path.unlink()
    steps = backend.job(request)
    for _ in told:
        next(steps)
    steps.close()  # given up one step before the end
    assert not path.exists() and not list(tmp_path.glob("*.part"))


def test_a_sweep_comes_picture_by_picture_and_is_that_of_the_core(backend: TorchBackend, model: Path) -> None:
    sweep = Sweep.of(Recipe(), Swept("psi", "psi"), (0.0, 0.5, 1.0), (1, 2))
    pieces, facts = run(backend, SweepGrid("s", sweep, 8))
    shown = [value for _, _, value in pieces if value is not None]
    assert len(shown) == 6 and len(pieces) == 6 + SPREAD_FACES and shown[0].shape == (8, 8, 3)
    whole = render(load_model(model), sweep.cells[4])
    assert np.array_equal(shown[4], shrunk(whole, 8)) and facts.sweep == sweep
    again, _ = run(backend, SweepGrid("s", sweep, 8))
    assert len(again) == 6  # the spread of the faces is known by now
    direction = Direction("x", Vector.of(np.ones(backend._current().w_dim)), 0.5)
    plan = EntanglementPlan.of(Recipe(), [AppliedDirection(direction)], (1, 2))
    pieces, found = run(backend, Entangle("e", plan))
    assert len(found.names) == found.effects.shape[1] and pieces[-1][1] == 6


def test_a_judge_that_is_gone_is_one_sentence(backend: TorchBackend, tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite_pytorch", reason="the metrics extra is not installed")
    request = SweepGrid(
        "s", Sweep.of(Recipe(), Swept("psi", "psi"), (0.0, 1.0)), labels=LearnedLabels(str(tmp_path / "gone.npz"))
    )
    with pytest.raises(OSError, match=r"gone\.npz"):
        run(backend, request)


def test_a_table_is_written_where_it_was_asked(backend: TorchBackend, tmp_path: Path) -> None:
    _, path = run(backend, Table("t", "one,two\n", str(tmp_path / "x.csv")))
    assert Path(path).read_bytes() == BOM_UTF8 + b"one,two\n" and read_table(Path(path)) == "one,two\n"
    with pytest.raises(OSError, match="cannot be written"):
        run(backend, Table("t", "one", str(tmp_path / "x.csv" / "y.csv")))


def test_a_place_that_cannot_be_written_is_one_sentence(backend: TorchBackend, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    path = str(tmp_path / "file" / "face.png")
    asked = (Save("s", Recipe(), path), Sheet("c", (Recipe(),), 1, path))
    tables = LayerTable("t", Recipe(), path), Table("x", "one", path)
    for request in (*asked, *tables, ChannelSheet("s", Recipe(), 2, path)):
        with pytest.raises(OSError, match=r"face\.png cannot be written .*: choose another folder") as caught:
            run(backend, request)
        assert str(caught.value).count("cannot be written") == 1, request
    assert [each.name for each in tmp_path.iterdir() if each.name != "home"] == ["file"]


def test_a_model_in_waiting_keeps_no_activations(backend: TorchBackend, model: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    save_model(other, build_generator(SMALL))
    drawn = backend.draw(Recipe(), "exact")
    waiting = backend._renderer()
    assert waiting._stages
    backend.load(str(other), lambda _: True)
    assert not waiting._stages
    backend.load(str(model), lambda _: True)
    assert backend._renderer() is waiting
    assert (backend.draw(Recipe(), "exact") == drawn).all()


def test_where_memory_is_short_the_open_network_stays_alone_and_has_what_a_search_needs(
    backend: TorchBackend, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two networks were kept beside one whose drag points needed 5 GB, however little memory there was."""
    again = tmp_path / "again.safetensors"
    again.write_bytes(model.read_bytes())
    free = module.ROOM
    monkeypatch.setattr(module, "available_memory", lambda _device: free)
    monkeypatch.setattr(module, "LARGE", 1)
    backend.load(str(again), lambda _: True)
    backend.load(str(model), lambda _: True)
    assert len(backend._kept) == 2
    free -= 1
    backend.job(Strip("strip", (Recipe(),), 8))
    assert len(backend._kept) == 2
    backend.job(FindChannels("find", Recipe(), Region(0.2, 0.2, 0.5, 0.5), 2))
    assert len(backend._kept) == 1 and backend._model is not None
    backend.load(str(again), lambda _: True)
    assert len(backend._kept) == 1
    monkeypatch.setattr(module, "LARGE", 1 << 20)
    backend.load(str(model), lambda _: True)
    assert len(backend._kept) == 2  # of small ones nothing would be won


def test_the_budget_is_smaller_where_there_is_less_memory(
    backend: TorchBackend, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = sum(4 * each.numel() for each in load_model(model).generator.state_dict().values())
    again = tmp_path / "again.safetensors"
    again.write_bytes(model.read_bytes())
    for parts, count in ((7, 2), (3, 1)):
        monkeypatch.setattr(module, "all_memory", lambda _device, parts=parts: parts * module.PART * weights)
        backend.load(str(again), lambda _: True)
        backend.load(str(model), lambda _: True)
        assert len(backend._kept) == count


def test_what_a_search_or_another_network_has_used_is_given_back_at_rest_and_nothing_else(
    backend: TorchBackend, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[bool] = []
    monkeypatch.setattr("stylegan_core.memory.let_go", lambda: given.append(True))
    backend.draw(Recipe(), "exact")
    run(backend, Strip("strip", (Recipe(),), 8))
    backend.rest()
    assert not given
    run(backend, Layers("lab.layers", Recipe()))
    backend.rest()
    backend.rest()
    assert len(given) == 1
    again = tmp_path / "again.safetensors"
    again.write_bytes(model.read_bytes())
    backend.load(str(again), lambda _: True)
    backend.rest()
    assert len(given) == 2


def test_models_stay_in_memory_while_the_budget_lasts(
    backend: TorchBackend, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.safetensors"
    save_model(other, build_generator(SMALL))
    first = backend._model
    backend.load(str(other), lambda _: True)
    backend.load(str(model), lambda _: True)
    assert backend._model is first
    monkeypatch.setattr(module, "BUDGET", 0)
    backend.load(str(other), lambda _: True)
    backend.load(str(model), lambda _: True)
    assert backend._model is not first
