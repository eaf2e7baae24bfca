# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Packages of receipts: the rules of DATEV, each broken once, and what must never change."""

import io
import re
import uuid
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from receipts import vault
from receipts.bundle import Part, write_bundle
from receipts.checker import check_links, check_package, links_of
from receipts.choose import TOO_MANY, Candidate, choose
from receipts.document import Cover, write_document
from receipts.model import ARCHIVE, INCOMING, OUTGOING, Receipt, ReceiptFile
from receipts.package import digest, split, weight, write_package
from receipts.rules import KINDS, MAX_FILE_SIZE, file_name, kind_of, objection, safe_stem

STAMP = datetime(2026, 11, 5, 6, 7, 8)


def guid(number):
    return str(uuid.UUID(int=number + (4 << 76) + (8 << 60)))


def receipt(number, *sizes, **values):
    files = tuple(
        ReceiptFile(
            number * 100 + place, file_name(f"RE {number}", place, "pdf", f"{number}"), size
        )
        for place, size in enumerate(sizes or (3,), start=1)
    )
    return Receipt(guid(number), date(2026, 10, 5), f"RE {number}", files, **values)


def package(receipts, cover=None, read=None):
    target = io.BytesIO()
    contents = {file.key: b"x" * file.size for item in receipts for file in item.files}
    write_package(target, cover or Cover(STAMP), receipts, read or contents.__getitem__)
    return target


def codes(target):
    return {problem.code for problem in check_package(target)[1]}


texts = st.text(max_size=300)
receipts = st.lists(
    st.builds(
        lambda number, sizes, kind, description, keywords: receipt(
            number, *sizes, kind=kind, description=description, keywords=keywords
        ),
        st.integers(1, 10**6),
        st.lists(st.integers(1, 50), min_size=1, max_size=4),
        st.sampled_from([INCOMING, OUTGOING, ""]),
        texts,
        texts,
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda item: item.guid,
)


@given(receipts, texts, st.sampled_from(["1", ARCHIVE]))
def test_any_receipts_make_a_package_that_passes(items, description, filing):
    target = package(items, Cover(STAMP, description, filing))
    guids, problems = check_package(target)
    assert not problems
    assert guids == {item.guid for item in items}


@given(receipts)
def test_the_same_receipts_make_the_same_bytes(items):
    first = package(items)
    assert first.getvalue() == package(items).getvalue()
    assert digest(first) == digest(io.BytesIO(first.getvalue()))


@given(receipts, st.integers(1, 5000), st.integers(1, 4))
def test_split_keeps_order_and_limits(items, size, documents):
    packages = list(split(items, size, documents))
    assert [item for part in packages for item in part] == items
    for part in packages:
        assert 1 <= len(part) <= documents
        assert len(part) == 1 or sum(map(weight, part)) <= size


@given(receipts)
def test_weight_is_not_less_than_the_bytes(items):
    overhead = 1_000
    # Description and keywords are all an estimate can miss.
    text = sum(3 * (40 + 255) for _item in items)
    assert len(package(items).getvalue()) <= sum(map(weight, items)) + overhead + text


@given(texts)
def test_names_are_safe_everywhere(text):
    name = file_name(text, 1, "pdf", "a1b2c3d4")
    assert re.fullmatch(r"[A-Za-z0-9-]+_a1b2c3d4_1\.pdf", name)
    assert len(name) <= 255
    assert safe_stem(text).lower() not in {"con", "prn", "aux", "nul", "com1", "lpt1"}


@pytest.mark.parametrize(
    ("text", "stem"),
    [("RE/2026/0001", "RE-2026-0001"), ("Müller & Söhne", "Mueller-Soehne"), ("CON", "Beleg-CON")],
)
def test_names_stay_readable(text, stem):
    assert safe_stem(text) == stem


@pytest.mark.parametrize(
    ("name", "mimetype", "kind"),
    [
        ("Rechnung.PDF", "", "pdf"),
        ("Rechnung 12.10.2026", "application/pdf", "pdf"),
        ("scan", "image/jpeg", "jpg"),
        ("xrechnung.xml", "text/plain", "xml"),
        ("virus.exe", "application/pdf", ""),
        ("mail.eml", "text/plain", ""),
        ("", "application/zip", ""),
    ],
)
def test_kinds(name, mimetype, kind):
    assert kind_of(name, mimetype) == kind


def test_size_limits():
    assert objection("a.pdf", "", MAX_FILE_SIZE) == ""
    assert objection("a.pdf", "", MAX_FILE_SIZE + 1) == "too_large"
    assert objection("a.pdf", "", 0) == "empty"


# Which files are the receipt


def file(number, name="a.pdf", made=False, checksum=None):
    return Candidate(number, name, "application/pdf", 10, checksum or f"c{number}", made)


def test_of_an_invoice_what_the_system_made():
    made = [file(3, "re.xml", made=True), file(2, made=True)]
    chosen = choose([file(1), *made], outgoing=True)
    assert [item.id for item in chosen.files] == [2, 3]
    assert [item.id for item in choose([file(1)], outgoing=True).files] == [1]


def test_of_a_bill_all_files_each_content_once():
    chosen = choose([file(1, checksum="x"), file(2, checksum="x"), file(3, "a.exe")], False)
    assert [item.id for item in chosen.files] == [1]
    assert [(item.id, why) for item, why in chosen.refused] == [(3, "kind")]


def test_fifty_files_at_most():
    chosen = choose([file(number) for number in range(51)], False)
    assert len(chosen.files) == 50
    assert [why for _item, why in chosen.refused] == [TOO_MANY]


@given(st.permutations([file(number) for number in range(6)]))
def test_fingerprint_is_that_of_the_contents(files):
    renamed = [Candidate(item.id + 50, "b.pdf", "", 10, item.checksum) for item in files]
    assert choose(files, False).fingerprint == choose(renamed, False).fingerprint
    assert choose(files[1:], False).fingerprint != choose(files, False).fingerprint


# The index and its checker


def test_index_says_what_the_format_wants():
    items = [receipt(1, 3, 3, kind=OUTGOING, description="Müller"), receipt(2)]
    root = etree.fromstring(write_document(Cover(STAMP, "Oktober"), items))
    ns = {"d": "http://xml.datev.de/bedi/tps/document/v06.0"}
    assert root.get("version") == "6.0"
    assert root.findtext("d:header/d:date", namespaces=ns) == "2026-11-05T06:07:08"
    first, second = root.findall("d:content/d:document", ns)
    assert (first.get("guid"), first.get("type"), first.get("processID")) == (guid(1), "2", "1")
    assert second.get("type") is None
    assert len(first.findall("d:extension", ns)) == 2
    names = [level.get("name") for level in first.findall("d:repository/d:level", ns)]
    assert names == ["Buchführung", "2026 Ausgangsrechnungen", "10"]


def tampered(change, items=None):
    """A good package with its index changed as text."""
    good = package(items or [receipt(1), receipt(2)])
    bad = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "document.xml":
                content = change(content.decode()).encode()
            target.writestr(info.filename, content)
    return bad


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("v06.0", "v05.0", "root"),
        ('version="6.0"', 'version="5.0"', "version"),
        ("Batch Order Hub", "x" * 41, "system"),
        ("T06:07:08<", "T06:07:08Z<", "stamp"),
        ("<content>", "<content/><content>", "parts"),
        (guid(2), guid(1), "guid_twice"),
        (guid(2), "{" + guid(2) + "}", "guid"),
        ('processID="1"', 'processID="3"', "process"),
        ('processID="1"', 'type="7" processID="1"', "type"),
        ('xsi:type="File"', 'xsi:type="Invoice"', "file_type"),
        ('id="2"', 'id="9"', "level"),
        ("Buchführung", "B" * 31, "level"),
        ('<level id="3" name="10"/>', "", "levels"),
        ("<repository>", "<keywords>k</keywords><repository>", "order"),
        ("</archive>", "", "no_xml"),
        ("RE-2_2_1.pdf", "other.pdf", "file_missing"),
        ("RE-2_2_1.pdf", "other.pdf", "file_unnamed"),
        ("RE-2_2_1.pdf", "RE-1_1_1.pdf", "file_shared"),
    ],
)
def test_a_broken_index_is_caught(old, new, code):
    assert code in codes(tampered(lambda text: text.replace(old, new)))


def test_too_long_texts_and_missing_parts_are_caught():
    long_text = f"<description>{'x' * 41}</description><extension"
    assert "text_length" in codes(tampered(lambda text: text.replace("<extension", long_text)))
    no_files = re.compile(r"<extension[^>]*/>")
    assert "files" in codes(tampered(lambda text: no_files.sub("", text)))
    header = f"<header><description>{'x' * 256}</description>"
    assert "text_length" in codes(tampered(lambda text: text.replace("<header>", header)))
    nothing = re.compile(r"<document .*</document>", re.DOTALL)
    assert "documents" in codes(tampered(lambda text: nothing.sub("", text)))


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        ("folder/a.pdf", 1, "folder"),
        ("a.exe", 1, "kind"),
        ("inner.zip", 1, "kind"),
        ("a" * 252 + ".pdf", 1, "name_length"),
        ("a.pdf", 0, "empty"),
        ("a.pdf", MAX_FILE_SIZE + 1, "file_size"),
        ("re-1_1_1.PDF", 1, "twice"),
        ("stray.pdf", 1, "file_unnamed"),
    ],
)
def test_a_broken_entry_is_caught(name, size, code):
    target = package([receipt(1)])
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, bytes(size))
    assert code in codes(target)


def test_what_is_no_package_is_caught():
    assert codes(io.BytesIO(b"no zip")) == {"no_zip"}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.pdf", b"x")
    assert "no_index" in codes(target)


def test_links_and_documents_must_match():
    rows = f'1;"BEDI ""{guid(1)}""";x\r\n2;"";y\r\n'.encode("cp1252")
    assert links_of(rows) == {guid(1)}
    assert not check_links([guid(1)], [guid(1)])
    found = {problem.code for problem in check_links([guid(1)], [guid(2)])}
    assert found == {"link_without_document", "document_without_link"}


def test_complaint_a_zip_with_folders_is_refused():
    """Whatever an entry is called, its receipts lie side by side in the package."""
    names = ["RE/2026/10\\7", "../RE 8", "/etc/9"]
    items = [
        Receipt(
            guid(number),
            date(2026, 10, 5),
            name,
            (ReceiptFile(number, file_name(name, 1, "pdf", str(number)), 3),),
        )
        for number, name in enumerate(names, start=1)
    ]
    target = package(items)
    assert codes(target) == set()
    with zipfile.ZipFile(target) as archive:
        assert len(archive.namelist()) == 4
        assert not any(set("/\\:") & set(name) for name in archive.namelist())


def test_complaint_memory_error_one_file_at_a_time_is_in_memory():
    """Reading is asked for one file after the other, in the order of the package."""
    asked = []

    def read(key):
        asked.append(key)
        return b"xxx"

    items = [receipt(1, 3, 3), receipt(2)]
    package(items, read=read)
    assert asked == [file.key for item in items for file in item.files]


# The whole hand-over and its password


def part(path, content):
    folder, _slash, name = path.partition("/")
    return Part(folder, name, lambda: io.BytesIO(content))


def test_bundle_is_in_order_and_the_same_each_time():
    parts = [part("3_Buchungen/b.csv", b"b"), part("0_Beiblatt/a.pdf", b"a")]
    first, second = io.BytesIO(), io.BytesIO()
    write_bundle(first, parts)
    write_bundle(second, parts[::-1])
    assert first.getvalue() == second.getvalue()
    with zipfile.ZipFile(first) as archive:
        assert archive.namelist() == ["0_Beiblatt/a.pdf", "3_Buchungen/b.csv"]


def test_secret_needs_the_key_file(tmp_path):
    path = tmp_path / "keys" / "db.key"
    token = vault.lock_up("Geheim!", path)
    assert "Geheim" not in token
    assert vault.take_out(token, path) == "Geheim!"
    assert path.stat().st_mode & 0o077 == 0
    assert vault.take_out(vault.lock_up("Zweites", path), path) == "Zweites"
    path.unlink()
    with pytest.raises(vault.Unreadable):
        vault.take_out(token, path)
    vault.lock_up("anders", path)
    with pytest.raises(vault.Unreadable):
        vault.take_out(token, path)


def test_every_kind_is_taken_by_the_checker_too():
    for kind in sorted(KINDS):
        target = package(
            [Receipt(guid(1), date(2026, 1, 1), "1", (ReceiptFile(1, f"a.{kind}", 1),))]
        )
        assert codes(target) == set()
