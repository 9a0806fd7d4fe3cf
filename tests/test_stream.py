"""The stream of a container, taken apart: whatever the pieces, and whatever somebody in the container makes of it."""

import contextlib
import itertools
import socket
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox.child.engine_stream import ENDED, HEADER, PRINTS, REPLIES
from grader.sandbox.child.protocol import ProtocolError
from grader.sandbox.docker.stream import MAX_REST, Frames, Stream
from grader.sandbox.pipes import OUTPUT_BYTES
from tests.support.workers import PATIENCE


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


LAST = b'{"status": null, "why": ""}'


def test_what_a_worker_leaves_unread_is_passed_over_for_the_next(ends: tuple[Stream, socket.socket]) -> None:
    stream, engine = ends
    left = frame(REPLIES, b"answer and more") + frame(PRINTS, b"late") + frame(REPLIES, b"more") + frame(ENDED, LAST)
    engine.sendall(frame(1, left + frame(PRINTS, b"mine") + frame(REPLIES, b"next")))
    assert stream.receive(6) == b"answer"
    assert stream.rest(PATIENCE) == LAST
    assert (stream.receive(64), stream.output(), stream.hung_up) == (b"next", "mine", False)


@pytest.mark.parametrize("left", [b"", frame(PRINTS, b"x"), frame(REPLIES, b"x" * (MAX_REST + 1)) + frame(ENDED, LAST)])
def test_a_relay_whose_worker_does_not_come_to_its_end_serves_no_other(
    ends: tuple[Stream, socket.socket], left: bytes
) -> None:
    stream, engine = ends
    sender = threading.Thread(target=engine.sendall, args=(frame(1, left),))  # more than a socket holds
    sender.start()
    assert stream.rest(0.5) is None
    assert stream.hung_up
    stream.close()
    with contextlib.suppress(OSError):
        sender.join()


@pytest.mark.skipif(sys.platform != "linux", reason="runs in containers alone")
@given(st.lists(st.tuples(st.sampled_from([4, 5, 6]), st.binary(max_size=40))), st.lists(st.integers(1, 9), min_size=1))
def test_what_the_grader_says_is_understood_whatever_the_pieces(
    parts: list[tuple[int, bytes]], sizes: list[int]
) -> None:
    from grader.sandbox.child.forked_relay import Incoming

    data = memoryview(b"".join(frame(*part) for part in parts))
    incoming, heard = Incoming(), []
    for size in itertools.cycle(sizes):
        if not data:
            break
        incoming.add(bytes(data[:size]))
        data = data[size:]
        heard += incoming.frames()
    together = [(stream, b"".join(part for _, part in group)) for stream, group in itertools.groupby(heard, by_stream)]
    said = [(stream, b"".join(part for _, part in group)) for stream, group in itertools.groupby(parts, by_stream)]
    assert together == said


def by_stream(part: tuple[int, bytes]) -> int:
    return part[0]
