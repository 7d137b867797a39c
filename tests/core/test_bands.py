"""Bands: one split of layers by resolution, without gaps or overlaps."""

import pytest

from stylegan_core.bands import band_of_layer, band_of_resolution, bands, layer_resolution


@pytest.mark.parametrize(
    ("resolution", "words"),
    [
        (1024, ["4²–8²", "16²–32²", "64²–1024²"]),
        (64, ["4²–8²", "16²–32²", "64²"]),
        (32, ["4²–8²", "16²", "32²"]),
        (16, ["4²", "8²", "16²"]),
        (8, ["4²", "–", "8²"]),
    ],
)
def test_bands_go_by_resolution(resolution: int, words: list[str]) -> None:
    assert [band.resolutions for band in bands(resolution)] == words
    lacks = {"–": "This model has no middle layers."}
    assert [band.why_none for band in bands(resolution)] == [lacks.get(word, "") for word in words]


@pytest.mark.parametrize("resolution", [4, 8, 16, 32, 64, 128, 1024])
def test_every_layer_lies_in_exactly_one_band(resolution: int) -> None:
    layers = [layer for band in bands(resolution) for layer in band.layers]
    assert layers == list(range(2 * (resolution.bit_length() - 2)))
    for layer in layers:
        assert layer in band_of_layer(layer, resolution).layers
        assert band_of_resolution(layer_resolution(layer), resolution) == band_of_layer(layer, resolution)


def test_sizes_that_are_no_power_of_two_are_refused() -> None:
    with pytest.raises(ValueError, match="power of two"):
        bands(48)
