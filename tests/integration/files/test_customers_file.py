from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.errors import BadInput, UnreadableFile
from callcenter.files import customers
from callcenter.files.customers import load_customers
from callcenter.numbers import Numbering

HEAD = "id,name,numbers,class,key_account,agent\n"
NUMBERING = Numbering(area_code="0571", internal=("8001",))


def written(folder: Path, data: bytes | str) -> Path:
    path = folder / "customers.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_customers_are_read_whatever_the_encoding(tmp_path: Path, encoding: str) -> None:
    text = f"{HEAD}甲,王小姐,138 0013 8000；0571-88881234转801;88881234;,重要,是,Alice\r\n\r\nC2,李,,,,\nC3\n"

    found = load_customers(written(tmp_path, text.encode(encoding)), NUMBERING)

    assert found.keys_of("甲") == ["+8613800138000", "+8657188881234"]
    assert found.customers_of("+8657188881234") == ["甲"]
    assert found.keys_of("C2") == found.keys_of("C3") == []


def test_columns_stand_in_any_order_and_others_beside_them(tmp_path: Path) -> None:
    text = '"Numbers",more,ID\n"\'+8613800138000",x,"C\n1"\n'.replace("C\n1", "C1")

    assert load_customers(written(tmp_path, text), NUMBERING).keys_of("C1") == ["+8613800138000"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: there is no one column id"),
        ("id,name\n", "line 1: there is no one column numbers"),
        ("id,id,numbers\n", "line 1: there is no one column id"),
        (f"{HEAD}C1,a,13800138000\nC1,b,13900139000\n", "line 3: the id C1 stands on line 2 already"),
        (f"{HEAD},a,13800138000\n", "line 2: an id has 1 to 100 signs"),
        (f"{HEAD}{'x' * 101},a,\n", "line 2: an id has 1 to 100 signs"),
        (f"{HEAD}a\x1b[31m,a,\n", "line 2: an id has 1 to 100 signs"),
        (f'{HEAD}C1,"a\nb",1\nC2,"c\nd",abc\n', "line 2: 1 is nobody"),
        (f'{HEAD}C1,"a\nb",13800138000\nC2,c,13800138000;<b>\n', "line 4: <b> is nobody"),
        (f"{HEAD}C1,a,8001\n", "line 2: 8001 is nobody's number"),
        (f"{HEAD}C1,a,anonymous\n", "line 2: anonymous is nobody's number"),
        (f"{HEAD}C1,a,1,b,no,Alice,more\n", "line 2: has more cells"),
    ],
)
def test_every_fault_names_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        load_customers(written(tmp_path, text), NUMBERING)

    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'id,numbers\nC1,"13800138000\n', "line 2, are not CSV"),
        (b"\xff\xff\xff\xff", "neither UTF-8 nor GB 18030"),
    ],
)
def test_what_is_no_csv_is_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        load_customers(written(tmp_path, data), NUMBERING)

    assert sentence in str(refused.value)


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        load_customers(tmp_path / "none.csv", NUMBERING)
    monkeypatch.setattr(customers, "_LARGEST", 3)
    with pytest.raises(UnreadableFile, match="larger than"):
        load_customers(written(tmp_path, HEAD), NUMBERING)
