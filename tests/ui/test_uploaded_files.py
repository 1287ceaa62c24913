"""Copies of an uploaded file share its bytes."""

import copy
import tracemalloc

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from ui.uploaded_files import share_contents


@pytest.fixture
def file():
    share_contents()
    content = bytes(8 << 20)
    return UploadedFile(UploadedFileRec("f1", "一.csv", "text/csv", content), FileURLs(file_id="f1"))


def test_a_copy_takes_no_memory_and_is_the_same_file(file):
    tracemalloc.start()
    copied = copy.deepcopy(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
    assert copied is not file and copied == file
    for name in ("file_id", "name", "type", "size", "_file_urls"):
        assert getattr(copied, name) == getattr(file, name)
    assert copied.getvalue() is file.getvalue()


def test_what_is_written_to_a_copy_is_not_in_the_original(file):
    copied = copy.deepcopy([file])[0]
    copied.write(b"changed")
    assert copied.getvalue()[:7] == b"changed" and file.getvalue()[:7] == bytes(7)


def test_a_copy_begins_at_its_beginning(file):
    file.read()
    assert len(copy.deepcopy(file).read()) == 8 << 20
