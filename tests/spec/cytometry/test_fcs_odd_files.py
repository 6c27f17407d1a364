"""Files that are wrong in one respect: each is read with a sentence that says so, or refused with a reason."""

import re

import numpy as np
import pytest

from cartwise.basis import UserError
from cartwise.cytometry.fcs_reading import file_hash, read_fcs
from tests.spec.cytometry.fcs_crafting import NAMES, VALUES, described, file_of, read, text_of

RIGHT = (4096, 4096 + 47)


def refused(folder, content):
    with pytest.raises(UserError) as caught:
        read(folder, content)
    return str(caught.value)


def test_a_right_file_is_read_without_a_remark(tmp_path):
    events = read(tmp_path, file_of(described(P2S="140Ce_EQ4", CYT="Invented")))
    np.testing.assert_array_equal(events.values, VALUES)
    assert events.values.dtype == np.float32
    assert events.channels == NAMES
    assert events.markers == ("", "140Ce_EQ4", "")
    assert events.keywords["cyt"] == "Invented"
    assert events.warnings == ()
    with pytest.raises(ValueError, match="read-only"):
        events.values[0, 0] = 1


@pytest.mark.parametrize("version", ["2.0", "3.0", "3.1", "3.2"])
def test_every_version_is_read(tmp_path, version):
    events = read(tmp_path, file_of(version=version, text=None if version == "2.0" else "right"))
    np.testing.assert_array_equal(events.values, VALUES)
    assert events.warnings == ()


def test_gain_time_step_and_amplification_change_nothing(tmp_path):
    keywords = described(TIMESTEP="0.01", P2G="4.0", P3E="4,1")
    np.testing.assert_array_equal(read(tmp_path, file_of(keywords)).values, VALUES)


# Where the DATA lie: by the HEADER, by TEXT, and what the reader says. All but the last column are bytes.
READABLE_PLACES = [
    ("no offsets in the HEADER", None, "right", "HEADER does not say"),
    ("zero offsets in the HEADER", (0, 0), "right", "HEADER does not say"),
    ("no offsets in TEXT", "right", None, r"\$BEGINDATA and \$ENDDATA are absent"),
    ("another end in the HEADER", (4096, 5000), "right", "by the HEADER and .* by TEXT"),
    ("another begin in the HEADER", (4000, 4143), "right", "by the HEADER and .* by TEXT"),
    ("another begin in TEXT", "right", (4080, 4143), "by the HEADER and .* by TEXT"),
    ("a place in TEXT beyond the file", "right", (9000, 9047), "by the HEADER and .* by TEXT"),
    ("the HEADER points into TEXT", (100, 147), "right", "lies within TEXT"),
    ("both ends are the byte after", (4096, 4144), (4096, 4144), "one beyond the last event"),
    ("one end is the byte after", (4096, 4144), "right", "by the HEADER and .* by TEXT"),
]


@pytest.mark.parametrize(("header", "text", "said"), [row[1:] for row in READABLE_PLACES])
def test_the_place_that_agrees_with_the_number_of_events_is_read(tmp_path, header, text, said):
    events = read(tmp_path, file_of(header=header, text=text))
    np.testing.assert_array_equal(events.values, VALUES)
    assert any(re.search(said, warning) for warning in events.warnings)


def test_two_places_that_both_hold_the_events_are_not_chosen_between(tmp_path):
    message = refused(tmp_path, file_of(header=(4000, 4047)))
    assert "byte 4,000 by the HEADER and at byte 4,096 by TEXT" in message
    assert message.startswith("crafted.fcs cannot be read as FCS: ")
    assert str(tmp_path) not in message


@pytest.mark.parametrize("kept", [0, 10, 57, 300, 4096, 4100, 4143])
def test_a_file_cut_short_is_refused(tmp_path, kept):
    message = refused(tmp_path, file_of()[:kept])
    assert "cut short" in message or "does not begin with" in message


@pytest.mark.parametrize(("header", "text"), [(None, None), ((4096, 4120), (4096, 4120))])
def test_places_that_cannot_be_right_are_refused(tmp_path, header, text):
    assert "$TOT names 4 events of 12 bytes" in refused(tmp_path, file_of(header=header, text=text))


@pytest.mark.parametrize("named", ["400", "5", "3", "0"])
def test_a_wrong_number_of_events_is_said_where_the_segment_is_certain(tmp_path, named):
    events = read(tmp_path, file_of(described(TOT=named)))
    np.testing.assert_array_equal(events.values, VALUES)
    assert f"$TOT names {named} events and the DATA segment holds 4" in events.warnings[0]


def test_without_a_number_of_events_the_segment_counts(tmp_path):
    events = read(tmp_path, file_of(described(TOT=None)))
    np.testing.assert_array_equal(events.values, VALUES)
    assert "$TOT is absent" in events.warnings[0]


def test_without_a_number_of_events_two_places_are_refused(tmp_path):
    assert "$TOT is absent" in refused(tmp_path, file_of(described(TOT=None), header=(4096, 4119)))


def test_a_file_without_events_is_read(tmp_path):
    events = read(tmp_path, file_of(described(TOT="0"), data=b"", header=(0, 0), text=(0, 0)))
    assert events.values.shape == (0, 3)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"PAR": None}, "$PAR is absent"),
        ({"PAR": "three"}, '$PAR is "three"'),
        ({"PAR": "0"}, "no channels"),
        ({"PAR": "999999999"}, "$P4B is absent"),
        ({"BYTEORD": None}, "$BYTEORD is absent"),
        ({"BYTEORD": "3,4,1,2"}, '$BYTEORD is "3,4,1,2"'),
        ({"DATATYPE": None}, 'channel 1 is ""'),
        ({"DATATYPE": "A"}, 'channel 1 is "A"'),
        ({"MODE": "U"}, "histograms"),
        ({"P2B": None}, "$P2B is absent"),
        ({"DATATYPE": "I", "P2B": "10"}, "10 bits"),
        ({"DATATYPE": "I", "P2B": "128"}, "128 bits"),
        ({"TOT": "many"}, '$TOT is "many"'),
    ],
)
def test_without_these_keywords_no_number_is_read(tmp_path, more, said):
    assert said in refused(tmp_path, file_of(described(**more)))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"MODE": None}, "$MODE is absent"),
        ({"P2B": "16"}, "$P2B"),
        ({"P2N": None}, "Channels without a name ($PnN), kept with an empty one: number 2."),
        ({"P2N": " "}, "number 2."),
        ({"P2N": "Time"}, "more than one channel, kept as they are: Time;"),
        ({"NEXTDATA": "99999"}, "no data set begins"),
        ({"CYT": ""}, "Keywords without a value were read as empty: $CYT."),
        ({"BEGINSTEXT": "4100", "ENDSTEXT": "4140"}, "no TEXT where $BEGINSTEXT"),
    ],
)
def test_these_oddities_are_said_and_the_numbers_are_the_same(tmp_path, more, said):
    events = read(tmp_path, file_of(described(**more)))
    np.testing.assert_array_equal(events.values, VALUES)
    assert len(events.warnings) == 1
    assert said in events.warnings[0]


def test_equal_names_and_empty_names_stay_as_they_are(tmp_path):
    assert read(tmp_path, file_of(described(P2N="Time", P3N=None))).channels == ("Time", "Time", "")


def test_of_several_data_sets_the_first_is_read_and_the_others_are_named(tmp_path):
    other = file_of(data=(VALUES + 100).astype("<f4").tobytes())
    events = read(tmp_path, file_of(described(NEXTDATA="4144"), after=other))
    np.testing.assert_array_equal(events.values, VALUES)
    assert events.warnings == (
        "The file holds more than one data set; only the first was read (the next begins at byte 4,144).",
    )


# TEXT with the delimiter /, and what is read from it.
TEXTS = [
    ("/a/1/b/2/", {"a": "1", "b": "2"}),
    ("/a/km//h/b/2/", {"a": "km/h", "b": "2"}),
    ("/a///home//x/b/2/", {"a": "/home/x", "b": "2"}),
    ("/a/1///b/2/", {"a": "1/", "b": "2"}),
    ("/a//b/2/", {"a": "", "b": "2"}),
    ("/a//b//c/3/", {"a": "", "b": "", "c": "3"}),
    ("/a/1/b//", {"a": "1", "b": ""}),
    ("/a/1/b/2", {"a": "1", "b": "2"}),
    ("/a/1/b/2/   \0\0\n", {"a": "1", "b": "2"}),
    ("/a/$5/$B/2/", {"a": "$5", "b": "2"}),
    ("/a/1/A/2/", {"a": "1"}),
    ("/tot/7/$TOT2/8/tot2/9/", {"tot": "7", "tot2": "8"}),
]


@pytest.mark.parametrize(("extra", "found"), TEXTS)
def test_keywords_are_read_as_written(tmp_path, extra, found):
    keywords = read(tmp_path, file_of(extra=extra[1:])).keywords
    if "tot" in found:
        assert keywords.pop("tot") == "4"  # the standard's own keyword wins over another of its name
        found = {"tot2": found["tot2"]}
    assert found.items() <= keywords.items()


def test_contradicting_keywords_are_named(tmp_path):
    assert "stand twice with different values: A;" in read(tmp_path, file_of(extra="a/1/A/2/")).warnings[0]


def test_a_text_without_its_last_delimiter_is_said(tmp_path):
    assert "its last value may be cut" in read(tmp_path, file_of(extra="a/1")).warnings[0]


@pytest.mark.parametrize("delimiter", ["|", "\\", "\f", "\t", "^", "*", "!", " ", "]"])
def test_any_character_may_be_the_delimiter(tmp_path, delimiter):
    keywords = described() | {"$BEGINDATA": "4096", "$ENDDATA": "4143", "$CYT": "Inv"}
    segment = text_of(keywords, delimiter)
    head = "FCS3.1    " + "".join(f"{n:>8}" for n in (58, 57 + len(segment), *RIGHT, 0, 0))
    content = (head.encode() + segment).ljust(4096) + VALUES.tobytes()
    events = read(tmp_path, content)
    np.testing.assert_array_equal(events.values, VALUES)
    assert (events.keywords["cyt"], events.warnings) == ("Inv", ())


def test_the_supplemental_text_is_read_too(tmp_path):
    keywords = described(BEGINSTEXT="4144", ENDSTEXT="4153")
    events = read(tmp_path, file_of(keywords, after=b"/P9V/500//"[:10]))
    assert events.keywords["p9v"].startswith("500")


def test_names_that_are_not_utf8_are_read_as_latin_1_and_said(tmp_path):
    content = file_of(described(P2S="muXm")).replace(b"muXm", b"mu\xb5m")
    events = read(tmp_path, content)
    assert events.markers[1] == "muµm"
    assert "not UTF-8" in events.warnings[0]


def test_utf8_names_are_read(tmp_path):
    events = read(tmp_path, file_of(described(P2S="µ-Zählung")))
    assert (events.markers[1], events.warnings) == ("µ-Zählung", ())


@pytest.mark.parametrize("content", [b"", b"not a cytometry file", b"PK\x03\x04" * 50, b"FCS9.9" + b" " * 60])
def test_another_kind_of_file_is_refused(tmp_path, content):
    message = refused(tmp_path, content)
    assert "does not begin with" in message or 'version "9.9"' in message


def test_a_text_that_does_not_begin_where_the_header_says_is_refused(tmp_path):
    shifted = file_of()[:58] + b"0" + file_of()[58:]
    assert "no TEXT begins at byte 58" in refused(tmp_path, shifted)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    for ask in (read_fcs, file_hash):
        with pytest.raises(UserError, match=r"^absent\.fcs cannot be read"):
            ask(tmp_path / "absent.fcs")


def test_the_hash_is_the_files_sha_256(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")  # the standard's own example (FIPS 180-2, B.1)
    assert file_hash(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
