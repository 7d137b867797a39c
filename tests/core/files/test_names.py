"""Names of files as people's disks have them, inside a line."""

import pytest

from stylegan_core.files.names import one_line, set_apart


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("avatars-64", "avatars-64"),
        ("a\n\r\n\tb", "a·b"),
        ("a\u2028b\x00", "a·b·"),
        ("evil\u202egnp.exe", "evil·gnp.exe"),
        ("\u0633\u0644\u0627\u0645 \U0001f468\u200d\U0001f469", "\u0633\u0644\u0627\u0645 \U0001f468\u200d\U0001f469"),
    ],
)
def test_what_breaks_a_line_or_turns_it_is_a_dot(name: str, shown: str) -> None:
    assert one_line(name) == shown


def test_a_name_moves_no_number_beside_it() -> None:
    assert set_apart("\u0633\u202e") == "\u2068\u0633·\u2069"
