"""The stream of a container, taken apart: whatever the pieces, and whatever somebody in the container makes of it."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox.child.engine_stream import HEADER, PRINTS, REPLIES
from grader.sandbox.child.protocol import ProtocolError
from grader.sandbox.docker.stream import Frames, Stream
from grader.sandbox.pipes import OUTPUT_BYTES


def frame(stream: int, data: bytes) -> bytes:
    return HEADER.pack(stream, len(data)) + data


@given(st.lists(st.tuples(st.sampled_from([REPLIES, PRINTS]), st.binary(max_size=40))), st.lists(st.integers(1, 9)))
def test_frames_come_out_as_they_went_in_whatever_the_pieces(parts: list[tuple[int, bytes]], sizes: list[int]) -> None:
    data, position = b"".join(frame(*part) for part in parts), 0
    steps = iter(sizes * 20)

    def read(count: int) -> bytes:
        nonlocal position
        start, position = position, min(len(data), position + min(count, next(steps, count)))
        return data[start:position]

    frames, found = Frames(read), {REPLIES: b"", PRINTS: b""}
    while (part := frames.part(7))[1]:
        found[part[0]] += part[1]
    for stream in (REPLIES, PRINTS):
        assert found[stream] == b"".join(own for kind, own in parts if kind == stream)


def test_a_length_is_not_believed_before_the_bytes_are_there() -> None:
    asked: list[int] = []
    data = iter([HEADER.pack(REPLIES, 0xFFFFFFFF), b"abc"])

    def read(count: int) -> bytes:
        asked.append(count)
        return next(data, b"")

    assert Frames(read).part(64) == (REPLIES, b"abc")
    assert max(asked) == 64


@pytest.fixture
def ends() -> Iterator[tuple[Stream, socket.socket]]:
    ours, theirs = socket.socketpair()
    stream = Stream(ours)
    with theirs:
        yield stream, theirs
    stream.close()


def test_prints_and_replies_are_told_apart(ends: tuple[Stream, socket.socket]) -> None:
    stream, engine = ends
    engine.sendall(frame(1, frame(PRINTS, b"hello\n") + frame(REPLIES, b"answer")[:9]))
    engine.sendall(frame(1, frame(REPLIES, b"answer")[9:]))
    got = stream.receive(64)
    while len(got) < len(b"answer"):
        got += stream.receive(64)
    assert (got, stream.output(), stream.output()) == (b"answer", "hello\n", "")


def test_what_is_printed_is_kept_up_to_a_bound(ends: tuple[Stream, socket.socket]) -> None:
    stream, engine = ends
    engine.sendall(frame(1, frame(PRINTS, b"x" * (OUTPUT_BYTES + 1)) + frame(REPLIES, b"a")))
    assert stream.receive(1) == b"a"
    assert stream.output() == "x" * OUTPUT_BYTES + "\n(and more, which is left out)"


def test_the_last_words_of_a_relay_are_kept(ends: tuple[Stream, socket.socket]) -> None:
    stream, engine = ends
    engine.sendall(frame(2, b"relay: no such worker"))
    engine.shutdown(socket.SHUT_WR)
    assert stream.receive(1) == b""
    assert stream.hung_up
    assert stream.output() == "relay: no such worker"


def test_a_stream_that_nobody_knows_is_refused(ends: tuple[Stream, socket.socket]) -> None:
    stream, engine = ends
    engine.sendall(frame(1, frame(7, b"x")))
    with pytest.raises(ProtocolError, match="a frame of stream 7"):
        stream.receive(1)


def test_a_waiting_stream_is_quiet_until_something_comes_or_ends(ends: tuple[Stream, socket.socket]) -> None:
    stream, engine = ends
    assert stream.is_quiet()
    engine.shutdown(socket.SHUT_WR)
    assert not stream.is_quiet()
